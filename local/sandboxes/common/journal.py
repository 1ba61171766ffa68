"""Every request, for tests and benchmarks to read."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar


@dataclass(slots=True)
class Entry:
    """One request; a ledger's own kind adds what it knows of it. `at` is wall-clock epoch seconds,
    `ms` real milliseconds until the answer; a status of 0 is a connection that was cut."""

    n: int
    at: float
    method: str
    path: str
    status: int = 0
    fault: str | None = None
    injected: str | None = None
    ms: float = 0.0
    request_body: str | None = None
    answer_body: str | None = None

    def shown(self) -> dict[str, Any]:
        shown = asdict(self)
        for name in ("request_body", "answer_body"):
            if shown[name] is None:
                del shown[name]
        return shown


Kind = TypeVar("Kind", bound=Entry)


class Journal(Generic[Kind]):
    """A bounded ring of entries, and counts that go on beyond it."""

    def __init__(self, size: int, kind: type[Kind]) -> None:
        self._kind = kind
        self._entries: deque[Kind] = deque(maxlen=size)
        self.clear()

    def clear(self) -> None:
        self._entries.clear()
        self._n = 0
        self.statuses: Counter[str] = Counter()
        self.metered = 0
        self.peak_concurrency = 0
        self.first: float | None = None
        self.last: float | None = None

    def open(self, at: float, method: str, path: str, **more: Any) -> Kind:
        self._n += 1
        entry = self._kind(self._n, at, method, path, **more)
        self._entries.append(entry)
        return entry

    def close(self, entry: Kind, at: float) -> None:
        entry.ms = round((at - entry.at) * 1000, 2)
        self.statuses[str(entry.status)] += 1
        self.first = entry.at if self.first is None else self.first
        self.last = at

    def since(self, after: int, limit: int) -> dict[str, Any]:
        """Entries numbered above `after`, at most `limit`, and where to go on."""
        found = [e for e in self._entries if e.n > after][:limit]
        last = found[-1].n if found else max(after, 0)
        return {"entries": [entry.shown() for entry in found], "next": last}

    def resize(self, size: int) -> None:
        if size != self._entries.maxlen:
            self._entries = deque(self._entries, maxlen=size)

    def stats(self) -> dict[str, Any]:
        return {
            "requests": self._n,
            "statuses": dict(self.statuses),
            "throttled": self.statuses["429"],
            "peak_concurrency": self.peak_concurrency,
            "first": self.first,
            "last": self.last,
        }
