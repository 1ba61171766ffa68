"""Settings and rules of a connection."""
