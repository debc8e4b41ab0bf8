"""Layouts of other projects' checkpoints, one file for each project."""
