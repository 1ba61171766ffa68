"""Documents beside time: written, changed, taken back, looked for before they are given up."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest
from ledgerlink.connectors.intacct.config import Choices, InvoiceModule
from ledgerlink.connectors.intacct.documents.composer import IntacctComposer
from ledgerlink.domain.errors import LedgerStopped, NotFound
from ledgerlink.domain.model.documents import (
    Document,
    Known,
    NewCustomer,
    NewItem,
    NewPerson,
    ResolvedReceipt,
    Settlement,
)
from ledgerlink.domain.model.plan import Action, ItemState, Write
from ledgerlink.domain.money import Total

from tests.fakes.clock import START
from tests.unit.connectors.intacct import gateway
from tests.unit.connectors.intacct.books import Books, create
from tests.unit.connectors.intacct.desk import expenses, invoice, line, sold
from tests.unit.connectors.intacct.gateway import DO, Gateway, failing, raw

COMPOSER = IntacctComposer()
RECEIVABLES = IntacctComposer(
    choices=Choices(sales=InvoiceModule.RECEIVABLES, revenue_account_id="glaccount/4000")
)
POSTED, FAILED = ItemState.POSTED, ItemState.FAILED

BILL = COMPOSER.expenses(expenses())
REPORT = COMPOSER.expenses(expenses(Settlement.CHECK))
CHARGE = COMPOSER.expenses(expenses(Settlement.CARD))
SALE = COMPOSER.invoice(invoice(number="INV-1"))
UNNUMBERED = COMPOSER.invoice(invoice())
OWED = RECEIVABLES.invoice(invoice(number="INV-1"))
MONEY = [BILL, REPORT, CHARGE, SALE, UNNUMBERED, OWED]

CLIENT = COMPOSER.list_record(NewCustomer(key="client:c", name="Acme"))
PROJECT = COMPOSER.list_record(
    NewCustomer(key="project:p", name="Rocket", parent=Known("customer/C1"))
)
PERSON = COMPOSER.list_record(
    NewPerson(key="staff:s", name="Ada Byron", person="employee", email="ada@a.example")
)
VENDOR = COMPOSER.list_record(NewPerson(key="staff:v", name="Bob", person="vendor"))
ITEM = COMPOSER.list_record(NewItem(key="labor:l", name="Design", income_account_id="x"))
LISTED = [CLIENT, PROJECT, PERSON, VENDOR, ITEM]

every = pytest.mark.parametrize("document", MONEY, ids=lambda d: f"{d.kind}-{len(d.body)}")
each_list = pytest.mark.parametrize("document", LISTED, ids=lambda d: d.kind)


async def changed(books: Books, was: Document, now: Document, seq: int = 1) -> Write:
    """The change of what was written as seq 0."""
    old = books.told[0]
    return create(
        seq, now, action=Action.UPDATE, ledger_id=old.ledger_id, base_fingerprint=old.content
    )


def removal(books: Books, was: Document, seq: int = 1) -> Write:
    old = books.told[0]
    return create(
        seq, was, action=Action.DELETE, body=None, ledger_id=old.ledger_id,
        base_fingerprint=old.content,
    )  # fmt: skip


@every
async def test_a_document_is_posted_with_id_version_and_total(document: Document) -> None:
    books = Books()
    await books.write(create(0, document))
    (row,) = books.gateway.rows(document.kind)
    outcome = books.told[0]
    assert (outcome.state, outcome.reason) == (POSTED, None)
    assert outcome.ledger_id == row.get("DOCID", row["RECORDNO"])
    assert outcome.version == row["WHENMODIFIED"]
    assert document.total is not None
    assert outcome.total == document.total.amount
    assert outcome.content


@each_list
async def test_a_list_record_is_made_under_an_id_of_ours(document: Document) -> None:
    books = Books()
    await books.write(create(0, document))
    (row,) = books.gateway.rows(document.kind)
    field = f"{document.kind}ID"
    assert books.told[0].state is POSTED
    assert books.told[0].ledger_id == f"{document.kind.lower()}/{row[field]}"
    assert row[field] == document.body[field]
    copies = await books.ledger.copies(document.kind, [books.told[0].ledger_id or ""], None)
    (copy,) = copies.values()
    assert copy.forms == (books.told[0].content,)


@each_list
async def test_a_list_record_is_renamed_unless_somebody_else_did(document: Document) -> None:
    books = Books()
    await books.write(create(0, document))
    body = dict(document.body)
    if document.kind == "EMPLOYEE":
        body["CONTACT"] = {**body["CONTACT"], "CONTACTNAME": "Other", "PRINTAS": "Other"}
    else:
        body["NAME"] = "Other"
    now = replace(document, body=body)
    await books.write(await changed(books, document, now), name="r2")
    assert books.told[1].state is POSTED
    (row,) = books.gateway.rows(document.kind)
    name = "CONTACT.CONTACTNAME" if document.kind == "EMPLOYEE" else "NAME"
    assert row[name] == "Other"
    again = replace(await changed(books, document, now), seq=2)
    await books.write(again, name="r3")
    assert books.reasons()[2] == "already_written"
    assert (await books.ledger.find([again], START, ()))[2].state is POSTED
    row[name] = "Third"
    await books.write(replace(again, seq=3), name="r4")
    assert books.reasons()[3] == "changed_in_ledger"


async def test_a_refund_of_a_card_comes_to_what_is_paid_back() -> None:
    books = Books()
    await books.write(create(0, COMPOSER.expenses(expenses(Settlement.CARD, credit=True))))
    assert books.gateway.rows("CCTRANSACTION")[0]["TOTALENTERED"] == "-10.5"
    assert (books.reasons(), books.told[0].total) == ({0: None}, Decimal("10.5"))


@pytest.mark.parametrize("document", MONEY + LISTED, ids=lambda d: f"{d.kind}-{len(d.body)}")
async def test_a_repeat_after_a_cut_answer_doubles_nothing(document: Document) -> None:
    books = Books()
    books.gateway.after = [httpx.ReadError("cut after the commit")]
    await books.write(create(0, document))
    assert books.told == {}
    await books.write(create(0, document))
    assert books.reasons() == {0: "already_written"}
    assert len(books.gateway.rows(document.kind)) == 1
    assert books.told[0].ledger_id


@pytest.mark.parametrize("document", MONEY + LISTED, ids=lambda d: f"{d.kind}-{len(d.body)}")
async def test_what_was_cut_is_found_and_what_was_not_stored_is_not(document: Document) -> None:
    books = Books()
    books.gateway.script = [raw(b"", 502)]
    write = create(0, document)
    assert await books.ledger.find([write], START, ()) == {}
    books.gateway.after = [httpx.ReadError("cut")]
    await books.write(write)
    found = await books.ledger.find([write], START, ())
    assert found[0].state is POSTED
    assert found[0].ledger_id


@every
async def test_a_refusal_is_looked_into_and_then_told(document: Document) -> None:
    books = Books()
    books.gateway.refusals = {
        f"{document.kind}": [("BL01001973", "Currently, we can't create the transaction")],
        "create_": [("BL01001973", "Currently, we can't create the transaction")],
        "record_": [("BL01001973", "Currently, we can't create the transaction")],
    }
    if document.kind == "APBILL":
        books.gateway.refusals = {"<create>": [("BL01001973", "Currently, we can't do it")]}
    else:
        del books.gateway.refusals[document.kind]
    await books.write(create(0, document))
    assert books.reasons() == {0: "refused"}


async def test_a_bad_document_stops_itself_alone() -> None:
    books = Books()
    books.gateway.refusals = {"BAD": [("BL01001973", "The vendor 'BAD' is invalid.")]}
    bad = replace(BILL, key="expense:e2", body={**BILL.body, "VENDOR": "vendor/BAD"})
    await books.write(create(0, BILL), create(1, bad))
    assert books.reasons() == {0: None, 1: "target_missing"}
    assert books.gateway.requests("create") == 1


async def test_a_request_that_cannot_be_read_is_sent_document_by_document() -> None:
    books = Books()
    two = replace(CLIENT, key="client:d", body={**CLIENT.body, "CUSTOMERID": "D"})
    unreadable = failing("XL03000003", "XML Parse schema error: ...", control=True)
    books.gateway.script = [None, unreadable, None, unreadable]
    await books.write(create(0, CLIENT), create(1, two))
    assert books.reasons() == {0: None, 1: "our_request_wrong"}


async def test_a_bill_is_changed_in_place_with_all_its_lines() -> None:
    books = Books()
    await books.write(create(0, BILL))
    now = COMPOSER.expenses(expenses(lines=(line(), line(key="e2", net=Decimal(5)))))
    await books.write(await changed(books, BILL, now), name="r2")
    assert books.told[1].state is POSTED
    assert books.told[1].total == Decimal("15.5")
    assert len(books.gateway.rows("APBILL")) == 1
    (sent,) = books.gateway.functions("update")
    assert [each.text for each in sent.iter("LINE_NO")] == ["1", "2"]


@pytest.mark.parametrize(("was", "now"), [
    (REPORT, COMPOSER.expenses(expenses(Settlement.CHECK, lines=(line(net=Decimal(9)),)))),
    (CHARGE, COMPOSER.expenses(expenses(Settlement.CARD, lines=(line(net=Decimal(9)),)))),
    (OWED, RECEIVABLES.invoice(invoice(number="INV-1", lines=(sold(amount=Decimal(9)),)))),
    (SALE, COMPOSER.invoice(invoice(number="INV-1", lines=(sold(amount=Decimal(9)),)))),
], ids=lambda document: document.kind)  # fmt: skip
async def test_other_documents_are_removed_and_made_anew_all_or_none(
    was: Document, now: Document
) -> None:
    books = Books()
    await books.write(create(0, was))
    await books.write(await changed(books, was, now), name="r2")
    assert books.told[1].state is POSTED
    assert books.told[1].total == Decimal(9)
    left = [dict(r) for r in books.gateway.rows(was.kind) if r.get("STATE") != "Reversed"]
    assert len(left) == 1
    books.gateway.refusals = {
        "create_": [("BL01001973", "No.")], "record_": [("BL01001973", "No.")],
    }  # fmt: skip
    again = create(
        2, was, action=Action.UPDATE, ledger_id=books.told[1].ledger_id,
        base_fingerprint=books.told[1].content,
    )  # fmt: skip
    await books.write(again, name="r3")
    assert books.reasons()[2] == "refused"
    assert [r for r in books.gateway.rows(was.kind) if r.get("STATE") != "Reversed"] == left


@pytest.mark.parametrize(("was", "now"), [
    (BILL, COMPOSER.expenses(expenses(lines=(line(net=Decimal(9)),)))),
    (REPORT, COMPOSER.expenses(expenses(Settlement.CHECK, lines=(line(net=Decimal(9)),)))),
    (CHARGE, COMPOSER.expenses(expenses(Settlement.CARD, lines=(line(net=Decimal(9)),)))),
    (OWED, RECEIVABLES.invoice(invoice(number="INV-1", lines=(sold(amount=Decimal(9)),)))),
    (SALE, COMPOSER.invoice(invoice(number="INV-1", lines=(sold(amount=Decimal(9)),)))),
    (UNNUMBERED, COMPOSER.invoice(invoice(lines=(sold(amount=Decimal(9)),)))),
    (BILL, COMPOSER.expenses(expenses(lines=(line(account_id="glaccount/6100"),)))),
], ids=lambda document: document.kind)  # fmt: skip
async def test_a_change_that_was_cut_is_done_once(was: Document, now: Document) -> None:
    books = Books()
    await books.write(create(0, was))
    write = await changed(books, was, now)
    assert await books.ledger.find([write], START, ()) == {}
    books.gateway.after = [httpx.ReadError("cut")]
    await books.write(write, name="r2")
    assert 1 not in books.told
    found = await books.ledger.find([write], START, ())
    assert now.total is not None
    assert found[1].total == now.total.amount
    await books.write(write, name="r2")
    assert books.reasons()[1] == "already_written"
    left = [r for r in books.gateway.rows(was.kind) if r.get("STATE") != "Reversed"]
    assert len(left) == 1


@every
async def test_a_document_is_taken_back_once(document: Document) -> None:
    books = Books()
    await books.write(create(0, document))
    write = removal(books, document)
    assert await books.ledger.find([write], START, ()) == {}
    await books.write(write, name="r2")
    assert books.told[1].state is POSTED
    left = [r for r in books.gateway.rows(document.kind) if r.get("STATE") != "Reversed"]
    assert left == []
    await books.write(replace(write, seq=2), name="r3")
    assert books.told[2].state is POSTED
    assert (await books.ledger.find([write], START, ()))[1].state is POSTED


async def test_what_was_reversed_is_not_taken_for_what_is_posted_anew() -> None:
    books = Books()
    await books.write(create(0, CHARGE))
    await books.write(removal(books, CHARGE), name="r2")
    books.gateway.refusals = {"record_": [("BL01001973", "Currently, we can't create it")]}
    anew = create(2, CHARGE)
    await books.write(anew, name="r3")
    assert books.reasons()[2] == "refused"
    assert await books.ledger.find([anew], START, ()) == {}


@each_list
async def test_a_list_record_is_made_inactive(document: Document) -> None:
    books = Books()
    await books.write(create(0, document))
    write = removal(books, document)
    await books.write(write, name="r2")
    assert books.told[1].state is POSTED
    assert books.gateway.rows(document.kind)[0]["STATUS"] == "inactive"
    assert (await books.ledger.find([write], START, ()))[1].state is POSTED


@pytest.mark.parametrize(("field", "value", "code"), [
    ("STATE", "Paid", "paid"),
    ("TOTALPAID", "3", "paid"),
    ("CLEARED", "true", "reconciled"),
    ("STATE", "Reversed", "voided"),
    ("DESCRIPTION", "somebody wrote this", "changed_in_ledger"),
])  # fmt: skip
async def test_what_may_not_change_says_why(field: str, value: str, code: str) -> None:
    books = Books()
    await books.write(create(0, BILL))
    books.gateway.rows("APBILL")[0][field] = value
    await books.write(await changed(books, BILL, BILL), name="r2")
    assert books.reasons()[1] == code
    copies = await books.ledger.copies("APBILL", [books.told[0].ledger_id or ""], None)
    (copy,) = copies.values()
    locked = copy.locked.code if copy.locked else None
    assert locked == (code if code != "changed_in_ledger" else None)
    assert (books.told[0].content in copy.forms) == (code != "changed_in_ledger")


@pytest.mark.parametrize("now", [
    COMPOSER.expenses(expenses(lines=(line(account_id="glaccount/6100"),))),
    replace(BILL, total=Total(amount=Decimal("11.34"))),
], ids=["line", "total"])  # fmt: skip
async def test_what_somebody_edited_is_not_taken_for_a_change_that_differs_in_one_thing(
    now: Document,
) -> None:
    books = Books()
    await books.write(create(0, BILL))
    write = await changed(books, BILL, now)
    books.gateway.rows("APBILL")[0]["WHENDUE"] = "06/01/2026"
    await books.write(write, name="r2")
    assert books.reasons()[1] == "changed_in_ledger"
    assert await books.ledger.find([write], START, ()) == {}


async def test_what_is_gone_takes_no_change() -> None:
    books = Books()
    await books.write(create(0, BILL))
    books.gateway.tables["APBILL"].clear()
    await books.write(await changed(books, BILL, BILL), name="r2")
    assert books.reasons()[1] == "gone_in_ledger"


async def test_a_total_that_differs_is_told() -> None:
    books = Books()
    books.gateway.defaults = {"EEXPENSES": {"TRX_TOTALENTERED": "11.00"}}
    await books.write(create(0, REPORT))
    assert books.reasons() == {0: "total_differs"}


async def test_a_contact_comes_before_its_employee_and_is_used_where_it_is() -> None:
    books = Books()
    await books.write(create(0, PERSON))
    made = [function[0].tag for function in books.gateway.functions("create")]
    assert made == ["CONTACT", "EMPLOYEE"]
    other = Books()
    other.gateway.add("CONTACT", CONTACTNAME="Ada Byron", EMAIL1="ADA@a.example")
    await other.write(create(0, PERSON))
    assert other.told[0].state is POSTED
    assert len(other.gateway.rows("CONTACT")) == 1


async def test_a_namesake_with_another_address_is_not_taken_for_the_person() -> None:
    books = Books()
    books.gateway.add("CONTACT", CONTACTNAME="Ada Byron", EMAIL1="other@a.example")
    await books.write(create(0, PERSON))
    assert books.reasons() == {0: "name_taken"}
    assert books.gateway.rows("EMPLOYEE") == []


@pytest.mark.parametrize("composer", [COMPOSER, RECEIVABLES])
async def test_an_invoice_of_a_project_is_its_customers(composer: IntacctComposer) -> None:
    books = Books()
    books.gateway.add("PROJECT", PROJECTID="P-7", CUSTOMERID="C9")
    document = composer.invoice(invoice(number="1", customer=Known("project/P-7")))
    await books.write(create(0, document))
    (row,) = books.gateway.rows(document.kind)
    assert row["CUSTOMERID"] == "C9"
    orphan = composer.invoice(invoice(number="2", customer=Known("project/P-0")))
    await books.write(create(1, orphan), name="r2")
    assert books.reasons() == {0: None, 1: "target_missing"}


async def test_a_missing_permission_stops_the_lane_after_what_was_done_is_told() -> None:
    books = Books()
    bad = replace(BILL, key="expense:e2", body={**BILL.body, "VENDOR": "vendor/BAD"})
    words = "You do not have permission for API operation CREATE on objects of type apbill"
    books.gateway.refusals = {"BAD": [("X", words)]}
    with pytest.raises(LedgerStopped):
        await books.write(create(0, BILL), create(1, bad))
    assert books.reasons() == {0: None}


def receipt(document: str, kind: str, key: str = "r", **more: Any) -> Write:
    resolved = ResolvedReceipt(
        key=f"receipt:e1/{key}", document=Known(document), document_kind=kind,
        file_name="lunch.pdf", content_type="application/pdf",
    )  # fmt: skip
    return create(1, COMPOSER.receipt(resolved), **{"file": lambda: b"%PDF", **more})


@every
async def test_a_receipt_is_kept_and_tied_to_its_document(document: Document) -> None:
    books = Books()
    await books.write(create(0, document))
    ledger_id = books.told[0].ledger_id or ""
    await books.write(receipt(ledger_id, document.kind), name="r2")
    assert books.told[1].state is POSTED
    ((supdoc, files),) = books.gateway.files.items()
    assert list(files.values()) == [b"%PDF"]
    assert books.gateway.rows(document.kind)[0]["SUPDOCID"] == supdoc
    copies = await books.ledger.copies("SUPDOC", [books.told[1].ledger_id or "", "X/y.pdf"], None)
    assert list(copies) == [books.told[1].ledger_id]
    assert books.told[1].content in copies[books.told[1].ledger_id or ""].forms


async def test_receipts_of_one_document_share_its_attachment() -> None:
    books = Books()
    await books.write(create(0, BILL))
    ledger_id = books.told[0].ledger_id or ""
    await books.write(receipt(ledger_id, "APBILL"), name="r2")
    await books.write(replace(receipt(ledger_id, "APBILL", "s"), seq=2), name="r3")
    ((_, files),) = books.gateway.files.items()
    assert len(files) == 2
    going = create(
        3, COMPOSER.expenses(expenses()), kind="SUPDOC", action=Action.DELETE, body=None,
        ledger_id=books.told[1].ledger_id,
    )  # fmt: skip
    await books.write(going, name="r4")
    assert books.reasons()[3] == "refused"


async def test_a_file_that_the_ledger_dropped_for_another_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def replacing(there: Gateway, node: Any, result: Any) -> None:
        there.files.clear()
        DO["create_supdoc"](there, node, result)

    monkeypatch.setattr(gateway, "DO", {**DO, "update_supdoc": replacing})
    books = Books()
    await books.write(create(0, BILL))
    ledger_id = books.told[0].ledger_id or ""
    await books.write(receipt(ledger_id, "APBILL"), name="r2")
    await books.write(replace(receipt(ledger_id, "APBILL", "s"), seq=2), name="r3")
    assert books.told[2].state is POSTED
    assert books.reasons() == {0: None, 1: None, 2: "answer_differs"}


async def test_a_receipt_that_was_cut_is_found_and_not_sent_twice() -> None:
    books = Books()
    await books.write(create(0, BILL))
    write = receipt(books.told[0].ledger_id or "", "APBILL")
    assert await books.ledger.find([write], START, ()) == {}
    books.gateway.after = [httpx.ReadError("cut")]
    await books.write(write, name="r2")
    assert 1 not in books.told
    assert (await books.ledger.find([write], START, ()))[1].state is POSTED
    await books.write(write, name="r2")
    assert books.reasons()[1] == "already_written"


async def test_the_last_receipt_takes_its_attachment_along() -> None:
    books = Books()
    await books.write(create(0, BILL))
    await books.write(receipt(books.told[0].ledger_id or "", "APBILL"), name="r2")
    going = create(
        2, BILL, kind="SUPDOC", action=Action.DELETE, body=None, ledger_id=books.told[1].ledger_id
    )
    await books.write(going, name="r3")
    assert books.told[2].state is POSTED
    assert books.gateway.files == {}


async def test_a_file_that_is_not_there_is_told() -> None:
    books = Books()

    def missing() -> bytes:
        raise NotFound("receipt_missing", "The file is gone.", "Upload it again.")

    await books.write(receipt("1", "APBILL", file=missing))
    assert books.reasons() == {1: "receipt_missing"}


def test_documents_go_by_fifty_and_files_alone() -> None:
    books = Books()
    writes = [create(n, BILL) for n in range(120)] + [receipt("1", "APBILL") for _ in range(2)]
    assert [len(places) for places in books.connector.batch(writes)] == [50, 50, 20, 1, 1]
