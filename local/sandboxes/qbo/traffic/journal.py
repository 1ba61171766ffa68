"""What QuickBooks Online's journal holds of a request."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from local.sandboxes.common import journal

METERED = frozenset({"query", "read", "cdc", "report"})


@dataclass(slots=True)
class Entry(journal.Entry):
    query: str = ""
    kind: str = ""
    realm: str = ""
    requestid: str = ""
    operation: str = ""
    entity: str = ""
    items: int = 0
    replayed: bool = False


class Journal(journal.Journal[Entry]):
    def __init__(self, size: int) -> None:
        super().__init__(size, Entry)

    def clear(self) -> None:
        super().clear()
        self.kinds: Counter[str] = Counter()

    def close(self, entry: Entry, at: float) -> None:
        super().close(entry, at)
        self.kinds[entry.kind] += 1
        reading = entry.kind in METERED or (entry.kind, entry.method) == ("preferences", "GET")
        if reading and entry.status == 200 and not entry.fault:
            self.metered += 1

    def stats(self) -> dict[str, Any]:
        return {**super().stats(), "kinds": dict(self.kinds), "metered_reads": self.metered}
