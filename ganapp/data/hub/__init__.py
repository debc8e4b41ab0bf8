"""Data sets of the Hugging Face Hub, streamed by the `datasets` library."""
