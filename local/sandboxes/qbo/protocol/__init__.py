"""What is the same in every answer: errors and timestamps."""
