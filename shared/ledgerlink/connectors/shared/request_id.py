"""Request ids that follow from others: the same each time, so that a repeat is recognised."""

import hashlib


def derived_id(*parts: object) -> str:
    """The id of a request that follows from these parts, the first of which is the id of the
    original request; 32 hexadecimal characters."""
    text = "/".join(str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
