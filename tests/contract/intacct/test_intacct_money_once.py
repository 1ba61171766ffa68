"""Documents of money are in the ledger once, whatever is lost on the way, against the sandbox."""

from collections.abc import Mapping
from decimal import Decimal

import pytest
from ledgerlink.domain.errors import LedgerUnavailable
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.source_records import Record

from tests.contract.intacct.papers import PAPERS, Paper, choose, papers
from tests.contract.intacct.poster import Poster, code
from tests.contract.papers import charged, invoice, spent
from tests.support.sampling import sampled

EVERY = sampled("paper", papers(), one_in=3, ids=PAPERS)
LOST = ["html502", "524", "html200", "truncate"]


def amounts(poster: Poster, paper: Paper) -> list[Decimal]:
    """What the documents of a kind come to that are ours."""
    rows = poster.ours(paper.kind)
    return [abs(Decimal(row.get("TOTALENTERED") or row["TOTAL"])) for row in rows]


def lose(poster: Poster, function: str, action: str = "cut", when: str = "after") -> None:
    poster.lose(action, when, match={"function": function})


@sampled(
    ("paper", "action"),
    [(one, "cut") for one in papers()] + [(PAPERS["bill"], action) for action in LOST],
    one_in=3,
    ids=[*PAPERS, *LOST],
)
def test_a_document_whose_answer_is_lost_is_found_and_there_once(
    poster: Poster, paper: Paper, action: str
) -> None:
    lose(choose(poster, paper), paper.make, action)
    assert poster.post(paper.record()) == {}
    found = poster.found()[paper.key]
    assert (found.state, code(found)) == (ItemState.POSTED, "already_written")
    assert found.content
    again = poster.carried_on()[paper.key]
    assert (again.state, again.ledger_id) == (ItemState.POSTED, found.ledger_id)
    assert amounts(poster, paper) == [Decimal("31.5")]


@EVERY
def test_a_lost_change_is_found_and_done_once(poster: Poster, paper: Paper) -> None:
    choose(poster, paper).post(paper.record())
    operations = poster.planned(paper.record("40"))
    lose(poster, paper.change)
    assert poster.send(operations) == {}
    found = poster.found()[paper.key]
    assert found.state is ItemState.POSTED
    again = poster.carried_on()[paper.key]
    assert (again.state, again.ledger_id) == (ItemState.POSTED, found.ledger_id)
    assert amounts(poster, paper) == [40]
    assert poster.post(paper.record("40"))[paper.key].state is ItemState.UNCHANGED


@EVERY
def test_a_lost_update_leaves_the_document_and_is_sent_again(poster: Poster, paper: Paper) -> None:
    choose(poster, paper).post(paper.record())
    operations = poster.planned(paper.record("40"))
    lose(poster, paper.change, when="before")
    assert poster.send(operations) == {}
    assert poster.found() == {}
    assert amounts(poster, paper) == [Decimal("31.5")]
    assert poster.carried_on()[paper.key].state is ItemState.POSTED
    assert amounts(poster, paper) == [40]


@pytest.mark.parametrize(
    "paper", papers("report", "charge", "order", "invoice"), ids=["report", "charge", "order", "ar"]
)
def test_a_document_that_is_made_anew_is_never_left_half_done(poster: Poster, paper: Paper) -> None:
    choose(poster, paper).post(paper.record())
    operations = poster.planned(paper.record("40"))
    lose(poster, paper.change, when="midway")
    assert poster.send(operations) == {}
    assert len(amounts(poster, paper)) == 1
    assert poster.carried_on()[paper.key].state is ItemState.POSTED
    assert amounts(poster, paper) == [40]


@EVERY
def test_a_lost_removal_is_found_and_done_once(poster: Poster, paper: Paper) -> None:
    choose(poster, paper).post(paper.record())
    operations = poster.planned(paper.gone)
    lose(poster, paper.remove)
    assert poster.send(operations) == {}
    assert poster.found()[paper.key].state is ItemState.POSTED
    assert poster.carried_on()[paper.key].state is ItemState.POSTED
    assert amounts(poster, paper) == []


@EVERY
def test_an_undelivered_write_is_not_found(poster: Poster, paper: Paper) -> None:
    lose(choose(poster, paper), paper.make, when="before")
    assert poster.post(paper.record()) == {}
    assert poster.found() == {}
    assert amounts(poster, paper) == []


@EVERY
def test_the_same_request_again_has_the_same_answer(poster: Poster, paper: Paper) -> None:
    poster.recognises_repeats()
    first = choose(poster, paper).post(paper.record())[paper.key]
    again = poster.again()[paper.key]
    assert (again.state, code(again)) == (ItemState.POSTED, "already_written")
    assert (again.ledger_id, again.content, again.total) == (
        first.ledger_id,
        first.content,
        first.total,
    )
    assert amounts(poster, paper) == [Decimal("31.5")]


@EVERY
def test_a_change_and_a_removal_under_other_ids_are_seen_to_be_done(
    poster: Poster, paper: Paper
) -> None:
    choose(poster, paper).post(paper.record())
    for record, left in ((paper.record("40"), [40]), (paper.gone, [])):
        operations = poster.planned(record)
        poster.send(operations)
        assert poster.send(operations)[paper.key].state is ItemState.POSTED
        assert amounts(poster, paper) == left


@EVERY
def test_a_document_of_unknown_outcome_is_found_whatever_was_edited_since(
    poster: Poster, paper: Paper
) -> None:
    lose(choose(poster, paper), paper.make)
    poster.post(paper.record())
    (row,) = poster.ours(paper.kind)
    poster.books.change(paper.kind, row["RECORDNO"], WHENPOSTED="03/20/2026")
    assert poster.found()[paper.key].state is ItemState.POSTED


BATCH: Mapping[str, Record] = {
    "expense-report:R1": spent("x1"),
    "expense-report:R2": spent("x2", staff_key="emily", report_key="R2"),
    "expense:x3": charged("x3"),
    "expense:x4": charged("x4", refund=True),
    "invoice:i1": invoice(),
}


def counts(poster: Poster) -> dict[str, int]:
    return {paper.kind: len(poster.ours(paper.kind)) for paper in papers()[:5]}


ONCE = {"APBILL": 1, "EEXPENSES": 1, "CCTRANSACTION": 2, "SODOCUMENT": 1}


@pytest.mark.parametrize("when", ["before", "midway", "after"])
def test_a_night_of_cut_lines_leaves_each_document_once(poster: Poster, when: str) -> None:
    for function in {paper.make for paper in papers()[:5]}:
        lose(poster, function, when=when)
    outcomes = dict(poster.post(*BATCH.values()))
    outcomes |= poster.found()
    outcomes |= poster.carried_on()
    assert {key: o.state for key, o in outcomes.items()} == dict.fromkeys(BATCH, ItemState.POSTED)
    assert counts(poster) == ONCE


def test_a_gateway_that_dies_in_the_middle_leaves_each_document_once(poster: Poster) -> None:
    operations = poster.planned(*BATCH.values())
    lose(poster, "record_cctransaction", "html503")
    poster.books.fail("html503", times=99, match={"function": "getAPISession"})
    with pytest.raises(LedgerUnavailable):
        poster.send(operations)
    poster.books.well()
    again = poster.carried_on()
    assert {key: o.state for key, o in again.items()} == dict.fromkeys(BATCH, ItemState.POSTED)
    assert counts(poster) == ONCE


def test_of_two_documents_that_say_the_same_each_is_found_by_its_own_name(poster: Poster) -> None:
    lose(poster, "record_cctransaction")
    assert poster.post(charged("x1", notes="Same"), charged("x2", notes="Same")) == {}
    found = poster.found()
    notes = {row["RECORDNO"]: str(row["DESCRIPTION"]) for row in poster.ours("CCTRANSACTION")}
    assert {key: notes[str(o.ledger_id)] for key, o in found.items()} == {
        "expense:x1": "[expense:x1]",
        "expense:x2": "[expense:x2]",
    }


def test_a_gateway_that_forgets_ids_gets_no_bill_twice(poster: Poster) -> None:
    poster.books.admin("settings", {"duplicate_seconds": 0, "duplicate_numbers": "allow"})
    lose(poster, "create")
    poster.post(spent(report_number="ER-1"))
    assert poster.found()["expense-report:R1"].state is ItemState.POSTED
    assert len(poster.ours("APBILL")) == 1
