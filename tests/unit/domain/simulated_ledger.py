"""A ledger in memory in which every write of a plan succeeds, with rules and entries to plan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Action, ItemState, Operation
from ledgerlink.domain.model.reasons import Reason
from ledgerlink.domain.model.references import resolve
from ledgerlink.domain.model.rules import (
    Client,
    CreateLaborCode,
    CreateProject,
    CreateUser,
    LinkTo,
    Rule,
    RuleKind,
    Skip,
)
from ledgerlink.domain.model.rules import Mapping as RuleMapping
from ledgerlink.domain.model.source_records import TimeEntry
from ledgerlink.domain.planning.inputs import PlanInput, Rejected
from ledgerlink.domain.planning.planner import plan

from tests.fakes.clock import START
from tests.fakes.composer import FORBIDDEN, FakeComposer

DAY = date(2026, 2, 27)
CLIENT = Client(key="client", name="Client")
RULES: dict[RuleKind, dict[str, RuleMapping]] = {
    RuleKind.USERS: {
        "linked": LinkTo(ledger_id="P1"),
        "vendor": LinkTo(ledger_id="P2", person="vendor"),
        "new": CreateUser(name="New"),
        "skipped": Skip(),
        "refused": CreateUser(name=FORBIDDEN),
    },
    RuleKind.PROJECTS: {
        "linked": LinkTo(ledger_id="C1"),
        "site": CreateProject(name="Site", client=CLIENT),
        "yard": CreateProject(name="Yard", client=CLIENT),
        "below": CreateProject(name="Below", parent_id="C1"),
        "alone": CreateProject(name="Alone"),
        "skipped": Skip(),
        "orphan": CreateProject(name="Orphan", client=Client(key="bad", name=FORBIDDEN)),
    },
    RuleKind.LABOR_CODES: {
        "linked": LinkTo(ledger_id="I1"),
        "new": CreateLaborCode(name="Design", income_account_id="A1"),
        "skipped": Skip(),
    },
}


def rule_book(
    given: Mapping[RuleKind, Mapping[str, RuleMapping]],
) -> dict[tuple[RuleKind, str], Rule]:
    return {
        (kind, key): Rule(kind=kind, key=key, mapping=mapping, set_by="ada", set_at=START)
        for kind, mappings in given.items()
        for key, mapping in mappings.items()
    }


def entry(key: str, **given: Any) -> TimeEntry:
    plain = TimeEntry(key=key, staff_key="linked", work_date=DAY, minutes=60, project_key="linked")
    return replace(plain, **given)


@dataclass
class SimulatedLedger:
    """Rules, and the links that applied plans leave behind."""

    rules: dict[tuple[RuleKind, str], Rule] = field(default_factory=lambda: rule_book(RULES))
    links: dict[str, Link] = field(default_factory=dict)
    closed_through: date | None = None
    time_refused: Reason | None = None
    home_currency: str | None = None
    written: int = 0

    def plan(
        self,
        entries: Sequence[TimeEntry],
        rejected: Iterable[Rejected] = (),
        rank: str | None = None,
        **given: Any,
    ) -> tuple[Operation, ...]:
        return plan(
            PlanInput(
                entries=entries,
                rejected=list(rejected),
                rules=self.rules,
                links=self.links,
                composer=FakeComposer(),
                features=Features(
                    books_closed_through=self.closed_through,
                    time_refused=self.time_refused,
                    home_currency=self.home_currency,
                ),
                rank=rank,
                **given,
            )
        )

    def apply(
        self, operations: Iterable[Operation], run_id: str = "r1", imported: bool = False
    ) -> None:
        """Every write succeeds; a KeyError means that something was not there yet."""
        for op in operations:
            if op.state is not ItemState.PENDING:
                continue
            if op.action is Action.DELETE:
                del self.links[op.key]
                continue
            left = [self.links[key].members for key in op.after if key in self.links]
            assert not any(set(members) & set(op.members) for members in left)
            body, *targets = resolve([op.body, *op.targets], lambda k: self.links[k].ledger_id)
            self.written += 1
            self.links[op.key] = Link(
                key=op.key,
                kind=op.kind,
                ledger_id=op.ledger_id or f"L{self.written}",
                version=str(int(op.version or -1) + 1),
                fingerprint=fingerprint(body),
                run_id=run_id,
                written_at=START,
                rank=run_id,
                imported=imported,
                members=op.members,
                day=op.day,
                minutes=op.minutes,
                source=op.source,
                targets=tuple(targets),
                record=op.record,
                total=op.total,
            )


def writes(operations: Iterable[Operation]) -> dict[str, Action]:
    return {op.key: op.action for op in operations if op.state is ItemState.PENDING}


def states(operations: Iterable[Operation]) -> dict[str, ItemState]:
    return {op.key: op.state for op in operations}


def reasons(operations: Iterable[Operation]) -> dict[str, str]:
    return {op.key: op.reason.code for op in operations if op.reason}
