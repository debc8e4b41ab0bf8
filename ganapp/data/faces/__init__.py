"""The built-in labelled cartoon faces, drawn on this machine."""
