"""Timesheets that are written, rejected and written again, call by call."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest
from ledgerlink.connectors.intacct.documents.composer import IntacctComposer
from ledgerlink.connectors.intacct.outcomes.timesheets import (
    EmployeePeriod,
    Timesheet,
    Timesheets,
)
from ledgerlink.connectors.intacct.posting.timesheet_update import TimesheetUpdate
from ledgerlink.connectors.intacct.posting.timesheets import TimesheetWriter
from ledgerlink.connectors.intacct.protocol.faults import Fault
from ledgerlink.connectors.intacct.protocol.response import Response, Result, Stage
from ledgerlink.domain.errors import KindRefused, LedgerUnavailable
from ledgerlink.domain.model.plan import Outcome, Request, Write
from ledgerlink.domain.model.references import ExistingRecord

from tests.unit.connectors.intacct.open_company import create, delete
from tests.unit.connectors.intacct.resolved_records import time

COMPOSER = IntacctComposer()
WRONG = Fault("XX99", "Something is wrong.")
Answer = Callable[[str, TimesheetUpdate], Result | None]


def new(seq: int, employee: str = "E1") -> Write:
    staff = ExistingRecord(f"employee/{employee}")
    return create(seq, COMPOSER.time(time(f"t{seq}", staff=staff)))


WEEK = EmployeePeriod("E1", date(2026, 3, 2))


@dataclass
class Scripted:
    """The gateway, what was read of it, and what becomes of rejected timesheets."""

    answer: Answer
    sheets: Timesheets = field(default_factory=Timesheets)
    after: Timesheets = field(default_factory=Timesheets)
    """What is read back."""
    fails: Callable[[int], bool] = lambda _: False
    """Whether a call with so many updates fails as a whole."""
    retries: Callable[[Sequence[Write]], list[Sequence[Write]]] = lambda _: []
    unreadable: Exception | None = None
    sent: list[list[list[int]]] = field(default_factory=list)
    targets: list[str | None] = field(default_factory=list)
    read: list[tuple[set[str], bool]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    accepted_times: int = 0
    given_up: list[int] = field(default_factory=list)
    blocked: list[int] = field(default_factory=list)

    # The calls

    async def send(self, control_id: str, updates: Mapping[str, TimesheetUpdate]) -> Response:
        self.sent.append([[write.seq for write in one.writes] for one in updates.values()])
        self.targets += [one.sheet.number if one.sheet else None for one in updates.values()]
        if self.fails(len(updates)):
            return Response(failed=Stage.OPERATION, faults=(WRONG,))
        found = {name: self.answer(name, one) for name, one in updates.items()}
        return Response(results={name: one for name, one in found.items() if one is not None})

    # The reads

    async def sheets_for(self, request: Request) -> Timesheets:
        if self.unreadable is not None and isinstance(self.unreadable, KindRefused):
            raise self.unreadable
        return self.sheets

    async def read_now(self, writes: Collection[Write]) -> Timesheets:
        return self.sheets

    async def read_back(
        self, request: Request, numbers: set[str], *, is_complete: bool
    ) -> Timesheets:
        self.read.append((numbers, is_complete))
        if self.unreadable is not None:
            raise self.unreadable
        return self.after

    # The rejected ones

    def parts_to_retry(self, update: TimesheetUpdate, fault: Fault) -> list[Sequence[Write]]:
        self.faults.append(fault)
        return self.retries(update.writes)

    def accepted(self) -> None:
        self.accepted_times += 1

    def give_up(self, writes: Iterable[Write]) -> None:
        self.given_up += [write.seq for write in writes]

    def block(self, writes: Iterable[Write], error: KindRefused) -> None:
        self.blocked += [write.seq for write in writes]


def succeeded(number: str = "9") -> Answer:
    return lambda name, _: Result(name, "success", rows=[{"RECORDNO": number}])


def rejected(name: str, _: TimesheetUpdate) -> Result:
    return Result(name, "failure", faults=(WRONG,))


def write(scripted: Any, *writes: Write) -> list[Outcome]:
    """The outcomes of one request, those included that are worked out later."""
    outcomes: list[Outcome] = []
    deferred: list[Any] = []
    writer = TimesheetWriter(
        scripted, scripted, scripted, scripted, outcomes, deferred, lambda: False
    )
    asyncio.run(writer.write(Request("request", writes), writes))
    return [*outcomes, *(outcome for late in deferred for outcome in late())]


def held(number: str, *keys: str) -> Timesheet:
    entries = [{"NOTES": f"[time:{key}]"} for key in keys]
    return Timesheet(number, WEEK, {"STATE": "Draft"}, entries)


def sheets(*some: Timesheet) -> Timesheets:
    return Timesheets({each.number: each for each in some})


def removal(seq: int, number: str) -> Write:
    gone = delete(seq, COMPOSER.time(time(f"t{seq}")), f"{number}/time:t{seq}")
    return replace(gone, base_fingerprint=None)


def test_a_written_timesheet_is_read_back_once() -> None:
    scripted = Scripted(succeeded())
    write(scripted, new(0), new(1))
    assert (scripted.sent, scripted.read) == ([[[0, 1]]], [({"9"}, True)])
    assert (scripted.accepted_times, scripted.faults) == (1, [])


def test_an_entry_that_the_timesheet_holds_is_posted_and_that_of_another_stays_unknown() -> None:
    scripted = Scripted(succeeded(), after=sheets(held("9", "t0"), held("8", "t1")))
    assert [outcome.seq for outcome in write(scripted, new(0), new(1))] == [0]


def test_a_timesheet_is_read_back_by_the_id_that_a_legacy_function_returns() -> None:
    scripted = Scripted(lambda name, _: Result(name, "success", key="7"))
    write(scripted, new(0))
    assert scripted.read == [({"7"}, True)]


def test_an_entry_of_a_rejected_timesheet_is_not_said_to_be_removed() -> None:
    scripted = Scripted(rejected, sheets=sheets(held("5", "t0")))
    assert write(scripted, removal(0, "5")) == []
    assert (scripted.read, scripted.accepted_times) == ([], 0)
    assert scripted.faults == [WRONG]


def test_a_removed_entry_is_not_read_back() -> None:
    scripted = Scripted(succeeded("5"), sheets=sheets(held("5", "t0")))
    (outcome,) = write(scripted, removal(0, "5"))
    assert (outcome.seq, scripted.read, scripted.accepted_times) == (0, [], 1)


def test_a_timesheet_whose_number_is_not_said_is_not_read_back() -> None:
    scripted = Scripted(lambda name, _: Result(name, "success"))
    assert write(scripted, new(0)) == []
    assert scripted.read == []


def test_where_some_are_rejected_what_is_read_back_is_not_all() -> None:
    def first_only(name: str, update: TimesheetUpdate) -> Result | None:
        return succeeded()(name, update) if update.writes[0].seq == 0 else rejected(name, update)

    scripted = Scripted(first_only)
    write(scripted, new(0), new(1, "E2"))
    assert (scripted.read, scripted.faults) == ([({"9"}, False)], [WRONG])


def test_a_timesheet_without_a_result_has_an_unknown_outcome() -> None:
    scripted = Scripted(lambda _name, _update: None)
    assert write(scripted, new(0)) == []
    assert (scripted.faults, scripted.read, scripted.given_up) == ([], [], [])


def test_what_was_written_is_posted_even_if_it_cannot_be_read_back() -> None:
    scripted = Scripted(succeeded(), unreadable=LedgerUnavailable("busy", "Busy."))
    outcomes: list[Outcome] = []
    any_: Any = scripted
    writer = TimesheetWriter(any_, any_, any_, any_, outcomes, [], lambda: False)
    with pytest.raises(LedgerUnavailable):
        asyncio.run(writer.write(Request("request", (new(0),)), [new(0)]))
    assert [(each.seq, each.ledger_id) for each in outcomes] == [(0, "9/time:t0")]


def test_all_time_is_blocked_where_the_ledger_refuses_time() -> None:
    scripted = Scripted(succeeded(), unreadable=KindRefused("feature_off", "Off.", "Turn it on."))
    write(scripted, new(0), new(1))
    assert (scripted.blocked, scripted.sent) == ([0, 1], [])


def test_a_call_that_fails_as_a_whole_is_halved_down_to_single_timesheets() -> None:
    scripted = Scripted(succeeded(), fails=lambda updates: updates > 1)
    write(scripted, new(0), new(1, "E2"), new(2, "E3"), new(3, "E4"), new(4, "E5"))
    assert [len(updates) for updates in scripted.sent] == [5, 2, 1, 1, 3, 1, 2, 1, 1]
    assert scripted.faults == []


def test_a_single_timesheet_whose_call_fails_has_the_fault_of_the_call() -> None:
    scripted = Scripted(succeeded(), fails=lambda _: True)
    write(scripted, new(0))
    assert (scripted.sent, scripted.faults, scripted.accepted_times) == ([[[0]]], [WRONG], 0)


def test_parts_that_are_tried_again_come_before_those_that_wait() -> None:
    parts = {(0, 1): [[0], [1]], (0,): [[0]]}
    tried: list[Any] = []

    def retries(writes: Sequence[Write]) -> list[Sequence[Write]]:
        seqs = tuple(one.seq for one in writes)
        by_seq = {one.seq: one for one in writes}
        again = parts.get(seqs, []) if seqs not in tried else []
        tried.append(seqs)
        return [[by_seq[seq] for seq in part] for part in again]

    scripted = Scripted(rejected, retries=retries)
    write(scripted, new(0), new(1))
    assert scripted.sent == [[[0, 1]], [[0]], [[0]], [[1]]]


def test_a_timesheet_that_is_rejected_again_and_again_is_given_up() -> None:
    scripted = Scripted(rejected, retries=lambda writes: [writes])
    write(scripted, new(0), new(1, "E2"), new(2, "E2"))
    assert len(scripted.sent) == 3 * 2
    assert scripted.given_up == [0, 1, 2]


def test_of_two_timesheets_of_a_week_the_one_with_the_entry_is_written() -> None:
    scripted = Scripted(succeeded("5"), sheets=sheets(held("4", "x"), held("5", "t0")))
    write(scripted, removal(0, "5"))
    assert scripted.targets == ["5"]
