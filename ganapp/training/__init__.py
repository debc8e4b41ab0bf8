"""The algorithm and its state: touches no file, prints nothing, never waits for the device inside a step."""
