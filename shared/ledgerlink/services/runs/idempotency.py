"""Idempotency: a digest tells a repeated request from another one under the same key."""

import hashlib
import json
from typing import Any


def digest(asked: Any) -> str:
    """SHA-256 (hex) of the JSON of a request, whatever the order of its fields. Values that JSON
    does not know count by their text."""
    text = json.dumps(asked, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
