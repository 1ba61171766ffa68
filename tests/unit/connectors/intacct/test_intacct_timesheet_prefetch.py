"""Prefetched timesheets save requests and lose nothing."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from ledgerlink.connectors.intacct.documents.composer import IntacctComposer
from ledgerlink.connectors.intacct.posting.timesheet_prefetch import MAX_AGE
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.plan import ItemState, Operation, Outcome, Request, Write
from ledgerlink.domain.model.references import ExistingRecord, Pending
from ledgerlink.domain.ports import never

from tests.fakes.clock import START
from tests.unit.connectors.intacct.open_company import OpenCompany, create, update
from tests.unit.connectors.intacct.resolved_records import time

COMPOSER = IntacctComposer()


def entry(key: str, **more: Any) -> Document:
    return COMPOSER.time(time(key, **more))


def of(person: int, **more: Any) -> Write:
    """An entry to be made of one person."""
    return create(person, entry(f"t{person}", staff=ExistingRecord(f"employee/E{person}"), **more))


def sheet(company: OpenCompany, person: int) -> str:
    """A sheet of that week in which somebody has entered time."""
    number = company.gateway.add(
        "TIMESHEET", EMPLOYEEID=f"E{person}", BEGINDATE="03/02/2026", STATE="Draft"
    )
    by_hand(company, number, "there before")
    return number


def by_hand(company: OpenCompany, number: str, note: str) -> None:
    values = {"ENTRYDATE": "03/03/2026", "QTY": "4", "NOTES": note, "TIMESHEETKEY": number}
    company.gateway.add("TIMESHEETENTRY", **values)


def notes(company: OpenCompany, number: str) -> list[str]:
    rows = company.gateway.rows("TIMESHEETENTRY")
    return sorted(row["NOTES"] for row in rows if row["TIMESHEETKEY"] == number)


async def write(company: OpenCompany, *requests: Sequence[Write]) -> None:
    some = [Request(f"r{number}", tuple(writes)) for number, writes in enumerate(requests)]
    await company.ledger.write(some, company.answered, lambda: False)


def while_the_first_is_written(company: OpenCompany, happen: Callable[[], None]) -> None:
    """What happens in the ledger before the first call that writes is answered."""
    calls_before = ["sign in", "where sheets are", "what is in them"]

    def step(request: httpx.Request) -> httpx.Response:
        answer = company.gateway(request)
        happen()
        return answer

    company.gateway.script = [*[None for _ in calls_before], step]


@pytest.mark.parametrize("held", [True, False], ids=["sheets that are there", "new sheets"])
async def test_each_further_request_takes_two_calls(held: bool) -> None:
    company = OpenCompany()
    if held:
        for person in range(4):
            sheet(company, person)
    await write(company, *[[of(person)] for person in range(4)])
    assert {outcome.state for outcome in company.outcomes.values()} == {ItemState.POSTED}
    assert len(company.outcomes) == 4
    calls = company.ledger.calls
    assert (calls["write"], calls["read"]) == (4, 1 + int(held) + 4)


async def test_an_entry_added_while_the_previous_request_is_written_stays() -> None:
    company = OpenCompany()
    numbers = [sheet(company, person) for person in range(2)]
    while_the_first_is_written(company, lambda: by_hand(company, numbers[1], "meanwhile"))
    await write(company, [of(0)], [of(1)])
    assert notes(company, numbers[1]) == ["[time:t1]", "meanwhile", "there before"]


async def test_an_entry_added_while_outcomes_are_stored_stays() -> None:
    company = OpenCompany()
    numbers = [sheet(company, person) for person in range(2)]

    async def slowly(request: Request, outcomes: Sequence[Outcome]) -> None:
        await company.clock.sleep(MAX_AGE + 1)
        by_hand(company, numbers[1], f"after {request.id}")

    requests = [Request(f"r{person}", (of(person),)) for person in range(2)]
    await company.ledger.write(requests, slowly, lambda: False)
    assert notes(company, numbers[1]) == ["[time:t1]", "after r0", "after r1", "there before"]


async def test_a_moved_entry_does_not_come_back_with_the_next_request() -> None:
    company = OpenCompany()
    moving, staying = entry("t0", day=date(2026, 3, 10)), entry("t1", day=date(2026, 3, 10))
    await company.write(create(0, moving), create(1, staying))
    (number,) = [row["RECORDNO"] for row in company.gateway.rows("TIMESHEET")]
    moved = update(2, entry("t0"), moving, company.outcomes[0].ledger_id)
    shorter = entry("t1", day=date(2026, 3, 10), minutes=30)
    changed = update(3, shorter, staying, company.outcomes[1].ledger_id)
    await write(company, [moved], [changed])
    assert notes(company, number) == ["[time:t1]"]
    assert len(company.gateway.rows("TIMESHEETENTRY")) == 2


async def test_a_timesheet_created_by_the_previous_request_is_reused() -> None:
    company = OpenCompany()
    await write(company, [create(0, entry("t0"))], [create(1, entry("t1"))])
    (number,) = [row["RECORDNO"] for row in company.gateway.rows("TIMESHEET")]
    assert notes(company, number) == ["[time:t0]", "[time:t1]"]


async def test_a_timesheet_deleted_meanwhile_is_created_again() -> None:
    company = OpenCompany()
    numbers = [sheet(company, person) for person in range(2)]

    def vanish() -> None:
        for kind, key in (("TIMESHEET", "RECORDNO"), ("TIMESHEETENTRY", "TIMESHEETKEY")):
            table = company.gateway.tables[kind]
            for own in [each for each, row in table.items() if row[key] == numbers[1]]:
                del table[own]

    while_the_first_is_written(company, vanish)
    await write(company, [of(0)], [of(1)])
    assert {outcome.state for outcome in company.outcomes.values()} == {ItemState.POSTED}
    assert notes(company, numbers[1]) == []
    assert sum(row["NOTES"] == "[time:t1]" for row in company.gateway.rows("TIMESHEETENTRY")) == 1


# What is looked for before the requests are ready.


def planned(write: Write, **more: Any) -> Operation:
    """The operation that becomes this write."""
    one = Operation(
        seq=write.seq,
        action=write.action,
        key=write.key,
        kind=write.kind,
        level=0,
        body=write.body,
        ledger_id=write.ledger_id,
        group=write.group,
    )
    return replace(one, **more)


async def prefetch(company: OpenCompany, *writes: Write) -> None:
    await company.ledger.prefetch([planned(write) for write in writes], never)


async def test_prefetched_timesheets_are_not_read_again() -> None:
    company = OpenCompany()
    for person in range(2):
        sheet(company, person)
    await prefetch(company, of(0), of(1))
    assert company.ledger.calls["read"] == 2
    await write(company, [of(0)], [of(1)])
    calls = company.ledger.calls
    assert (calls["write"], calls["read"]) == (2, 2 + 2)
    assert {outcome.state for outcome in company.outcomes.values()} == {ItemState.POSTED}


async def test_an_unused_prefetch_does_no_harm() -> None:
    company = OpenCompany()
    await prefetch(company, of(0), of(1))
    await write(company, [of(1)])
    assert company.reasons() == {1: None}


async def test_timesheets_that_were_not_prefetched_are_read() -> None:
    company = OpenCompany()
    numbers = [sheet(company, person) for person in range(2)]
    await prefetch(company, of(0))
    await write(company, [of(0), of(1)])
    assert [notes(company, number) for number in numbers] == [
        ["[time:t0]", "there before"],
        ["[time:t1]", "there before"],
    ]


async def test_an_entry_added_after_the_prefetch_stays() -> None:
    company = OpenCompany()
    number = sheet(company, 0)
    await prefetch(company, of(0))
    await company.clock.sleep(MAX_AGE + 1)
    by_hand(company, number, "meanwhile")
    await write(company, [of(0)])
    assert notes(company, number) == ["[time:t0]", "meanwhile", "there before"]


async def test_nothing_is_prefetched_while_a_write_is_unanswered() -> None:
    until = START + timedelta(seconds=MAX_AGE - 1)
    company = OpenCompany(state={"silent_until": until.isoformat()})
    number = sheet(company, 0)
    await prefetch(company, of(0))
    assert company.ledger.calls["read"] == 0
    by_hand(company, number, "late")
    await write(company, [of(0)])
    assert notes(company, number) == ["[time:t0]", "late", "there before"]


async def test_time_of_a_new_employee_can_be_prefetched() -> None:
    company = OpenCompany()
    coming = COMPOSER.time(time("t1", staff=Pending("staff:new")))
    created = planned(create(1, coming))
    await company.ledger.prefetch([created, planned(of(0))], never)
    known = COMPOSER.time(time("t1", staff=ExistingRecord("employee/E9")))
    await write(company, [of(0), create(1, known, group=coming.group)])
    assert company.reasons() == {0: None, 1: None}


async def test_other_documents_need_no_prefetch() -> None:
    company = OpenCompany()
    await company.ledger.prefetch([planned(of(0), kind="APBILL")], never)
    assert not company.ledger.calls
