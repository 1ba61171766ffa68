"""Lists, changes, webhooks and searches."""
