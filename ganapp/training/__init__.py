"""Training: the algorithm and its state. No files, no printing, no waiting for the device in a step."""
