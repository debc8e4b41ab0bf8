"""The Train tab and its monitor."""
