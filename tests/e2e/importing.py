"""A bookkeeper who imports, by the HTTP API."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tests.e2e.firm import JSON, Books, Firm
from tests.support.waiting import until

BUSY = ("draft", "planning", "queued", "applying")
PERIOD = {"from": "2026-03-01", "to": "2026-03-31"}


@dataclass(slots=True)
class Importer:
    """A user of a firm with one connection; imports are dicts as the API answers them."""

    firm: Firm
    connection_id: str
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.firm.client

    @property
    def path(self) -> str:
        return f"/v1/connections/{self.connection_id}"

    def draft(self, entries: Sequence[Any], **more: Any) -> JSON:
        """A new draft, once its records were looked through."""
        made = self.ask("POST", "imports", **PERIOD, time_entries=list(entries), **more)
        return self.until(made, lambda run: run["staged_at"] or run["reason"])

    def planned(self, run: JSON) -> JSON:
        """The import with a new plan."""
        self.ask("POST", f"imports/{run['id']}/plan")
        return self.until(run, lambda now: now["state"] != "planning")

    def start(self, run: JSON) -> JSON:
        return self.ask("POST", f"imports/{run['id']}/start", plan=run["plan"])

    def at_rest(self, run: JSON) -> JSON:
        return self.until(run, lambda now: now["state"] not in BUSY)

    def imported(self, entries: Sequence[Any], **more: Any) -> JSON:
        """The import of these entries from the draft to its end."""
        ready = self.planned(self.draft(entries, **more))
        assert ready["state"] == "ready", ready
        self.start(ready)
        return self.at_rest(ready)

    def undone(self, run: JSON) -> JSON:
        """The import that took this one back."""
        taking = self.ask("POST", f"imports/{run['id']}/undo")
        ready = self.until(taking, lambda now: now["state"] != "planning")
        self.start(ready)
        return self.at_rest(ready)

    def preview(self, run: JSON, **filters: Any) -> list[JSON]:
        return list(self.get(f"imports/{run['id']}/preview", limit=1000, **filters)["items"])

    def until(self, run: JSON, when: Callable[[JSON], Any]) -> JSON:
        def asked() -> JSON | None:
            now = self.get(f"imports/{run['id']}")
            return now if when(now) else None

        found: JSON = until(asked)
        return found

    def get(self, path: str, **filters: Any) -> JSON:
        return dict(self.answered(self.client.get(f"{self.path}/{path}", params=filters)))

    def ask(self, method: str, path: str, **body: Any) -> JSON:
        return dict(self.answered(self.call(method, path, **body)))

    def call(self, method: str, path: str, **body: Any) -> httpx.Response:
        headers = {"Idempotency-Key": uuid4().hex}
        return self.client.request(method, f"{self.path}/{path}", json=body, headers=headers)

    def answered(self, answer: httpx.Response) -> Any:
        assert answer.status_code in (200, 202), answer.text
        return answer.json()


@dataclass(slots=True)
class Bookkeeper(Importer):
    """One whose connection is to a company of QuickBooks Online."""

    books: Books

    def as_user(self, name: str, *scopes: str) -> "Bookkeeper":
        """A colleague."""
        other = Bookkeeper(self.firm, self.connection_id, self.books)
        other.client = self.firm.as_user(name, *scopes)
        return other

    def times(self) -> dict[str, tuple[str, int]]:
        """What the ledger holds: ids and minutes by the end of the description."""
        return {
            row["Description"].rpartition(" ")[2]: (row["Id"], row["Hours"] * 60 + row["Minutes"])
            for row in self.books.rows("TimeActivity")
        }

    def minutes(self) -> dict[str, int]:
        return {name: minutes for name, (_, minutes) in self.times().items()}
