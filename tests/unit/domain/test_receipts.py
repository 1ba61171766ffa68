"""Receipts go to where their record is, each with an outcome of its own."""

from dataclasses import replace
from typing import Any

import pytest
from ledgerlink.domain.model.plan import Action, ItemState
from ledgerlink.domain.model.source_records import ExpenseEntry, Invoice, Record, RecordKind
from ledgerlink.domain.model.time_settings import LedgerEdits, TimeSettings

from tests.unit.domain.money_ledger import MoneyLedger, by_key, gone, invoice, receipt, spent
from tests.unit.domain.simulated_ledger import reasons, states, writes

A = "expense-report:A"
E1, E2, I1 = "receipt:expense/e1/r1", "receipt:expense/e2/r1", "receipt:invoice/i1/r1"


def with_receipt(key: str, report: str | None = "A", **given: Any) -> ExpenseEntry:
    return spent(key, report_key=report, receipts=(receipt(),), **given)


def document_of(ledger: MoneyLedger, key: str) -> object:
    """The posting key of the document that the file is attached to."""
    _, body = ledger.stored[ledger.links[key].ledger_id]
    return next(k for k, link in ledger.links.items() if link.ledger_id == body["document"])


@pytest.mark.parametrize(
    ("record", "key", "document"),
    [
        (with_receipt("e1"), E1, A),
        (with_receipt("e1", None), E1, "expense:e1"),
        (invoice("i1", receipts=(receipt(),)), I1, "invoice:i1"),
    ],
)
def test_a_receipt_is_attached_after_its_new_document(
    record: ExpenseEntry | Invoice, key: str, document: str
) -> None:
    ledger = MoneyLedger()
    found = by_key(ledger.posted(record))
    assert found[document].level < found[key].level
    assert (found[key].upload_id, found[key].record) == ("0" * 32, RecordKind.RECEIPT)
    assert found[key].members == (key.removeprefix("receipt:"),)
    assert document_of(ledger, key) == document
    assert writes(ledger.post(record)) == {}


def test_an_expense_and_an_invoice_of_the_same_key_have_receipts_of_their_own() -> None:
    ledger = MoneyLedger()
    records: list[Record] = [with_receipt("7", None), invoice("7", receipts=(receipt(),))]
    ledger.posted(*records)
    assert document_of(ledger, "receipt:expense/7/r1") == "expense:7"
    assert document_of(ledger, "receipt:invoice/7/r1") == "invoice:7"
    assert writes(ledger.post(*records)) == {}


def test_a_receipt_that_came_late_goes_to_the_document_that_is_there() -> None:
    ledger = MoneyLedger()
    ledger.posted(spent("e1", report_key="A"))
    found = ledger.posted(with_receipt("e1"))
    assert states(found) == {A: ItemState.UNCHANGED, E1: ItemState.PENDING}
    assert document_of(ledger, E1) == A


def test_a_receipt_goes_to_a_document_that_may_not_change() -> None:
    ledger = MoneyLedger()
    ledger.posted(spent("e1", report_key="A"))
    ledger.lock(A)
    found = ledger.posted(with_receipt("e1", notes="other"))
    assert (reasons(found), writes(found)) == ({A: "paid"}, {E1: Action.CREATE})


def test_a_receipt_is_attached_when_its_expense_is_added_to_a_report() -> None:
    ledger = MoneyLedger()
    ledger.posted(spent("e1", report_key="A"))
    found = ledger.posted(spent("e1", report_key="A"), with_receipt("e2"))
    assert writes(found) == {A: Action.UPDATE, E2: Action.CREATE}
    assert document_of(ledger, E2) == A


@pytest.mark.parametrize("there", [False, True])
def test_a_receipt_moves_with_its_expense(there: bool) -> None:
    ledger = MoneyLedger()
    others = [spent("e2", report_key="B")] if there else []
    ledger.posted(with_receipt("e1"), *others)
    found = ledger.posted(with_receipt("e1", "B"), *others)
    assert writes(found)[E1] is Action.UPDATE
    assert document_of(ledger, E1) == "expense-report:B"
    assert writes(ledger.post(with_receipt("e1", "B"), *others)) == {}


def test_a_receipt_stays_where_its_expense_stays() -> None:
    ledger = MoneyLedger()
    ledger.posted(with_receipt("e1"))
    ledger.lock(A)
    found = by_key(ledger.post(with_receipt("e1", "B")))
    assert (found[A].state, found[E1].state) == (ItemState.BLOCKED, ItemState.UNCHANGED)


def test_a_receipt_follows_a_document_that_is_created_anew() -> None:
    ledger = MoneyLedger()
    ledger.posted(with_receipt("e1"))
    del ledger.stored[ledger.links[A].ledger_id]
    found = ledger.posted(with_receipt("e1"), posting=TimeSettings(ledger_edits=LedgerEdits.OURS))
    assert writes(found) == {A: Action.CREATE, E1: Action.UPDATE}
    assert document_of(ledger, E1) == A


def test_a_receipt_of_a_blocked_record_names_that_record() -> None:
    found = MoneyLedger().post(with_receipt("e1", expense_code_key="nothing"))
    assert reasons(found) == {"expense:e1": "no_rule", E1: "dependency_failed"}


def test_a_receipt_of_a_skipped_record_is_skipped() -> None:
    ledger = MoneyLedger()
    skipped = with_receipt("e1", expense_code_key="out")
    assert set(states(ledger.post(skipped)).values()) == {ItemState.SKIPPED}
    ledger.posted(with_receipt("e1"))
    found = ledger.post(skipped)
    assert (writes(found), states(found)[E1]) == ({A: Action.DELETE}, ItemState.SKIPPED)


def test_a_file_that_the_ledger_does_not_take_stops_itself_alone() -> None:
    bad = replace(spent("e1"), receipts=(receipt("r1", "run.exe"), receipt("r2")))
    found = MoneyLedger().post(bad)
    assert reasons(found) == {E1: "receipt_refused"}
    assert len(writes(found)) == 2


def test_a_receipt_given_twice_is_attached_by_none() -> None:
    found = MoneyLedger().post(
        spent("e1", report_key="A", receipts=(receipt(), receipt(), receipt("r2")))
    )
    assert [op.reason and op.reason.code for op in found if op.key == E1] == ["duplicate_key"] * 2
    assert set(writes(found)) == {A, "receipt:expense/e1/r2"}


def test_an_expense_given_twice_does_not_have_its_receipt_attached_twice() -> None:
    ledger = MoneyLedger()
    ledger.posted(spent("e1", report_key="A"))
    found = ledger.post(with_receipt("e1"), with_receipt("e1"))
    assert writes(found) == {}


def test_a_receipt_that_is_removed_is_deleted() -> None:
    ledger = MoneyLedger()
    ledger.posted(with_receipt("e1"))
    found = ledger.posted(spent("e1", report_key="A"), gone("expense/e1/r1", RecordKind.RECEIPT))
    assert writes(found) == {E1: Action.DELETE}
    assert ledger.bodies("File") == []


def test_a_receipt_that_was_never_attached_is_nothing_to_remove() -> None:
    found = MoneyLedger().post(gone("expense/e1/r1", RecordKind.RECEIPT))
    assert (states(found), reasons(found)) == ({E1: ItemState.SKIPPED}, {E1: "undeletable"})


def test_a_receipt_both_given_and_removed_is_refused() -> None:
    ledger = MoneyLedger()
    ledger.posted(with_receipt("e1"))
    found = ledger.post(with_receipt("e1"), gone("expense/e1/r1", RecordKind.RECEIPT))
    assert reasons(found) == {E1: "duplicate_key"}
    assert writes(found) == {}


def test_a_receipt_with_another_note_or_name_is_changed() -> None:
    ledger = MoneyLedger()
    ledger.posted(with_receipt("e1"))
    other = replace(receipt(), note="taxi")
    found = ledger.post(spent("e1", report_key="A", receipts=(other,)))
    assert writes(found) == {E1: Action.UPDATE}


@pytest.mark.parametrize("key", ["e1", "e/1", "e%2F1"])
def test_a_receipt_is_deleted_with_its_expense_and_no_other_is(key: str) -> None:
    ledger = MoneyLedger()
    ledger.posted(with_receipt(key), with_receipt("e2"), with_receipt(f"{key}/r1", None))
    found = ledger.posted(gone(key), with_receipt("e2"))
    assert set(writes(found).values()) == {Action.UPDATE, Action.DELETE}
    assert len(ledger.bodies("File")) == 2
    assert E2 in ledger.links


def test_a_receipt_stays_with_an_expense_that_has_to_stay() -> None:
    ledger = MoneyLedger()
    ledger.posted(with_receipt("e1"))
    ledger.lock(A)
    assert writes(ledger.post(gone("e1"))) == {}
    assert E1 in ledger.links


def test_a_receipt_goes_with_its_invoice_once() -> None:
    ledger = MoneyLedger()
    ledger.posted(invoice("i1", receipts=(receipt(),)))
    told = (gone("i1", RecordKind.INVOICE), gone("invoice/i1/r1", RecordKind.RECEIPT))
    assert writes(ledger.posted(*told)) == {"invoice:i1": Action.DELETE, I1: Action.DELETE}


def test_a_receipt_goes_only_after_its_document_has_let_go_of_the_record() -> None:
    ledger = MoneyLedger()
    ledger.posted(with_receipt("e1"), with_receipt("e2"), with_receipt("e3", None))
    found = by_key(ledger.post(gone("e1"), with_receipt("e2"), gone("e3")))
    assert (found[E1].after, found[E1].members) == ((A,), ("e1",))
    assert found[A].level < found[E1].level
    assert found["expense:e3"].level < found["receipt:expense/e3/r1"].level
