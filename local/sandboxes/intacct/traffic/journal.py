"""What Sage Intacct's journal holds of a request."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from local.sandboxes.common import journal

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
class Entry(journal.Entry):
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
    waited_ms: float = 0.0


class Journal(journal.Journal[Entry]):
    def __init__(self, size: int) -> None:
        super().__init__(size, Entry)

    def clear(self) -> None:
        super().clear()
        self.functions: Counter[str] = Counter()
        self.objects: Counter[str] = Counter()

    def close(self, entry: Entry, at: float) -> None:
        super().close(entry, at)
        for note in entry.functions:
            self.functions[note.function] += 1
            self.objects[f"{note.function} {note.object}".strip()] += note.objects
            self.metered += note.metered

    def stats(self) -> dict[str, Any]:
        counts = {"functions": dict(self.functions), "objects": dict(self.objects)}
        return {**super().stats(), **counts, "metered": self.metered}


def without_secrets(body: bytes) -> str:
    return SECRETS.sub(r"<\1>***</\1>", body.decode("utf-8", "replace"))
