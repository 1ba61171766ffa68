"""Rejected updates: adopted, repeated or reported, by the record's current state."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest
from ledgerlink.connectors.qbo.documents.composer import QuickBooksComposer
from ledgerlink.connectors.qbo.documents.time_entry import possible_time_bodies
from ledgerlink.domain.errors import LedgerUnavailable
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.plan import Action, ItemState, Outcome, Request, Write
from ledgerlink.domain.model.references import ExistingRecord
from ledgerlink.domain.model.resolved_time import ResolvedTime
from ledgerlink.domain.model.source_records import TimeEntry

from tests.support.qbo.scripted_company import (
    Responder,
    ScriptedCompany,
    fault,
    fault_body,
    open_ledger,
    reply,
    write_all,
)
from tests.support.qbo.virtual_time import run
from tests.support.qbo.writes import OutcomeCollector, activity, change

OURS = activity(1, Hours=2)
"""What we last wrote."""


def update(**base: Any) -> Write:
    """The update of record 7 from what we last wrote to `activity(0)`."""
    known = fingerprint({**OURS, **base})
    return replace(change(0, Action.UPDATE), base_fingerprint=known)


def held(body: Mapping[str, Any], version: str = "5", **changes: Any) -> dict[str, Any]:
    """A record as the ledger answers with it."""
    rate = {"HourlyRate": 15.25, "CostRate": 0, "Seconds": 0, "sparse": False}
    named = {"EmployeeRef": {"value": "55", "name": "Emily Platt"}}
    return {**body, **rate, **named, "Id": "7", "SyncToken": version, **changes}


def company(*script: Responder | None, rows: list[dict[str, Any]]) -> ScriptedCompany:
    made = ScriptedCompany(script=list(script), reads={"preferences": {"Preferences": {}}})
    made.rows = lambda statement: {"TimeActivity": rows} if rows else {}
    return made


def sent(there: ScriptedCompany) -> list[dict[str, Any]]:
    return [json.loads(request.content) for request in there.calls("timeactivity")]


def outcome(there: ScriptedCompany, write: Write) -> Outcome:
    return run(write_all(there, [Request("r", (write,))])).outcomes[write.seq]


def code(found: Outcome) -> str:
    assert found.reason is not None
    return found.reason.code


STALE = fault("5010", "Stale Object Error")
MISSING = fault("610", "Object Not Found")


def test_a_record_that_equals_the_update_is_adopted() -> None:
    there = company(STALE, rows=[held(activity(0))])
    found = outcome(there, update())
    assert (found.state, found.ledger_id, found.version) == (ItemState.POSTED, "7", "5")
    assert code(found) == "already_written"
    assert len(sent(there)) == 1


def test_a_record_whose_version_alone_moved_is_updated_at_that_version() -> None:
    there = company(STALE, rows=[held(OURS)])
    found = outcome(there, update())
    assert (found.state, found.version, found.reason) == (ItemState.POSTED, "6", None)
    first, second = sent(there)
    assert (first["SyncToken"], second["SyncToken"]) == ("2", "5")
    assert first | {"SyncToken": "5"} == {name: second[name] for name in first}
    ids = [request.url.params["requestid"] for request in there.calls("timeactivity")]
    assert ids[0] == "r"
    assert ids[1] != "r"
    assert len(ids[1]) <= 36


def test_the_repeat_has_the_same_id_when_a_worker_comes_again() -> None:
    ids = set()
    for _ in range(2):
        there = company(STALE, rows=[held(OURS)])
        outcome(there, update())
        ids.add(there.calls("timeactivity")[1].url.params["requestid"])
    assert len(ids) == 1


def test_an_item_that_the_ledger_filled_in_is_no_change() -> None:
    bare = {name: value for name, value in OURS.items() if name != "ItemRef"}
    there = company(STALE, rows=[held(OURS)])
    found = outcome(there, replace(update(), base_fingerprint=fingerprint(bare)))
    assert found.state is ItemState.POSTED


@pytest.mark.parametrize(
    "edit",
    [
        {"Description": "touched"},
        {"Hours": 9},
        {"CustomerRef": {"value": "22"}},
        {"TxnDate": "2026-02-03"},
        {"HourlyRate": 20},
        {"BillableStatus": "NotBillable"},
    ],
)
def test_a_record_that_a_user_edited_is_left_alone_and_reported(edit: dict[str, Any]) -> None:
    there = company(STALE, rows=[held(OURS, **edit)])
    found = outcome(there, update())
    assert (found.state, code(found)) == (ItemState.FAILED, "changed_in_ledger")
    assert len(sent(there)) == 1


def test_an_update_is_repeated_once_and_then_reported() -> None:
    there = company(STALE, None, STALE, rows=[held(OURS)])
    found = outcome(there, update())
    assert (found.state, code(found)) == (ItemState.FAILED, "changed_in_ledger")
    assert len(sent(there)) == 2


@pytest.mark.parametrize("trouble", [STALE, MISSING])
def test_a_record_that_is_not_there_any_more_is_gone(trouble: Responder) -> None:
    there = company(trouble, rows=[])
    assert code(outcome(there, update())) == "gone_in_ledger"


def test_an_existing_record_has_a_missing_reference() -> None:
    there = company(MISSING, rows=[held(OURS)])
    assert code(outcome(there, update())) == "target_missing"


def test_a_failed_read_leaves_the_update_unknown_and_reports_its_neighbours() -> None:
    def half(request: httpx.Request) -> httpx.Response:
        stored = {**activity(1), "Id": "101", "SyncToken": "0"}
        stale = {"bId": "1", **fault_body("5010")}
        return reply({"BatchItemResponse": [{"bId": "0", "TimeActivity": stored}, stale]})

    there = ScriptedCompany(latency=lambda kind: 0.0, script=[half, *[fault("", status=503)] * 6])
    there.script_waits = True
    writes = (replace(change(1, Action.CREATE), body=activity(1)), update())

    async def main() -> OutcomeCollector:
        report = OutcomeCollector()
        with pytest.raises(LedgerUnavailable):
            await open_ledger(there).write([Request("r", writes)], report, lambda: False)
        return report

    assert set(run(main()).outcomes) == {1}


def entry(**given: Any) -> TimeEntry:
    return TimeEntry(key="e", staff_key="s", work_date=date(2026, 3, 2), minutes=95, **given)


@pytest.mark.parametrize("billable", [True, False])
@pytest.mark.parametrize("item", [ExistingRecord("8"), None])
@pytest.mark.parametrize("notes", ["First draft", None])
def test_the_ledgers_answer_equals_the_sent_document(
    billable: bool, item: ExistingRecord | None, notes: str | None
) -> None:
    given = ResolvedTime(
        key="time:e",
        entries=(entry(billable=billable, notes=notes),),
        day=entry().work_date,
        minutes=95,
        billable=billable,
        parts=(("notes", notes or ""),),
        staff=ExistingRecord("55"),
        person="employee",
        customer=ExistingRecord("21"),
        item=item,
        rate=Decimal("95.50"),
    )
    body = QuickBooksComposer().time(given).body
    answer = {**body, "ItemRef": {"value": "8", "name": "Hours"}, "Id": "7", "SyncToken": "0"}
    assert fingerprint(body) in {fingerprint(form) for form in possible_time_bodies(answer)}
