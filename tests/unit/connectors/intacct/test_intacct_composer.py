"""The composer: the ledger's documents, and what it cannot take."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.connectors.intacct.config import Choices, InvoiceModule
from ledgerlink.connectors.intacct.documents import encoding, marker
from ledgerlink.connectors.intacct.documents.composer import IntacctComposer
from ledgerlink.connectors.intacct.documents.time_entry import hours, minutes, possible_time_bodies
from ledgerlink.connectors.intacct.documents.timesheet_periods import TimesheetPeriods
from ledgerlink.connectors.intacct.protocol.element_order import FUNCTIONS
from ledgerlink.connectors.intacct.protocol.xml import element
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.new_records import NewCustomer, NewItem, NewPerson
from ledgerlink.domain.model.reasons import Blocked
from ledgerlink.domain.model.references import ExistingRecord, Pending, needs, resolve
from ledgerlink.domain.model.resolved_expenses import Settlement
from ledgerlink.domain.model.resolved_receipts import ResolvedReceipt

from tests.unit.connectors.intacct.resolved_records import (
    EMPLOYEE,
    VENDOR,
    expenses,
    invoice,
    line,
    sold,
    time,
)

COMPOSER = IntacctComposer()
RECEIVABLES = IntacctComposer(
    choices=Choices(sales=InvoiceModule.RECEIVABLES, revenue_account_id="glaccount/4000")
)


def why(compose: Callable[[], Document]) -> str:
    with pytest.raises(Blocked) as blocked:
        compose()
    return blocked.value.reason.code


def test_time_is_an_entry_of_its_employees_timesheet() -> None:
    document = COMPOSER.time(
        time(
            parts=(("task", "Design"), ("notes", "hull")),
            customer=ExistingRecord("project/P-7"),
            item=ExistingRecord("item/LAB-1"),
            billable=True,
            rate=Decimal("120.00"),
        )
    )
    assert document.kind == "TIMESHEETENTRY"
    assert document.body == {
        "EMPLOYEE": "employee/E1",
        "BEGINDATE": "2026-03-02",
        "ENTRYDATE": "2026-03-04",
        "QTY": "1.5",
        "NOTES": "Design - hull\n[time:t1]",
        "FOR": "project/P-7",
        "ITEM": "item/LAB-1",
        "BILLABLE": "true",
        "EXTBILLRATE": "120",
    }


def test_time_without_notes_has_only_its_marker() -> None:
    assert COMPOSER.time(time()).body["NOTES"] == "[time:t1]"


def test_the_companys_periods_decide_the_timesheet() -> None:
    body = IntacctComposer(TimesheetPeriods.of("semimonthly")).time(time()).body
    assert body["BEGINDATE"] == "2026-03-01"


def test_long_notes_put_the_marker_into_the_description_too() -> None:
    body = COMPOSER.time(time(parts=(("notes", "x" * 200),))).body
    assert body["NOTES"].endswith("[time:t1]")
    assert body["DESCRIPTION"] == "[time:t1]"


def test_a_text_longer_than_the_ledger_holds_is_cut_or_blocked() -> None:
    long = time(parts=(("notes", "x" * 5000),))
    assert why(lambda: COMPOSER.time(long)) == "text_too_long"
    document = COMPOSER.time(replace(long, shorten=True))
    assert [each.code for each in document.warnings] == ["text_cut"]
    assert document.body["NOTES"].endswith("[time:t1]")
    assert len(document.body["NOTES"]) <= 1000


@pytest.mark.parametrize(("change", "code"), [
    ({"person": "vendor"}, "invalid_record"),
    ({"billable": True}, "missing_customer"),
    ({"parts": (("notes", "a\x00b"),)}, "control_characters"),
])  # fmt: skip
def test_time_that_the_ledger_cannot_take_is_blocked(change: dict[str, Any], code: str) -> None:
    assert why(lambda: COMPOSER.time(time(**change))) == code


def test_billable_time_without_a_rate_gets_the_ledgers() -> None:
    body = COMPOSER.time(time(billable=True, customer=ExistingRecord("customer/C1"))).body
    assert "EXTBILLRATE" not in body


@pytest.mark.parametrize("spent", [1, 7, 10, 20, 59, 61, 1439, 1440])
def test_minutes_survive_the_ledgers_decimal_hours(spent: int) -> None:
    assert minutes(Decimal(hours(spent))) == spent


def test_an_entry_reads_back_as_it_was_sent() -> None:
    sent = COMPOSER.time(
        time(customer=ExistingRecord("project/P-7"), item=ExistingRecord("timetype/Regular"))
    ).body
    sheet = {"EMPLOYEEID": "E1", "BEGINDATE": "03/02/2026"}
    stored = {
        "ENTRYDATE": "03/04/2026", "QTY": "1.50", "NOTES": "[time:t1]", "BILLABLE": "false",
        "PROJECTID": "P-7", "CUSTOMERID": "C1", "TIMETYPE": "Regular", "ITEMID": "LAB-9",
        "DEPARTMENTID": "10", "LOCATIONID": "US", "CLASSID": "CL1",
    }  # fmt: skip
    assert fingerprint(sent) in {fingerprint(form) for form in possible_time_bodies(sheet, stored)}
    for name, other in [("QTY", "2"), ("PROJECTID", "P-8"), ("BILLABLE", "true")]:
        edited = {**stored, name: other}
        assert fingerprint(sent) not in {
            fingerprint(form) for form in possible_time_bodies(sheet, edited)
        }


@pytest.mark.parametrize(("key", "mark"), [
    ("time:17", "time:17"),
    ("merged:" + "a" * 32, "merged:" + "a" * 32),
])  # fmt: skip
def test_a_short_key_is_its_own_marker(key: str, mark: str) -> None:
    assert marker.marker_for(key) == mark
    assert marker.find_marker(marker.with_marker("text [x]", key)) == mark


@pytest.mark.parametrize("key", ["time:a b", "time:]", "time:" + "x" * 195, "time:é\n"])
def test_any_other_key_has_a_marker_that_can_be_found(key: str) -> None:
    mark = marker.marker_for(key)
    assert len(mark) <= marker.MAX_MARKER_LENGTH
    assert marker.find_marker(None, marker.with_marker("some text", key)) == mark


def test_a_marker_is_first_where_the_ledger_may_cut_the_end() -> None:
    note = (("notes", "a long story " * 20),)
    for settlement in Settlement:
        body = COMPOSER.expenses(expenses(settlement, note=note)).body
        cut = next(body[n] for n in ("DESCRIPTION", "description") if n in body)[:80]
        assert marker.find_marker(cut) == "expense:e1"


@pytest.mark.parametrize(
    "text", ["", "no mark", "in the [time:1] middle", "[note]", "x[time:1]", "a\n[time:1]\nb"]
)
def test_a_text_without_a_marker_has_none(text: str) -> None:
    assert marker.find_marker(text) == ""


@pytest.mark.parametrize("space", ["\n", " ", "\r\n", "\t", "\n\n", "\u00a0"])
def test_a_marker_is_found_after_and_before_any_white_space(space: str) -> None:
    """Case sage-intacct 5: the ledger returns the lines of a header text as one."""
    assert marker.find_marker(f"Travel March{space}[expense:e1]{space}") == "expense:e1"
    assert marker.find_marker(f"[expense:e1]{space}Travel March") == "expense:e1"


def test_a_bill_has_costs_with_tax() -> None:
    document = COMPOSER.expenses(
        expenses(
            lines=(line(tax=Decimal("2.10"), customer=ExistingRecord("project/P-7"), billable=True,
                        class_id="class/CL1", department_id="department/10",
                        location_id="location/US", parts=(("notes", "Lunch"),)),),
            number="R-1", note=(("report", "March"),),
            currency="EUR", rate=Decimal("1.08"),
        )
    )  # fmt: skip
    assert document.kind == "APBILL"
    assert encoding.generic(document.body) == {
        "VENDORID": "V1",
        "WHENCREATED": "03/04/2026",
        "WHENDUE": "03/04/2026",
        "RECORDID": "R-1",
        "DESCRIPTION": "March\n[expense:e1]",
        "CURRENCY": "EUR",
        "BASECURR": "USD",
        "EXCHANGE_RATE": "1.08",
        "ACTION": "Submit",
        "APBILLITEMS": {
            "APBILLITEM": [
                {
                    "ACCOUNTNO": "6000",
                    "TRX_AMOUNT": "12.6",
                    "ENTRYDESCRIPTION": "Lunch",
                    "DEPARTMENTID": "10",
                    "LOCATIONID": "US",
                    "PROJECTID": "P-7",
                    "CLASSID": "CL1",
                    "BILLABLE": "true",
                }
            ]
        },
    }
    assert document.total is not None
    assert (document.total.amount, document.total.tax) == (Decimal("12.60"), Decimal("2.10"))


@pytest.mark.parametrize("settlement", Settlement)
def test_a_markup_gives_a_warning(settlement: Settlement) -> None:
    lines = (
        line(billable=True, customer=ExistingRecord("customer/C1"), markup_percent=Decimal("12.5")),
    )
    (warning,) = COMPOSER.expenses(expenses(settlement, lines=lines)).warnings
    assert (warning.code, warning.field) == ("markup_not_set", "markup_percent")
    assert "without its markup of 12.5 %" in warning.message
    assert COMPOSER.expenses(expenses(settlement)).warnings == ()


def test_a_reimbursement_is_an_expense_report() -> None:
    whole = expenses(Settlement.CHECK, lines=(line(account_id="eeaccountlabel/Meals"),))
    document = COMPOSER.expenses(whole)
    assert document.kind == "EEXPENSES"
    assert encoding.legacy(document.body) == {
        "employeeid": "E1",
        "datecreated": {"year": "2026", "month": "03", "day": "04"},
        "state": "Submitted",
        "description": "[expense:e1]",
        "expenses": {"expense": [{"expensetype": "Meals", "amount": "10.5", "billable": "false"}]},
    }


def test_a_report_in_another_currency_has_both_amounts() -> None:
    whole = expenses(Settlement.CHECK, currency="EUR", rate=Decimal("1.1"))
    (each,) = COMPOSER.expenses(whole).body["expenses"]["expense"]
    assert (each["amount"], each["trx_amount"], each["currency"]) == ("11.55", "10.5", "EUR")


@pytest.mark.parametrize(("credit", "amount"), [(False, "10.5"), (True, "-10.5")])
def test_a_card_is_charged_and_refunded(credit: bool, amount: str) -> None:
    document = COMPOSER.expenses(expenses(Settlement.CARD, credit=credit))
    assert document.kind == "CCTRANSACTION"
    sent = encoding.legacy(document.body)
    assert sent["chargecardid"] == "VISA"
    assert sent["ccpayitems"] == {
        "ccpayitem": [{"glaccountno": "6000", "paymentamount": amount, "vendorid": "V1"}]
    }


@pytest.mark.parametrize(("whole", "code"), [
    (expenses(payee=EMPLOYEE), "invalid_record"),
    (expenses(Settlement.CHECK, payee=VENDOR), "invalid_record"),
    (expenses(Settlement.CARD, account_id=None), "missing_account"),
    (expenses(lines=(line(account_id=None, item_id="item/X"),)), "missing_account"),
    (expenses(lines=(line(account_id="eeaccountlabel/Meals"),)), "wrong_account"),
    (expenses(number="x" * 21), "text_too_long"),
])  # fmt: skip
def test_expenses_that_the_ledger_cannot_take_are_blocked(whole: Any, code: str) -> None:
    assert why(lambda: COMPOSER.expenses(whole)) == code


@pytest.mark.parametrize("whole", [
    expenses(Settlement.CARD, account_id=None),
    expenses(lines=(line(account_id=None, item_id="item/X"),)),
])  # fmt: skip
def test_an_account_that_is_not_mapped_is_no_field_of_the_record(whole: Any) -> None:
    with pytest.raises(Blocked) as blocked:
        COMPOSER.expenses(whole)
    assert blocked.value.reason.field is None


def test_an_invoice_is_a_sales_invoice_of_order_entry() -> None:
    document = COMPOSER.invoice(
        invoice(
            lines=(sold(quantity=Decimal(2), unit_price=Decimal(50), description="Work"),),
            number="INV-1", terms_id="arterm/Net 30", memo="Thanks",
            custom_fields={"SODOCUMENT.REGION": "East"},
        )
    )  # fmt: skip
    assert document.kind == "SODOCUMENT"
    assert encoding.legacy(document.body) == {
        "transactiontype": "Sales Invoice",
        "datecreated": {"year": "2026", "month": "03", "day": "04"},
        "customerid": "C1",
        "documentno": "INV-1",
        "termname": "Net 30",
        "message": "Thanks",
        "externalid": "invoice:i1",
        "customfields": {
            "customfield": [{"customfieldname": "REGION", "customfieldvalue": "East"}]
        },
        "sotransitems": {
            "sotransitem": [
                {"itemid": "LAB-1", "quantity": "2", "unit": "Each", "price": "50",
                 "memo": "Work", "customerid": "C1"}
            ]
        },
    }  # fmt: skip


def test_an_invoice_numbered_by_the_ledger_has_its_marker_in_the_message() -> None:
    assert COMPOSER.invoice(invoice(memo="Thanks")).body["message"] == "Thanks\n[invoice:i1]"


def test_an_invoice_is_an_ar_invoice_by_choice() -> None:
    document = RECEIVABLES.invoice(invoice(due=date(2026, 4, 1), number="INV-1"))
    assert document.kind == "ARINVOICE"
    sent = encoding.legacy(document.body)
    assert sent["datedue"] == {"year": "2026", "month": "04", "day": "01"}
    assert sent["description"] == "[invoice:i1]"
    assert sent["invoiceitems"] == {
        "lineitem": [
            {"glaccountno": "4000", "amount": "100", "itemid": "LAB-1", "customerid": "C1"}
        ]
    }


def test_a_line_of_an_ar_invoice_can_name_its_account_or_label() -> None:
    label = RECEIVABLES.invoice(invoice(lines=(sold(item=ExistingRecord("araccountlabel/Fees")),)))
    sent = encoding.legacy(label.body)["invoiceitems"]
    line = {"accountlabel": "Fees", "amount": "100", "customerid": "C1"}
    assert sent == {"lineitem": [line]}


def test_an_invoice_without_terms_is_due_at_once() -> None:
    assert COMPOSER.invoice(invoice()).body["datedue"] == "2026-03-04"


def test_tax_goes_to_the_subtotal_that_takes_it() -> None:
    taxed = invoice(tax=Decimal("8.25"))
    assert why(lambda: COMPOSER.invoice(taxed)) == "not_chosen"
    assert why(lambda: RECEIVABLES.invoice(taxed)) == "not_chosen"
    document = IntacctComposer(choices=Choices(tax_subtotal="Sales tax")).invoice(taxed)
    assert document.body["subtotals"] == {
        "subtotal": [{"description": "Sales tax", "total": "8.25"}]
    }
    assert document.total is not None
    assert document.total.amount == Decimal("108.25")


@pytest.mark.parametrize(("composer", "item", "code"), [
    (COMPOSER, None, "missing_item"),
    (COMPOSER, ExistingRecord("glaccount/4000"), "missing_item"),
    (
        IntacctComposer(choices=Choices(sales=InvoiceModule.RECEIVABLES)),
        ExistingRecord("item/X"),
        "missing_account",
    ),
])  # fmt: skip
def test_a_line_needs_an_item(composer: IntacctComposer, item: Any, code: str) -> None:
    assert why(lambda: composer.invoice(invoice(lines=(sold(item=item),)))) == code


def test_a_client_is_a_customer_and_a_project_is_below_it() -> None:
    client = COMPOSER.list_record(NewCustomer(key="client:c", name="Acme"))
    below = NewCustomer(key="project:p", name="Rocket", parent=Pending("client:c"))
    project = COMPOSER.list_record(below)
    assert (client.kind, project.kind) == ("CUSTOMER", "PROJECT")
    assert list(needs(project.body)) == ["client:c"]
    sent = encoding.generic(resolve(project.body, lambda key: "customer/ACME-1"))
    assert sent["CUSTOMERID"] == "ACME-1"
    assert sent["PROJECTCATEGORY"] == "Contract"
    assert len(str(sent["PROJECTID"])) <= 20


def test_a_project_can_be_below_a_project() -> None:
    below = NewCustomer(key="project:p", name="Rocket", parent=ExistingRecord("project/P-1"))
    assert encoding.generic(COMPOSER.list_record(below).body)["PARENTID"] == "P-1"


def test_new_records_have_the_same_id_each_time_and_others_another() -> None:
    def number(key: str, name: str) -> Any:
        return COMPOSER.list_record(NewCustomer(key=key, name=name)).body["CUSTOMERID"]

    assert number("client:a", "Acme & Söhne GmbH Brussels") == number(
        "client:a", "Acme & Söhne GmbH Brussels"
    )
    assert number("client:a", "Acme") != number("client:b", "Acme")
    assert len(number("client:a", "x" * 90)) == 20
    assert number("client:c", "日本")


def test_an_employee_has_a_contact_and_a_vendor_is_one() -> None:
    person = NewPerson(key="staff:s", name="Ada Byron", person="employee", email="a@b.example")
    employee = COMPOSER.list_record(person).body
    assert employee["CONTACT"] == {
        "CONTACTNAME": "Ada Byron", "PRINTAS": "Ada Byron", "FIRSTNAME": "Ada",
        "LASTNAME": "Byron", "EMAIL1": "a@b.example",
    }  # fmt: skip
    vendor = COMPOSER.list_record(replace(person, person="vendor"))
    assert vendor.kind == "VENDOR"
    assert vendor.body["DISPLAYCONTACT"]["PRINTAS"] == "Ada Byron"
    wrong = replace(person, email="nobody")
    assert why(lambda: COMPOSER.list_record(wrong)) == "invalid_record"


def test_an_item_is_non_inventory() -> None:
    item = NewItem(key="labor:l", name="Design", income_account_id="4000", rate=Decimal(90))
    body = COMPOSER.list_record(item).body
    assert (body["ITEMTYPE"], body["BASEPRICE"]) == ("Non-Inventory", "90")


def test_a_receipt_is_an_attachment_with_its_document() -> None:
    receipt = ResolvedReceipt(
        key="receipt:e1/r", document=Pending("expense:e1"), document_kind="APBILL",
        file_name="lunch.2.PDF", content_type="application/pdf", note="table 4",
    )  # fmt: skip
    document = COMPOSER.receipt(receipt)
    assert list(needs(document.body)) == ["expense:e1"]
    (file,) = document.body["attachments"]["attachment"]
    assert file["attachmentname"].startswith("lunch.2 ")
    assert file["attachmenttype"] == "pdf"
    other = COMPOSER.receipt(replace(receipt, key="receipt:e1/s"))
    assert other.body["attachments"] != document.body["attachments"]
    bare = replace(receipt, file_name="lunch")
    assert why(lambda: COMPOSER.receipt(bare)) == "receipt_refused"


CREATED = {
    "EEXPENSES": "create_expensereport",
    "CCTRANSACTION": "record_cctransaction",
    "ARINVOICE": "create_invoice",
    "SODOCUMENT": "create_sotransaction",
}


@pytest.mark.parametrize("document", [
    COMPOSER.expenses(expenses(Settlement.CHECK, currency="EUR", rate=Decimal("1.1"), number="1")),
    COMPOSER.expenses(expenses(Settlement.CARD, currency="EUR", rate=Decimal("1.1"), number="1")),
    COMPOSER.invoice(invoice(currency="EUR", rate=Decimal("1.1"), number="1", memo="m")),
    RECEIVABLES.invoice(invoice(currency="EUR", rate=Decimal("1.1"), number="1", memo="m")),
    IntacctComposer(choices=Choices(tax_subtotal="T")).invoice(invoice(tax=Decimal(1))),
], ids=lambda document: document.kind)  # fmt: skip
def test_every_element_of_a_legacy_document_is_in_the_order(document: Document) -> None:
    name = CREATED[document.kind]
    node = element(name, encoding.legacy(document.body), FUNCTIONS[name])
    assert len(node) == len(encoding.legacy(document.body))


def test_a_bill_needs_a_payee() -> None:
    assert why(lambda: COMPOSER.expenses(expenses(payee=None))) == "invalid_record"
