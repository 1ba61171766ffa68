"""Receipts, which the ledger keeps as attachments of documents, against the sandbox."""

import base64
from collections.abc import Mapping
from dataclasses import replace

import pytest
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.source_records import RecordKind

from tests.contract.intacct.papers import PAPERS, Paper, choose, papers
from tests.contract.intacct.poster import Poster
from tests.contract.papers import FILE, gone, receipt, spent
from tests.support.sampling import sampled

REPORT, KEY = "expense-report:R1", "receipt:expense/x1/r1"
EVERY = sampled("paper", papers(), one_in=3, ids=PAPERS)


@pytest.fixture
def poster(poster: Poster) -> Poster:
    """Somebody who has uploaded two files."""
    poster.upload("u1", FILE)
    poster.upload("u2", b"a picture")
    return poster


def files(poster: Poster, supdoc: str) -> Mapping[str, bytes]:
    """The files of an attachment, by the end of their names."""
    (number,) = (r["RECORDNO"] for r in poster.books.rows("SUPDOC") if r["SUPDOCID"] == supdoc)
    return {
        f"{row['ATTACHMENTNAME']}.{row['ATTACHMENTTYPE']}": base64.b64decode(row["ATTACHMENTDATA"])
        for row in poster.books.rows("SUPDOCFILE")
        if row["parent"] == number
    }


def asked(poster: Poster, function: str) -> int:
    """How many requests had this function."""
    notes = [[note.function for note in entry.functions] for entry in poster.books.journal()]
    return sum(function in names for names in notes)


@EVERY
def test_a_receipt_is_attached_to_its_document(poster: Poster, paper: Paper) -> None:
    outcomes = choose(poster, paper).post(paper.record(receipts=(receipt(note="Lunch"),)))
    (document_key, document), (_, file) = outcomes.items()
    assert document_key == paper.key
    assert (document.state, document.reason) == (ItemState.POSTED, None)
    assert (file.state, file.reason) == (ItemState.POSTED, None)
    supdoc = poster.row(paper.key)["SUPDOCID"]
    assert str(file.ledger_id).startswith(f"{supdoc}/")
    assert list(files(poster, supdoc).values()) == [FILE]
    assert len(poster.ours(paper.kind)) == 1


def test_receipts_of_one_document_share_its_attachment_also_under_one_name(poster: Poster) -> None:
    same = {"file_name": "lunch.pdf"}
    poster.post(spent(receipts=(receipt("a", **same), receipt("b", "u2", **same))))
    kept = files(poster, poster.row(REPORT)["SUPDOCID"])
    assert sorted(kept.values()) == [FILE, b"a picture"]


def test_a_receipt_can_come_later_and_leaves_its_document_alone(poster: Poster) -> None:
    poster.post(spent())
    before = poster.lines(REPORT)
    outcomes = poster.post(spent(receipts=(receipt(),)))
    assert outcomes[REPORT].state is ItemState.UNCHANGED
    assert outcomes[KEY].state is ItemState.POSTED
    assert poster.lines(REPORT) == before


def test_an_equal_receipt_is_not_uploaded_again(poster: Poster) -> None:
    poster.post(spent(receipts=(receipt(),)))
    again = poster.post(spent(receipts=(receipt(),)))
    assert {o.state for o in again.values()} == {ItemState.UNCHANGED}
    assert "write" not in poster.calls


@pytest.mark.parametrize("function", ["create_supdoc", "update"])
def test_a_receipt_whose_answer_is_lost_is_found_and_there_once(
    poster: Poster, function: str
) -> None:
    poster.post(spent())
    operations = poster.planned(spent(receipts=(receipt(),)))
    poster.lose(match={"function": function})
    poster.send(operations)
    assert poster.found()[KEY].state is ItemState.POSTED
    assert poster.again()[KEY].state is ItemState.POSTED
    assert list(files(poster, poster.row(REPORT)["SUPDOCID"]).values()) == [FILE]


@pytest.mark.parametrize("done", [1, 2])
def test_a_receipt_that_was_left_halfway_is_tied_to_its_document(poster: Poster, done: int) -> None:
    poster.post(spent())
    operations = poster.planned(spent(receipts=(receipt(),)))
    poster.lose(when="midway", functions=done, match={"function": "create_supdoc"})
    poster.send(operations)
    poster.found()
    assert poster.again()[KEY].state is ItemState.POSTED
    assert list(files(poster, poster.row(REPORT)["SUPDOCID"]).values()) == [FILE]


@pytest.mark.parametrize("when", ["before", "midway", "after"])
@pytest.mark.parametrize("action", ["429", "invalid_session", "unavailable"])
@pytest.mark.parametrize("function", ["create_supdoc", "update_supdoc"])
def test_a_file_that_is_turned_away_is_looked_up_before_it_is_sent_again(
    poster: Poster, function: str, action: str, when: str
) -> None:
    """The gateway says that it did nothing, and has done it, or some of it. The first file of a
    document makes its attachment, the second goes into it."""
    first = receipt("a")
    both = (first, receipt("b", "u2"))
    records = spent(receipts=(first,)) if function == "create_supdoc" else spent(receipts=both)
    poster.post(spent() if function == "create_supdoc" else spent(receipts=(first,)))
    poster.lose(action, when, match={"function": function})
    outcomes = poster.post_through(records)
    assert ItemState.POSTED in {outcome.state for outcome in outcomes.values()}
    assert {o.state for o in outcomes.values()} <= {ItemState.POSTED, ItemState.UNCHANGED}
    kept = files(poster, poster.row(REPORT)["SUPDOCID"])
    assert list(kept.values()) == [FILE, b"a picture"][: len(records.receipts)]
    assert asked(poster, function) == 1, "as far as it was carried out"


@pytest.mark.parametrize("action", ["429", "invalid_session", "unavailable"])
def test_the_removal_of_a_file_that_is_turned_away_is_done_once(
    poster: Poster, action: str
) -> None:
    poster.post(spent(receipts=(receipt(),)))
    poster.lose(action, "after", match={"function": "delete_supdoc"})
    outcomes = poster.post_through(gone("expense/x1/r1", RecordKind.RECEIPT))
    assert {outcome.state for outcome in outcomes.values()} == {ItemState.POSTED}
    assert poster.books.rows("SUPDOC") == []
    assert asked(poster, "delete_supdoc") == 1


@EVERY
def test_a_document_that_is_changed_keeps_its_receipts(poster: Poster, paper: Paper) -> None:
    first = choose(poster, paper).post(paper.record(receipts=(receipt(),)))
    (_, file) = first.values()
    supdoc = poster.row(paper.key)["SUPDOCID"]
    outcomes = poster.post(paper.record("40", receipts=(receipt(),)))
    assert outcomes[paper.key].state is ItemState.POSTED
    assert poster.row(paper.key)["SUPDOCID"] == supdoc
    again = poster.post(paper.record("40", receipts=(receipt(),)))
    assert {outcome.ledger_id for outcome in again.values()} >= {file.ledger_id}
    assert "write" not in poster.calls
    assert list(files(poster, supdoc).values()) == [FILE]


def test_one_that_comes_after_a_change_goes_to_the_others(poster: Poster) -> None:
    told = {"staff_key": "emily"}
    poster.post(spent(receipts=(receipt("a"),), **told))
    poster.post(spent(amount="40", receipts=(receipt("a"),), **told))
    poster.post(spent(amount="40", receipts=(receipt("a"), receipt("b", "u2")), **told))
    kept = files(poster, poster.row(REPORT)["SUPDOCID"])
    assert sorted(kept.values()) == [FILE, b"a picture"]


def moving(poster: Poster, *stays: str) -> None:
    """An expense with a receipt, and another with these, part: the first goes to a report that
    there is."""
    there = spent("x3", report_key="R2")
    ours = tuple(receipt(key, "u2") for key in stays)
    left = spent("x2", receipts=ours)
    poster.post(spent(receipts=(receipt(),)), left, there)
    poster.post(spent(report_key="R2", receipts=(receipt(),)), left, there)


def test_a_receipt_goes_with_its_expense_to_another_report(poster: Poster) -> None:
    moving(poster)
    assert not poster.row(REPORT).get("SUPDOCID")
    supdoc = poster.row("expense-report:R2")["SUPDOCID"]
    assert list(files(poster, supdoc).values()) == [FILE]


def test_it_leaves_the_receipts_of_others_where_they_are(poster: Poster) -> None:
    moving(poster, "r2")
    supdoc = poster.row("expense-report:R2")["SUPDOCID"]
    assert list(files(poster, supdoc).values()) == [FILE]
    assert b"a picture" in files(poster, poster.row(REPORT)["SUPDOCID"]).values()
    assert poster.row(REPORT)["SUPDOCID"] != supdoc


def test_a_deleted_receipt_is_deleted_and_its_document_stays(poster: Poster) -> None:
    poster.post(spent(receipts=(receipt(),)))
    outcome = poster.post(gone("expense/x1/r1", RecordKind.RECEIPT))[KEY]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert poster.books.rows("SUPDOC") == []
    assert len(poster.ours("APBILL")) == 1


def test_a_file_that_was_not_uploaded_is_reported(poster: Poster) -> None:
    outcomes = poster.post(spent(receipts=(receipt(upload_id="none"),)))
    assert outcomes[REPORT].state is ItemState.POSTED
    assert outcomes[KEY].state is ItemState.BLOCKED
    assert outcomes[KEY].reason == reason("receipt_missing", field="upload_id", name="r1.pdf")


def test_a_receipts_snapshot_shows_that_it_exists(poster: Poster) -> None:
    poster.post(spent(receipts=(receipt(),)))
    copy = poster.copy(KEY)
    assert copy is not None
    assert poster.links[KEY].expected_fingerprint in copy.forms


def test_an_attachment_that_gets_another_file_keeps_its_name_and_folder(poster: Poster) -> None:
    """Case 17.1. Name, folder and description may be somebody else's."""
    poster.post(spent(receipts=(receipt("a"),)))
    (row,) = poster.books.rows("SUPDOC")
    company = poster.books.served.sandbox.companies[poster.books.company]
    by_hand = {"SUPDOCNAME": "Trip to Oslo", "DESCRIPTION": "all of it"}
    record = company.tables["SUPDOC"].records[int(row["RECORDNO"])]
    company.put("SUPDOC", replace(record, values={**record.values, **by_hand}))
    outcomes = poster.post(spent(receipts=(receipt("a"), receipt("b", "u2"))))
    assert outcomes["receipt:expense/x1/b"].state is ItemState.POSTED
    (row,) = poster.books.rows("SUPDOC")
    assert {name: row.get(name) for name in by_hand} == by_hand
    assert len(files(poster, row["SUPDOCID"])) == 2


def test_a_receipt_of_no_bytes_is_not_sent(poster: Poster) -> None:
    """Case general 10. Nothing about it is called; a file beside it is attached."""
    poster.upload("none", b"")
    outcomes = poster.post(spent(receipts=(receipt("r1", "none"), receipt("r2"))))
    assert outcomes[REPORT].state is ItemState.POSTED
    assert outcomes[KEY].state is ItemState.BLOCKED
    assert outcomes[KEY].reason == reason("receipt_empty", field="upload_id", name="r1.pdf")
    assert list(files(poster, poster.row(REPORT)["SUPDOCID"]).values()) == [FILE]
