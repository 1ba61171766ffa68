"""What became of a write: accepted, rejected and why, in conflict, or lost and found again."""
