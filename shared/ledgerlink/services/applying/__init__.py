"""Applying a plan: chunk by chunk, with the outcomes recorded and unanswered writes recovered."""
