"""What the ledger holds of documents of money: what is an edit and what is housekeeping, and what
may change no more, against the sandbox."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.model.plan import ItemState, Operation
from ledgerlink.domain.model.reasons import TO_BE_DELETED, Reason, reason, reason_in_case
from ledgerlink.domain.model.snapshots import Snapshot
from ledgerlink.domain.model.time_settings import LedgerEdits, TimeSettings

from tests.contract.papers import PAPERS, Paper, papers, spent
from tests.contract.qbo.books import Row
from tests.contract.qbo.poster import Poster, code
from tests.support.sampling import sampled

EVERY = sampled("paper", papers(), one_in=3, ids=PAPERS)
BILLABLE = {"project_key": "birds", "billable": True}


def copy(poster: Poster, paper: Paper) -> Snapshot:
    found = poster.copy(paper.key)
    assert found is not None
    return found


def is_edited(poster: Poster, paper: Paper) -> bool:
    return not copy(poster, paper).has(poster.links[paper.key].expected_fingerprint)


@EVERY
def test_a_posted_document_is_recognised_with_its_total(poster: Poster, paper: Paper) -> None:
    outcome = poster.post(paper.record())[paper.key]
    found = copy(poster, paper)
    assert (found.ledger_id, found.version) == (outcome.ledger_id, "0")
    assert found.has(outcome.content)
    assert found.total == outcome.total == Decimal("31.5")
    assert found.locked is None


@EVERY
def test_a_document_deleted_by_a_user_is_gone(poster: Poster, paper: Paper) -> None:
    poster.post(paper.record())
    poster.delete(paper.key)
    assert poster.copy(paper.key) is None


# Housekeeping.


def pay(poster: Poster, paper: Paper, amount: float = 31.5) -> str:
    """Somebody pays the bill or the invoice; the payment's id."""
    link = {"TxnId": poster.links[paper.key].ledger_id, "TxnType": paper.kind}
    said = {"TotalAmt": amount, "Line": [{"Amount": amount, "LinkedTxn": [link]}]}
    if paper.kind == "Invoice":
        return poster.books.create("Payment", CustomerRef={"value": "1"}, **said)
    paid = {"PayType": "Check", "CheckPayment": {"BankAccountRef": {"value": "35"}}}
    return poster.books.create("BillPayment", VendorRef={"value": "46"}, **paid, **said)


def unpay(poster: Poster, paper: Paper, payment: str) -> None:
    entity = "Payment" if paper.kind == "Invoice" else "BillPayment"
    poster.books.edit(entity, id=payment, delete=True)


PAID = pytest.mark.parametrize("paper", papers("bill", "invoice"), ids=["bill", "invoice"])


@PAID
def test_paying_and_taking_it_back_moves_the_version_and_is_no_edit(
    poster: Poster, paper: Paper
) -> None:
    poster.post(paper.record())
    unpay(poster, paper, pay(poster, paper))
    found = copy(poster, paper)
    assert found.version == "2"
    assert not is_edited(poster, paper)
    assert found.locked is None


@pytest.mark.parametrize("late", [False, True], ids=["planned-after", "planned-before"])
@PAID
def test_a_document_whose_payment_was_removed_can_be_changed_and_deleted(
    poster: Poster, paper: Paper, late: bool
) -> None:
    poster.post(paper.record())
    operations = poster.planned(paper.record("40"))
    unpay(poster, paper, pay(poster, paper))
    outcome = poster.send(operations if late else poster.planned(paper.record("40")))[paper.key]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert poster.row(paper.key)["TotalAmt"] == 40
    operations = poster.planned(paper.gone)
    unpay(poster, paper, pay(poster, paper))
    outcome = poster.send(operations if late else poster.planned(paper.gone))[paper.key]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert poster.ours(paper.kind) == []


HOUSEKEEPING: Mapping[str, Mapping[str, Any]] = {
    "bill": {"SalesTermRef": {"value": "4"}, "DueDate": "2026-06-01"},
    "check": {"PrintStatus": "NeedToPrint"},
    "charge": {"PaymentMethodRef": {"value": "3"}, "PaymentRefNum": "4711"},
    "refund": {"PaymentRefNum": "4711"},
    "invoice": {
        "EmailStatus": "EmailSent",
        "BillEmail": {"Address": "amy@birds.example"},
        "PrintStatus": "PrintComplete",
        "SalesTermRef": {"value": "4"},
        "DueDate": "2026-06-01",
        "TrackingNum": "4711",
    },
}


@EVERY
def test_a_bookkeepers_additions_are_no_edit(poster: Poster, paper: Paper) -> None:
    name = next(name for name, one in PAPERS.items() if one is paper)
    poster.post(paper.record())
    poster.edit(paper.key, **HOUSEKEEPING[name])
    assert copy(poster, paper).version == "1"
    assert not is_edited(poster, paper)
    assert poster.post(paper.record())[paper.key].state is ItemState.UNCHANGED
    assert poster.post(paper.record("40"))[paper.key].state is ItemState.POSTED


def test_a_charge_that_is_invoiced_and_freed_again_is_no_edit(poster: Poster) -> None:
    paper = PAPERS["bill"]
    poster.post(paper.record(**BILLABLE))
    (charge,) = poster.books.rows("ReimburseCharge")
    poster.books.change("ReimburseCharge", charge["Id"], HasBeenInvoiced=True)
    assert not is_edited(poster, paper)
    poster.books.change("ReimburseCharge", charge["Id"], HasBeenInvoiced=False)
    assert not is_edited(poster, paper)
    assert copy(poster, paper).locked is None


def test_an_attached_file_is_no_edit_of_its_document(poster: Poster) -> None:
    poster.books.admin("settings", {"attaching_touches": True})
    paper = PAPERS["bill"]
    poster.post(paper.record())
    ref = {"EntityRef": {"type": "Bill", "value": poster.links[paper.key].ledger_id}}
    poster.books.create("Attachable", Note="seen", AttachableRef=[ref])
    assert copy(poster, paper).version == "1"
    assert not is_edited(poster, paper)


# Edits.


def lines(row: Row) -> list[Row]:
    """Its lines as somebody sends them again."""
    return [line for line in row["Line"] if line["DetailType"] != "SubTotalLineDetail"]


def amount(row: Row) -> Row:
    (line,) = lines(row)
    return {"Line": [{**line, "Amount": 99}]}


def text(row: Row) -> Row:
    (line,) = lines(row)
    return {"Line": [{**line, "Description": "Something else"}]}


def another(row: Row) -> Row:
    (line,) = lines(row)
    return {"Line": [line, {k: v for k, v in line.items() if k != "Id"}]}


EDITS: Mapping[str, Callable[[Row], Row]] = {
    "amount": amount,
    "text": text,
    "another line": another,
    "day": lambda row: {"TxnDate": "2026-03-20"},
    "note": lambda row: {"PrivateNote": f"Checked\n{row['PrivateNote']}"},
    "number": lambda row: {"DocNumber": "X-1"},
}


SEEN = [(n, e) for n in PAPERS for e in EDITS if e != "number" and (n, e) != ("invoice", "text")]
"""Numbers and the text of this invoice were not sent."""


@sampled(("name", "edit"), SEEN, one_in=4)
def test_a_users_edit_is_seen_and_neither_changed_nor_deleted(
    poster: Poster, name: str, edit: str
) -> None:
    paper = PAPERS[name]
    poster.post(paper.record())
    changes, goes = poster.planned(paper.record("40")), poster.planned(paper.gone)
    poster.edit(paper.key, **EDITS[edit](poster.row(paper.key)))
    before = poster.row(paper.key)
    assert is_edited(poster, paper)
    because = [reason_in_case("changed_in_ledger", case) for case in ("", TO_BE_DELETED)]
    for operations, why in zip((changes, goes), because, strict=True):
        late = poster.send(operations)[paper.key]
        assert (late.state, late.reason) == (ItemState.FAILED, why)
    for record, why in zip((paper.record("40"), paper.gone), because, strict=True):
        early = poster.post(record)[paper.key]
        assert (early.state, early.reason) == (ItemState.BLOCKED, why)
    assert poster.row(paper.key) == before


def test_a_check_has_its_number_when_it_is_printed_which_is_no_edit(poster: Poster) -> None:
    paper = PAPERS["check"]
    poster.post(paper.record())
    poster.edit(paper.key, DocNumber="1207", PrintStatus="PrintComplete")
    assert not is_edited(poster, paper)
    assert poster.post(paper.record("40"))[paper.key].state is ItemState.POSTED
    assert poster.row(paper.key)["DocNumber"] == "1207"


def test_another_payee_account_or_customer_is_an_edit(poster: Poster) -> None:
    fields = {
        "bill": {"VendorRef": {"value": "30"}},
        "check": {"AccountRef": {"value": "36"}},
        "charge": {"AccountRef": {"value": "41"}},
        "refund": {"AccountRef": {"value": "41"}},
        "invoice": {"CustomerRef": {"value": "3"}},
    }
    for name, changes in fields.items():
        paper = PAPERS[name]
        poster.links.clear()
        poster.post(paper.record())
        poster.edit(paper.key, **changes)
        assert is_edited(poster, paper), name


CLASS, TAXED = {"value": "5000000000000085681"}, {"value": "TAX"}
ADDITIONS: Mapping[str, Callable[[Row], Row]] = {
    "number": lambda row: {"DocNumber": "X-1"},
    "location": lambda row: {"DepartmentRef": {"value": "1"}},
    "class": lambda row: {"Line": [_with(line, ClassRef=CLASS) for line in lines(row)]},
    "tax code": lambda row: {"Line": [_with(line, TaxCodeRef=TAXED) for line in lines(row)]},
}


def _with(line: Row, **detail: Any) -> Row:
    kind = line["DetailType"]
    return {**line, kind: {**line[kind], **detail}}


@pytest.mark.parametrize("addition", ADDITIONS)
@EVERY
def test_what_a_bookkeeper_adds_where_we_sent_nothing_is_no_edit_and_stays(
    poster: Poster, paper: Paper, addition: str
) -> None:
    """Case quickbooks-online 1: a field is ours where we sent it."""
    poster.post(paper.record())
    added = ADDITIONS[addition](poster.row(paper.key))
    poster.edit(paper.key, **added)
    assert not is_edited(poster, paper)
    outcome = poster.post(paper.record("40"))[paper.key]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    row = poster.row(paper.key)
    assert row["TotalAmt"] == 40
    for name, value in added.items():
        if name != "Line":
            assert str(value["value"] if isinstance(value, dict) else value) in str(row[name])
        else:
            assert CLASS["value"] in str(row["Line"]) or "'TAX'" in str(row["Line"])


@EVERY
def test_an_edit_that_was_taken_back_is_none(poster: Poster, paper: Paper) -> None:
    poster.post(paper.record())
    poster.edit(paper.key, TxnDate="2026-03-20")
    poster.edit(paper.key, TxnDate="2026-03-02")
    assert not is_edited(poster, paper)
    assert poster.post(paper.record("40"))[paper.key].state is ItemState.POSTED


@EVERY
def test_with_edits_overwritten_edited_and_gone_documents_are_written_again(
    poster: Poster, paper: Paper
) -> None:
    poster.posting = TimeSettings(ledger_edits=LedgerEdits.OURS)
    poster.post(paper.record())
    poster.edit(paper.key, **amount(poster.row(paper.key)))
    outcome = poster.post(paper.record("40"))[paper.key]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert poster.row(paper.key)["TotalAmt"] == 40
    poster.delete(paper.key)
    assert poster.post(paper.record("40"))[paper.key].state is ItemState.POSTED
    assert poster.row(paper.key)["TotalAmt"] == 40


@EVERY
def test_with_edits_kept_an_edit_stays(poster: Poster, paper: Paper) -> None:
    poster.posting = TimeSettings(ledger_edits=LedgerEdits.THEIRS)
    poster.post(paper.record())
    poster.edit(paper.key, **amount(poster.row(paper.key)))
    outcome = poster.post(paper.record("40"))[paper.key]
    assert (outcome.state, outcome.reason) == (ItemState.UNCHANGED, reason("kept_theirs"))
    assert poster.row(paper.key)["TotalAmt"] == 99


@EVERY
def test_an_edit_equal_to_our_update_is_adopted(poster: Poster, paper: Paper) -> None:
    poster.post(paper.record())
    operations = poster.planned(paper.record("99"))
    poster.edit(paper.key, **amount(poster.row(paper.key)))
    late = poster.send(operations)[paper.key]
    assert (late.state, late.reason) == (ItemState.POSTED, reason("already_written"))
    assert poster.row(paper.key)["SyncToken"] == "1"
    assert poster.post(paper.record("40"))[paper.key].state is ItemState.POSTED


@EVERY
def test_an_edit_later_equal_to_the_product_is_adopted(poster: Poster, paper: Paper) -> None:
    poster.post(paper.record())
    poster.edit(paper.key, **amount(poster.row(paper.key)))
    outcome = poster.post(paper.record("99"))[paper.key]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert not is_edited(poster, paper)
    assert poster.post(paper.record("40"))[paper.key].state is ItemState.POSTED


@EVERY
def test_a_document_deleted_by_a_user_is_reported_and_posted_again_next_time(
    poster: Poster, paper: Paper
) -> None:
    poster.post(paper.record())
    changes, goes = poster.planned(paper.record("40")), poster.planned(paper.gone)
    poster.delete(paper.key)
    early = poster.post(paper.record("40"))[paper.key]
    assert (early.state, early.reason) == (ItemState.BLOCKED, reason("gone_in_ledger"))
    late = poster.send(changes)[paper.key]
    assert (late.state, late.reason) == (ItemState.FAILED, reason("gone_in_ledger"))
    assert poster.send(goes)[paper.key].state is ItemState.POSTED
    assert poster.post(paper.record("40"))[paper.key].state is ItemState.POSTED
    assert len(poster.ours(paper.kind)) == 1


# What may change no more.


@dataclass(frozen=True)
class Lock:
    """Something that closes a document: who does it, and why it is closed then. `early` says
    whether a look tells it before anything is sent."""

    paper: Paper
    close: Callable[[Poster, Paper], Reason]
    given: Mapping[str, Any]
    early: bool = True


def by_payment(poster: Poster, paper: Paper) -> Reason:
    return reason("paid", detail=f" by payment {pay(poster, paper)}")


def by_part(poster: Poster, paper: Paper) -> Reason:
    return reason("paid", detail=f" in part, by payment {pay(poster, paper, 10)}")


def by_invoice(poster: Poster, paper: Paper) -> Reason:
    """Its charge is invoiced in the screens."""
    (charge,) = poster.books.rows("ReimburseCharge")
    poster.books.change("ReimburseCharge", charge["Id"], HasBeenInvoiced=True)
    return reason("billed", detail="")


def reconciled(word: str) -> Callable[[Poster, Paper], Reason]:
    def mark(poster: Poster, paper: Paper) -> Reason:
        link = poster.links[paper.key]
        body = {"entity": link.kind, "id": link.ledger_id, "as": word}
        poster.books.admin(f"companies/{poster.books.realm}/mark", body)
        return reason("reconciled")

    return mark


LOCKS = {
    "bill paid": Lock(PAPERS["bill"], by_payment, {}),
    "bill paid in part": Lock(PAPERS["bill"], by_part, {}),
    "invoice paid": Lock(PAPERS["invoice"], by_payment, {}),
    "invoice paid in part": Lock(PAPERS["invoice"], by_part, {}),
    "bill billed": Lock(PAPERS["bill"], by_invoice, BILLABLE),
    "check billed": Lock(PAPERS["check"], by_invoice, BILLABLE),
    "charge billed": Lock(PAPERS["charge"], by_invoice, BILLABLE),
    "check reconciled": Lock(PAPERS["check"], reconciled("reconciled"), {}, early=False),
    "charge matched": Lock(PAPERS["charge"], reconciled("matched"), {}, early=False),
    "refund matched": Lock(PAPERS["refund"], reconciled("matched"), {}, early=False),
    "bill deposited": Lock(PAPERS["bill"], reconciled("deposited"), {}, early=False),
}
CLOSED = sampled("name", LOCKS, one_in=4)


@pytest.mark.parametrize("paid", ["allow", "refuse"])
@CLOSED
def test_a_document_locked_meanwhile_is_neither_changed_nor_deleted_and_has_a_reason(
    poster: Poster, name: str, paid: str
) -> None:
    poster.books.admin("settings", {"paid_documents": paid})
    lock, paper = LOCKS[name], LOCKS[name].paper
    poster.post(paper.record(**lock.given))
    changes = poster.planned(paper.record("40", **lock.given))
    goes = poster.planned(paper.gone)
    why = lock.close(poster, paper)
    assert told(poster, paper, changes, goes) == [(ItemState.FAILED, why)] * 2
    assert poster.row(paper.key)["TotalAmt"] == 31.5


@pytest.mark.parametrize("paid", ["allow", "refuse"])
@CLOSED
def test_a_change_of_a_locked_document_is_not_sent(poster: Poster, name: str, paid: str) -> None:
    poster.books.admin("settings", {"paid_documents": paid})
    lock, paper = LOCKS[name], LOCKS[name].paper
    poster.post(paper.record(**lock.given))
    why = lock.close(poster, paper)
    assert copy(poster, paper).locked == (why if lock.early else None)
    changes = poster.planned(paper.record("40", **lock.given))
    goes = poster.planned(paper.gone)
    state = ItemState.BLOCKED if lock.early else ItemState.FAILED
    assert told(poster, paper, changes, goes) == [(state, why)] * 2
    assert poster.row(paper.key)["TotalAmt"] == 31.5


@CLOSED
def test_a_locked_equal_document_is_left_alone(poster: Poster, name: str) -> None:
    lock, paper = LOCKS[name], LOCKS[name].paper
    poster.post(paper.record(**lock.given))
    lock.close(poster, paper)
    outcome = poster.post(paper.record(**lock.given))[paper.key]
    assert (outcome.state, outcome.reason) == (ItemState.UNCHANGED, None)


def told(
    poster: Poster, paper: Paper, *plans: Sequence[Operation]
) -> list[tuple[ItemState, Reason | None]]:
    """What becomes of the document by each of these plans."""
    outcomes = [poster.send(operations)[paper.key] for operations in plans]
    return [(outcome.state, outcome.reason) for outcome in outcomes]


def test_a_billed_line_locks_its_document_even_if_only_the_line_shows_it(
    poster: Poster,
) -> None:
    poster.books.admin("settings", {"invoiced_charge_update": "line"})
    paper = PAPERS["bill"]
    poster.post(paper.record(**BILLABLE))
    by_invoice(poster, paper)
    outcome = poster.post(paper.record("40", **BILLABLE))[paper.key]
    assert (outcome.state, code(outcome)) == (ItemState.BLOCKED, "billed")


def test_many_documents_are_looked_at_in_a_few_calls(poster: Poster) -> None:
    poster.post(*(spent(f"x{n}", report_key=f"R{n}") for n in range(60)))
    poster.post(*(spent(f"x{n}", report_key=f"R{n}") for n in range(60)))
    assert poster.calls.get("query", 0) <= 2
