"""What a write does to the books."""
