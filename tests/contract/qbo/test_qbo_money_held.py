"""What the ledger holds of documents of money: what is an edit and what is housekeeping, and what
may change no more, against the sandbox."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.model.documents import Snapshot
from ledgerlink.domain.model.plan import ItemState, Operation
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.model.time_settings import LedgerEdits, TimeSettings

from tests.contract.papers import PAPERS, Paper, papers, spent
from tests.contract.qbo.books import Row
from tests.contract.qbo.clerk import Clerk, code

EVERY = pytest.mark.parametrize("paper", papers(), ids=PAPERS)
BILLABLE = {"project_key": "birds", "billable": True}


def copy(clerk: Clerk, paper: Paper) -> Snapshot:
    found = clerk.copy(paper.key)
    assert found is not None
    return found


def is_edited(clerk: Clerk, paper: Paper) -> bool:
    return clerk.links[paper.key].expected_fingerprint not in copy(clerk, paper).forms


@EVERY
def test_what_was_posted_is_known_again_with_its_total(clerk: Clerk, paper: Paper) -> None:
    outcome = clerk.post(paper.record())[paper.key]
    found = copy(clerk, paper)
    assert (found.ledger_id, found.version) == (outcome.ledger_id, "0")
    assert outcome.content in found.forms
    assert found.total == outcome.total == Decimal("31.5")
    assert found.locked is None


@EVERY
def test_what_somebody_deleted_is_gone(clerk: Clerk, paper: Paper) -> None:
    clerk.post(paper.record())
    clerk.delete(paper.key)
    assert clerk.copy(paper.key) is None


# Housekeeping.


def pay(clerk: Clerk, paper: Paper, amount: float = 31.5) -> str:
    """Somebody pays the bill or the invoice; the payment's id."""
    link = {"TxnId": clerk.links[paper.key].ledger_id, "TxnType": paper.kind}
    said = {"TotalAmt": amount, "Line": [{"Amount": amount, "LinkedTxn": [link]}]}
    if paper.kind == "Invoice":
        return clerk.books.create("Payment", CustomerRef={"value": "1"}, **said)
    paid = {"PayType": "Check", "CheckPayment": {"BankAccountRef": {"value": "35"}}}
    return clerk.books.create("BillPayment", VendorRef={"value": "46"}, **paid, **said)


def unpay(clerk: Clerk, paper: Paper, payment: str) -> None:
    entity = "Payment" if paper.kind == "Invoice" else "BillPayment"
    clerk.books.edit(entity, id=payment, delete=True)


PAID = pytest.mark.parametrize("paper", papers("bill", "invoice"), ids=["bill", "invoice"])


@PAID
def test_paying_and_taking_it_back_moves_the_version_and_is_no_edit(
    clerk: Clerk, paper: Paper
) -> None:
    clerk.post(paper.record())
    unpay(clerk, paper, pay(clerk, paper))
    found = copy(clerk, paper)
    assert found.version == "2"
    assert not is_edited(clerk, paper)
    assert found.locked is None


@pytest.mark.parametrize("late", [False, True], ids=["planned-after", "planned-before"])
@PAID
def test_what_was_paid_and_is_not_any_more_changes_and_goes_as_ever(
    clerk: Clerk, paper: Paper, late: bool
) -> None:
    clerk.post(paper.record())
    operations = clerk.planned(paper.record("40"))
    unpay(clerk, paper, pay(clerk, paper))
    outcome = clerk.send(operations if late else clerk.planned(paper.record("40")))[paper.key]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert clerk.row(paper.key)["TotalAmt"] == 40
    operations = clerk.planned(paper.gone)
    unpay(clerk, paper, pay(clerk, paper))
    outcome = clerk.send(operations if late else clerk.planned(paper.gone))[paper.key]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert clerk.ours(paper.kind) == []


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
def test_what_bookkeepers_add_beside_what_we_say_is_no_edit(clerk: Clerk, paper: Paper) -> None:
    name = next(name for name, one in PAPERS.items() if one is paper)
    clerk.post(paper.record())
    clerk.edit(paper.key, **HOUSEKEEPING[name])
    assert copy(clerk, paper).version == "1"
    assert not is_edited(clerk, paper)
    assert clerk.post(paper.record())[paper.key].state is ItemState.UNCHANGED
    assert clerk.post(paper.record("40"))[paper.key].state is ItemState.POSTED


def test_a_charge_that_is_invoiced_and_freed_again_is_no_edit(clerk: Clerk) -> None:
    paper = PAPERS["bill"]
    clerk.post(paper.record(**BILLABLE))
    (charge,) = clerk.books.rows("ReimburseCharge")
    clerk.books.change("ReimburseCharge", charge["Id"], HasBeenInvoiced=True)
    assert not is_edited(clerk, paper)
    clerk.books.change("ReimburseCharge", charge["Id"], HasBeenInvoiced=False)
    assert not is_edited(clerk, paper)
    assert copy(clerk, paper).locked is None


def test_an_attached_file_is_no_edit_of_its_document(clerk: Clerk) -> None:
    clerk.books.admin("settings", {"attaching_touches": True})
    paper = PAPERS["bill"]
    clerk.post(paper.record())
    ref = {"EntityRef": {"type": "Bill", "value": clerk.links[paper.key].ledger_id}}
    clerk.books.create("Attachable", Note="seen", AttachableRef=[ref])
    assert copy(clerk, paper).version == "1"
    assert not is_edited(clerk, paper)


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


SEEN = [(n, e) for n in PAPERS for e in EDITS if (n, e) != ("check", "number")]


@pytest.mark.parametrize(("name", "edit"), SEEN)
def test_what_somebody_edits_is_seen_and_neither_changed_nor_deleted(
    clerk: Clerk, name: str, edit: str
) -> None:
    paper = PAPERS[name]
    clerk.post(paper.record())
    changes, goes = clerk.planned(paper.record("40")), clerk.planned(paper.gone)
    clerk.edit(paper.key, **EDITS[edit](clerk.row(paper.key)))
    before = clerk.row(paper.key)
    assert is_edited(clerk, paper)
    because = reason("changed_in_ledger")
    for operations in (changes, goes):
        late = clerk.send(operations)[paper.key]
        assert (late.state, late.reason) == (ItemState.FAILED, because)
    for record in (paper.record("40"), paper.gone):
        early = clerk.post(record)[paper.key]
        assert (early.state, early.reason) == (ItemState.BLOCKED, because)
    assert clerk.row(paper.key) == before


def test_a_check_has_its_number_when_it_is_printed_which_is_no_edit(clerk: Clerk) -> None:
    paper = PAPERS["check"]
    clerk.post(paper.record())
    clerk.edit(paper.key, DocNumber="1207", PrintStatus="PrintComplete")
    assert not is_edited(clerk, paper)
    assert clerk.post(paper.record("40"))[paper.key].state is ItemState.POSTED
    assert clerk.row(paper.key)["DocNumber"] == "1207"


def test_another_payee_account_or_customer_is_an_edit(clerk: Clerk) -> None:
    fields = {
        "bill": {"VendorRef": {"value": "30"}},
        "check": {"AccountRef": {"value": "36"}},
        "charge": {"EntityRef": {"value": "30", "type": "Vendor"}},
        "refund": {"AccountRef": {"value": "41"}},
        "invoice": {"CustomerRef": {"value": "3"}},
    }
    for name, changes in fields.items():
        paper = PAPERS[name]
        clerk.links.clear()
        clerk.post(paper.record())
        clerk.edit(paper.key, **changes)
        assert is_edited(clerk, paper), name


@EVERY
def test_an_edit_that_was_taken_back_is_none(clerk: Clerk, paper: Paper) -> None:
    clerk.post(paper.record())
    clerk.edit(paper.key, TxnDate="2026-03-20")
    clerk.edit(paper.key, TxnDate="2026-03-02")
    assert not is_edited(clerk, paper)
    assert clerk.post(paper.record("40"))[paper.key].state is ItemState.POSTED


@EVERY
def test_where_our_word_stands_an_edit_is_written_over_and_what_is_gone_comes_again(
    clerk: Clerk, paper: Paper
) -> None:
    clerk.posting = TimeSettings(ledger_edits=LedgerEdits.OURS)
    clerk.post(paper.record())
    clerk.edit(paper.key, **amount(clerk.row(paper.key)))
    outcome = clerk.post(paper.record("40"))[paper.key]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert clerk.row(paper.key)["TotalAmt"] == 40
    clerk.delete(paper.key)
    assert clerk.post(paper.record("40"))[paper.key].state is ItemState.POSTED
    assert clerk.row(paper.key)["TotalAmt"] == 40


@EVERY
def test_where_the_ledgers_word_stands_an_edit_stays(clerk: Clerk, paper: Paper) -> None:
    clerk.posting = TimeSettings(ledger_edits=LedgerEdits.THEIRS)
    clerk.post(paper.record())
    clerk.edit(paper.key, **amount(clerk.row(paper.key)))
    outcome = clerk.post(paper.record("40"))[paper.key]
    assert (outcome.state, outcome.reason) == (ItemState.UNCHANGED, reason("kept_theirs"))
    assert clerk.row(paper.key)["TotalAmt"] == 99


@EVERY
def test_an_edit_that_says_what_we_are_about_to_say_is_taken_over(
    clerk: Clerk, paper: Paper
) -> None:
    clerk.post(paper.record())
    operations = clerk.planned(paper.record("99"))
    clerk.edit(paper.key, **amount(clerk.row(paper.key)))
    late = clerk.send(operations)[paper.key]
    assert (late.state, late.reason) == (ItemState.POSTED, reason("already_written"))
    assert clerk.row(paper.key)["SyncToken"] == "1"
    assert clerk.post(paper.record("40"))[paper.key].state is ItemState.POSTED


@EVERY
def test_an_edit_that_the_product_then_says_too_is_taken_over(clerk: Clerk, paper: Paper) -> None:
    clerk.post(paper.record())
    clerk.edit(paper.key, **amount(clerk.row(paper.key)))
    outcome = clerk.post(paper.record("99"))[paper.key]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert not is_edited(clerk, paper)
    assert clerk.post(paper.record("40"))[paper.key].state is ItemState.POSTED


@EVERY
def test_what_somebody_deleted_is_told_and_posted_anew_the_next_time(
    clerk: Clerk, paper: Paper
) -> None:
    clerk.post(paper.record())
    changes, goes = clerk.planned(paper.record("40")), clerk.planned(paper.gone)
    clerk.delete(paper.key)
    late = clerk.send(changes)[paper.key]
    assert (late.state, late.reason) == (ItemState.FAILED, reason("gone_in_ledger"))
    early = clerk.post(paper.record("40"))[paper.key]
    assert (early.state, early.reason) == (ItemState.BLOCKED, reason("gone_in_ledger"))
    assert clerk.send(goes)[paper.key].state is ItemState.POSTED
    assert clerk.post(paper.record("40"))[paper.key].state is ItemState.POSTED
    assert len(clerk.ours(paper.kind)) == 1


# What may change no more.


@dataclass(frozen=True)
class Lock:
    """Something that closes a document: who does it, and why it is closed then. `early` says
    whether a look tells it before anything is sent."""

    paper: Paper
    close: Callable[[Clerk, Paper], Reason]
    given: Mapping[str, Any]
    early: bool = True


def by_payment(clerk: Clerk, paper: Paper) -> Reason:
    return reason("paid", detail=f" by payment {pay(clerk, paper)}")


def by_part(clerk: Clerk, paper: Paper) -> Reason:
    return reason("paid", detail=f" by payment {pay(clerk, paper, 10)}")


def by_invoice(clerk: Clerk, paper: Paper) -> Reason:
    """Its charge is invoiced in the screens."""
    (charge,) = clerk.books.rows("ReimburseCharge")
    clerk.books.change("ReimburseCharge", charge["Id"], HasBeenInvoiced=True)
    return reason("billed", detail="")


def reconciled(word: str) -> Callable[[Clerk, Paper], Reason]:
    def mark(clerk: Clerk, paper: Paper) -> Reason:
        link = clerk.links[paper.key]
        body = {"entity": link.kind, "id": link.ledger_id, "as": word}
        clerk.books.admin(f"companies/{clerk.books.realm}/mark", body)
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
CLOSED = pytest.mark.parametrize("name", LOCKS)


@pytest.mark.parametrize("paid", ["allow", "refuse"])
@CLOSED
def test_what_was_closed_meanwhile_is_neither_changed_nor_deleted_and_says_why(
    clerk: Clerk, name: str, paid: str
) -> None:
    clerk.books.admin("settings", {"paid_documents": paid})
    lock, paper = LOCKS[name], LOCKS[name].paper
    clerk.post(paper.record(**lock.given))
    changes = clerk.planned(paper.record("40", **lock.given))
    goes = clerk.planned(paper.gone)
    why = lock.close(clerk, paper)
    assert told(clerk, paper, changes, goes) == [(ItemState.FAILED, why)] * 2
    assert clerk.row(paper.key)["TotalAmt"] == 31.5


@pytest.mark.parametrize("paid", ["allow", "refuse"])
@CLOSED
def test_what_is_closed_is_not_even_sent_where_a_look_tells_it(
    clerk: Clerk, name: str, paid: str
) -> None:
    clerk.books.admin("settings", {"paid_documents": paid})
    lock, paper = LOCKS[name], LOCKS[name].paper
    clerk.post(paper.record(**lock.given))
    why = lock.close(clerk, paper)
    assert copy(clerk, paper).locked == (why if lock.early else None)
    changes = clerk.planned(paper.record("40", **lock.given))
    goes = clerk.planned(paper.gone)
    state = ItemState.BLOCKED if lock.early else ItemState.FAILED
    assert told(clerk, paper, changes, goes) == [(state, why)] * 2
    assert clerk.row(paper.key)["TotalAmt"] == 31.5


@CLOSED
def test_what_is_closed_and_says_what_we_say_is_left_alone(clerk: Clerk, name: str) -> None:
    lock, paper = LOCKS[name], LOCKS[name].paper
    clerk.post(paper.record(**lock.given))
    lock.close(clerk, paper)
    outcome = clerk.post(paper.record(**lock.given))[paper.key]
    assert (outcome.state, outcome.reason) == (ItemState.UNCHANGED, None)


def told(
    clerk: Clerk, paper: Paper, *plans: Sequence[Operation]
) -> list[tuple[ItemState, Reason | None]]:
    """What becomes of the document by each of these plans."""
    outcomes = [clerk.send(operations)[paper.key] for operations in plans]
    return [(outcome.state, outcome.reason) for outcome in outcomes]


def test_a_line_that_is_billed_closes_its_document_also_where_only_the_line_says_so(
    clerk: Clerk,
) -> None:
    clerk.books.admin("settings", {"invoiced_charge_update": "line"})
    paper = PAPERS["bill"]
    clerk.post(paper.record(**BILLABLE))
    by_invoice(clerk, paper)
    outcome = clerk.post(paper.record("40", **BILLABLE))[paper.key]
    assert (outcome.state, code(outcome)) == (ItemState.BLOCKED, "billed")


def test_many_documents_are_looked_at_in_a_few_calls(clerk: Clerk) -> None:
    clerk.post(*(spent(f"x{n}", report_key=f"R{n}") for n in range(60)))
    clerk.post(*(spent(f"x{n}", report_key=f"R{n}") for n in range(60)))
    assert clerk.calls.get("query", 0) <= 2
