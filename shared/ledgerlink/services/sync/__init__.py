"""Syncs: requested, scheduled or hinted at; lists are pulled, merged and published."""
