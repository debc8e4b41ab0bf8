"""Translate, a mode of the Create tab: one's own pictures through a generator that takes pictures."""
