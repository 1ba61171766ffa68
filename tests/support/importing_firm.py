"""A firm that imports its time again and again, and what its ledger ought to hold."""

from datetime import date
from typing import Any

from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.imports import Scope
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import LinkTo, RuleKind, Skip
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.services.imports import service
from ledgerlink.services.imports.service import ImportRequest

from tests.fakes.service import InMemoryService, entry, in_memory_service
from tests.support.importing import ADA

SCOPE = Scope(first_day=date(2025, 12, 1), last_day=date(2026, 2, 28))
"""The days of every import: a year ends among them."""
PROJECTS = ("p1", "p2", "p3")
Ledger = dict[str, tuple[Any, ...]]
"""Day, customer and minutes of each activity, by its entries."""


class Firm:
    """A product with its entries, a ledger, and what the ledger ought to hold."""

    def __init__(self) -> None:
        self.app: InMemoryService = in_memory_service()
        self.connection: Connection = self.app.connected()
        self.mappings: dict[str, Any] = {p: LinkTo(ledger_id="C1") for p in PROJECTS}
        self.app.rules(self.connection, RuleKind.PROJECTS, self.mappings)
        self.entries: dict[str, dict[str, Any]] = {}
        self.done: list[tuple[Run, Ledger]] = []
        self.expected: Ledger = {}
        self.posted: Ledger = {}
        """What was posted by itself, of entries that are never imported."""
        self.count = 0
        self.is_hindered = False
        """Whether something keeps imports and undos from doing all that they should."""

    def edit(self, key: str, minutes: int, day: date, project: str) -> None:
        self.entries[key] = entry(key, minutes=minutes, work_date=str(day), project_key=project)

    def delete(self, key: str) -> None:
        self.entries.pop(key, None)

    def bill(self, key: str) -> None:
        """Have an invoice of the ledger bill what holds this entry, so that it cannot change."""
        self.is_hindered = True
        for link in self._links():
            if key in link.members:
                self.app.company().billed[link.ledger_id] = "INV-1"

    def rule(self, project: str, mapping: Any) -> None:
        self.mappings[project] = mapping
        self.app.rules(self.connection, RuleKind.PROJECTS, {project: mapping})

    def post(self, key: str, day: date) -> None:
        """Post an entry that is never imported, unless it is posted already."""
        if key not in self.posted:
            self.post_entry(key, 45, day, "p1")
            if key in self.carried():
                self.posted[key] = (str(day), self._customer("p1"), 45)

    def post_entry(self, key: str, minutes: int, day: date, project: str) -> None:
        self.count += 1
        one = entry(key, minutes=minutes, work_date=str(day), project_key=project)
        self.app.post(self.connection, f"p{self.count}", [one])
        self.app.work()

    def _customer(self, project: str) -> str:
        """The customer that a rule says, as `held` names it."""
        return str(getattr(self.mappings[project], "ledger_id", "new"))

    def bring_in(self, **posting: Any) -> None:
        before = self.expected
        run = self.started(self.planned(**posting))
        self.expected = self._wanted(merged=bool(posting))
        self.done.append((run, before))

    def planned(self, **posting: Any) -> Run:
        self.count += 1
        wanted = ImportRequest(
            scope=SCOPE, records=list(self.entries.values()), posting=posting or None
        )
        deps = self.app.deps
        run = service.create(deps, ADA, self.connection.id, f"k{self.count}", wanted)
        self.app.work()
        service.order_plan(deps, ADA, self.connection.id, run.id)
        self.app.work()
        return self.app.run(run)

    def started(self, run: Run) -> Run:
        service.start(self.app.deps, ADA, self.connection.id, run.id, run.plan)
        self.app.work()
        ended = self.app.run(run)
        fine = {RunState.COMPLETED}
        if self.is_hindered or self._leaves_what_posts_use(ended):
            fine.add(RunState.COMPLETED_WITH_PROBLEMS)
        assert ended.state in fine, self.app.items(ended)
        return ended

    def _leaves_what_posts_use(self, run: Run) -> bool:
        """Whether nothing stood in its way but time that was posted with a client that the run
        would delete."""
        blocked = [one for one in self.app.items(run) if one.state is ItemState.BLOCKED]
        codes = {one.outcome.reason.code for one in blocked if one.outcome.reason}
        return bool(self.posted) and codes == {"used_since"}

    def undo(self) -> None:
        if not self.done:
            return
        run, before = self.done.pop()
        self.count += 1
        key = f"u{self.count}"
        taking = service.undo(self.app.deps, ADA, self.connection.id, run.id, key)
        self.app.work()
        self.started(self.app.run(taking))
        self.expected = before

    def _wanted(self, *, merged: bool) -> Ledger:
        found: dict[tuple[Any, ...], tuple[int, list[str]]] = {}
        for key, one in self.entries.items():
            mapping = self.mappings[one["project_key"]]
            if isinstance(mapping, Skip):
                continue
            target = self._customer(one["project_key"])
            same = (one["work_date"], one["project_key"]) if merged else (key,)
            app = (*same, one["work_date"], target)
            minutes, members = found.get(app, (0, []))
            found[app] = (minutes + one["minutes"], [*members, key])
        return {
            "+".join(sorted(members)): (app[-2], app[-1], minutes)
            for app, (minutes, members) in found.items()
        }

    def do(self, name: str, *given: Any) -> None:
        match name:
            case "import":
                self.bring_in()
            case "merge":
                self.bring_in(description="neither")
            case _:
                getattr(self, name)(*given)

    def ids_of(self, key: str) -> list[str]:
        """The ledger's ids of the activities that hold this entry."""
        return [link.ledger_id for link in self._links() if key in link.members]

    def carried(self) -> list[str]:
        """The entries that activities of the ledger stand for, as often as they do."""
        stored = {one.id for one in self.app.company().of_kind("Time")}
        links = [link for link in self._links() if link.ledger_id in stored]
        assert len(links) == len(stored)
        return sorted(member for link in links for member in link.members)

    def _links(self) -> list[Link]:
        rows = self.app.links.rows.get(self.connection.key, {})
        return [link for link in rows.values() if link.kind == "Time"]

    def held(self) -> Ledger:
        """What the ledger holds, by the members of each activity."""
        by_id = {link.ledger_id: link for link in self._links()}
        stored = self.app.company().of_kind("Time")
        assert len(stored) == len(by_id)
        found: Ledger = {}
        for one in stored:
            customer = one.body["customer"]
            named = customer if customer in ("C1", "C2") else "new"
            members = "+".join(sorted(by_id[one.id].members))
            found[members] = (one.body["day"], named, one.body["minutes"])
        return found
