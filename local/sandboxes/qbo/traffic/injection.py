"""The failures of QuickBooks Online."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from local.sandboxes.common import injection

ACTIONS = (
    "status500",
    "fault10000",
    "html502",
    "503",
    "504",
    "429xml",
    "429json",
    "401",
    "timeout",
    "cut",
    "item_fault",
)


@dataclass(slots=True)
class Injection(injection.Injection):
    ACTIONS: ClassVar = dict.fromkeys(ACTIONS, ("before", "after"))
    MATCHES: ClassVar = frozenset({"kind", "entity", "path_prefix", "operation", "realm"})

    seconds: float = 130.0
    retry_after: int | None = None
    """Seconds that the header Retry-After asks for, of a 429 or 503."""
    code: str = "6000"
    message: str = ""
    detail: str = "Business Validation Error: Unexpected Internal Error. (-30000)"
