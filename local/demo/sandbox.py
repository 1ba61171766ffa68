"""The admin calls of both sandboxes, and the journal of every request."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict

from local.demo.errors import DemoError

PAGE = 5000
MOST_PAGES = 100
TOO_MANY = httpx.codes.TOO_MANY_REQUESTS


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Health(Answer):
    """`scale` is how many seconds of the ledger pass in one of ours."""

    scale: float


class Entry(Answer, ABC):
    """One request that the ledger got. A ledger's own kind says whose it was, what kind of call
    and how many records it was to write."""

    n: int
    status: int
    whose: str | None

    @property
    @abstractmethod
    def call(self) -> str: ...

    @property
    @abstractmethod
    def written(self) -> int: ...


Kind = TypeVar("Kind", bound=Entry)


class Journal(Answer, Generic[Kind]):
    entries: list[Kind]
    next: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the ledger saw: calls by kind, those it refused as too many, records it was to write."""

    calls: Counter[str]
    throttled: int
    written: int

    @property
    def total(self) -> int:
        return sum(self.calls.values())


@dataclass(frozen=True, slots=True)
class SandboxAdmin:
    """The admin calls of both sandboxes at `http`'s base address; JOURNAL is the shape of
    their journal."""

    JOURNAL: ClassVar[type[Journal[Any]]]

    http: httpx.Client

    def scale(self) -> float:
        return Health.model_validate_json(self._ask("GET", "/_sandbox/health")).scale

    def mark(self) -> int:
        """Where the journal ends now."""
        last = 0
        for page in self._pages(0):
            last = page.next
        return last

    def traffic(self, company: str, mark: int) -> Traffic:
        """What came for that company since the mark."""
        calls, throttled, written = Counter[str](), 0, 0
        for page in self._pages(mark):
            for entry in page.entries:
                if entry.whose == company:
                    throttled += entry.status == TOO_MANY
                    calls[entry.call] += 1
                    written += entry.written
        return Traffic(calls, throttled, written)

    def _pages(self, after: int) -> Iterator[Journal[Any]]:
        for _ in range(MOST_PAGES):
            answer = self._ask("GET", f"/_sandbox/journal?after={after}&limit={PAGE}")
            page = self.JOURNAL.model_validate_json(answer)
            yield page
            if not page.entries:
                return
            after = page.next
        raise DemoError(f"The sandbox's journal holds more than {MOST_PAGES * PAGE} requests.")

    def _ask(self, method: str, path: str, body: dict[str, str] | None = None) -> bytes:
        answer = self.http.request(method, path, json=body)
        if not answer.is_success:
            said = answer.text[:500]
            raise DemoError(f"The sandbox refused {path} ({answer.status_code}): {said}")
        return answer.content
