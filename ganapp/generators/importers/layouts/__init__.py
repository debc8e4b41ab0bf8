"""Layouts of other people's checkpoints, one project a file."""
