"""Reading a checkpoint without running it."""
