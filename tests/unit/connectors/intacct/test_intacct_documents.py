"""Documents other than time: written, changed, deleted, searched for before they are rejected."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest
from ledgerlink.connectors.intacct.documents.composer import IntacctComposer
from ledgerlink.domain.errors import NotFound
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.plan import Action, ItemState, Write
from ledgerlink.domain.model.references import ExistingRecord
from ledgerlink.domain.model.resolved_expenses import Settlement
from ledgerlink.domain.money import Total

from tests.fakes.clock import START
from tests.unit.connectors.intacct import in_memory_gateway
from tests.unit.connectors.intacct.in_memory_gateway import DO, InMemoryGateway, failing, raw
from tests.unit.connectors.intacct.open_company import OpenCompany, create
from tests.unit.connectors.intacct.resolved_records import expenses, invoice, line, sold
from tests.unit.connectors.intacct.sample_documents import (
    BILL,
    CHARGE,
    CLIENT,
    COMPOSER,
    LIST_RECORDS,
    MONEY_DOCUMENTS,
    OWED,
    PERSON,
    RECEIVABLES,
    REPORT,
    SALE,
    UNNUMBERED,
    receipt,
)

POSTED, FAILED = ItemState.POSTED, ItemState.FAILED

each_money_document = pytest.mark.parametrize(
    "document", MONEY_DOCUMENTS, ids=lambda d: f"{d.kind}-{len(d.body)}"
)
each_list_record = pytest.mark.parametrize("document", LIST_RECORDS, ids=lambda d: d.kind)


async def changed(company: OpenCompany, was: Document, now: Document, seq: int = 1) -> Write:
    """The change of what was written as seq 0."""
    old = company.outcomes[0]
    return create(
        seq, now, action=Action.UPDATE, ledger_id=old.ledger_id, base_fingerprint=old.content
    )


def removal(company: OpenCompany, was: Document, seq: int = 1) -> Write:
    old = company.outcomes[0]
    return create(
        seq, was, action=Action.DELETE, body=None, ledger_id=old.ledger_id,
        base_fingerprint=old.content,
    )  # fmt: skip


@each_money_document
async def test_a_document_is_posted_with_id_version_and_total(document: Document) -> None:
    company = OpenCompany()
    await company.write(create(0, document))
    (row,) = company.gateway.rows(document.kind)
    outcome = company.outcomes[0]
    assert (outcome.state, outcome.reason) == (POSTED, None)
    assert outcome.ledger_id == row.get("DOCID", row["RECORDNO"])
    assert outcome.version == row["WHENMODIFIED"]
    assert document.total is not None
    assert outcome.total == document.total.amount
    assert outcome.content


@each_list_record
async def test_a_list_record_is_created_with_our_id(document: Document) -> None:
    company = OpenCompany()
    await company.write(create(0, document))
    (row,) = company.gateway.rows(document.kind)
    field = f"{document.kind}ID"
    assert company.outcomes[0].state is POSTED
    assert company.outcomes[0].ledger_id == f"{document.kind.lower()}/{row[field]}"
    assert row[field] == document.body[field]
    snapshots = await company.ledger.snapshots(
        document.kind, [company.outcomes[0].ledger_id or ""], None
    )
    (copy,) = snapshots.values()
    assert copy.has(company.outcomes[0].content)


@each_list_record
async def test_a_list_record_is_renamed_unless_it_was_edited(document: Document) -> None:
    company = OpenCompany()
    await company.write(create(0, document))
    body = dict(document.body)
    if document.kind == "EMPLOYEE":
        body["CONTACT"] = {**body["CONTACT"], "CONTACTNAME": "Other", "PRINTAS": "Other"}
    else:
        body["NAME"] = "Other"
    now = replace(document, body=body)
    await company.write(await changed(company, document, now), name="r2")
    assert company.outcomes[1].state is POSTED
    (row,) = company.gateway.rows("CONTACT" if document.kind == "EMPLOYEE" else document.kind)
    name = "PRINTAS" if document.kind == "EMPLOYEE" else "NAME"
    assert row[name] == "Other"
    again = replace(await changed(company, document, now), seq=2)
    await company.write(again, name="r3")
    assert company.reasons()[2] == "already_written"
    assert (await company.ledger.find_lost_writes([again], START, ()))[2].state is POSTED
    row[name] = "Third"
    await company.write(replace(again, seq=3), name="r4")
    assert company.reasons()[3] == "changed_in_ledger"


async def test_the_total_of_a_refund_is_positive() -> None:
    company = OpenCompany()
    await company.write(create(0, COMPOSER.expenses(expenses(Settlement.CARD, credit=True))))
    assert company.gateway.rows("CCTRANSACTION")[0]["TOTALENTERED"] == "-10.5"
    assert (company.reasons(), company.outcomes[0].total) == ({0: None}, Decimal("10.5"))


@pytest.mark.parametrize(
    "document", MONEY_DOCUMENTS + LIST_RECORDS, ids=lambda d: f"{d.kind}-{len(d.body)}"
)
async def test_a_repeat_after_a_lost_answer_makes_no_duplicate(document: Document) -> None:
    company = OpenCompany()
    company.gateway.after = [httpx.ReadError("cut after the commit")]
    await company.write(create(0, document))
    assert company.outcomes == {}
    await company.write(create(0, document))
    assert company.reasons() == {0: "already_written"}
    assert len(company.gateway.rows(document.kind)) == 1
    assert company.outcomes[0].ledger_id


@pytest.mark.parametrize(
    "document", MONEY_DOCUMENTS + LIST_RECORDS, ids=lambda d: f"{d.kind}-{len(d.body)}"
)
async def test_a_lost_write_is_found_if_it_was_carried_out(document: Document) -> None:
    company = OpenCompany()
    company.gateway.script = [raw(b"", 502)]
    write = create(0, document)
    assert await company.ledger.find_lost_writes([write], START, ()) == {}
    company.gateway.after = [httpx.ReadError("cut")]
    await company.write(write)
    found = await company.ledger.find_lost_writes([write], START, ())
    assert found[0].state is POSTED
    assert found[0].ledger_id


@each_money_document
async def test_a_rejected_create_is_searched_for_first(document: Document) -> None:
    company = OpenCompany()
    company.gateway.refusals = {
        f"{document.kind}": [("BL01001973", "Currently, we can't create the transaction")],
        "create_": [("BL01001973", "Currently, we can't create the transaction")],
        "record_": [("BL01001973", "Currently, we can't create the transaction")],
    }
    if document.kind == "APBILL":
        company.gateway.refusals = {"<create>": [("BL01001973", "Currently, we can't do it")]}
    else:
        del company.gateway.refusals[document.kind]
    await company.write(create(0, document))
    assert company.reasons() == {0: "refused"}


async def test_a_bad_document_fails_alone() -> None:
    company = OpenCompany()
    company.gateway.refusals = {"BAD": [("BL01001973", "The vendor 'BAD' is invalid.")]}
    bad = replace(BILL, key="expense:e2", body={**BILL.body, "VENDOR": "vendor/BAD"})
    await company.write(create(0, BILL), create(1, bad))
    assert company.reasons() == {0: None, 1: "target_missing"}
    assert company.gateway.requests("create") == 1


async def test_a_request_that_cannot_be_read_is_sent_document_by_document() -> None:
    company = OpenCompany()
    two = replace(CLIENT, key="client:d", body={**CLIENT.body, "CUSTOMERID": "D"})
    unreadable = failing("XL03000003", "XML Parse schema error: ...", control=True)
    company.gateway.script = [None, unreadable, None, None, unreadable]
    await company.write(create(0, CLIENT), create(1, two))
    assert company.reasons() == {0: None, 1: "our_request_wrong"}


async def test_a_bill_is_changed_in_place_with_all_its_lines() -> None:
    company = OpenCompany()
    await company.write(create(0, BILL))
    now = COMPOSER.expenses(expenses(lines=(line(), line(key="e2", net=Decimal(5)))))
    await company.write(await changed(company, BILL, now), name="r2")
    assert company.outcomes[1].state is POSTED
    assert company.outcomes[1].total == Decimal("15.5")
    assert len(company.gateway.rows("APBILL")) == 1
    (sent,) = company.gateway.functions("update")
    assert [each.text for each in sent.iter("LINE_NO")] == ["1", "2"]


@pytest.mark.parametrize(("was", "now"), [
    (REPORT, COMPOSER.expenses(expenses(Settlement.CHECK, lines=(line(net=Decimal(9)),)))),
    (CHARGE, COMPOSER.expenses(expenses(Settlement.CARD, lines=(line(net=Decimal(9)),)))),
    (OWED, RECEIVABLES.invoice(invoice(number="INV-1", lines=(sold(amount=Decimal(9)),)))),
    (SALE, COMPOSER.invoice(invoice(number="INV-1", lines=(sold(amount=Decimal(9)),)))),
], ids=lambda document: document.kind)  # fmt: skip
async def test_other_documents_are_removed_and_created_again_atomically(
    was: Document, now: Document
) -> None:
    company = OpenCompany()
    await company.write(create(0, was))
    await company.write(await changed(company, was, now), name="r2")
    assert company.outcomes[1].state is POSTED
    assert company.outcomes[1].total == Decimal(9)
    left = [dict(r) for r in company.gateway.rows(was.kind) if r.get("STATE") != "Reversed"]
    assert len(left) == 1
    company.gateway.refusals = {
        "create_": [("BL01001973", "No.")], "record_": [("BL01001973", "No.")],
    }  # fmt: skip
    again = create(
        2, was, action=Action.UPDATE, ledger_id=company.outcomes[1].ledger_id,
        base_fingerprint=company.outcomes[1].content,
    )  # fmt: skip
    await company.write(again, name="r3")
    assert company.reasons()[2] == "refused"
    assert [r for r in company.gateway.rows(was.kind) if r.get("STATE") != "Reversed"] == left


@pytest.mark.parametrize(("was", "now"), [
    (BILL, COMPOSER.expenses(expenses(lines=(line(net=Decimal(9)),)))),
    (REPORT, COMPOSER.expenses(expenses(Settlement.CHECK, lines=(line(net=Decimal(9)),)))),
    (CHARGE, COMPOSER.expenses(expenses(Settlement.CARD, lines=(line(net=Decimal(9)),)))),
    (OWED, RECEIVABLES.invoice(invoice(number="INV-1", lines=(sold(amount=Decimal(9)),)))),
    (SALE, COMPOSER.invoice(invoice(number="INV-1", lines=(sold(amount=Decimal(9)),)))),
    (UNNUMBERED, COMPOSER.invoice(invoice(lines=(sold(amount=Decimal(9)),)))),
    (BILL, COMPOSER.expenses(expenses(lines=(line(account_id="glaccount/6100"),)))),
], ids=lambda document: document.kind)  # fmt: skip
async def test_a_lost_change_is_carried_out_once(was: Document, now: Document) -> None:
    company = OpenCompany()
    await company.write(create(0, was))
    write = await changed(company, was, now)
    assert await company.ledger.find_lost_writes([write], START, ()) == {}
    company.gateway.after = [httpx.ReadError("cut")]
    await company.write(write, name="r2")
    assert 1 not in company.outcomes
    found = await company.ledger.find_lost_writes([write], START, ())
    assert now.total is not None
    assert found[1].total == now.total.amount
    await company.write(write, name="r2")
    assert company.reasons()[1] == "already_written"
    left = [r for r in company.gateway.rows(was.kind) if r.get("STATE") != "Reversed"]
    assert len(left) == 1


@each_money_document
async def test_a_document_is_deleted_once(document: Document) -> None:
    company = OpenCompany()
    await company.write(create(0, document))
    write = removal(company, document)
    assert await company.ledger.find_lost_writes([write], START, ()) == {}
    await company.write(write, name="r2")
    assert company.outcomes[1].state is POSTED
    left = [r for r in company.gateway.rows(document.kind) if r.get("STATE") != "Reversed"]
    assert left == []
    await company.write(replace(write, seq=2), name="r3")
    assert company.outcomes[2].state is POSTED
    assert (await company.ledger.find_lost_writes([write], START, ()))[1].state is POSTED


async def test_a_reversed_document_is_not_adopted() -> None:
    company = OpenCompany()
    await company.write(create(0, CHARGE))
    await company.write(removal(company, CHARGE), name="r2")
    company.gateway.refusals = {"record_": [("BL01001973", "Currently, we can't create it")]}
    anew = create(2, CHARGE)
    await company.write(anew, name="r3")
    assert company.reasons()[2] == "refused"
    assert await company.ledger.find_lost_writes([anew], START, ()) == {}


@each_list_record
async def test_a_list_record_is_made_inactive(document: Document) -> None:
    company = OpenCompany()
    await company.write(create(0, document))
    write = removal(company, document)
    await company.write(write, name="r2")
    assert company.outcomes[1].state is POSTED
    assert company.gateway.rows(document.kind)[0]["STATUS"] == "inactive"
    assert (await company.ledger.find_lost_writes([write], START, ()))[1].state is POSTED


@pytest.mark.parametrize(("field", "value", "code"), [
    ("STATE", "Paid", "paid"),
    ("TOTALPAID", "3", "paid"),
    ("CLEARED", "true", "reconciled"),
    ("STATE", "Reversed", "voided"),
    ("DESCRIPTION", "somebody wrote this", "changed_in_ledger"),
])  # fmt: skip
async def test_a_locked_document_has_a_reason(field: str, value: str, code: str) -> None:
    company = OpenCompany()
    await company.write(create(0, BILL))
    company.gateway.rows("APBILL")[0][field] = value
    await company.write(await changed(company, BILL, BILL), name="r2")
    assert company.reasons()[1] == code
    snapshots = await company.ledger.snapshots(
        "APBILL", [company.outcomes[0].ledger_id or ""], None
    )
    (copy,) = snapshots.values()
    locked = copy.locked.code if copy.locked else None
    assert locked == (code if code != "changed_in_ledger" else None)
    assert (copy.has(company.outcomes[0].content)) == (code != "changed_in_ledger")


@pytest.mark.parametrize("now", [
    COMPOSER.expenses(expenses(lines=(line(account_id="glaccount/6100"),))),
    replace(BILL, total=Total(amount=Decimal("11.34"))),
], ids=["line", "total"])  # fmt: skip
async def test_an_edit_is_not_mistaken_for_our_change(
    now: Document,
) -> None:
    company = OpenCompany()
    await company.write(create(0, BILL))
    write = await changed(company, BILL, now)
    company.gateway.rows("APBILL")[0]["WHENDUE"] = "06/01/2026"
    await company.write(write, name="r2")
    assert company.reasons()[1] == "changed_in_ledger"
    assert await company.ledger.find_lost_writes([write], START, ()) == {}


async def test_a_deleted_document_is_not_changed() -> None:
    company = OpenCompany()
    await company.write(create(0, BILL))
    company.gateway.tables["APBILL"].clear()
    await company.write(await changed(company, BILL, BILL), name="r2")
    assert company.reasons()[1] == "gone_in_ledger"


async def test_another_total_is_reported() -> None:
    company = OpenCompany()
    company.gateway.defaults = {"EEXPENSES": {"TRX_TOTALENTERED": "11.00"}}
    await company.write(create(0, REPORT))
    assert company.reasons() == {0: "total_differs"}


async def test_a_contact_comes_before_its_employee_and_is_used_where_it_is() -> None:
    company = OpenCompany()
    await company.write(create(0, PERSON))
    made = [function[0].tag for function in company.gateway.functions("create")]
    assert made == ["CONTACT", "EMPLOYEE"]
    other = OpenCompany()
    other.gateway.add("CONTACT", CONTACTNAME="Ada Byron", EMAIL1="ADA@a.example")
    await other.write(create(0, PERSON))
    assert other.outcomes[0].state is POSTED
    assert len(other.gateway.rows("CONTACT")) == 1


async def test_a_contact_with_another_address_is_not_used() -> None:
    company = OpenCompany()
    company.gateway.add("CONTACT", CONTACTNAME="Ada Byron", EMAIL1="other@a.example")
    await company.write(create(0, PERSON))
    assert company.reasons() == {0: "name_taken"}
    assert company.gateway.rows("EMPLOYEE") == []


@pytest.mark.parametrize("composer", [COMPOSER, RECEIVABLES])
async def test_an_invoice_for_a_project_is_for_its_customer(composer: IntacctComposer) -> None:
    company = OpenCompany()
    company.gateway.add("PROJECT", PROJECTID="P-7", CUSTOMERID="C9")
    document = composer.invoice(invoice(number="1", customer=ExistingRecord("project/P-7")))
    await company.write(create(0, document))
    (row,) = company.gateway.rows(document.kind)
    assert row["CUSTOMERID"] == "C9"
    orphan = composer.invoice(invoice(number="2", customer=ExistingRecord("project/P-0")))
    await company.write(create(1, orphan), name="r2")
    assert company.reasons() == {0: None, 1: "target_missing"}


async def test_a_missing_permission_blocks_its_kind_after_outcomes_are_reported() -> None:
    """Case sage-intacct 6."""
    company = OpenCompany()
    bad = replace(BILL, key="expense:e2", body={**BILL.body, "VENDOR": "vendor/BAD"})
    words = "You do not have permission for API operation CREATE on objects of type apbill"
    company.gateway.refusals = {"BAD": [("X", words)]}
    await company.write(create(0, BILL), create(1, bad))
    assert company.reasons() == {0: None, 1: "no_permission"}
    assert company.outcomes[1].state is ItemState.BLOCKED


@each_money_document
async def test_a_receipt_is_stored_and_attached_to_its_document(document: Document) -> None:
    company = OpenCompany()
    await company.write(create(0, document))
    ledger_id = company.outcomes[0].ledger_id or ""
    await company.write(receipt(ledger_id, document.kind), name="r2")
    assert company.outcomes[1].state is POSTED
    ((supdoc, files),) = company.gateway.files.items()
    assert list(files.values()) == [b"%PDF"]
    assert company.gateway.rows(document.kind)[0]["SUPDOCID"] == supdoc
    snapshots = await company.ledger.snapshots(
        "SUPDOC", [company.outcomes[1].ledger_id or "", "X/y.pdf"], None
    )
    assert list(snapshots) == [company.outcomes[1].ledger_id]
    assert company.outcomes[1].content in snapshots[company.outcomes[1].ledger_id or ""].forms


async def test_receipts_of_one_document_share_its_attachment() -> None:
    company = OpenCompany()
    await company.write(create(0, BILL))
    ledger_id = company.outcomes[0].ledger_id or ""
    await company.write(receipt(ledger_id, "APBILL"), name="r2")
    await company.write(replace(receipt(ledger_id, "APBILL", "s"), seq=2), name="r3")
    ((_, files),) = company.gateway.files.items()
    assert len(files) == 2
    going = create(
        3, COMPOSER.expenses(expenses()), kind="SUPDOC", action=Action.DELETE, body=None,
        ledger_id=company.outcomes[1].ledger_id,
    )  # fmt: skip
    await company.write(going, name="r4")
    assert company.reasons()[3] == "refused"


async def test_a_file_that_replaced_another_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def replacing(there: InMemoryGateway, node: Any, result: Any) -> None:
        there.files.clear()
        DO["create_supdoc"](there, node, result)

    monkeypatch.setattr(in_memory_gateway, "DO", {**DO, "update_supdoc": replacing})
    company = OpenCompany()
    await company.write(create(0, BILL))
    ledger_id = company.outcomes[0].ledger_id or ""
    await company.write(receipt(ledger_id, "APBILL"), name="r2")
    await company.write(replace(receipt(ledger_id, "APBILL", "s"), seq=2), name="r3")
    assert company.outcomes[2].state is POSTED
    assert company.reasons() == {0: None, 1: None, 2: "answer_differs"}


async def test_a_lost_receipt_is_found_and_not_sent_twice() -> None:
    company = OpenCompany()
    await company.write(create(0, BILL))
    write = receipt(company.outcomes[0].ledger_id or "", "APBILL")
    assert await company.ledger.find_lost_writes([write], START, ()) == {}
    company.gateway.after = [httpx.ReadError("cut")]
    await company.write(write, name="r2")
    assert 1 not in company.outcomes
    assert (await company.ledger.find_lost_writes([write], START, ()))[1].state is POSTED
    await company.write(write, name="r2")
    assert company.reasons()[1] == "already_written"


async def test_the_last_receipt_deletes_its_attachment() -> None:
    company = OpenCompany()
    await company.write(create(0, BILL))
    await company.write(receipt(company.outcomes[0].ledger_id or "", "APBILL"), name="r2")
    going = create(
        2,
        BILL,
        kind="SUPDOC",
        action=Action.DELETE,
        body=None,
        ledger_id=company.outcomes[1].ledger_id,
    )
    await company.write(going, name="r3")
    assert company.outcomes[2].state is POSTED
    assert company.gateway.files == {}


async def test_a_missing_upload_is_reported() -> None:
    company = OpenCompany()

    def missing() -> bytes:
        raise NotFound("receipt_missing", "The file is gone.", "Upload it again.")

    await company.write(receipt("1", "APBILL", file=missing))
    assert company.reasons() == {1: "receipt_missing"}


def test_documents_are_batched_by_fifty_and_files_singly() -> None:
    company = OpenCompany()
    writes = [create(n, BILL) for n in range(120)] + [receipt("1", "APBILL") for _ in range(2)]
    assert [len(places) for places in company.connector.batch(writes)] == [50, 50, 20, 1, 1]


async def test_lines_that_a_read_does_not_bring_are_kept_in_an_update() -> None:
    """Case 17.1. Some documents are read without their lines, which are then asked for apart."""
    company = OpenCompany()
    company.gateway.custom = {"APBILLITEM": ["LINE_NOTE"]}
    company.gateway.owned_apart = True
    await company.write(create(0, BILL))
    (row,) = company.gateway.rows("APBILLITEM")
    row |= {"LINE_NOTE": "by hand", "GLDIMREGION": "10042", "CLASSID": "CL9"}
    now = COMPOSER.expenses(expenses(lines=(line(net=Decimal(9)),)))
    await company.write(await changed(company, BILL, now), name="r2")
    assert company.outcomes[1].state is POSTED
    (sent,) = company.gateway.functions("update")
    kept = {name: sent.findtext(f".//{name}") for name in ("LINE_NOTE", "GLDIMREGION", "CLASSID")}
    assert kept == {"LINE_NOTE": "by hand", "GLDIMREGION": "10042", "CLASSID": "CL9"}
