"""The sandbox's own desk: companies, and the journal of every request it got."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from local.demo.errors import DemoError
from local.demo.sandbox import MOST_PAGES, PAGE, TOO_MANY, Answer, Health, Traffic

READING = frozenset(
    {"getAPISession", "get_companyprefs", "lookup", "query", "read", "readByName", "readByQuery"}
)
DONE = "success"


class Function(Answer):
    """One function of a request and the records that it was about."""

    function: str
    objects: int = 0
    status: str = ""


class Entry(Answer):
    """One request that the ledger got."""

    n: int
    company: str = ""
    functions: list[Function]
    status: int

    @property
    def kind(self) -> str:
        return "write" if self._writing() else "read"

    @property
    def written(self) -> int:
        """Records that it made, changed or deleted."""
        return sum(one.objects or 1 for one in self._writing() if one.status == DONE)

    def _writing(self) -> list[Function]:
        return [one for one in self.functions if one.function not in READING]


class Journal(Answer):
    entries: list[Entry]
    next: int


@dataclass(frozen=True, slots=True)
class IntacctSandbox:
    """The sandbox at `http`'s base address."""

    http: httpx.Client

    def scale(self) -> float:
        return Health.model_validate_json(self._ask("GET", "/_sandbox/health")).scale

    def new_company(self, company_id: str) -> None:
        """An empty company with that id."""
        self._ask("POST", "/_sandbox/companies", {"company": company_id, "seed": "empty"})

    def mark(self) -> int:
        """Where the journal ends now."""
        last = 0
        for page in self._pages(0):
            last = page.next
        return last

    def traffic(self, company_id: str, mark: int) -> Traffic:
        """What came for that company since the mark. A timesheet counts as one record."""
        calls, throttled, written = Counter[str](), 0, 0
        for page in self._pages(mark):
            for entry in page.entries:
                if entry.company == company_id:
                    throttled += entry.status == TOO_MANY
                    calls[entry.kind] += 1
                    written += entry.written
        return Traffic(calls, throttled, written)

    def _pages(self, after: int) -> Iterator[Journal]:
        for _ in range(MOST_PAGES):
            answer = self._ask("GET", f"/_sandbox/journal?after={after}&limit={PAGE}")
            page = Journal.model_validate_json(answer)
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
