"""Time: whole sheets, others' entries kept, repeats that double nothing, refusals told apart."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgerlink.connectors.intacct.documents.composer import IntacctComposer
from ledgerlink.connectors.intacct.reads.map_lists import PROJECT
from ledgerlink.domain.errors import LedgerStopped, LedgerUnavailable
from ledgerlink.domain.model.documents import Document, Known
from ledgerlink.domain.model.list_records import ListRead
from ledgerlink.domain.model.plan import ItemState, Request, Write

from tests.fakes.clock import START
from tests.support.sampling import examples
from tests.unit.connectors.intacct.books import Books, create, delete, update
from tests.unit.connectors.intacct.desk import time
from tests.unit.connectors.intacct.gateway import answering, failing, raw

COMPOSER = IntacctComposer()
POSTED, FAILED = ItemState.POSTED, ItemState.FAILED


def entry(key: str = "t1", **more: Any) -> Document:
    return COMPOSER.time(time(key, **more))


def theirs(books: Books, sheet: str, **more: str) -> str:
    """An entry of somebody else in a sheet."""
    values = {"ENTRYDATE": "03/03/2026", "QTY": "4", "NOTES": "by hand", "TIMESHEETKEY": sheet}
    return books.gateway.add("TIMESHEETENTRY", **{**values, **more})


def sheet(books: Books, employee: str = "E1", state: str = "Draft") -> str:
    return books.gateway.add("TIMESHEET", EMPLOYEEID=employee, BEGINDATE="03/02/2026", STATE=state)


def notes(books: Books) -> list[str]:
    return sorted(row["NOTES"] for row in books.gateway.rows("TIMESHEETENTRY"))


async def test_entries_of_one_person_and_period_become_one_sheet() -> None:
    books = Books()
    await books.write(
        create(0, entry("t1")),
        create(1, entry("t2", day=date(2026, 3, 8))),
        create(2, entry("t3", staff=Known("employee/E2"))),
    )
    assert {seq: outcome.state for seq, outcome in books.told.items()} == dict.fromkeys(
        range(3), POSTED
    )
    heads = [(row["EMPLOYEEID"], row["BEGINDATE"]) for row in books.gateway.rows("TIMESHEET")]
    assert heads == [("E1", "03/02/2026"), ("E2", "03/02/2026")]
    number = books.gateway.rows("TIMESHEET")[0]["RECORDNO"]
    assert books.told[0].ledger_id == f"{number}/time:t1"
    assert books.told[0].version == books.gateway.rows("TIMESHEET")[0]["WHENMODIFIED"]
    assert books.reasons() == {0: None, 1: None, 2: None}
    assert books.gateway.requests("create") == 1


async def test_a_hundred_sheets_of_thirty_entries_take_a_handful_of_requests() -> None:
    books = Books()
    writes = [
        create(person * 30 + n, entry(f"t{person}-{n}", staff=Known(f"employee/E{person}")))
        for person in range(100)
        for n in range(30)
    ]
    (positions,) = books.connector.batch(writes)
    assert len(positions) == 3000
    await books.write(*writes)
    assert len(books.told) == 3000
    assert {outcome.state for outcome in books.told.values()} == {POSTED}
    calls = books.ledger.calls
    assert calls["read"] + calls["write"] + calls["session"] <= 3000 / 100


async def test_no_answer_holds_more_than_five_hundred_sheets() -> None:
    books = Books()
    ids = []
    for number in range(501):
        own = sheet(books, employee=f"E{number}")
        books.gateway.add("TIMESHEETENTRY", TIMESHEETKEY=own, ENTRYDATE="03/03/2026", QTY="4",
                          NOTES=f"[time:{number}]")  # fmt: skip
        ids.append(f"{own}/time:{number}")
    before = books.ledger.calls["read"]
    copies = await books.ledger.copies("TIMESHEETENTRY", ids, None)
    assert set(copies) == set(ids)
    assert books.ledger.calls["read"] - before == 2


async def test_entries_of_others_stay_as_they_are() -> None:
    books = Books()
    books.gateway.custom = {"TIMESHEETENTRY": ["SHIFT"]}
    number = sheet(books)
    fields = {"TASKKEY": "12", "SHIFT": "night", "EXTBILLRATE": "80", "PROJECTID": "P"}
    kept = theirs(books, number, **fields, TASKID="T")
    before = dict(books.gateway.tables["TIMESHEETENTRY"][kept])
    await books.write(create(0, entry()))
    after = books.gateway.tables["TIMESHEETENTRY"][kept]
    assert after == {name: value for name, value in before.items() if name in after}
    assert {*fields, "QTY", "NOTES", "ENTRYDATE"} <= set(after)
    assert "TASKID" not in after
    assert len(books.gateway.rows("TIMESHEETENTRY")) == 2
    assert books.told[0].ledger_id == f"{number}/time:t1"


async def test_what_a_company_has_added_to_our_other_entries_stays() -> None:
    books = Books()
    books.gateway.custom = {"TIMESHEETENTRY": ["SHIFT"]}
    was = entry("t1")
    await books.write(create(0, was), create(1, entry("t2")))
    books.gateway.rows("TIMESHEETENTRY")[1]["SHIFT"] = "night"
    await books.write(update(2, entry(minutes=30), was, books.told[0].ledger_id), name="r2")
    assert [row.get("SHIFT") for row in books.gateway.rows("TIMESHEETENTRY")] == [None, "night"]


async def test_what_a_company_has_added_to_an_entry_stays_when_it_is_corrected() -> None:
    books = Books()
    books.gateway.custom = {"TIMESHEETENTRY": ["SHIFT"]}
    was = entry("t1")
    await books.write(create(0, was))
    books.gateway.rows("TIMESHEETENTRY")[0]["SHIFT"] = "night"
    await books.write(update(1, entry(minutes=30), was, books.told[0].ledger_id), name="r2")
    (row,) = books.gateway.rows("TIMESHEETENTRY")
    assert (row["SHIFT"], row["QTY"]) == ("night", "0.5")


async def test_a_correction_changes_its_entry_alone_and_keeps_its_number() -> None:
    books = Books()
    was, other = entry("t1"), entry("t2")
    await books.write(create(0, was), create(1, other))
    numbers = set(books.gateway.tables["TIMESHEETENTRY"])
    longer = entry("t1", minutes=120)
    await books.write(update(2, longer, was, books.told[0].ledger_id), name="r2")
    assert books.told[2].state is POSTED
    assert set(books.gateway.tables["TIMESHEETENTRY"]) == numbers
    assert sorted(row["QTY"] for row in books.gateway.rows("TIMESHEETENTRY")) == ["1.5", "2"]


async def test_a_correction_knows_its_entry_though_the_sheet_has_moved_on() -> None:
    books = Books()
    was = entry("t1")
    await books.write(create(0, was))
    first = books.told[0].version
    await books.write(create(1, entry("t2")), name="r2")
    assert books.told[1].version != first
    await books.write(update(2, entry(minutes=30), was, books.told[0].ledger_id), name="r3")
    assert books.told[2].state is POSTED


async def test_an_entry_that_somebody_changed_is_left_alone() -> None:
    books = Books()
    was = entry()
    await books.write(create(0, was))
    books.gateway.rows("TIMESHEETENTRY")[0]["QTY"] = "7"
    ledger_id = books.told[0].ledger_id
    await books.write(
        update(1, entry(minutes=30), was, ledger_id), delete(2, was, ledger_id), name="r2"
    )
    assert books.reasons() == {0: None, 1: "changed_in_ledger", 2: "changed_in_ledger"}
    assert books.gateway.rows("TIMESHEETENTRY")[0]["QTY"] == "7"


async def test_an_entry_that_already_says_so_is_taken_over() -> None:
    books = Books()
    was = entry()
    await books.write(create(0, was))
    books.gateway.rows("TIMESHEETENTRY")[0]["QTY"] = "2"
    await books.write(update(1, entry(minutes=120), was, books.told[0].ledger_id), name="r2")
    assert books.told[1].state is POSTED
    assert books.reasons()[1] == "already_written"


async def test_a_deleted_entry_leaves_the_others_and_the_last_one_takes_the_sheet_along() -> None:
    books = Books()
    one, two = entry("t1"), entry("t2")
    await books.write(create(0, one), create(1, two))
    await books.write(delete(2, one, books.told[0].ledger_id), name="r2")
    assert notes(books) == ["[time:t2]"]
    await books.write(delete(3, two, books.told[1].ledger_id), name="r3")
    assert books.gateway.rows("TIMESHEET") == []
    assert {books.told[2].state, books.told[3].state} == {POSTED}


async def test_a_sheet_with_entries_of_others_stays_when_ours_are_gone() -> None:
    books = Books()
    number = sheet(books)
    theirs(books, number)
    one = entry()
    await books.write(create(0, one))
    await books.write(delete(1, one, books.told[0].ledger_id), name="r2")
    assert notes(books) == ["by hand"]
    assert len(books.gateway.rows("TIMESHEET")) == 1


async def test_what_is_gone_needs_no_delete_and_takes_no_update() -> None:
    books = Books()
    one = entry()
    await books.write(delete(0, one, "77/time:t1"), update(1, one, one, "77/time:t1"))
    assert (books.told[0].state, books.told[0].reason) == (POSTED, None)
    assert books.reasons()[1] == "gone_in_ledger"
    assert books.gateway.requests("create") == 0


@pytest.mark.parametrize("state", ["Approved", "Partially Approved", "A", "X"])
async def test_an_approved_sheet_refuses_its_entries_and_the_neighbours_go_on(state: str) -> None:
    books = Books()
    sheet(books, "E1", state)
    await books.write(
        create(0, entry("t1")),
        create(1, entry("t2")),
        create(2, entry("t3", staff=Known("employee/E2"))),
    )
    assert books.reasons() == {0: "timesheet_approved", 1: "timesheet_approved", 2: None}
    assert books.told[2].state is POSTED
    assert books.told[0].reason is not None
    assert "approved" in books.told[0].reason.message


async def test_a_submitted_sheet_is_tried_and_its_refusal_explained() -> None:
    books = Books()
    sheet(books, "E1", "Submitted")
    words = "Timesheets that are submitted or approved cannot be edited."
    books.gateway.refusals = {"<update>": [("BL01001973", words)]}
    await books.write(create(0, entry("t1")), create(1, entry("t2")))
    assert books.reasons() == {0: "timesheet_approved", 1: "timesheet_approved"}
    assert books.gateway.requests("update") == 1


async def test_the_entry_that_a_fault_names_fails_and_its_neighbours_are_posted() -> None:
    books = Books()
    books.gateway.refusals = {
        "P-BAD": [
            ("BL01001973", "Invalid Project 'P-BAD' specified. [Support ID: ab%7Ecd]"),
            ("BL01001973", "Could not create timesheet record!"),
        ]
    }
    await books.write(
        create(0, entry("t1")),
        create(1, entry("t2", customer=Known("project/P-BAD"))),
        create(2, entry("t3")),
    )
    assert books.reasons() == {0: None, 1: "target_missing", 2: None}
    assert books.told[1].reason is not None
    assert "Invalid Project 'P-BAD' specified" in books.told[1].reason.message
    assert "Support" not in books.told[1].reason.message
    assert notes(books) == ["[time:t1]", "[time:t3]"]


async def test_ids_in_a_refusal_are_told_by_name_where_the_lists_know_them() -> None:
    books = Books()
    books.gateway.add("PROJECT", PROJECTID="P-BAD", NAME="Rocket")
    books.gateway.add("CLASS", CLASSID="CL", NAME="East")
    await books.ledger.read_list(ListRead(type=PROJECT))
    books.gateway.refusals = {"P-BAD": [("BL01001973", "Invalid Job 'P-BAD' specified.")]}
    await books.write(create(0, entry(customer=Known("project/P-BAD"))))
    assert books.told[0].reason is not None
    assert "Invalid Job 'P-BAD' (Rocket) specified." in books.told[0].reason.message
    assert books.reasons() == {0: "target_missing"}


async def test_a_fault_that_names_nothing_is_tracked_down_by_halves() -> None:
    books = Books()
    books.gateway.refusals = {"BAD": [("BL01001973", "A custom rule does not like this.")]}
    writes = [create(n, entry(f"t{n}")) for n in range(7)]
    writes.append(create(7, entry("t7", parts=(("notes", "BAD"),))))
    await books.write(*writes)
    assert books.reasons() == {**dict.fromkeys(range(7)), 7: "refused"}
    assert len(books.gateway.rows("TIMESHEETENTRY")) == 7
    assert len(books.gateway.rows("TIMESHEET")) == 1


@settings(max_examples=examples(25), deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=40), st.sampled_from(["refused", "missing"]))
def test_whatever_is_refused_without_a_name_its_good_neighbours_are_posted(
    good: list[bool], kind: str
) -> None:
    books = Books()
    words = "Missing unit" if kind == "missing" else "A custom rule does not like this."
    books.gateway.refusals = {"BAD": [("BL01001973", words)]}
    texts = ["good" if each else "BAD" for each in good]
    writes = [create(n, entry(f"t{n}", parts=(("notes", each),))) for n, each in enumerate(texts)]
    asyncio.run(_written(books, writes))
    told = {seq: outcome.state for seq, outcome in books.told.items()}
    assert told == {n: POSTED if each else FAILED for n, each in enumerate(good)}
    assert len(books.gateway.rows("TIMESHEETENTRY")) == sum(good)
    assert books.gateway.requests("create") + books.gateway.requests("update") <= 3 * len(good)


async def _written(books: Books, writes: list[Write]) -> None:
    await books.write(*writes)


async def test_a_request_that_cannot_be_read_is_tracked_down_too() -> None:
    books = Books()
    wrong = failing("XL03000003", "XML Parse schema error: ...", control=True)
    books.gateway.script = [None, None, wrong, *[None] * 5, wrong]
    await books.write(create(0, entry("t1")), create(1, entry("t2")))
    assert books.reasons() == {0: None, 1: "our_request_wrong"}
    assert notes(books) == ["[time:t1]"]


async def test_what_concerns_the_person_fails_the_whole_sheet_at_once() -> None:
    books = Books()
    books.gateway.refusals = {"<EMPLOYEEID>E1": [("BL01001973", "The employee 'E1' is invalid.")]}
    await books.write(*(create(n, entry(f"t{n}")) for n in range(4)))
    assert set(books.reasons().values()) == {"target_missing"}
    assert books.gateway.requests("create") == 1


async def test_a_closed_period_says_which_day() -> None:
    books = Books()
    books.gateway.refusals = {"<create>": [("BL01001973", "The period for that date is closed.")]}
    await books.write(create(0, entry()))
    assert books.reasons() == {0: "closed_period"}
    assert books.told[0].reason is not None
    assert "2026-03-04" in books.told[0].reason.message
    assert "Books > Open" in books.told[0].reason.remedy


async def test_a_missing_permission_stops_the_lane_and_keeps_what_was_answered() -> None:
    books = Books()
    words = "You do not have permission for API operation CREATE on objects of type timesheet"
    books.gateway.refusals = {"<EMPLOYEEID>E2": [("X", words)]}
    with pytest.raises(LedgerStopped, match="permission"):
        await books.write(
            create(0, entry("t1")), create(1, entry("t2", staff=Known("employee/E2")))
        )
    assert books.reasons() == {0: None}


async def test_a_repeat_after_a_cut_answer_doubles_nothing() -> None:
    books = Books()
    books.gateway.after = [httpx.ReadError("cut after the commit")]
    writes = (create(0, entry("t1")), create(1, entry("t2")))
    await books.write(*writes)
    assert books.told == {}
    assert len(books.gateway.rows("TIMESHEETENTRY")) == 2
    await books.write(*writes)
    assert books.reasons() == {0: "already_written", 1: "already_written"}
    assert len(books.gateway.rows("TIMESHEETENTRY")) == 2
    assert books.gateway.requests("create") == 1


async def test_what_was_cut_is_found_once_nothing_can_come_late() -> None:
    books = Books()
    books.gateway.after = [httpx.ReadError("cut after the commit")]
    writes = (create(0, entry("t1")), create(1, entry("t9", staff=Known("employee/E9"))))
    await books.write(writes[0])
    found = await books.ledger.find(writes, START, ())
    assert books.clock.now() >= START.replace(minute=15)
    assert {seq: outcome.state for seq, outcome in found.items()} == {0: POSTED}
    assert found[0].ledger_id is not None
    assert found[0].ledger_id.endswith("/time:t1")


async def test_what_was_never_stored_is_not_found_and_goes_out_again() -> None:
    books = Books()
    books.gateway.script = [None, None, raw(b"<html>502</html>", 502)]
    await books.write(create(0, entry()))
    assert books.told == {}
    assert await books.ledger.find([create(0, entry())], START, ()) == {}
    await books.write(create(0, entry()), name="r2")
    assert books.told[0].state is POSTED


async def test_corrections_and_deletes_are_found_by_what_they_leave() -> None:
    books = Books()
    one, two = entry("t1"), entry("t2")
    await books.write(create(0, one), create(1, two))
    ids = [books.told[n].ledger_id for n in (0, 1)]
    writes = [update(2, entry("t1", minutes=30), one, ids[0]), delete(3, two, ids[1])]
    assert await books.ledger.find(writes, START, ()) == {}
    books.gateway.after = [httpx.ReadError("cut")]
    await books.write(*writes, name="r2")
    found = await books.ledger.find(writes, START, ())
    assert {seq: outcome.state for seq, outcome in found.items()} == {2: POSTED, 3: POSTED}


async def test_a_gateway_that_answers_no_more_ends_the_write() -> None:
    books = Books()
    books.gateway.script = [None, None, raw(b"", 502), raw(b"", 502)]
    requests = [Request(f"r{n}", (create(n, entry(f"t{n}")),)) for n in range(3)]
    with pytest.raises(LedgerUnavailable):
        await books.ledger.write(requests, books.answered, lambda: False)
    assert books.told == {}
    assert len(books.gateway.log) == 4


async def test_a_request_of_which_nobody_knows_does_not_keep_the_next_one() -> None:
    books = Books()
    books.gateway.script = [None, None, raw(b"", 502)]
    requests = [Request(f"r{n}", (create(n, entry(f"t{n}")),)) for n in range(2)]
    await books.ledger.write(requests, books.answered, lambda: False)
    assert books.reasons() == {1: None}


async def test_a_sheet_waits_until_an_unanswered_write_of_it_is_over() -> None:
    books = Books()
    sheet(books)
    late: list[httpx.Request] = []

    def cut(request: httpx.Request) -> httpx.Response:
        late.append(request)
        return httpx.Response(524)

    def later(request: httpx.Request) -> httpx.Response:
        if books.clock.now() > START + timedelta(minutes=15):
            books.gateway(late.pop())
        return books.gateway(request)

    books.gateway.script = [*[None] * 5, cut, *[None] * 5, later]
    requests = [Request(f"r{n}", (create(n, entry(f"t{n}")),)) for n in range(2)]
    await books.ledger.write(requests, books.answered, lambda: False)
    for request in late:
        books.gateway(request)
    assert books.reasons() == {1: None}
    assert notes(books) == ["[time:t0]", "[time:t1]"]


async def test_other_sheets_do_not_wait_for_an_unanswered_write() -> None:
    books = Books()
    books.gateway.script = [None, None, raw(b"", 524)]
    staff = [Known("employee/E1"), Known("employee/E2")]
    requests = [Request(f"r{n}", (create(n, entry(f"t{n}", staff=staff[n])),)) for n in range(2)]
    await books.ledger.write(requests, books.answered, lambda: False)
    assert books.reasons() == {1: None}
    assert books.clock.now() < START + timedelta(minutes=1)


async def test_a_function_that_was_done_before_is_looked_for() -> None:
    books = Books()
    await books.write(create(0, entry("t1")))
    books.gateway.tables["TIMESHEET"].clear()
    books.gateway.tables["TIMESHEETENTRY"].clear()
    await books.write(create(0, entry("t1")))
    assert books.told[0].state is POSTED
    assert len(books.gateway.rows("TIMESHEETENTRY")) == 1


async def test_a_sheet_that_cannot_be_read_afterwards_is_posted_all_the_same() -> None:
    books = Books()
    books.gateway.script = [None, None, None, *[raw(b"", 502)] * 9]
    with pytest.raises(LedgerUnavailable):
        await books.write(create(0, entry()))
    assert books.told[0].state is POSTED
    assert books.told[0].version is None
    assert books.told[0].ledger_id is not None


async def test_other_values_than_were_sent_are_told() -> None:
    books = Books()
    books.gateway.defaults = {"TIMESHEETENTRY": {"DEPARTMENTID": "10"}}
    await books.write(create(0, entry()))
    assert books.reasons() == {0: None}
    document = entry("t2", parts=(("notes", "x"),))
    await books.write(create(1, document), name="r2")
    books.gateway.rows("TIMESHEETENTRY")[1]["QTY"] = "1"
    found = await books.ledger.find([create(1, document)], START, ())
    assert found[1].reason is not None
    assert (found[1].reason.code, found[1].content != "") == ("answer_differs", True)
    assert "hours 1.5 became 1" in found[1].reason.message


async def test_an_entry_moves_to_the_sheet_of_its_new_period() -> None:
    books = Books()
    was = entry("t1")
    await books.write(create(0, was), create(1, entry("t2")))
    moved = entry("t1", day=date(2026, 3, 10))
    await books.write(update(2, moved, was, books.told[0].ledger_id), name="r2")
    assert books.told[2].state is POSTED
    assert notes(books) == ["[time:t1]", "[time:t2]"]
    sheets = {r["NOTES"]: r["TIMESHEETKEY"] for r in books.gateway.rows("TIMESHEETENTRY")}
    assert books.told[2].ledger_id == f"{sheets['[time:t1]']}/time:t1"
    assert len(set(sheets.values())) == 2


async def test_a_move_that_was_cut_halfway_is_finished_and_not_doubled() -> None:
    books = Books()
    was = entry("t1")
    await books.write(create(0, was), create(1, entry("t2")))
    write = update(2, entry("t1", day=date(2026, 3, 10)), was, books.told[0].ledger_id)
    books.gateway.after = [None, httpx.ReadError("cut at taking it out")]
    books.gateway.refusals = {"<update>": [("BL01001973", "No.")]}
    await books.write(write, name="r2")
    assert 2 not in books.told
    books.gateway.refusals = {}
    assert await books.ledger.find([write], START, ()) == {}
    await books.write(write, name="r3")
    assert books.told[2].state is POSTED
    assert notes(books) == ["[time:t1]", "[time:t2]"]


async def test_an_entry_that_cannot_leave_its_old_sheet_says_that_it_is_doubled() -> None:
    books = Books()
    was = entry("t1")
    await books.write(create(0, was), create(1, entry("t2")))
    books.gateway.refusals = {"<update>": [("BL01001973", "No.")]}
    moved = entry("t1", day=date(2026, 3, 10))
    await books.write(update(2, moved, was, books.told[0].ledger_id), name="r2")
    assert books.reasons()[2] == "answer_differs"


async def test_a_worker_waits_until_what_another_left_unanswered_is_over() -> None:
    late = START + timedelta(minutes=5)
    books = Books(state={"silent_until": late.isoformat()})
    await books.write(create(0, entry()))
    assert books.told[0].state is POSTED
    assert books.clock.now() >= late
    another = Books(state={"silent_until": late.isoformat()})
    await another.write(create(0, entry()), stop=lambda: True)
    assert another.told == {}


async def test_a_stop_leaves_what_was_not_begun() -> None:
    books = Books()
    await books.write(create(0, entry()), stop=lambda: True)
    assert books.told == {}
    assert books.gateway.log == []


async def test_copies_tell_what_is_there_and_what_is_gone() -> None:
    books = Books()
    document = entry(
        "t1", customer=Known("project/P-7"), billable=True, rate=Decimal("120"), minutes=20
    )
    await books.write(create(0, document), create(1, entry("t2")))
    first, second = (books.told[n].ledger_id or "" for n in (0, 1))
    copies = await books.ledger.copies("TIMESHEETENTRY", [first, second, "9/time:x"], None)
    assert set(copies) == {first, second}
    copy = copies[first]
    assert (copy.minutes, copy.rate, copy.locked) == (20, Decimal("120"), None)
    assert copy.body == document.body
    assert copy.fixed == document.fixed
    books.gateway.rows("TIMESHEET")[0]["STATE"] = "Approved"
    locked = (await books.ledger.copies("TIMESHEETENTRY", [first], None))[first].locked
    assert locked is not None
    assert locked.code == "timesheet_approved"


async def test_entries_are_read_apart_where_a_sheet_comes_without_them() -> None:
    books = Books()
    books.gateway.owned_apart = True
    await books.write(create(0, entry("t1")))
    assert books.told[0].state is POSTED
    await books.write(create(0, entry("t1")))
    assert books.reasons() == {0: "already_written"}


async def test_a_sheet_that_shows_no_entries_is_asked_for_them() -> None:
    books = Books()
    theirs(books, number := sheet(books))
    owned = f"<TIMESHEET><RECORDNO>{number}</RECORDNO><EMPLOYEEID>E1</EMPLOYEEID>"
    shown = f"{owned}<BEGINDATE>03/02/2026</BEGINDATE><TIMESHEETENTRIES/></TIMESHEET>"
    books.gateway.script = [None, None, answering("TIMESHEET-0", shown)]
    await books.write(create(0, entry()))
    assert notes(books) == ["[time:t1]", "by hand"]


async def test_a_sheet_of_which_not_all_is_told_is_not_written() -> None:
    books = Books()
    books.gateway.owned_apart = True
    theirs(books, sheet(books))
    more = answering("TIMESHEETENTRY", "", 'numremaining="1"')
    books.gateway.script = [None, None, None, more]
    with pytest.raises(LedgerUnavailable, match="how to read more"):
        await books.write(create(0, entry()))
    assert notes(books) == ["by hand"]


def test_packages_keep_sheets_whole_and_levels_apart() -> None:
    books = Books()
    writes = [create(n, entry(f"t{n}", staff=Known(f"employee/E{n % 150}"))) for n in range(300)]
    packed = books.connector.batch(writes)
    assert sorted(place for places in packed for place in places) == list(range(300))
    for places in packed:
        assert len({writes[place].group for place in places}) <= 100
    groups = [writes[places[0]].group for places in packed]
    assert len(packed) == 2
    assert len(set(groups)) == 2
