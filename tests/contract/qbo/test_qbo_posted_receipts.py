"""Receipts, which the ledger keeps as files attached to documents, against the sandbox."""

from typing import Any

import pytest
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.source_records import Record, RecordKind

from tests.contract.papers import FILE, PAPERS, Paper, charged, gone, papers, receipt, spent
from tests.contract.qbo.books import Row
from tests.contract.qbo.poster import Poster, code, words
from tests.support.sampling import sampled

REPORT = "expense-report:R1"
KEY = "receipt:expense/x1/r1"


@pytest.fixture
def poster(poster: Poster) -> Poster:
    """Somebody who has uploaded two files."""
    poster.upload("u1", FILE)
    poster.upload("u2", b"a picture")
    return poster


def attached(row: Row) -> list[tuple[str, str]]:
    """What a file is attached to."""
    refs = [each["EntityRef"] for each in row["AttachableRef"]]
    return [(ref["type"], ref["value"]) for ref in refs]


def content(poster: Poster, row: Row) -> bytes:
    """The bytes that the ledger keeps of it."""
    return poster.books.http.get(row["TempDownloadUri"]).raise_for_status().content


def files(poster: Poster) -> list[Row]:
    return poster.books.rows("Attachable")


@sampled("paper", papers(), one_in=3, ids=PAPERS)
def test_a_receipt_is_attached_to_its_document_in_a_step_of_its_own(
    poster: Poster, paper: Paper
) -> None:
    outcomes = poster.post(paper.record(receipts=(receipt(note="Lunch"),)))
    (document_key, document), (_, file) = outcomes.items()
    assert document_key == paper.key
    assert (file.state, file.reason, file.version) == (ItemState.POSTED, None, "0")
    (row,) = files(poster)
    assert row["Id"] == file.ledger_id
    assert attached(row) == [(paper.kind, document.ledger_id)]
    assert (row["FileName"], row["ContentType"]) == ("r1.pdf", "application/pdf")
    assert (row["Note"], row["Category"]) == ("Lunch", "Receipt")
    assert content(poster, row) == FILE
    assert poster.calls["upload"] == 1


def test_every_receipt_is_a_file_of_its_own_also_under_the_same_name(poster: Poster) -> None:
    same = {"file_name": "lunch.pdf"}
    poster.post(spent(receipts=(receipt("a", **same), receipt("b", "u2", **same))))
    assert sorted(content(poster, row) for row in files(poster)) == [FILE, b"a picture"]
    assert [row["FileName"] for row in files(poster)] == ["lunch.pdf"] * 2


def test_a_name_in_quotes_and_other_scripts_arrives_as_it_is(poster: Poster) -> None:
    name = 'Das "Café" 50% 領収書.pdf'
    poster.post(spent(receipts=(receipt(file_name=name),)))
    (row,) = files(poster)
    assert (row["FileName"], content(poster, row)) == (name, FILE)


def test_a_receipt_can_come_later_and_leaves_its_document_alone(poster: Poster) -> None:
    poster.post(spent())
    outcomes = poster.post(spent(receipts=(receipt(),)))
    assert outcomes[REPORT].state is ItemState.UNCHANGED
    assert outcomes[KEY].state is ItemState.POSTED
    assert poster.row(REPORT)["SyncToken"] == "0"


def test_a_receipt_can_be_attached_to_a_paid_document(poster: Poster) -> None:
    poster.post(spent())
    link = [{"TxnId": poster.links[REPORT].ledger_id, "TxnType": "Bill"}]
    paid = {"PayType": "Check", "CheckPayment": {"BankAccountRef": {"value": "35"}}}
    line = [{"Amount": 31.5, "LinkedTxn": link}]
    poster.books.create("BillPayment", VendorRef={"value": "46"}, TotalAmt=31.5, Line=line, **paid)
    outcomes = poster.post(spent("x1", "40", receipts=(receipt(),)))
    assert code(outcomes[REPORT]) == "paid"
    assert outcomes[KEY].state is ItemState.POSTED
    assert attached(files(poster)[0]) == [("Bill", poster.links[REPORT].ledger_id)]


def test_an_equal_receipt_is_not_uploaded_again(poster: Poster) -> None:
    poster.post(spent(receipts=(receipt(),)))
    assert poster.post(spent(receipts=(receipt(),)))[KEY].state is ItemState.UNCHANGED
    assert len(files(poster)) == 1


def test_a_changed_note_changes_the_file_that_is_there(poster: Poster) -> None:
    poster.post(spent(receipts=(receipt(note="Lunch"),)))
    outcome = poster.post(spent(receipts=(receipt(note="Dinner"),)))[KEY]
    (row,) = files(poster)
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert (row["Note"], row["SyncToken"]) == ("Dinner", "1")
    assert (attached(row), content(poster, row)) == (
        [("Bill", poster.links[REPORT].ledger_id)],
        FILE,
    )
    assert "upload" not in poster.calls


def test_a_removed_note_is_cleared(poster: Poster) -> None:
    poster.post(spent(receipts=(receipt(note="Lunch"),)))
    poster.post(spent(receipts=(receipt(),)))
    assert "Note" not in files(poster)[0]


def test_a_receipt_moves_with_its_expense_to_another_document(poster: Poster) -> None:
    poster.post(spent(receipts=(receipt(),)))
    outcome = poster.post(spent(staff_key="emily", receipts=(receipt(),)))[KEY]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    (row,) = files(poster)
    assert attached(row) == [("Purchase", poster.links[REPORT].ledger_id)]
    assert content(poster, row) == FILE


def test_a_deleted_receipt_is_deleted_and_its_document_stays(poster: Poster) -> None:
    poster.post(spent(receipts=(receipt(),)))
    outcome = poster.post(gone("expense/x1/r1", RecordKind.RECEIPT))[KEY]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert files(poster) == []
    assert len(poster.ours("Bill")) == 1


def test_a_receipt_deleted_by_a_user_counts_as_deleted(poster: Poster) -> None:
    poster.post(spent(receipts=(receipt(),)))
    poster.delete(KEY)
    outcome = poster.post(gone("expense/x1/r1", RecordKind.RECEIPT))[KEY]
    assert outcome.state is ItemState.POSTED


@pytest.mark.parametrize(
    "record",
    [gone("expense/x1/r1", RecordKind.RECEIPT), spent(receipts=(receipt(note="Dinner"),))],
    ids=["delete", "update"],
)
def test_a_file_changed_by_a_user_is_left_as_it_is(poster: Poster, record: Record) -> None:
    poster.post(spent(receipts=(receipt(note="Lunch"),)))
    poster.edit(KEY, Note="checked")
    outcome = poster.post(record)[KEY]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "changed_in_ledger")
    assert files(poster)[0]["Note"] == "checked"


# What hinders them.


def test_a_receipt_of_no_bytes_is_not_sent(poster: Poster) -> None:
    """Case general 10. The product and the auditor would believe that a receipt is there."""
    poster.upload("none", b"")
    empty = receipt("r2", "none", file_name="zero.pdf")
    outcomes = poster.post(spent(receipts=(receipt(), empty)))
    outcome = outcomes["receipt:expense/x1/r2"]
    assert outcome.state is ItemState.BLOCKED
    assert outcome.reason == reason("receipt_empty", field="upload_id", name="zero.pdf")
    assert outcomes[REPORT].state is outcomes[KEY].state is ItemState.POSTED
    assert len(files(poster)) == 1


def test_a_receipt_whose_file_is_missing_fails_alone(poster: Poster) -> None:
    missing = receipt("r2", "lost", file_name="lost.pdf")
    outcomes = poster.post(spent(receipts=(receipt(), missing)))
    outcome = outcomes["receipt:expense/x1/r2"]
    assert outcome.state is ItemState.BLOCKED
    assert outcome.reason == reason("receipt_missing", field="upload_id", name="lost.pdf")
    assert outcomes[REPORT].state is outcomes[KEY].state is ItemState.POSTED
    assert len(files(poster)) == 1


def test_a_receipt_without_its_document_waits(poster: Poster) -> None:
    poster.books.change("Vendor", "46", Active=False)
    outcomes = poster.post(spent(receipts=(receipt(),)))
    assert outcomes[REPORT].state is ItemState.FAILED
    assert outcomes[KEY].state is ItemState.BLOCKED
    assert outcomes[KEY].reason == reason("dependency_failed", key=REPORT)
    assert files(poster) == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"file_name": "lunch.exe"}, "file_name"),
        ({"file_name": "lunch.pdf", "content_type": "image/png"}, "content_type"),
    ],
)
def test_a_kind_of_file_that_the_ledger_does_not_take_is_not_sent(
    poster: Poster, given: dict[str, Any], field: str
) -> None:
    outcomes = poster.post(spent(receipts=(receipt(**given),)))
    assert outcomes[REPORT].state is ItemState.POSTED
    assert (outcomes[KEY].state, code(outcomes[KEY])) == (ItemState.BLOCKED, "receipt_refused")
    why = outcomes[KEY].reason
    assert why is not None
    assert why.field == field


def test_a_file_that_is_too_large_for_the_ledger_fails_with_its_words(poster: Poster) -> None:
    poster.books.admin("settings", {"upload_limit": 1500})
    poster.upload("u1", b"x" * 2000)
    outcomes = poster.post(spent(receipts=(receipt(),)))
    assert outcomes[REPORT].state is ItemState.POSTED
    assert outcomes[KEY].state is ItemState.FAILED
    assert "QuickBooks error 6030" in words(outcomes[KEY])


def test_a_refusal_inside_an_answer_of_success_is_a_refusal(poster: Poster) -> None:
    fault = {"action": "item_fault", "match": {"kind": "upload"}, "code": "6050"}
    poster.books.admin("faults", fault)
    outcome = poster.post(spent(receipts=(receipt(),)))[KEY]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "refused")
    assert files(poster) == []


# What is lost on the way.


@pytest.mark.parametrize("action", ["cut", "html502", "fault10000", "status500"])
def test_an_upload_whose_answer_is_lost_is_one_file(repeating_poster: Poster, action: str) -> None:
    poster = repeating_poster
    poster.books.admin("faults", {"action": action, "when": "after", "match": {"kind": "upload"}})
    outcome = poster.post_through(charged(receipts=(receipt(),)))[KEY]
    assert (outcome.state, code(outcome)) == (ItemState.POSTED, "already_written")
    assert len(files(poster)) == 1


def test_an_upload_that_is_sent_again_is_the_same_to_the_byte_and_one_file(poster: Poster) -> None:
    poster.recognises_repeats()
    poster.books.admin("settings", {"requestid_other_body": "fault"})
    first = poster.post(charged(receipts=(receipt(),)))[KEY]
    again = poster.again()[KEY]
    assert (again.ledger_id, len(files(poster))) == (first.ledger_id, 1)


@pytest.mark.parametrize("shown", ["thin", "full"])
def test_an_upload_of_unknown_outcome_is_found_by_name_document_and_size(
    poster: Poster, shown: str
) -> None:
    poster.books.admin("settings", {"attachable_ref_query": shown})
    same = {"file_name": "lunch.pdf"}
    receipts = (receipt("r1", **same), receipt("r2", "u2", **same))
    poster.unheard("upload")
    outcomes = poster.post(charged(receipts=receipts))
    assert set(outcomes) == {"expense:x1"}
    found = poster.found()
    assert {code(outcome) for outcome in found.values()} >= {"already_written"}
    by_id = {row["Id"]: content(poster, row) for row in files(poster)}
    told = [by_id[str(found[f"receipt:expense/x1/{key}"].ledger_id)] for key in ("r1", "r2")]
    assert told == [FILE, b"a picture"]
