"""The editor of the Create tab: directions, parts of another picture, own pictures, repairs and points."""
