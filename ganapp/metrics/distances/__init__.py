"""Distances between two sets of pictures, as pure functions of arrays."""
