"""Networks that a figure needs: a classifier that is trained here, and Inception."""
