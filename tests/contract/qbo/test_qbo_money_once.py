"""Documents of money are in the ledger once, whatever is lost on the way, against the sandbox."""

from collections.abc import Mapping
from typing import Any

import pytest
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.source_records import Record

from tests.contract.papers import PAPERS, Paper, charged, invoice, papers, sold, spent, worked
from tests.contract.qbo.poster import Poster, code
from tests.support.sampling import sampled

EVERY = sampled("paper", papers(), one_in=3, ids=PAPERS)
LOST = ["cut", "html502", "503", "status500", "fault10000"]


def lose(poster: Poster, action: str, kind: str = "single", **more: Any) -> None:
    """The ledger does what it is told, and the answer does not arrive."""
    fault = {"action": action, "when": "after", "match": {"kind": kind}, **more}
    poster.books.admin("faults", fault)


@sampled(
    ("paper", "action"),
    [(one, "cut") for one in papers()] + [(PAPERS["bill"], action) for action in LOST[1:]],
    one_in=3,
    ids=[*PAPERS, *LOST[1:]],
)
def test_a_document_whose_answer_is_lost_is_there_once_and_known(
    repeating_poster: Poster, paper: Paper, action: str
) -> None:
    """Case quickbooks-online 3."""
    poster = repeating_poster
    lose(poster, action, times=2)
    outcome = poster.post_through(paper.record())[paper.key]
    (row,) = poster.ours(paper.kind)
    assert (outcome.state, code(outcome)) == (ItemState.POSTED, "already_written")
    assert (outcome.ledger_id, outcome.version) == (row["Id"], "0")


@EVERY
def test_a_change_and_a_removal_whose_answers_are_lost_are_done_once(
    repeating_poster: Poster, paper: Paper
) -> None:
    poster = repeating_poster
    poster.post(paper.record())
    lose(poster, "cut")
    outcome = poster.post_through(paper.record("40"))[paper.key]
    assert (outcome.state, outcome.version) == (ItemState.POSTED, "1")
    assert code(outcome) == "already_written"
    lose(poster, "cut")
    outcome = poster.post_through(paper.gone)[paper.key]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert poster.ours(paper.kind) == []


@EVERY
def test_the_same_request_again_is_the_same_to_the_byte_and_has_the_same_answer(
    poster: Poster, paper: Paper
) -> None:
    poster.recognises_repeats()
    poster.books.admin("settings", {"requestid_other_body": "fault"})
    first = poster.post(paper.record())[paper.key]
    again = poster.again()[paper.key]
    assert (again.state, again.reason) == (ItemState.POSTED, None)
    assert (again.ledger_id, again.content, again.total) == (
        first.ledger_id,
        first.content,
        first.total,
    )
    changed = poster.post(paper.record("40"))[paper.key]
    assert poster.again()[paper.key].version == changed.version == "1"
    assert len(poster.ours(paper.kind)) == 1


@EVERY
def test_a_change_that_is_sent_again_under_another_id_is_seen_to_be_done(
    poster: Poster, paper: Paper
) -> None:
    poster.post(paper.record())
    operations = poster.planned(paper.record("40"))
    poster.send(operations)
    again = poster.send_under_other_ids(operations)[paper.key]
    assert (again.state, code(again), again.version) == (
        ItemState.POSTED,
        "already_written",
        "1",
    )


@EVERY
def test_a_removal_that_is_sent_again_under_another_id_is_seen_to_be_done(
    poster: Poster, paper: Paper
) -> None:
    poster.post(paper.record())
    operations = poster.planned(paper.gone)
    poster.send(operations)
    again = poster.send(operations)[paper.key]
    assert again.state is ItemState.POSTED
    assert poster.ours(paper.kind) == []


# Outcomes that nobody knows.


@EVERY
def test_a_document_of_unknown_outcome_is_found_by_the_name_that_we_gave_it(
    poster: Poster, paper: Paper
) -> None:
    poster.unheard()
    assert poster.post(paper.record()) == {}
    found = poster.found()[paper.key]
    (row,) = poster.ours(paper.kind)
    assert (found.state, found.ledger_id) == (ItemState.POSTED, row["Id"])
    assert code(found) == "already_written"
    assert found.content
    assert str(found.total) == "31.5"


@EVERY
def test_a_document_of_unknown_outcome_is_found_whatever_was_edited_since(
    poster: Poster, paper: Paper
) -> None:
    poster.unheard()
    poster.post(paper.record())
    (row,) = poster.ours(paper.kind)
    note = f"Checked by Bea\n{row['PrivateNote']}"
    poster.books.change(paper.kind, row["Id"], TxnDate="2026-03-20", PrivateNote=note)
    found = poster.found()[paper.key]
    assert (found.state, found.ledger_id) == (ItemState.POSTED, row["Id"])
    assert code(found) == "answer_differs"


@EVERY
def test_an_update_of_unknown_outcome_is_found_by_its_content(poster: Poster, paper: Paper) -> None:
    poster.post(paper.record())
    operations = poster.planned(paper.record("40"))
    poster.unheard()
    assert poster.send(operations) == {}
    found = poster.found()[paper.key]
    assert (found.state, found.version) == (ItemState.POSTED, "1")


@EVERY
def test_a_removal_of_unknown_outcome_is_found(poster: Poster, paper: Paper) -> None:
    poster.post(paper.record())
    operations = poster.planned(paper.gone)
    poster.unheard()
    assert poster.send(operations) == {}
    assert poster.found()[paper.key].state is ItemState.POSTED


@EVERY
def test_an_undelivered_write_is_not_found(poster: Poster, paper: Paper) -> None:
    poster.unheard(when="before")
    assert poster.post(paper.record()) == {}
    assert poster.found() == {}
    assert poster.ours(paper.kind) == []


@EVERY
def test_a_document_that_another_run_has_taken_is_not_taken_twice(
    poster: Poster, paper: Paper
) -> None:
    poster.unheard()
    poster.post(paper.record())
    (row,) = poster.ours(paper.kind)
    assert poster.found(known=[(paper.kind, row["Id"])]) == {}


def test_of_two_documents_that_say_the_same_each_is_found_by_its_own_name(poster: Poster) -> None:
    poster.unheard("batch")
    assert poster.post(charged("x1", notes="Same"), charged("x2", notes="Same")) == {}
    found = poster.found()
    notes = {row["Id"]: row["PrivateNote"] for row in poster.ours("Purchase")}
    assert {key: notes[str(o.ledger_id)] for key, o in found.items()} == {
        "expense:x1": "[expense:x1]",
        "expense:x2": "[expense:x2]",
    }


# Batches.

BATCH: Mapping[str, Record] = {
    "expense-report:R1": spent("x1"),
    "expense-report:R2": spent("x2", staff_key="emily", report_key="R2"),
    "expense:x3": charged("x3"),
    "expense:x4": charged("x4", refund=True),
    "invoice:i1": invoice(),
}


def counts(poster: Poster) -> dict[str, int]:
    return {kind: len(poster.ours(kind)) for kind in ("Bill", "Purchase", "Invoice")}


@pytest.mark.parametrize("action", LOST)
def test_a_batch_whose_answer_is_lost_is_there_once(repeating_poster: Poster, action: str) -> None:
    """Cases quickbooks-online 2 and 3."""
    poster = repeating_poster
    lose(poster, action, "batch")
    outcomes = poster.post_through(*BATCH.values())
    assert {o.state for o in outcomes.values()} == {ItemState.POSTED}
    assert set(outcomes) == set(BATCH)
    assert counts(poster) == {"Bill": 1, "Purchase": 3, "Invoice": 1}


def test_a_batch_of_unknown_outcome_is_found_whole_but_for_what_was_refused(
    poster: Poster,
) -> None:
    poster.books.change("Customer", "3", Active=False)
    bad = charged("x5", project_key="cars")
    poster.unheard("batch")
    assert poster.post(*BATCH.values(), bad) == {}
    found = poster.found()
    assert {key: o.state for key, o in found.items()} == dict.fromkeys(BATCH, ItemState.POSTED)
    assert counts(poster) == {"Bill": 1, "Purchase": 3, "Invoice": 1}


def test_a_fault_of_the_ledger_in_one_item_leaves_that_one_unknown_alone(poster: Poster) -> None:
    fault = {"action": "item_fault", "when": "after", "code": "600"}
    poster.books.admin("faults", {**fault, "match": {"entity": "Bill"}})
    outcomes = poster.post(*BATCH.values())
    assert set(BATCH) - outcomes.keys() == {"expense-report:R1"}
    poster.books.admin("faults", method="DELETE")
    assert poster.found()["expense-report:R1"].state is ItemState.POSTED
    assert counts(poster) == {"Bill": 1, "Purchase": 3, "Invoice": 1}


# Invoices that need more than one call.


@pytest.mark.parametrize("way", [{"time_link_id": "timecharge"}, {"time_links": "refuse"}], ids=str)
@pytest.mark.parametrize("action", ["cut", "fault10000"])
def test_an_invoice_relinked_by_another_method_exists_once_when_answers_are_lost(
    repeating_poster: Poster, way: dict[str, Any], action: str
) -> None:
    poster = repeating_poster
    poster.books.admin("settings", way)
    poster.post(worked())
    for skip in (0, 1):
        lose(poster, action, skip=skip)
    outcome = poster.post_through(invoice(sold(time_keys=("t1",))))["invoice:i1"]
    assert outcome.state is ItemState.POSTED
    assert len(poster.ours("Invoice")) == 1


@pytest.mark.parametrize("way", [{"time_link_id": "timecharge"}, {"time_links": "refuse"}])
def test_such_an_invoice_that_is_sent_again_is_the_same_one(
    poster: Poster, way: dict[str, Any]
) -> None:
    poster.recognises_repeats()
    poster.books.admin("settings", way)
    poster.post(worked())
    poster.state = {}
    first = poster.post(invoice(sold(time_keys=("t1",))))["invoice:i1"]
    poster.state = {}
    again = poster.again()["invoice:i1"]
    assert (again.state, again.ledger_id) == (ItemState.POSTED, first.ledger_id)
    assert len(poster.ours("Invoice")) == 1


WAYS: Mapping[str, tuple[Mapping[str, Any], int]] = {
    "activity": ({}, 0),
    "charge": ({"time_link_id": "timecharge"}, 1),
    "nothing": ({"time_links": "refuse"}, 2),
}
"""What the sandbox takes, and how many calls it refuses before."""


@pytest.mark.parametrize("way", WAYS)
def test_an_invoice_of_unknown_outcome_is_found_under_every_link_method(
    poster: Poster, way: str
) -> None:
    settings, refused = WAYS[way]
    poster.books.admin("settings", settings)
    poster.post(worked())
    poster.unheard(skip=refused)
    assert poster.post(invoice(sold(time_keys=("t1",)))) == {}
    found = poster.found()["invoice:i1"]
    (row,) = poster.ours("Invoice")
    assert (found.state, found.ledger_id) == (ItemState.POSTED, row["Id"])
    assert code(found) == ("link_refused" if way == "nothing" else "already_written")


def test_a_refused_invoice_with_time_is_retried_alone_by_another_link_method(
    poster: Poster,
) -> None:
    poster.books.admin("settings", {"time_link_id": "timecharge"})
    poster.post(worked())
    outcomes = poster.post(invoice(sold(time_keys=("t1",))), invoice(key="i2"), charged())
    assert [(o.state, o.reason) for o in outcomes.values()] == [(ItemState.POSTED, None)] * 3
    assert poster.row("time:t1")["BillableStatus"] == "HasBeenBilled"
    assert counts(poster) == {"Bill": 0, "Purchase": 1, "Invoice": 2}
