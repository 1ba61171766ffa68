"""Imports on the demonstration's screen: put together, mapped, planned, let loose, taken back."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rich.console import Console

from local.demo.answers import Import, Mapped, Run
from local.demo.api import Api
from local.demo.books import Books, Json
from local.demo.errors import DemoError
from local.demo.watching import Watch

POLL_SECONDS = 0.5
MOST_POLLS = 1200
KINDS = ("users", "projects", "labor-codes")
Entries = Sequence[Mapping[str, Json]]


def days(entries: Entries) -> tuple[date, date]:
    """The first and the last day of these entries."""
    found = [date.fromisoformat(str(entry["work_date"])) for entry in entries]
    return min(found), max(found)


def names(books: Books) -> dict[str, dict[str, dict[str, str]]]:
    """What the product says of the people, projects and labor codes."""
    projects = {
        key: {"name": name, "client_name": books.clients.get(books.client_of[key], "")}
        for key, name in books.projects.items()
    }
    return {
        "users": {key: {"name": name} for key, name in books.people.items()},
        "projects": projects,
        "labor-codes": {key: {"name": name} for key, name in books.labor_codes.items()},
    }


def corrected(entries: Entries) -> tuple[list[Mapping[str, Json]], str]:
    """The entries with three corrected: one is longer, one is another day's, one is gone; and in
    words what was done."""
    longer, moved, gone, *rest = entries
    first, last = days(entries)
    other = first if str(moved["work_date"]) != first.isoformat() else last
    minutes = int(str(longer["minutes"]))
    changed = {**longer, "minutes": minutes + 15 if minutes <= 1425 else minutes - 15}
    words = f"{longer['key']} is 15 minutes longer, {moved['key']} was on {other}"
    again = {**moved, "work_date": other.isoformat()}
    return [changed, again, *rest], f"{words}, {gone['key']} was deleted"


@dataclass(frozen=True, slots=True)
class Importing:
    """A bookkeeper at work on one connection."""

    api: Api
    connection_id: str
    console: Console
    new_key: Callable[[], str]
    sleep: Callable[[float], None] = time.sleep

    def draft(self, entries: Entries, books: Books, period: tuple[date, date]) -> Import:
        """A draft of these entries, once they were looked through."""
        lines = b"\n".join(json.dumps(e, ensure_ascii=False).encode() for e in entries)
        first, last = period
        made = self.api.new_import(
            self.connection_id,
            self.new_key(),
            {
                "from": first.isoformat(),
                "to": last.isoformat(),
                "upload_id": self.api.upload(self.connection_id, lines),
                "names": names(books),
                # Ledgers hold texts of different lengths; the hours are what matters here.
                "posting": {"shorten": True},
            },
        )
        return self._until(made, lambda now: now.staged_at is not None or now.reason is not None)

    def mapping(self, draft: Import) -> Iterator[tuple[str, Mapped]]:
        """Every entity of the draft with its kind, with its rule or what is suggested."""
        for kind in KINDS:
            for mapped in self.api.mapping(self.connection_id, draft.id, kind):
                yield kind, mapped

    def planned(self, draft: Import) -> Import:
        """The import with a new plan."""
        self.api.order_plan(self.connection_id, draft.id)
        return self._until(draft, lambda now: now.state != "planning")

    def undo(self, done: Import) -> Import:
        """The plan that takes it back."""
        made = self.api.undo(self.connection_id, done.id, self.new_key())
        return self._until(made, lambda now: now.state != "planning")

    def let_loose(self, ready: Import) -> Run:
        """The import as it ended."""
        if ready.state != "ready":
            why = f" {ready.reason.message} {ready.reason.remedy}" if ready.reason else ""
            raise DemoError(f"The import is {ready.state}.{why}")
        self.api.start(self.connection_id, ready.id, ready.plan)
        run = self.api.run(self.connection_id, ready.id)
        return Watch(self.api, self.connection_id, self.console).until_ended(run)

    def _until(self, made: Import, when: Callable[[Import], bool]) -> Import:
        for _ in range(MOST_POLLS):
            now = self.api.get_import(self.connection_id, made.id)
            if when(now):
                return now
            self.sleep(POLL_SECONDS)
        raise DemoError(f"Import {made.id} has not moved for {MOST_POLLS * POLL_SECONDS:.0f} s.")


def suggested(mapped: Iterable[tuple[str, Mapped]]) -> list[tuple[str, Mapped]]:
    """Those that have no rule and a suggestion, the best first."""
    found = [(kind, one) for kind, one in mapped if one.rule is None and one.suggestions]
    return sorted(found, key=lambda pair: -pair[1].suggestions[0].score)
