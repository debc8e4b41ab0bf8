"""The command line, python -m ganapp: a file for each group of commands, joined in main.py.

A group's file has `add(commands)`, which declares its commands, and the functions that run them.
"""
