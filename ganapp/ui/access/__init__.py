"""What a visitor may do, and how the server limits it."""
