"""Documents of money are in the ledger once, whatever is lost on the way, against the sandbox."""

from collections.abc import Mapping
from decimal import Decimal

import pytest
from ledgerlink.domain.errors import LedgerUnavailable
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.source_records import Record

from tests.contract.intacct.clerk import Clerk, code
from tests.contract.intacct.papers import PAPERS, Paper, choose, papers
from tests.contract.papers import charged, invoice, spent

EVERY = pytest.mark.parametrize("paper", papers(), ids=PAPERS)
LOST = ["html502", "524", "html200", "truncate"]


def amounts(clerk: Clerk, paper: Paper) -> list[Decimal]:
    """What the documents of a kind come to that are ours."""
    rows = clerk.ours(paper.kind)
    return [abs(Decimal(row.get("TOTALENTERED") or row["TOTAL"])) for row in rows]


def lose(clerk: Clerk, function: str, action: str = "cut", when: str = "after") -> None:
    clerk.lose(action, when, match={"function": function})


@pytest.mark.parametrize(
    ("paper", "action"),
    [(one, "cut") for one in papers()] + [(PAPERS["bill"], action) for action in LOST],
    ids=[*PAPERS, *LOST],
)
def test_a_document_whose_answer_is_lost_is_found_and_there_once(
    clerk: Clerk, paper: Paper, action: str
) -> None:
    lose(choose(clerk, paper), paper.make, action)
    assert clerk.post(paper.record()) == {}
    found = clerk.found()[paper.key]
    assert (found.state, code(found)) == (ItemState.POSTED, "already_written")
    assert found.content
    again = clerk.again()[paper.key]
    assert (again.state, again.ledger_id) == (ItemState.POSTED, found.ledger_id)
    assert amounts(clerk, paper) == [Decimal("31.5")]


@EVERY
def test_a_lost_change_is_found_and_done_once(clerk: Clerk, paper: Paper) -> None:
    choose(clerk, paper).post(paper.record())
    operations = clerk.planned(paper.record("40"))
    lose(clerk, paper.change)
    assert clerk.send(operations) == {}
    found = clerk.found()[paper.key]
    assert found.state is ItemState.POSTED
    again = clerk.again()[paper.key]
    assert (again.state, again.ledger_id) == (ItemState.POSTED, found.ledger_id)
    assert amounts(clerk, paper) == [40]
    assert clerk.post(paper.record("40"))[paper.key].state is ItemState.UNCHANGED


@EVERY
def test_a_change_that_never_came_through_leaves_what_was_there_and_is_made(
    clerk: Clerk, paper: Paper
) -> None:
    choose(clerk, paper).post(paper.record())
    operations = clerk.planned(paper.record("40"))
    lose(clerk, paper.change, when="before")
    assert clerk.send(operations) == {}
    assert clerk.found() == {}
    assert amounts(clerk, paper) == [Decimal("31.5")]
    assert clerk.again()[paper.key].state is ItemState.POSTED
    assert amounts(clerk, paper) == [40]


@pytest.mark.parametrize(
    "paper", papers("report", "charge", "order", "invoice"), ids=["report", "charge", "order", "ar"]
)
def test_a_document_that_is_made_anew_is_never_left_half_done(clerk: Clerk, paper: Paper) -> None:
    choose(clerk, paper).post(paper.record())
    operations = clerk.planned(paper.record("40"))
    lose(clerk, paper.change, when="midway")
    assert clerk.send(operations) == {}
    assert len(amounts(clerk, paper)) == 1
    assert clerk.again()[paper.key].state is ItemState.POSTED
    assert amounts(clerk, paper) == [40]


@EVERY
def test_a_lost_removal_is_found_and_done_once(clerk: Clerk, paper: Paper) -> None:
    choose(clerk, paper).post(paper.record())
    operations = clerk.planned(paper.gone)
    lose(clerk, paper.remove)
    assert clerk.send(operations) == {}
    assert clerk.found()[paper.key].state is ItemState.POSTED
    assert clerk.again()[paper.key].state is ItemState.POSTED
    assert amounts(clerk, paper) == []


@EVERY
def test_what_never_came_through_is_not_found(clerk: Clerk, paper: Paper) -> None:
    lose(choose(clerk, paper), paper.make, when="before")
    assert clerk.post(paper.record()) == {}
    assert clerk.found() == {}
    assert amounts(clerk, paper) == []


@EVERY
def test_the_same_request_again_has_the_same_answer(clerk: Clerk, paper: Paper) -> None:
    first = choose(clerk, paper).post(paper.record())[paper.key]
    again = clerk.again()[paper.key]
    assert (again.state, code(again)) == (ItemState.POSTED, "already_written")
    assert (again.ledger_id, again.content, again.total) == (
        first.ledger_id,
        first.content,
        first.total,
    )
    assert amounts(clerk, paper) == [Decimal("31.5")]


@EVERY
def test_a_change_and_a_removal_under_other_ids_are_seen_to_be_done(
    clerk: Clerk, paper: Paper
) -> None:
    choose(clerk, paper).post(paper.record())
    for record, left in ((paper.record("40"), [40]), (paper.gone, [])):
        operations = clerk.planned(record)
        clerk.send(operations)
        assert clerk.send(operations)[paper.key].state is ItemState.POSTED
        assert amounts(clerk, paper) == left


@EVERY
def test_a_document_of_unknown_outcome_is_found_whatever_was_edited_since(
    clerk: Clerk, paper: Paper
) -> None:
    lose(choose(clerk, paper), paper.make)
    clerk.post(paper.record())
    (row,) = clerk.ours(paper.kind)
    clerk.books.change(paper.kind, row["RECORDNO"], WHENPOSTED="03/20/2026")
    assert clerk.found()[paper.key].state is ItemState.POSTED


BATCH: Mapping[str, Record] = {
    "expense-report:R1": spent("x1"),
    "expense-report:R2": spent("x2", staff_key="emily", report_key="R2"),
    "expense:x3": charged("x3"),
    "expense:x4": charged("x4", refund=True),
    "invoice:i1": invoice(),
}


def counts(clerk: Clerk) -> dict[str, int]:
    return {paper.kind: len(clerk.ours(paper.kind)) for paper in papers()[:5]}


ONCE = {"APBILL": 1, "EEXPENSES": 1, "CCTRANSACTION": 2, "SODOCUMENT": 1}


@pytest.mark.parametrize("when", ["before", "midway", "after"])
def test_a_night_of_cut_lines_leaves_each_document_once(clerk: Clerk, when: str) -> None:
    for function in {paper.make for paper in papers()[:5]}:
        lose(clerk, function, when=when)
    outcomes = dict(clerk.post(*BATCH.values()))
    outcomes |= clerk.found()
    outcomes |= clerk.again()
    assert {key: o.state for key, o in outcomes.items()} == dict.fromkeys(BATCH, ItemState.POSTED)
    assert counts(clerk) == ONCE


def test_a_gateway_that_dies_in_the_middle_leaves_each_document_once(clerk: Clerk) -> None:
    operations = clerk.planned(*BATCH.values())
    lose(clerk, "record_cctransaction", "html503")
    clerk.books.fail("html503", times=99, match={"function": "getAPISession"})
    with pytest.raises(LedgerUnavailable):
        clerk.send(operations)
    clerk.books.well()
    again = clerk.again()
    assert {key: o.state for key, o in again.items()} == dict.fromkeys(BATCH, ItemState.POSTED)
    assert counts(clerk) == ONCE


def test_of_two_documents_that_say_the_same_each_is_found_by_its_own_name(clerk: Clerk) -> None:
    lose(clerk, "record_cctransaction")
    assert clerk.post(charged("x1", notes="Same"), charged("x2", notes="Same")) == {}
    found = clerk.found()
    notes = {row["RECORDNO"]: str(row["DESCRIPTION"]) for row in clerk.ours("CCTRANSACTION")}
    assert {key: notes[str(o.ledger_id)] for key, o in found.items()} == {
        "expense:x1": "[expense:x1]",
        "expense:x2": "[expense:x2]",
    }


def test_a_gateway_that_forgets_ids_gets_no_bill_twice(clerk: Clerk) -> None:
    clerk.books.admin("settings", {"duplicate_seconds": 0, "duplicate_numbers": "allow"})
    lose(clerk, "create")
    clerk.post(spent(report_number="ER-1"))
    assert clerk.found()["expense-report:R1"].state is ItemState.POSTED
    assert len(clerk.ours("APBILL")) == 1
