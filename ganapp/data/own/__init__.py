"""A person's own pictures: a folder, a ZIP or uploaded files."""
