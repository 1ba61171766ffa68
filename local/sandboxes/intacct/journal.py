"""Every request, for tests and benchmarks to read."""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import Any, Final

SECRETS: Final = re.compile(r"<(password|sessionid)>[^<]*</\1>")


@dataclass(slots=True)
class Note:
    """One function of a request. `objects` counts the records it named or returned, `metered` what
    counts against a performance tier; `ignored` are the fields that no table knows."""

    function: str
    controlid: str
    object: str = ""
    objects: int = 0
    metered: int = 0
    status: str = ""
    errorno: str = ""
    error: str = ""
    injected: str | None = None
    ignored: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Entry:
    """One request. `at` is wall-clock epoch seconds, `ms` real milliseconds until the answer;
    a status of 0 is a connection that was cut."""

    n: int
    at: float
    method: str
    path: str
    sender: str = ""
    company: str = ""
    user: str = ""
    entity: str = ""
    controlid: str = ""
    uniqueid: bool = True
    transaction: bool = False
    functions: list[Note] = field(default_factory=list)
    request_bytes: int = 0
    answer_bytes: int = 0
    status: int = 0
    fault: str | None = None
    injected: str | None = None
    waited_ms: float = 0.0
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
        self.functions: Counter[str] = Counter()
        self.objects: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.metered = 0
        self.peak_concurrency = 0
        self.first: float | None = None
        self.last: float | None = None

    def open(self, at: float, method: str, path: str) -> Entry:
        self._n += 1
        entry = Entry(self._n, at, method, path)
        self._entries.append(entry)
        return entry

    def close(self, entry: Entry, at: float) -> None:
        entry.ms = round((at - entry.at) * 1000, 2)
        self.statuses[str(entry.status)] += 1
        for note in entry.functions:
            self.functions[note.function] += 1
            self.objects[f"{note.function} {note.object}".strip()] += note.objects
            self.metered += note.metered
        self.first = entry.at if self.first is None else self.first
        self.last = at

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
            "functions": dict(self.functions),
            "objects": dict(self.objects),
            "statuses": dict(self.statuses),
            "throttled": self.statuses["429"],
            "peak_concurrency": self.peak_concurrency,
            "metered": self.metered,
            "first": self.first,
            "last": self.last,
        }


def without_secrets(body: bytes) -> str:
    return SECRETS.sub(r"<\1>***</\1>", body.decode("utf-8", "replace"))


def _shown(entry: Entry) -> dict[str, Any]:
    shown = asdict(entry)
    for name in ("request_body", "answer_body"):
        if shown[name] is None:
            del shown[name]
    return shown
