"""Code that all runs share: next step, parking, sessions, history, idempotency."""
