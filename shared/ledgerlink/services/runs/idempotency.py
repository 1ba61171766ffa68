"""Idempotency: a digest distinguishes a repeated request from another one under the same key."""

import hashlib
import json
from typing import Any


def digest(asked: Any, *, separators: tuple[str, str] = (", ", ": ")) -> str:
    """SHA-256 (hex) of the JSON of a request, whatever the order of its fields.

    Values that JSON does not know count by their text. `separators` are JSON's. A digest is stored
    beside its idempotency key, so a request must keep the ones that it was first stored with.
    """
    text = json.dumps(asked, sort_keys=True, separators=separators, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
