"""One engine for every entity: clean, check, commit, and what follows from it."""
