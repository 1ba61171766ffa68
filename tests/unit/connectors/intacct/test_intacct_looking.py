"""What is read ahead of the request that follows saves requests, and nothing is lost by it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from ledgerlink.connectors.intacct.documents.composer import IntacctComposer
from ledgerlink.connectors.intacct.posting.timesheet_prefetch import MAX_AGE
from ledgerlink.domain.model.documents import Document, Known, Pending
from ledgerlink.domain.model.plan import ItemState, Operation, Outcome, Request, Write
from ledgerlink.domain.ports import never

from tests.fakes.clock import START
from tests.unit.connectors.intacct.books import Books, create, update
from tests.unit.connectors.intacct.desk import time

COMPOSER = IntacctComposer()


def entry(key: str, **more: Any) -> Document:
    return COMPOSER.time(time(key, **more))


def of(person: int, **more: Any) -> Write:
    """An entry to be made of one person."""
    return create(person, entry(f"t{person}", staff=Known(f"employee/E{person}"), **more))


def sheet(books: Books, person: int) -> str:
    """A sheet of that week in which somebody has entered time."""
    number = books.gateway.add(
        "TIMESHEET", EMPLOYEEID=f"E{person}", BEGINDATE="03/02/2026", STATE="Draft"
    )
    by_hand(books, number, "there before")
    return number


def by_hand(books: Books, number: str, note: str) -> None:
    values = {"ENTRYDATE": "03/03/2026", "QTY": "4", "NOTES": note, "TIMESHEETKEY": number}
    books.gateway.add("TIMESHEETENTRY", **values)


def notes(books: Books, number: str) -> list[str]:
    rows = books.gateway.rows("TIMESHEETENTRY")
    return sorted(row["NOTES"] for row in rows if row["TIMESHEETKEY"] == number)


async def write(books: Books, *requests: Sequence[Write]) -> None:
    some = [Request(f"r{number}", tuple(writes)) for number, writes in enumerate(requests)]
    await books.ledger.write(some, books.answered, lambda: False)


def while_the_first_is_written(books: Books, happen: Callable[[], None]) -> None:
    """What happens in the ledger before the first call that writes is answered."""
    calls_before = ["sign in", "where sheets are", "what is in them"]

    def step(request: httpx.Request) -> httpx.Response:
        answer = books.gateway(request)
        happen()
        return answer

    books.gateway.script = [*[None for _ in calls_before], step]


@pytest.mark.parametrize("held", [True, False], ids=["sheets that are there", "new sheets"])
async def test_each_further_request_takes_two_calls(held: bool) -> None:
    books = Books()
    if held:
        for person in range(4):
            sheet(books, person)
    await write(books, *[[of(person)] for person in range(4)])
    assert {outcome.state for outcome in books.told.values()} == {ItemState.POSTED}
    assert len(books.told) == 4
    calls = books.ledger.calls
    assert (calls["write"], calls["read"]) == (4, 1 + int(held) + 4)


async def test_what_somebody_enters_while_the_request_before_is_written_stays() -> None:
    books = Books()
    numbers = [sheet(books, person) for person in range(2)]
    while_the_first_is_written(books, lambda: by_hand(books, numbers[1], "meanwhile"))
    await write(books, [of(0)], [of(1)])
    assert notes(books, numbers[1]) == ["[time:t1]", "meanwhile", "there before"]


async def test_what_somebody_enters_while_answers_wait_to_be_stored_stays() -> None:
    books = Books()
    numbers = [sheet(books, person) for person in range(2)]

    async def slowly(request: Request, outcomes: Sequence[Outcome]) -> None:
        await books.clock.sleep(MAX_AGE + 1)
        by_hand(books, numbers[1], f"after {request.id}")

    requests = [Request(f"r{person}", (of(person),)) for person in range(2)]
    await books.ledger.write(requests, slowly, lambda: False)
    assert notes(books, numbers[1]) == ["[time:t1]", "after r0", "after r1", "there before"]


async def test_what_has_moved_out_of_a_sheet_does_not_come_back_with_the_next_request() -> None:
    books = Books()
    moving, staying = entry("t0", day=date(2026, 3, 10)), entry("t1", day=date(2026, 3, 10))
    await books.write(create(0, moving), create(1, staying))
    (number,) = [row["RECORDNO"] for row in books.gateway.rows("TIMESHEET")]
    moved = update(2, entry("t0"), moving, books.told[0].ledger_id)
    shorter = entry("t1", day=date(2026, 3, 10), minutes=30)
    changed = update(3, shorter, staying, books.told[1].ledger_id)
    await write(books, [moved], [changed])
    assert notes(books, number) == ["[time:t1]"]
    assert len(books.gateway.rows("TIMESHEETENTRY")) == 2


async def test_a_sheet_that_the_request_before_has_made_is_gone_on_with() -> None:
    books = Books()
    await write(books, [create(0, entry("t0"))], [create(1, entry("t1"))])
    (number,) = [row["RECORDNO"] for row in books.gateway.rows("TIMESHEET")]
    assert notes(books, number) == ["[time:t0]", "[time:t1]"]


async def test_a_sheet_that_vanishes_meanwhile_is_made_anew() -> None:
    books = Books()
    numbers = [sheet(books, person) for person in range(2)]

    def vanish() -> None:
        for kind, key in (("TIMESHEET", "RECORDNO"), ("TIMESHEETENTRY", "TIMESHEETKEY")):
            table = books.gateway.tables[kind]
            for own in [each for each, row in table.items() if row[key] == numbers[1]]:
                del table[own]

    while_the_first_is_written(books, vanish)
    await write(books, [of(0)], [of(1)])
    assert {outcome.state for outcome in books.told.values()} == {ItemState.POSTED}
    assert notes(books, numbers[1]) == []
    assert sum(row["NOTES"] == "[time:t1]" for row in books.gateway.rows("TIMESHEETENTRY")) == 1


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


async def prepare(books: Books, *writes: Write) -> None:
    await books.ledger.prepare([planned(write) for write in writes], never)


async def test_what_was_prepared_is_not_asked_for_again() -> None:
    books = Books()
    for person in range(2):
        sheet(books, person)
    await prepare(books, of(0), of(1))
    assert books.ledger.calls["read"] == 2
    await write(books, [of(0)], [of(1)])
    calls = books.ledger.calls
    assert (calls["write"], calls["read"]) == (2, 2 + 2)
    assert {outcome.state for outcome in books.told.values()} == {ItemState.POSTED}


async def test_what_was_prepared_and_dropped_does_no_harm() -> None:
    books = Books()
    await prepare(books, of(0), of(1))
    await write(books, [of(1)])
    assert books.reasons() == {1: None}


async def test_what_was_not_prepared_is_looked_for() -> None:
    books = Books()
    numbers = [sheet(books, person) for person in range(2)]
    await prepare(books, of(0))
    await write(books, [of(0), of(1)])
    assert [notes(books, number) for number in numbers] == [
        ["[time:t0]", "there before"],
        ["[time:t1]", "there before"],
    ]


async def test_what_somebody_enters_after_it_was_prepared_stays() -> None:
    books = Books()
    number = sheet(books, 0)
    await prepare(books, of(0))
    await books.clock.sleep(MAX_AGE + 1)
    by_hand(books, number, "meanwhile")
    await write(books, [of(0)])
    assert notes(books, number) == ["[time:t0]", "meanwhile", "there before"]


async def test_nothing_is_prepared_while_an_earlier_write_may_still_be_done() -> None:
    until = START + timedelta(seconds=MAX_AGE - 1)
    books = Books(state={"silent_until": until.isoformat()})
    number = sheet(books, 0)
    await prepare(books, of(0))
    assert books.ledger.calls["read"] == 0
    by_hand(books, number, "late")
    await write(books, [of(0)])
    assert notes(books, number) == ["[time:t0]", "late", "there before"]


async def test_time_of_somebody_who_is_still_to_be_made_is_prepared_for_as_far_as_it_can_be() -> (
    None
):
    books = Books()
    coming = COMPOSER.time(time("t1", staff=Pending("staff:new")))
    created = planned(create(1, coming))
    await books.ledger.prepare([created, planned(of(0))], never)
    known = COMPOSER.time(time("t1", staff=Known("employee/E9")))
    await write(books, [of(0), create(1, known, group=coming.group)])
    assert books.reasons() == {0: None, 1: None}


async def test_other_documents_need_no_preparation() -> None:
    books = Books()
    await books.ledger.prepare([planned(of(0), kind="APBILL")], never)
    assert not books.ledger.calls
