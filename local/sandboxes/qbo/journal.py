"""Every request, for tests and benchmarks to read."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Any

METERED = frozenset({"query", "read", "cdc", "report"})


@dataclass(slots=True)
class Entry:
    """One request. `at` is wall-clock epoch seconds, `ms` real milliseconds until the answer."""

    n: int
    at: float
    method: str
    path: str
    query: str
    kind: str
    realm: str = ""
    requestid: str = ""
    operation: str = ""
    entity: str = ""
    items: int = 0
    status: int = 0
    fault: str | None = None
    replayed: bool = False
    injected: str | None = None
    ms: float = 0.0
    request_body: str | None = None
    answer_body: str | None = None


class Journal:
    """A bounded ring of entries, and counts that go on beyond it."""

    def __init__(self, size: int) -> None:
        self._entries: deque[Entry] = deque(maxlen=size)
        self.clear()

    def clear(self) -> None:
        self._entries.clear()
        self._n = 0
        self.kinds: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.metered = 0
        self.peak_concurrency = 0
        self.first: float | None = None
        self.last: float | None = None

    def open(self, at: float, method: str, path: str, query: str, kind: str) -> Entry:
        self._n += 1
        entry = Entry(self._n, at, method, path, query, kind)
        self._entries.append(entry)
        return entry

    def close(self, entry: Entry, at: float) -> None:
        entry.ms = round((at - entry.at) * 1000, 2)
        self.kinds[entry.kind] += 1
        self.statuses[str(entry.status)] += 1
        self.first = entry.at if self.first is None else self.first
        self.last = at
        reading = entry.kind in METERED or (entry.kind, entry.method) == ("preferences", "GET")
        if reading and entry.status == 200 and not entry.fault:
            self.metered += 1

    def since(self, after: int, limit: int) -> dict[str, Any]:
        """Entries numbered above `after`, at most `limit`, and where to go on."""
        found = [e for e in self._entries if e.n > after][:limit]
        last = found[-1].n if found else max(after, 0)
        return {"entries": [_shown(entry) for entry in found], "next": last}

    def resize(self, size: int) -> None:
        if size != self._entries.maxlen:
            self._entries = deque(self._entries, maxlen=size)

    def stats(self) -> dict[str, Any]:
        return {
            "requests": self._n,
            "kinds": dict(self.kinds),
            "statuses": dict(self.statuses),
            "throttled": self.statuses["429"],
            "peak_concurrency": self.peak_concurrency,
            "metered_reads": self.metered,
            "first": self.first,
            "last": self.last,
        }


def _shown(entry: Entry) -> dict[str, Any]:
    shown = asdict(entry)
    for name in ("request_body", "answer_body"):
        if shown[name] is None:
            del shown[name]
    return shown
