"""The demonstration: a timesheet from a file into the books, and the proof that both agree."""
