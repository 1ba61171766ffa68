"""Time: whole timesheets, entries of others, repeats without duplicates, rejections."""

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
from ledgerlink.domain.errors import LedgerUnavailable
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.list_records import ListRead
from ledgerlink.domain.model.plan import ItemState, Request, Write
from ledgerlink.domain.model.references import ExistingRecord

from tests.fakes.clock import START
from tests.support.sampling import examples
from tests.unit.connectors.intacct.in_memory_gateway import answering, failing, raw
from tests.unit.connectors.intacct.open_company import OpenCompany, create, delete, update
from tests.unit.connectors.intacct.resolved_records import time

COMPOSER = IntacctComposer()
POSTED, FAILED = ItemState.POSTED, ItemState.FAILED


def entry(key: str = "t1", **more: Any) -> Document:
    return COMPOSER.time(time(key, **more))


def theirs(company: OpenCompany, sheet: str, **more: str) -> str:
    """An entry of somebody else in a sheet."""
    values = {"ENTRYDATE": "03/03/2026", "QTY": "4", "NOTES": "by hand", "TIMESHEETKEY": sheet}
    return company.gateway.add("TIMESHEETENTRY", **{**values, **more})


def sheet(company: OpenCompany, employee: str = "E1", state: str = "Draft") -> str:
    return company.gateway.add(
        "TIMESHEET", EMPLOYEEID=employee, BEGINDATE="03/02/2026", STATE=state
    )


def notes(company: OpenCompany) -> list[str]:
    return sorted(row["NOTES"] for row in company.gateway.rows("TIMESHEETENTRY"))


async def test_entries_of_one_employee_and_period_become_one_timesheet() -> None:
    company = OpenCompany()
    await company.write(
        create(0, entry("t1")),
        create(1, entry("t2", day=date(2026, 3, 8))),
        create(2, entry("t3", staff=ExistingRecord("employee/E2"))),
    )
    assert {seq: outcome.state for seq, outcome in company.outcomes.items()} == dict.fromkeys(
        range(3), POSTED
    )
    heads = [(row["EMPLOYEEID"], row["BEGINDATE"]) for row in company.gateway.rows("TIMESHEET")]
    assert heads == [("E1", "03/02/2026"), ("E2", "03/02/2026")]
    number = company.gateway.rows("TIMESHEET")[0]["RECORDNO"]
    assert company.outcomes[0].ledger_id == f"{number}/time:t1"
    assert company.outcomes[0].version == company.gateway.rows("TIMESHEET")[0]["WHENMODIFIED"]
    assert company.reasons() == {0: None, 1: None, 2: None}
    assert company.gateway.requests("create") == 1


async def test_a_hundred_timesheets_take_a_handful_of_requests() -> None:
    company = OpenCompany()
    writes = [
        create(
            person * 30 + n, entry(f"t{person}-{n}", staff=ExistingRecord(f"employee/E{person}"))
        )
        for person in range(100)
        for n in range(30)
    ]
    (positions,) = company.connector.batch(writes)
    assert len(positions) == 3000
    await company.write(*writes)
    assert len(company.outcomes) == 3000
    assert {outcome.state for outcome in company.outcomes.values()} == {POSTED}
    calls = company.ledger.calls
    assert calls["read"] + calls["write"] + calls["session"] <= 3000 / 100


async def test_no_response_holds_more_than_five_hundred_timesheets() -> None:
    company = OpenCompany()
    ids = []
    for number in range(501):
        own = sheet(company, employee=f"E{number}")
        company.gateway.add("TIMESHEETENTRY", TIMESHEETKEY=own, ENTRYDATE="03/03/2026", QTY="4",
                          NOTES=f"[time:{number}]")  # fmt: skip
        ids.append(f"{own}/time:{number}")
    before = company.ledger.calls["read"]
    snapshots = await company.ledger.snapshots("TIMESHEETENTRY", ids, None)
    assert set(snapshots) == set(ids)
    assert company.ledger.calls["read"] - before == 2


async def test_entries_of_others_are_not_changed() -> None:
    company = OpenCompany()
    company.gateway.custom = {"TIMESHEETENTRY": ["SHIFT"]}
    number = sheet(company)
    fields = {"TASKKEY": "12", "SHIFT": "night", "EXTBILLRATE": "80", "PROJECTID": "P"}
    kept = theirs(company, number, **fields, TASKID="T")
    before = dict(company.gateway.tables["TIMESHEETENTRY"][kept])
    await company.write(create(0, entry()))
    after = company.gateway.tables["TIMESHEETENTRY"][kept]
    assert after == {name: value for name, value in before.items() if name in after}
    assert {*fields, "QTY", "NOTES", "ENTRYDATE"} <= set(after)
    assert "TASKID" not in after
    assert len(company.gateway.rows("TIMESHEETENTRY")) == 2
    assert company.outcomes[0].ledger_id == f"{number}/time:t1"


async def test_fields_added_to_our_other_entries_stay() -> None:
    company = OpenCompany()
    company.gateway.custom = {"TIMESHEETENTRY": ["SHIFT"]}
    was = entry("t1")
    await company.write(create(0, was), create(1, entry("t2")))
    company.gateway.rows("TIMESHEETENTRY")[1]["SHIFT"] = "night"
    await company.write(update(2, entry(minutes=30), was, company.outcomes[0].ledger_id), name="r2")
    assert [row.get("SHIFT") for row in company.gateway.rows("TIMESHEETENTRY")] == [None, "night"]


async def test_fields_added_to_an_entry_stay_when_it_is_corrected() -> None:
    company = OpenCompany()
    company.gateway.custom = {"TIMESHEETENTRY": ["SHIFT"]}
    was = entry("t1")
    await company.write(create(0, was))
    company.gateway.rows("TIMESHEETENTRY")[0]["SHIFT"] = "night"
    await company.write(update(1, entry(minutes=30), was, company.outcomes[0].ledger_id), name="r2")
    (row,) = company.gateway.rows("TIMESHEETENTRY")
    assert (row["SHIFT"], row["QTY"]) == ("night", "0.5")


async def test_a_correction_changes_its_entry_alone_and_keeps_its_number() -> None:
    company = OpenCompany()
    was, other = entry("t1"), entry("t2")
    await company.write(create(0, was), create(1, other))
    numbers = set(company.gateway.tables["TIMESHEETENTRY"])
    longer = entry("t1", minutes=120)
    await company.write(update(2, longer, was, company.outcomes[0].ledger_id), name="r2")
    assert company.outcomes[2].state is POSTED
    assert set(company.gateway.tables["TIMESHEETENTRY"]) == numbers
    assert sorted(row["QTY"] for row in company.gateway.rows("TIMESHEETENTRY")) == ["1.5", "2"]


async def test_a_correction_finds_its_entry_in_a_changed_timesheet() -> None:
    company = OpenCompany()
    was = entry("t1")
    await company.write(create(0, was))
    first = company.outcomes[0].version
    await company.write(create(1, entry("t2")), name="r2")
    assert company.outcomes[1].version != first
    await company.write(update(2, entry(minutes=30), was, company.outcomes[0].ledger_id), name="r3")
    assert company.outcomes[2].state is POSTED


async def test_an_edited_entry_is_not_overwritten() -> None:
    company = OpenCompany()
    was = entry()
    await company.write(create(0, was))
    company.gateway.rows("TIMESHEETENTRY")[0]["QTY"] = "7"
    ledger_id = company.outcomes[0].ledger_id
    await company.write(
        update(1, entry(minutes=30), was, ledger_id), delete(2, was, ledger_id), name="r2"
    )
    assert company.reasons() == {0: None, 1: "changed_in_ledger", 2: "changed_in_ledger"}
    assert company.gateway.rows("TIMESHEETENTRY")[0]["QTY"] == "7"


async def test_an_entry_that_already_matches_is_adopted() -> None:
    company = OpenCompany()
    was = entry()
    await company.write(create(0, was))
    company.gateway.rows("TIMESHEETENTRY")[0]["QTY"] = "2"
    await company.write(
        update(1, entry(minutes=120), was, company.outcomes[0].ledger_id), name="r2"
    )
    assert company.outcomes[1].state is POSTED
    assert company.reasons()[1] == "already_written"


async def test_deleting_the_last_entry_deletes_the_timesheet() -> None:
    company = OpenCompany()
    one, two = entry("t1"), entry("t2")
    await company.write(create(0, one), create(1, two))
    await company.write(delete(2, one, company.outcomes[0].ledger_id), name="r2")
    assert notes(company) == ["[time:t2]"]
    await company.write(delete(3, two, company.outcomes[1].ledger_id), name="r3")
    assert company.gateway.rows("TIMESHEET") == []
    assert {company.outcomes[2].state, company.outcomes[3].state} == {POSTED}


async def test_a_timesheet_with_entries_of_others_stays() -> None:
    company = OpenCompany()
    number = sheet(company)
    theirs(company, number)
    one = entry()
    await company.write(create(0, one))
    await company.write(delete(1, one, company.outcomes[0].ledger_id), name="r2")
    assert notes(company) == ["by hand"]
    assert len(company.gateway.rows("TIMESHEET")) == 1


async def test_a_missing_entry_needs_no_delete_and_fails_an_update() -> None:
    company = OpenCompany()
    one = entry()
    await company.write(delete(0, one, "77/time:t1"), update(1, one, one, "77/time:t1"))
    assert (company.outcomes[0].state, company.outcomes[0].reason) == (POSTED, None)
    assert company.reasons()[1] == "gone_in_ledger"
    assert company.gateway.requests("create") == 0


@pytest.mark.parametrize("state", ["Approved", "Partially Approved", "A", "X"])
async def test_an_approved_timesheet_fails_its_entries_alone(state: str) -> None:
    company = OpenCompany()
    sheet(company, "E1", state)
    await company.write(
        create(0, entry("t1")),
        create(1, entry("t2")),
        create(2, entry("t3", staff=ExistingRecord("employee/E2"))),
    )
    assert company.reasons() == {0: "timesheet_approved", 1: "timesheet_approved", 2: None}
    assert company.outcomes[2].state is POSTED
    assert company.outcomes[0].reason is not None
    assert "approved" in company.outcomes[0].reason.message


async def test_a_submitted_timesheet_is_tried_and_its_rejection_explained() -> None:
    company = OpenCompany()
    sheet(company, "E1", "Submitted")
    words = "Timesheets that are submitted or approved cannot be edited."
    company.gateway.refusals = {"<update>": [("BL01001973", words)]}
    await company.write(create(0, entry("t1")), create(1, entry("t2")))
    assert company.reasons() == {0: "timesheet_approved", 1: "timesheet_approved"}
    assert company.gateway.requests("update") == 1


async def test_the_entry_that_a_fault_names_fails_and_its_neighbours_are_posted() -> None:
    company = OpenCompany()
    company.gateway.refusals = {
        "P-BAD": [
            ("BL01001973", "Invalid Project 'P-BAD' specified. [Support ID: ab%7Ecd]"),
            ("BL01001973", "Could not create timesheet record!"),
        ]
    }
    await company.write(
        create(0, entry("t1")),
        create(1, entry("t2", customer=ExistingRecord("project/P-BAD"))),
        create(2, entry("t3")),
    )
    assert company.reasons() == {0: None, 1: "target_missing", 2: None}
    assert company.outcomes[1].reason is not None
    assert "Invalid Project 'P-BAD' specified" in company.outcomes[1].reason.message
    assert "Support" not in company.outcomes[1].reason.message
    assert notes(company) == ["[time:t1]", "[time:t3]"]


async def test_ids_in_a_fault_get_their_names() -> None:
    company = OpenCompany()
    company.gateway.add("PROJECT", PROJECTID="P-BAD", NAME="Rocket")
    company.gateway.add("CLASS", CLASSID="CL", NAME="East")
    await company.ledger.read_list(ListRead(type=PROJECT))
    company.gateway.refusals = {"P-BAD": [("BL01001973", "Invalid Job 'P-BAD' specified.")]}
    await company.write(create(0, entry(customer=ExistingRecord("project/P-BAD"))))
    assert company.outcomes[0].reason is not None
    assert "Invalid Job 'P-BAD' (Rocket) specified." in company.outcomes[0].reason.message
    assert company.reasons() == {0: "target_missing"}


async def test_a_fault_that_names_nothing_is_bisected() -> None:
    company = OpenCompany()
    company.gateway.refusals = {"BAD": [("BL01001973", "A custom rule does not like this.")]}
    writes = [create(n, entry(f"t{n}")) for n in range(7)]
    writes.append(create(7, entry("t7", parts=(("notes", "BAD"),))))
    await company.write(*writes)
    assert company.reasons() == {**dict.fromkeys(range(7)), 7: "refused"}
    assert len(company.gateway.rows("TIMESHEETENTRY")) == 7
    assert len(company.gateway.rows("TIMESHEET")) == 1


@settings(max_examples=examples(25), deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=40), st.sampled_from(["refused", "missing"]))
def test_good_entries_are_posted_whatever_is_rejected(good: list[bool], kind: str) -> None:
    company = OpenCompany()
    words = "Missing unit" if kind == "missing" else "A custom rule does not like this."
    company.gateway.refusals = {"BAD": [("BL01001973", words)]}
    texts = ["good" if each else "BAD" for each in good]
    writes = [create(n, entry(f"t{n}", parts=(("notes", each),))) for n, each in enumerate(texts)]
    asyncio.run(_written(company, writes))
    outcomes = {seq: outcome.state for seq, outcome in company.outcomes.items()}
    assert outcomes == {n: POSTED if each else FAILED for n, each in enumerate(good)}
    assert len(company.gateway.rows("TIMESHEETENTRY")) == sum(good)
    assert company.gateway.requests("create") + company.gateway.requests("update") <= 3 * len(good)


async def _written(company: OpenCompany, writes: list[Write]) -> None:
    await company.write(*writes)


async def test_a_request_that_cannot_be_parsed_is_bisected() -> None:
    company = OpenCompany()
    wrong = failing("XL03000003", "XML Parse schema error: ...", control=True)
    company.gateway.script = [None, None, wrong, *[None] * 5, wrong]
    await company.write(create(0, entry("t1")), create(1, entry("t2")))
    assert company.reasons() == {0: None, 1: "our_request_wrong"}
    assert notes(company) == ["[time:t1]"]


async def test_a_fault_of_the_employee_fails_the_whole_timesheet() -> None:
    company = OpenCompany()
    company.gateway.refusals = {"<EMPLOYEEID>E1": [("BL01001973", "The employee 'E1' is invalid.")]}
    await company.write(*(create(n, entry(f"t{n}")) for n in range(4)))
    assert set(company.reasons().values()) == {"target_missing"}
    assert company.gateway.requests("create") == 1


async def test_a_closed_period_names_the_day() -> None:
    company = OpenCompany()
    company.gateway.refusals = {"<create>": [("BL01001973", "The period for that date is closed.")]}
    await company.write(create(0, entry()))
    assert company.reasons() == {0: "closed_period"}
    assert company.outcomes[0].reason is not None
    assert "2026-03-04" in company.outcomes[0].reason.message
    assert "Books > Open" in company.outcomes[0].reason.remedy


async def test_a_missing_permission_blocks_time_and_keeps_earlier_outcomes() -> None:
    """Case sage-intacct 6."""
    company = OpenCompany()
    words = "You do not have permission for API operation CREATE on objects of type timesheet"
    company.gateway.refusals = {"<EMPLOYEEID>E2": [("X", words)]}
    await company.write(
        create(0, entry("t1")), create(1, entry("t2", staff=ExistingRecord("employee/E2")))
    )
    assert company.reasons() == {0: None, 1: "no_permission"}


async def test_a_repeat_after_a_lost_answer_makes_no_duplicate() -> None:
    company = OpenCompany()
    company.gateway.after = [httpx.ReadError("cut after the commit")]
    writes = (create(0, entry("t1")), create(1, entry("t2")))
    await company.write(*writes)
    assert company.outcomes == {}
    assert len(company.gateway.rows("TIMESHEETENTRY")) == 2
    await company.write(*writes)
    assert company.reasons() == {0: "already_written", 1: "already_written"}
    assert len(company.gateway.rows("TIMESHEETENTRY")) == 2
    assert company.gateway.requests("create") == 1


async def test_a_lost_write_is_found_once_it_must_have_finished() -> None:
    company = OpenCompany()
    company.gateway.after = [httpx.ReadError("cut after the commit")]
    writes = (create(0, entry("t1")), create(1, entry("t9", staff=ExistingRecord("employee/E9"))))
    await company.write(writes[0])
    found = await company.ledger.find_lost_writes(writes, START, ())
    assert company.clock.now() >= START.replace(minute=15)
    assert {seq: outcome.state for seq, outcome in found.items()} == {0: POSTED}
    assert found[0].ledger_id is not None
    assert found[0].ledger_id.endswith("/time:t1")


async def test_a_write_that_was_never_stored_is_sent_again() -> None:
    company = OpenCompany()
    company.gateway.script = [None, None, raw(b"<html>502</html>", 502)]
    await company.write(create(0, entry()))
    assert company.outcomes == {}
    assert await company.ledger.find_lost_writes([create(0, entry())], START, ()) == {}
    await company.write(create(0, entry()), name="r2")
    assert company.outcomes[0].state is POSTED


async def test_lost_corrections_and_deletes_are_found() -> None:
    company = OpenCompany()
    one, two = entry("t1"), entry("t2")
    await company.write(create(0, one), create(1, two))
    ids = [company.outcomes[n].ledger_id for n in (0, 1)]
    writes = [update(2, entry("t1", minutes=30), one, ids[0]), delete(3, two, ids[1])]
    assert await company.ledger.find_lost_writes(writes, START, ()) == {}
    company.gateway.after = [httpx.ReadError("cut")]
    await company.write(*writes, name="r2")
    found = await company.ledger.find_lost_writes(writes, START, ())
    assert {seq: outcome.state for seq, outcome in found.items()} == {2: POSTED, 3: POSTED}


async def test_an_unreachable_gateway_ends_the_write() -> None:
    company = OpenCompany()
    company.gateway.script = [None, None, raw(b"", 502), raw(b"", 502)]
    requests = [Request(f"r{n}", (create(n, entry(f"t{n}")),)) for n in range(3)]
    with pytest.raises(LedgerUnavailable):
        await company.ledger.write(requests, company.answered, lambda: False)
    assert company.outcomes == {}
    assert len(company.gateway.log) == 4


async def test_an_unanswered_request_does_not_hold_up_the_next() -> None:
    company = OpenCompany()
    company.gateway.script = [None, None, raw(b"", 502)]
    requests = [Request(f"r{n}", (create(n, entry(f"t{n}")),)) for n in range(2)]
    await company.ledger.write(requests, company.answered, lambda: False)
    assert company.reasons() == {1: None}


async def test_a_timesheet_waits_for_its_unanswered_write() -> None:
    company = OpenCompany()
    sheet(company)
    late: list[httpx.Request] = []

    def cut(request: httpx.Request) -> httpx.Response:
        late.append(request)
        return httpx.Response(524)

    def later(request: httpx.Request) -> httpx.Response:
        if company.clock.now() > START + timedelta(minutes=15):
            company.gateway(late.pop())
        return company.gateway(request)

    company.gateway.script = [*[None] * 5, cut, *[None] * 5, later]
    requests = [Request(f"r{n}", (create(n, entry(f"t{n}")),)) for n in range(2)]
    await company.ledger.write(requests, company.answered, lambda: False)
    for request in late:
        company.gateway(request)
    assert company.reasons() == {1: None}
    assert notes(company) == ["[time:t0]", "[time:t1]"]


async def test_other_timesheets_do_not_wait_for_an_unanswered_write() -> None:
    company = OpenCompany()
    company.gateway.script = [None, None, raw(b"", 524)]
    staff = [ExistingRecord("employee/E1"), ExistingRecord("employee/E2")]
    requests = [Request(f"r{n}", (create(n, entry(f"t{n}", staff=staff[n])),)) for n in range(2)]
    await company.ledger.write(requests, company.answered, lambda: False)
    assert company.reasons() == {1: None}
    assert company.clock.now() < START + timedelta(minutes=1)


async def test_a_function_that_was_carried_out_before_is_looked_up() -> None:
    company = OpenCompany()
    await company.write(create(0, entry("t1")))
    company.gateway.tables["TIMESHEET"].clear()
    company.gateway.tables["TIMESHEETENTRY"].clear()
    await company.write(create(0, entry("t1")))
    assert company.outcomes[0].state is POSTED
    assert len(company.gateway.rows("TIMESHEETENTRY")) == 1


async def test_a_timesheet_that_cannot_be_read_back_is_posted() -> None:
    company = OpenCompany()
    company.gateway.script = [None, None, None, *[raw(b"", 502)] * 9]
    with pytest.raises(LedgerUnavailable):
        await company.write(create(0, entry()))
    assert company.outcomes[0].state is POSTED
    assert company.outcomes[0].version is None
    assert company.outcomes[0].ledger_id is not None


async def test_values_stored_otherwise_are_reported() -> None:
    company = OpenCompany()
    company.gateway.defaults = {"TIMESHEETENTRY": {"DEPARTMENTID": "10"}}
    await company.write(create(0, entry()))
    assert company.reasons() == {0: None}
    document = entry("t2", parts=(("notes", "x"),))
    await company.write(create(1, document), name="r2")
    company.gateway.rows("TIMESHEETENTRY")[1]["QTY"] = "1"
    found = await company.ledger.find_lost_writes([create(1, document)], START, ())
    assert found[1].reason is not None
    assert (found[1].reason.code, found[1].content != "") == ("answer_differs", True)
    assert "hours 1.5 became 1" in found[1].reason.message


async def test_an_entry_moves_to_the_timesheet_of_its_new_period() -> None:
    company = OpenCompany()
    was = entry("t1")
    await company.write(create(0, was), create(1, entry("t2")))
    moved = entry("t1", day=date(2026, 3, 10))
    await company.write(update(2, moved, was, company.outcomes[0].ledger_id), name="r2")
    assert company.outcomes[2].state is POSTED
    assert notes(company) == ["[time:t1]", "[time:t2]"]
    sheets = {r["NOTES"]: r["TIMESHEETKEY"] for r in company.gateway.rows("TIMESHEETENTRY")}
    assert company.outcomes[2].ledger_id == f"{sheets['[time:t1]']}/time:t1"
    assert len(set(sheets.values())) == 2


async def test_a_lost_move_is_finished_without_a_duplicate() -> None:
    company = OpenCompany()
    was = entry("t1")
    await company.write(create(0, was), create(1, entry("t2")))
    write = update(2, entry("t1", day=date(2026, 3, 10)), was, company.outcomes[0].ledger_id)
    company.gateway.after = [None, httpx.ReadError("cut at taking it out")]
    company.gateway.refusals = {"<update>": [("BL01001973", "No.")]}
    await company.write(write, name="r2")
    assert 2 not in company.outcomes
    company.gateway.refusals = {}
    assert await company.ledger.find_lost_writes([write], START, ()) == {}
    await company.write(write, name="r3")
    assert company.outcomes[2].state is POSTED
    assert notes(company) == ["[time:t1]", "[time:t2]"]


async def test_an_entry_that_cannot_leave_its_old_timesheet_is_reported() -> None:
    company = OpenCompany()
    was = entry("t1")
    await company.write(create(0, was), create(1, entry("t2")))
    company.gateway.refusals = {"<update>": [("BL01001973", "No.")]}
    moved = entry("t1", day=date(2026, 3, 10))
    await company.write(update(2, moved, was, company.outcomes[0].ledger_id), name="r2")
    assert company.reasons()[2] == "answer_differs"


async def test_a_worker_waits_for_the_unanswered_writes_of_another() -> None:
    late = START + timedelta(minutes=5)
    company = OpenCompany(state={"silent_until": late.isoformat()})
    await company.write(create(0, entry()))
    assert company.outcomes[0].state is POSTED
    assert company.clock.now() >= late
    another = OpenCompany(state={"silent_until": late.isoformat()})
    await another.write(create(0, entry()), stop=lambda: True)
    assert another.outcomes == {}


async def test_a_stop_sends_no_further_request() -> None:
    company = OpenCompany()
    await company.write(create(0, entry()), stop=lambda: True)
    assert company.outcomes == {}
    assert company.gateway.log == []


async def test_snapshots_omit_gone_documents() -> None:
    company = OpenCompany()
    document = entry(
        "t1", customer=ExistingRecord("project/P-7"), billable=True, rate=Decimal("120"), minutes=20
    )
    await company.write(create(0, document), create(1, entry("t2")))
    first, second = (company.outcomes[n].ledger_id or "" for n in (0, 1))
    snapshots = await company.ledger.snapshots("TIMESHEETENTRY", [first, second, "9/time:x"], None)
    assert set(snapshots) == {first, second}
    copy = snapshots[first]
    assert (copy.minutes, copy.rate, copy.locked) == (20, Decimal("120"), None)
    assert copy.body == document.body
    company.gateway.rows("TIMESHEET")[0]["STATE"] = "Approved"
    locked = (await company.ledger.snapshots("TIMESHEETENTRY", [first], None))[first].locked
    assert locked is not None
    assert locked.code == "timesheet_approved"


async def test_entries_are_read_apart_where_a_timesheet_comes_without_them() -> None:
    company = OpenCompany()
    company.gateway.owned_apart = True
    await company.write(create(0, entry("t1")))
    assert company.outcomes[0].state is POSTED
    await company.write(create(0, entry("t1")))
    assert company.reasons() == {0: "already_written"}


async def test_a_timesheet_without_entries_is_checked_for_hidden_ones() -> None:
    company = OpenCompany()
    theirs(company, number := sheet(company))
    owned = f"<TIMESHEET><RECORDNO>{number}</RECORDNO><EMPLOYEEID>E1</EMPLOYEEID>"
    shown = f"{owned}<BEGINDATE>03/02/2026</BEGINDATE><TIMESHEETENTRIES/></TIMESHEET>"
    company.gateway.script = [None, None, answering("TIMESHEET-0", shown)]
    await company.write(create(0, entry()))
    assert notes(company) == ["[time:t1]", "by hand"]


async def test_a_timesheet_that_was_not_read_completely_is_not_written() -> None:
    company = OpenCompany()
    company.gateway.owned_apart = True
    theirs(company, sheet(company))
    more = answering("TIMESHEETENTRY", "", 'numremaining="1"')
    company.gateway.script = [None, None, None, more]
    with pytest.raises(LedgerUnavailable, match="how to read more"):
        await company.write(create(0, entry()))
    assert notes(company) == ["by hand"]


def test_batches_keep_timesheets_whole_and_levels_apart() -> None:
    company = OpenCompany()
    writes = [
        create(n, entry(f"t{n}", staff=ExistingRecord(f"employee/E{n % 150}"))) for n in range(300)
    ]
    packed = company.connector.batch(writes)
    assert sorted(place for places in packed for place in places) == list(range(300))
    for places in packed:
        assert len({writes[place].group for place in places}) <= 100
    groups = [writes[places[0]].group for places in packed]
    assert len(packed) == 2
    assert len(set(groups)) == 2
