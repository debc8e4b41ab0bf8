"""Distances between two sets of images, as functions of arrays alone."""
