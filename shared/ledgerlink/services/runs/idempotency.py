"""Idempotency: a request that is repeated under its key is told from another one by its digest."""

import hashlib
import json
from typing import Any


def digest(asked: Any) -> str:
    """SHA-256 (hex) of what a request asks for, as JSON values; other values count by their text.
    The order of an object's fields does not matter."""
    text = json.dumps(asked, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
