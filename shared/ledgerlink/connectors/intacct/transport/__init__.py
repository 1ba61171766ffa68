"""Transport: one call at a time, signed in, repeated until it has a response."""
