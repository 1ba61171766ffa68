"""Invoices, order entry and payments."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.sandbox.intacct.conftest import Books, op
from tests.sandbox.intacct.xml import day, el, els, errors, function, request


def invoice(*items: dict[str, Any], **more: Any) -> str:
    values = {
        "customerid": "C1",
        "datecreated": day("2026-02-03"),
        "datedue": day("2026-03-05"),
        "termname": None,
        "action": None,
        "invoiceno": None,
        **more,
    }
    rows = list(items) or [{"glaccountno": "4000", "amount": "100", "memo": "work"}]
    return el("create_invoice", els(**values, invoiceitems={"lineitem": rows}))


def order(*items: dict[str, Any], **more: Any) -> str:
    values = {
        "transactiontype": "Sales Invoice",
        "datecreated": day("2026-02-03"),
        "createdfrom": None,
        "customerid": "C1",
        "documentno": None,
        "referenceno": None,
        "termname": "Net 30",
        "message": None,
        "state": None,
        "projectid": None,
        **more,
    }
    rows = list(items) or [{"itemid": "LAB-1", "quantity": "2", "unit": "Each", "price": "100"}]
    return el("create_sotransaction", els(**values, sotransitems={"sotransitem": rows}))


def test_an_invoice_is_posted_with_its_totals(books: Books) -> None:
    key = books.key(invoice(invoiceno="F-1"))
    row = books.read("ARINVOICE", key)
    shown = ("STATE", "RECORDID", "CUSTOMERNAME", "TOTALENTERED", "TOTALDUE", "MODULEKEY")
    assert [row[n] for n in shown] == ["Posted", "F-1", "Acme", "100.00", "100.00", "4.AR"]
    found = books.query("ARINVOICEITEM", "AMOUNT ENTRYDESCRIPTION", op("equalto", "RECORDKEY", key))
    assert found == [{"AMOUNT": "100.00", "ENTRYDESCRIPTION": "work"}]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (invoice(customerid="no"), "Customer 'no' specified is not valid."),
        (invoice(customerid="C9"), "Customer 'C9' specified is not valid."),
        (invoice(datedue=None), "Required field Date Due is missing"),
        (invoice(termname="no"), "Invalid Term 'no' specified."),
        (invoice({"accountlabel": "no", "amount": "1"}), "Invalid AR account label 'no'"),
        (invoice({"glaccountno": "", "amount": "1"}), "Required field Account is missing"),
        (
            invoice({"glaccountno": "4000", "amount": "1", "projectid": "P-3"}),
            "Project 'P-3' does not belong to customer 'C1'.",
        ),
    ],
)
def test_unsupported_values_of_an_invoice_are_blocked(books: Books, body: str, text: str) -> None:
    assert text in books.refused(body).first


def test_the_elements_that_one_client_adds_out_of_order_are_refused(books: Books) -> None:
    body = invoice(action="Submit").replace(
        "<action>Submit</action>", "<action>Submit</action><batchkey>1</batchkey>"
    )
    answer = books.xml(request(books.login(), function(body)))
    assert "Element 'batchkey': This element is not expected" in errors(answer).first


def test_terms_give_the_due_date(books: Books) -> None:
    key = books.key(invoice(datedue=None, termname="Net 15"))
    assert books.read("ARINVOICE", key)["WHENDUE"] == "02/18/2026"
    due = {"dueday": "10", "duefrom": "of next month from invoice/bill date"}
    books.ok(el("create_arterm", els(name="Tenth", due=due)))
    key = books.key(invoice(datedue=None, termname="Tenth"))
    assert books.read("ARINVOICE", key)["WHENDUE"] == "03/10/2026"


def test_invoices_are_numbered_or_must_come_with_a_number(books: Books) -> None:
    key = books.key(invoice())
    assert books.read("ARINVOICE", key)["RECORDID"].startswith("INV-")
    books.prefer(number_invoices=False)
    assert "Invoice Number" in books.refused(invoice()).first


@pytest.mark.parametrize(("mode", "status"), [("refuse", "failure"), ("allow", "success")])
def test_an_invoice_number_may_be_given_twice(books: Books, mode: str, status: str) -> None:
    books.set(duplicate_numbers=mode)
    books.key(invoice(invoiceno="F-1"))
    assert books.call(invoice(invoiceno="F-1", customerid="C2")).findtext("status") == status


def test_an_invoice_is_edited_by_line_and_deleted(books: Books) -> None:
    key = books.key(invoice())
    edit = el("updatelineitem", els(amount="70"), line_num=1)
    books.ok(el("update_invoice", el("updateinvoiceitems", edit), key=key))
    assert books.read("ARINVOICE", key)["TOTALDUE"] == "70.00"
    books.ok(el("delete", els(object="ARINVOICE", keys=key)))
    assert len(books.rows("ARINVOICE")) == 1


def test_labels_stand_for_accounts(books: Books) -> None:
    books.prefer(ar_labels=True)
    assert "Account label" in books.refused(invoice()).first
    key = books.key(invoice({"accountlabel": "Services", "amount": "5"}))
    where = op("equalto", "RECORDKEY", key)
    assert books.query("ARINVOICEITEM", "ACCOUNTNO", where) == [{"ACCOUNTNO": "4000"}]


def posted(books: Books, document: str) -> dict[str, str]:
    """The AR invoice that a document made."""
    row = books.query("SODOCUMENT", "PRRECORDKEY", op("equalto", "DOCID", document))[0]
    return books.read("ARINVOICE", row["PRRECORDKEY"])


def test_a_sales_invoice_makes_an_ar_invoice(books: Books) -> None:
    key = books.key(order(referenceno="PO7", message="Thanks", projectid="P-1"))
    assert key == "Sales Invoice-INV0001"
    row = books.read("SODOCUMENT", key)
    shown = ("STATE", "DOCNO", "CUSTVENDID", "TOTAL", "WHENDUE", "MESSAGE", "PONUMBER")
    assert [row[n] for n in shown] == [
        "Pending",
        "INV0001",
        "C1",
        "200.00",
        "03/05/2026",
        "Thanks",
        "PO7",
    ]
    made = posted(books, key)
    carried = ("RECORDID", "MODULEKEY", "TOTALDUE", "STATE", "DESCRIPTION")
    assert [made[n] for n in carried] == ["INV0001", "8.SO", "200.00", "Posted", "Thanks"]
    where = op("equalto", "RECORDKEY", made["RECORDNO"])
    fields = "ACCOUNTNO AMOUNT PROJECTID ITEMID ENTRYDESCRIPTION"
    assert [list(line.values()) for line in books.query("ARINVOICEITEM", fields, where)] == [
        ["4000", "200.00", "P-1", "LAB-1", "Consulting"]
    ]


def test_read_counts_the_lines_of_an_order_from_zero(books: Books) -> None:
    key = books.key(order())
    lines = books.item("SODOCUMENT", key).findall("SODOCUMENTENTRIES/sodocumententry")
    assert [line.findtext("LINE_NO") for line in lines] == ["0"]
    where = op("equalto", "DOCHDRID", key)
    assert books.query("SODOCUMENTENTRY", "QUANTITY PRICE", where) == [
        {"QUANTITY": "2", "PRICE": "100"}
    ]


@pytest.mark.parametrize(
    ("body", "number", "text"),
    [
        (order(transactiontype="Odd"), "BL01001973", "Invalid Transaction definition 'Odd'"),
        (order(customerid="no"), "BL01001973", "Customer 'no' specified is not valid."),
        (order(termname=None), "BL03000018", "Required field Date Due is missing"),
        (order({"itemid": "no", "quantity": "1"}), "BL01001973", "Invalid Item 'no' specified."),
        (order({"itemid": "LAB-1", "quantity": ""}), "BL03000018", "QUANTITY is missing"),
        (order(state="Converted"), "BL01001973", "STATE of a document"),
        (order(transactiontype="Bare Invoice"), "PL01000127", "Document Number is missing"),
    ],
)
def test_unsupported_values_of_an_order_are_blocked(
    books: Books, body: str, number: str, text: str
) -> None:
    found = books.refused(body)
    assert found.numbers[0] == number
    assert text in found.first
    assert not books.rows("SODOCUMENT")


@pytest.mark.parametrize(("required", "status"), [(True, "failure"), (False, "success")])
def test_a_unit_may_be_mandatory(books: Books, required: bool, status: str) -> None:
    books.set(unit_required=required)
    result = books.call(order({"itemid": "LAB-1", "quantity": "1"}))
    assert result.findtext("status") == status
    if required:
        assert errors(result).numbers[0] == "BL03000018"
        assert errors(result).first == "Missing unit"


def test_the_price_comes_from_the_item_and_discounts_count(books: Books) -> None:
    item = {"itemid": "LAB-1", "quantity": "2", "unit": "Each", "discountpercent": "10"}
    key = books.key(order(item))
    assert books.read("SODOCUMENT", key)["TOTAL"] == "270.00"


def test_documents_that_do_not_post_make_no_invoice(books: Books) -> None:
    for body in (order(transactiontype="Sales Order"), order(state="Draft")):
        key = books.key(body)
        assert books.read("SODOCUMENT", key)["PRRECORDKEY"] == ""
    assert len(books.rows("ARINVOICE")) == 1


def test_an_order_is_used_up_by_the_invoice_made_from_it(books: Books) -> None:
    source = books.key(order(transactiontype="Sales Order"))
    books.key(order(createdfrom=source))
    assert books.read("SODOCUMENT", source)["STATE"] == "Converted"
    assert "cannot be converted" in books.refused(order(createdfrom=source)).first
    edit = el("update_sotransaction", els(message="x"), key=source)
    assert "is Converted and cannot be changed" in books.refused(edit).first


@pytest.mark.parametrize("renews", [True, False])
def test_an_edited_document_may_make_a_new_invoice(books: Books, renews: bool) -> None:
    books.set(so_edit_renews_invoice=renews)
    key = books.key(order())
    before = posted(books, key)["RECORDNO"]
    edit = el("updatesotransitem", els(quantity="3"), line_num=1)
    books.ok(el("update_sotransaction", el("updatesotransitems", edit), key=key))
    after = posted(books, key)
    assert after["TOTALDUE"] == "300.00"
    assert (after["RECORDNO"] != before) is renews
    assert len(books.rows("ARINVOICE")) == 2
    assert len([row for row in books.rows("ARINVOICEITEM") if row["parent"] != 1]) == 1


def test_an_invoice_of_order_entry_is_changed_and_deleted_there(books: Books) -> None:
    key = books.key(order())
    number = posted(books, key)["RECORDNO"]
    edit = el("update_invoice", els(description="x"), key=number)
    assert "made by Order Entry" in books.refused(edit).first
    assert "deleted there" in books.refused(el("delete_invoice", key=number)).first
    books.ok(el("delete_sotransaction", key=key))
    assert len(books.rows("ARINVOICE")) == 1
    assert not books.rows("SODOCUMENTENTRY")


def payment(*details: dict[str, Any], **more: Any) -> dict[str, Any]:
    values = {
        "FINANCIALENTITY": "BANK1",
        "PAYMENTMETHOD": "EFT",
        "CUSTOMERID": "C1",
        "RECEIPTDATE": "02/20/2026",
        "CURRENCY": "USD",
        **more,
    }
    rows = list(details) or [{"RECORDKEY": "1"}]
    kept = {name: value for name, value in values.items() if value}
    return {**kept, "ARPYMTDETAILS": {"ARPYMTDETAIL": rows}}


def test_a_payment_settles_an_invoice(books: Books) -> None:
    made = books.create("ARPYMT", **payment())
    row = books.read("ARINVOICE", "1")
    shown = ("STATE", "TOTALPAID", "TOTALDUE", "WHENPAID")
    assert [row[n] for n in shown] == ["Paid", "1800.00", "0.00", "02/20/2026"]
    where = op("equalto", "PAYMENTKEY", made["RECORDNO"])
    fields = "RECORDKEY ENTRYKEY PAYMENTAMOUNT PAYMENTDATE"
    found = books.query("ARPYMTDETAIL", fields, where, order="RECORDNO")
    assert [list(line.values()) for line in found] == [
        ["1", "1", "1500.00", "02/20/2026"],
        ["1", "2", "300.00", "02/20/2026"],
    ]
    paid = books.read("ARPYMT", made["RECORDNO"])
    assert (paid["STATE"], paid["TOTALPAID"], paid["CUSTOMERNAME"]) == (
        "Complete",
        "1800.00",
        "Acme",
    )


def test_a_part_payment_is_spread_from_the_first_line(books: Books) -> None:
    books.create("ARPYMT", **payment({"RECORDKEY": "1", "TRX_PAYMENTAMOUNT": "1600"}))
    row = books.read("ARINVOICE", "1")
    assert (row["STATE"], row["TOTALDUE"], row["WHENPAID"]) == ("Partially Paid", "200.00", "")
    lines = books.query("ARINVOICEITEM", "TOTALPAID", order="RECORDNO")
    assert [line["TOTALPAID"] for line in lines] == ["1500.00", "100.00"]
    one = {"RECORDKEY": "1", "ENTRYKEY": "2", "TRX_PAYMENTAMOUNT": "200"}
    books.create("ARPYMT", **payment(one))
    assert books.read("ARINVOICE", "1")["STATE"] == "Paid"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (payment(FINANCIALENTITY=""), "Required field FINANCIALENTITY is missing"),
        (payment(FINANCIALENTITY="no"), "Invalid Bank account 'no' specified."),
        (payment(CUSTOMERID=""), "Required field CUSTOMERID is missing"),
        (payment(CURRENCY=""), "Required field CURRENCY is missing"),
        (payment(PAYMENTMETHOD=""), "Required field PAYMENTMETHOD is missing"),
        (payment(PAYMENTMETHOD="Beads"), "Invalid value 'Beads' for PAYMENTMETHOD"),
        (payment(RECEIPTDATE=""), "Required field RECEIPTDATE is missing"),
        (payment({"RECORDKEY": "99"}), "Cannot find invoice with key '99'."),
        (payment(CUSTOMERID="C2"), "Invoice '1' is not of customer 'C2'."),
        (payment({"RECORDKEY": "1", "TRX_PAYMENTAMOUNT": "1801"}), "more than invoice '1' has due"),
        (payment({"RECORDKEY": "1", "TRX_PAYMENTAMOUNT": "-5"}), "more than invoice '1' has due"),
    ],
)
def test_unsupported_values_of_a_payment_are_blocked(
    books: Books, values: dict[str, Any], text: str
) -> None:
    assert text in books.refused_create("ARPYMT", **values).first
    assert books.read("ARINVOICE", "1")["TOTALPAID"] == "0.00"


def test_only_open_amounts_can_be_paid(books: Books) -> None:
    draft = books.key(invoice(action="Draft"))
    found = books.refused_create("ARPYMT", **payment({"RECORDKEY": draft}))
    assert found.first == f"Invoice '{draft}' is Draft and cannot be paid."
    books.create("ARPYMT", **payment())
    again = books.refused_create("ARPYMT", **payment())
    assert again.first == "Invoice '1' is Paid and cannot be paid."


def test_a_user_pays_in_the_screens(books: Books) -> None:
    values = {
        "FINANCIALENTITY": "BANK1",
        "PAYMENTMETHOD": "Cash",
        "CUSTOMERID": "C1",
        "RECEIPTDATE": "02/20/2026",
        "CURRENCY": "USD",
    }
    line = {"RECORDKEY": "1", "TRX_PAYMENTAMOUNT": "800"}
    books.about("/edit", {"object": "ARPYMT", "create": values, "lines": [line]})
    assert books.read("ARINVOICE", "1")["TOTALDUE"] == "1000.00"


def test_a_draft_payment_settles_nothing_until_it_is_complete(books: Books) -> None:
    made = books.create("ARPYMT", **payment(ACTION="Draft"))
    assert books.read("ARINVOICE", "1")["STATE"] == "Posted"
    details = {"ARPYMTDETAIL": [{"RECORDKEY": "1", "TRX_PAYMENTAMOUNT": "1800"}]}
    books.update("ARPYMT", **made, ACTION="Submit", ARPYMTDETAILS=details)
    assert books.read("ARINVOICE", "1")["STATE"] == "Paid"
    words = books.refused_update("ARPYMT", **made, DESCRIPTION="x").first
    assert words == "A payment that is complete cannot be changed."
    delete = el("delete", els(object="ARPYMT", keys=made["RECORDNO"]))
    assert "complete cannot be deleted" in books.refused(delete).first


def test_a_paid_invoice_is_held(books: Books) -> None:
    books.create("ARPYMT", **payment())
    edit = el("updateinvoiceitems", el("updatelineitem", els(amount="1"), line_num=1))
    assert "is Paid" in books.refused(el("update_invoice", edit, key=1)).first
    assert "that is Paid cannot be deleted" in books.refused(el("delete_invoice", key=1)).first


def test_a_paid_document_is_held(books: Books) -> None:
    key = books.key(order())
    number = posted(books, key)["RECORDNO"]
    books.create("ARPYMT", **payment({"RECORDKEY": number, "TRX_PAYMENTAMOUNT": "1"}))
    edit = el("update_sotransaction", els(message="x"), key=key)
    assert "has been paid" in books.refused(edit).first
    assert "has been paid" in books.refused(el("delete_sotransaction", key=key)).first


def test_a_reversed_payment_is_taken_off_again(books: Books) -> None:
    made = books.create("ARPYMT", **payment())
    key = made["RECORDNO"]
    books.ok(el("reverse_arpayment", els(datereversed=day("2026-02-21")), key=key))
    row = books.read("ARINVOICE", "1")
    assert (row["STATE"], row["TOTALDUE"], row["WHENPAID"]) == ("Posted", "1800.00", "")
    assert books.read("ARPYMT", key)["STATE"] == "Voided"


def test_a_legacy_payment_is_applied_now_or_later(books: Books) -> None:
    head = {
        "customerid": "C1",
        "paymentamount": "1000",
        "bankaccountid": "BANK1",
        "refid": "CHK1",
        "datereceived": day("2026-02-20"),
        "paymentmethod": "Printed Check",
        "arpaymentitem": {"invoicekey": "1", "amount": "400"},
    }
    key = books.key(el("create_arpayment", els(**head)))
    assert books.read("ARINVOICE", "1")["TOTALPAID"] == "400.00"
    assert books.read("ARPYMT", key)["OVERPAYMENTAMOUNT"] == "600.00"

    def apply(amount: str) -> str:
        items = {"arpaymentitem": {"invoicekey": "1", "amount": amount}}
        head = {"arpaymentkey": key, "paymentdate": day("2026-02-22")}
        return el("apply_arpayment", els(**head, arpaymentitems=items))

    books.ok(apply("500"))
    assert books.read("ARINVOICE", "1")["TOTALPAID"] == "900.00"
    assert books.read("ARPYMT", key)["OVERPAYMENTAMOUNT"] == "100.00"
    assert "not so much left" in books.refused(apply("101")).first
    assert books.read("ARINVOICE", "1")["TOTALPAID"] == "900.00"


@pytest.mark.parametrize(("touches", "newer"), [(True, True), (False, False)])
def test_a_payment_may_count_as_a_change_of_its_invoice(
    books: Books, touches: bool, newer: bool
) -> None:
    books.set(payment_touches_invoice=touches)
    company = books.running.sandbox.companies[books.company]
    row = company.record("ARINVOICE", 1)
    assert row is not None
    company.put("ARINVOICE", replace(row, modified=1))
    books.create("ARPYMT", **payment())
    row = company.record("ARINVOICE", 1)
    assert row is not None
    assert (row.modified > 1) is newer


def test_sales_close_with_receivables(books: Books) -> None:
    books.about("/closed", {"AR": "2026-02-28"})
    for body in (invoice(), order()):
        assert "is closed" in books.refused(body).first
    assert "is closed" in books.refused_create("ARPYMT", **payment()).first


def test_with_entities_lines_have_a_location(group: Books) -> None:
    words = "This transaction is missing the Location dimension"
    assert group.refused(invoice()).first == words
    assert group.refused(order()).first == words
    group.key(invoice({"glaccountno": "4000", "amount": "1", "locationid": "US"}))


def test_an_order_has_the_dimensions_that_its_items_accounts_require(books: Books) -> None:
    books.update("GLACCOUNT", ACCOUNTNO="4000", REQUIREDEPT="true")
    item = {"itemid": "LAB-1", "quantity": "1"}
    words = "This transaction is missing the Department dimension for the Account 4000"
    assert books.refused(order(item)).first == words
    assert books.rows("SODOCUMENT") == []
    books.key(order(item, transactiontype="Sales Order"))
    books.key(order({**item, "departmentid": "10"}))


def test_a_definition_of_an_entity_is_not_there_at_the_top(group: Books) -> None:
    values = {"DOCID": "UK Invoice", "POSTTOAR": "true", "NUMBERED": "true", "PREFIX": "UK"}
    group.about("/edit", {"object": "SODOCUMENTPARAMS", "create": values, "entity": "UK"})
    item = {"itemid": "LAB-1", "quantity": "1"}
    assert (
        "Invalid Transaction definition"
        in group.refused(order(item, transactiontype="UK Invoice")).first
    )
    group.sign_in("UK")
    key = group.key(order(item, transactiontype="UK Invoice"))
    assert key == "UK Invoice-UK0001"
    assert group.read("SODOCUMENT", key)["MEGAENTITYID"] == "UK"
