"""What others entered in a record that is deleted is named before it goes."""

import pytest
from ledgerlink.domain.model.plan import Action, ItemState
from ledgerlink.domain.model.source_records import Record, RecordKind
from ledgerlink.domain.model.time_settings import LedgerEdits, TimeSettings

from tests.contract.intacct.papers import PAPERS, choose
from tests.contract.intacct.poster import LINES, Poster, code
from tests.contract.intacct.test_intacct_nothing_wiped import add_line, enter, prepare
from tests.contract.papers import gone, spent, worked
from tests.contract.qbo.test_qbo_additions_lost import lost

REPORT, TIME = "expense-report:R1", "time:t1"


@pytest.mark.parametrize(
    "after", [spent(staff_key="emily"), gone("x1")], ids=["another kind", "gone"]
)
def test_what_goes_with_a_bill_is_named(poster: Poster, after: Record) -> None:
    """Case 17.1. Line and user-defined dimensions."""
    prepare(poster.books)
    poster.post(spent(staff_key="vic", department_key="consulting"))
    (row,) = poster.lines(REPORT)
    enter(poster.books, LINES["APBILL"], row["RECORDNO"], {"CLASSID": "CL2", "GLDIMREGION": "1"})
    plan = poster.planned(after)
    assert lost(plan) == {REPORT: "class, region"}
    assert {o.state for o in poster.send(plan).values()} == {ItemState.POSTED}


@pytest.mark.parametrize("after", [spent(staff_key="emily"), gone("x1")])
def test_lines_that_others_added_are_named(poster: Poster, after: Record) -> None:
    """Case 17.1. With our version winning: else the added line is an edit, and nothing goes."""
    prepare(poster.books)
    poster.post(spent(staff_key="vic", class_key="commercial"))
    add_line(poster, PAPERS["bill"], "last")
    (blocked, *_) = poster.planned(after)
    assert blocked.reason is not None
    assert blocked.reason.code == "changed_in_ledger"
    poster.posting = TimeSettings(ledger_edits=LedgerEdits.OURS)
    assert "added lines" in lost(poster.planned(after))[REPORT]


NOT_WRITABLE = {
    "invoice": {"DESCRIPTION2": "two"},
    "order": {"NOTE": "call before delivery"},
}
"""Fields of documents that are made anew and that no function which creates them can set."""


@pytest.mark.parametrize("name", NOT_WRITABLE)
def test_an_update_that_would_lose_what_others_entered_is_not_made(
    poster: Poster, name: str
) -> None:
    """Case 17.1. Blocked in the plan, with the names, until the firm lets our version win."""
    paper = PAPERS[name]
    choose(poster, paper).post(paper.record())
    by_hand = NOT_WRITABLE[name]
    enter(poster.books, paper.kind, poster.row(paper.key)["RECORDNO"], by_hand)
    before = poster.row(paper.key)
    (operation, *_) = poster.planned(paper.record("40"))
    assert operation.state is ItemState.BLOCKED
    outcome = poster.post(paper.record("40"))[paper.key]
    assert (outcome.state, code(outcome)) == (ItemState.BLOCKED, "would_be_lost")
    assert poster.row(paper.key) == before
    assert poster.post(paper.record())[paper.key].state is ItemState.UNCHANGED
    poster.posting = TimeSettings(ledger_edits=LedgerEdits.OURS)
    (operation, *_) = plan = poster.planned(paper.record("40"))
    assert [why.code for why in operation.warnings] == ["additions_lost"]
    assert poster.send(plan)[paper.key].state is ItemState.POSTED
    assert len(poster.ours(paper.kind)) == 1


def test_what_goes_with_time_is_named(poster: Poster) -> None:
    """Case 17.1."""
    prepare(poster.books)
    poster.reads_all_first = True
    poster.post(worked(department_key="consulting"))
    by_hand = {"CLASSID": "CL2", "DESCRIPTION": "as agreed"}
    enter(poster.books, "TIMESHEETENTRY", poster.entry(TIME)["RECORDNO"], by_hand)
    assert lost(poster.planned(gone("t1", RecordKind.TIME))) == {TIME: "class, description"}


def test_nothing_is_said_of_a_record_to_which_nobody_added(poster: Poster) -> None:
    """Case 17.1."""
    poster.reads_all_first = True
    poster.post(worked(), spent(class_key="commercial"))
    plan = poster.planned(gone("t1", RecordKind.TIME), gone("x1"))
    assert [op.action for op in plan] == [Action.DELETE] * 2
    assert lost(plan) == {}
