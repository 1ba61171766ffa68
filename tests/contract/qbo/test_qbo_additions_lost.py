"""What people entered in a record that is deleted is named before it goes."""

from collections.abc import Sequence

import pytest
from ledgerlink.domain.model.plan import Action, ItemState, Operation
from ledgerlink.domain.model.source_records import Record, RecordKind
from ledgerlink.domain.model.time_settings import LedgerEdits, TimeSettings

from tests.contract.papers import charged, gone, spent, worked
from tests.contract.qbo.poster import Poster

CLASS = {"value": "5000000000000085681"}
REPORT, CHARGE, TIME = "expense-report:R1", "expense:x1", "time:t1"


def lost(operations: Sequence[Operation]) -> dict[str, str]:
    """The fields that deletes warn of, by key."""
    deletes = [op for op in operations if op.action is Action.DELETE]
    return {op.key: why.parameters["fields"] for op in deletes for why in op.warnings}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (spent(staff_key="vic"), [spent(staff_key="emily")]),
        (spent(staff_key="vic"), [gone("x1")]),
        (spent(staff_key="emily"), [gone("x1")]),
    ],
    ids=["bill to check", "bill deleted", "check deleted"],
)
def test_what_goes_with_a_document_is_named(
    poster: Poster, before: Record, after: list[Record]
) -> None:
    """Case 17.1. Head and line."""
    poster.post(before)
    (line,) = poster.row(REPORT)["Line"]
    line[line["DetailType"]]["ClassRef"] = CLASS
    poster.edit(REPORT, DepartmentRef={"value": "1"}, Line=[line])
    plan = poster.planned(*after)
    assert lost(plan) == {REPORT: "location, class"}
    assert {o.state for o in poster.send(plan).values()} == {ItemState.POSTED}


@pytest.mark.parametrize("after", [spent(staff_key="emily"), gone("x1")])
def test_lines_that_others_added_are_named(poster: Poster, after: Record) -> None:
    """Case 17.1. With our version winning: else the added line is an edit, and nothing goes."""
    poster.post(spent(staff_key="vic"))
    (line,) = poster.row(REPORT)["Line"]
    theirs = {name: value for name, value in line.items() if name != "Id"}
    poster.edit(REPORT, Line=[line, {**theirs, "Description": "Theirs"}])
    (blocked, *_) = poster.planned(after)
    assert blocked.reason is not None
    assert blocked.reason.code == "changed_in_ledger"
    poster.posting = TimeSettings(ledger_edits=LedgerEdits.OURS)
    assert lost(poster.planned(after)) == {REPORT: "added lines"}


def test_what_goes_with_a_charge_that_becomes_a_refund_is_named(poster: Poster) -> None:
    """Case 17.1."""
    poster.post(charged("x1", "20"))
    poster.edit(CHARGE, PaymentMethodRef={"value": "1"})
    plan = poster.planned(gone("x1"))
    assert lost(plan) == {CHARGE: "payment method"}


def test_what_goes_with_time_is_named(poster: Poster) -> None:
    """Case 17.1. Not what QuickBooks fills in, nor what we sent."""
    poster.post(worked(), worked("t2", class_key="residential"))
    poster.edit(TIME, ClassRef=CLASS, PayrollItemRef={"value": "900"}, CostRate=31)
    poster.reads_all_first = True
    assert lost(poster.planned(gone("t1", RecordKind.TIME), gone("t2", RecordKind.TIME))) == {
        TIME: "class, pay type"
    }


def test_nothing_is_said_of_a_record_to_which_nobody_added(poster: Poster) -> None:
    """Case 17.1."""
    poster.post(worked(), spent(class_key="residential", location_key="north"))
    plan = poster.planned(gone("t1", RecordKind.TIME), gone("x1"))
    assert [op.action for op in plan] == [Action.DELETE] * 2
    assert lost(plan) == {}
