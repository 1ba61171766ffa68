"""Ids of requests that follow from others: the same each time, so that they are safe to repeat."""

import hashlib


def derived(*parts: object) -> str:
    """The id of a request that follows from what these parts name, the first of which is the id of
    another; 32 characters."""
    text = "/".join(str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
