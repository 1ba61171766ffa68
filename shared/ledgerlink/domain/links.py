"""Links: which ledger record a source record became."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A posting key tied to a record of the ledger: what we last wrote, when, in which run."""

    key: str
    kind: str
    ledger_id: str
    version: str | None
    fingerprint: str
    run_id: str
    written_at: datetime
