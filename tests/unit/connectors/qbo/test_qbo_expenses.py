"""Expenses as Bills and Purchases."""

from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.references import ExistingRecord, Pending, needs
from ledgerlink.domain.model.resolved_expenses import Payee
from ledgerlink.domain.money import Total

from tests.unit.connectors.qbo.document_samples import (
    AMERICAN,
    AUTOMATED,
    BRITISH,
    CARD,
    CHECK,
    DAY,
    VENDOR,
    blocked,
    body,
    composed,
    expenses,
    line,
)

ACCOUNT = "AccountBasedExpenseLineDetail"
ITEM = "ItemBasedExpenseLineDetail"


def detail(**changes: Any) -> Any:
    """The detail of the one line of these expenses."""
    (sent,) = body(expenses(line(**changes)))["Line"]
    return sent[sent["DetailType"]]


def test_a_document_has_the_location_that_all_its_lines_agree_in() -> None:
    same = expenses(line(location_id="2"), line(location_id="2"))
    assert body(same)["DepartmentRef"] == {"value": "2"}
    for other in ("3", None):
        document = composed(expenses(line(location_id="2"), line(location_id=other)))
        assert "DepartmentRef" not in document.body
        assert [why.code for why in document.warnings] == ["locations_differ"]


def test_a_payable_to_a_vendor_is_a_bill() -> None:
    report = expenses(
        line(key="x1", parts=(("notes", " Lunch\r\nwith Cool Cars "),), class_id="5"),
        line(key="x2", net=Decimal("100.00"), account_id="14", customer=ExistingRecord("21")),
        account_id="33",
        number="R-2026-02",
        location_id="2",
        note=(("report_name", "Trip to Bath"),),
    )
    document = composed(report)
    assert (document.kind, document.key) == ("Bill", "expense-report:R1")
    assert (document.members, document.day) == (("x1", "x2"), DAY)
    assert body(report) == {
        "VendorRef": {"value": "46"},
        "APAccountRef": {"value": "33"},
        "DocNumber": "R-2026-02",
        "TxnDate": "2026-02-02",
        "DepartmentRef": {"value": "2"},
        "PrivateNote": "Trip to Bath\n[expense-report:R1]",
        "Line": [
            {
                "Description": "Lunch\nwith Cool Cars",
                "Amount": Decimal("31.5"),
                "DetailType": ACCOUNT,
                ACCOUNT: {"AccountRef": {"value": "13"}, "ClassRef": {"value": "5"}},
            },
            {
                "Amount": 100,
                "DetailType": ACCOUNT,
                ACCOUNT: {
                    "AccountRef": {"value": "14"},
                    "CustomerRef": {"value": "21"},
                    "BillableStatus": "NotBillable",
                },
            },
        ],
    }


def test_a_bill_without_an_account_leaves_it_to_the_ledger() -> None:
    assert "APAccountRef" not in body(expenses())


def test_an_employees_reimbursement_is_a_check_from_an_account() -> None:
    paid = expenses(**CHECK)
    assert composed(paid).kind == "Purchase"
    sent = body(paid)
    assert sent["PaymentType"] == "Check"
    assert sent["AccountRef"] == {"value": "35"}
    assert sent["EntityRef"] == {"value": "55", "type": "Employee"}
    assert "Credit" not in sent
    assert "VendorRef" not in sent


def test_a_check_needs_an_account() -> None:
    why = blocked(expenses(**{**CHECK, "account_id": None}))
    assert (why.code, why.field) == ("missing_account", "expenses.check_account_id")


@pytest.mark.parametrize("credit", [False, True])
def test_a_card_purchase_states_whether_it_is_a_refund_and_stays_positive(credit: bool) -> None:
    sent = body(expenses(**CARD, credit=credit))
    assert sent["PaymentType"] == "CreditCard"
    assert sent["AccountRef"] == {"value": "42"}
    assert sent["Credit"] is credit
    assert sent["Line"][0]["Amount"] == Decimal("31.5")


def test_a_card_names_the_vendor_where_one_is_known() -> None:
    assert "EntityRef" not in body(expenses(**CARD))
    sent = body(expenses(**{**CARD, "payee": VENDOR}))
    assert sent["EntityRef"] == {"value": "46", "type": "Vendor"}


def test_an_expense_of_an_item_is_one_of_it_at_the_amount() -> None:
    spent = line(account_id=None, item_id="8", net=Decimal("31.50"))
    (sent,) = body(expenses(spent))["Line"]
    assert sent == {
        "Amount": Decimal("31.5"),
        "DetailType": ITEM,
        ITEM: {"ItemRef": {"value": "8"}, "Qty": 1, "UnitPrice": Decimal("31.5")},
    }


def test_a_billable_line_has_its_customer_and_markup() -> None:
    sent = detail(customer=ExistingRecord("21"), billable=True, markup_percent=Decimal("12.50"))
    assert sent["CustomerRef"] == {"value": "21"}
    assert sent["BillableStatus"] == "Billable"
    assert sent["MarkupInfo"] == {"PercentBased": True, "Percent": Decimal("12.5")}


def test_a_billed_line_without_markup_names_none() -> None:
    sent = detail(customer=ExistingRecord("21"), billable=True)
    assert (sent["BillableStatus"], "MarkupInfo" in sent) == ("Billable", False)


def test_a_line_without_a_customer_has_no_billable_status() -> None:
    assert detail() == {"AccountRef": {"value": "13"}}


def test_references_to_records_still_to_come_are_kept_open() -> None:
    document = composed(
        expenses(
            line(customer=Pending("project:1")),
            payee=Payee(target=Pending("user:2"), list="vendor"),
        )
    )
    assert set(needs(document.body)) == {"project:1", "user:2"}
    check = expenses(**{**CHECK, "payee": Payee(target=Pending("user:3"), list="employee")})
    assert set(needs(composed(check).body)) == {"user:3"}


def test_a_document_without_a_note_has_our_name_for_it() -> None:
    assert body(expenses())["PrivateNote"] == "[expense-report:R1]"


def test_a_note_is_cut_before_our_name_is() -> None:
    report = expenses(note=(("report_name", "x" * 4000),), shorten=True)
    note = body(report)["PrivateNote"]
    assert len(note) == 4000
    assert note.endswith("x\n[expense-report:R1]")
    (warning,) = composed(report).warnings
    assert (warning.code, warning.field) == ("text_cut", "report_name")


def test_the_longest_note_that_fits_is_taken_whole() -> None:
    room = 4000 - len("\n[expense-report:R1]")
    assert len(body(expenses(note=(("report_name", "x" * room),)))["PrivateNote"]) == 4000
    why = blocked(expenses(note=(("report_name", "x" * (room + 1)),)))
    assert (why.code, why.field) == ("text_too_long", "report_name")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"number": "1" * 22}, "text_too_long", "report_number"),
        ({"number": "a\tb"}, "control_characters", "report_number"),
        ({"reference": "expense:a\nb"}, "control_characters", "key"),
        ({"note": (("report_name", "a\x07"),)}, "control_characters", "report_name"),
        ({"lines": (line(parts=(("notes", "x" * 4001),)),)}, "text_too_long", "notes"),
        ({"lines": (line(parts=(("notes", "\x00"),)),)}, "control_characters", "notes"),
    ],
)
def test_unsupported_values_are_blocked_with_their_field(
    changes: dict[str, Any], code: str, field: str
) -> None:
    why = blocked(expenses(**changes))
    assert (why.code, why.field) == (code, field)


def test_numbers_have_twenty_one_characters() -> None:
    assert body(expenses(number="1" * 21))["DocNumber"] == "1" * 21


def test_a_document_that_the_ledger_numbers_names_no_number() -> None:
    assert "DocNumber" not in body(expenses(number=None))


def test_a_currency_is_sent_with_its_rate() -> None:
    sent = body(expenses(currency="EUR", rate=Decimal("1.0837000"), features=BRITISH))
    assert sent["CurrencyRef"] == {"value": "EUR"}
    assert sent["ExchangeRate"] == Decimal("1.0837")
    home = body(expenses(currency="GBP", features=BRITISH))
    assert (home["CurrencyRef"], "ExchangeRate" in home) == ({"value": "GBP"}, False)
    assert not {"CurrencyRef", "ExchangeRate"} & body(expenses()).keys()


def test_amounts_are_exact() -> None:
    lines = [line(key=str(n), net=Decimal(text)) for n, text in enumerate(("0.10", "0.20", "1250"))]
    assert [each["Amount"] for each in body(expenses(*lines))["Line"]] == [
        Decimal("0.1"),
        Decimal("0.2"),
        Decimal(1250),
    ]
    total = composed(expenses(*lines, currency="EUR", rate=Decimal("1.1"))).total
    assert total == Total(amount=Decimal("1250.30"), currency="EUR", rate=Decimal("1.1"))


TAXED = {"net": Decimal("31.50"), "tax": Decimal("6.30"), "tax_code_id": "6"}


def test_outside_the_united_states_tax_goes_with_its_codes() -> None:
    report = expenses(line(**TAXED), line(key="x2", tax_code_id="7"), features=BRITISH)
    sent = body(report)
    assert sent["GlobalTaxCalculation"] == "TaxExcluded"
    assert sent["TxnTaxDetail"] == {"TotalTax": Decimal("6.3")}
    first, second = (each[ACCOUNT] for each in sent["Line"])
    assert (first["TaxCodeRef"], first["TaxAmount"]) == ({"value": "6"}, Decimal("6.3"))
    assert (second["TaxCodeRef"], "TaxAmount" in second) == ({"value": "7"}, False)
    assert composed(report).total == Total(amount=Decimal("69.30"), tax=Decimal("6.30"))


def test_amounts_given_with_tax_are_sent_both_ways() -> None:
    sent = body(expenses(line(**TAXED), tax_inclusive=True, features=BRITISH))
    assert sent["GlobalTaxCalculation"] == "TaxInclusive"
    assert sent["Line"][0]["Amount"] == Decimal("31.5")
    assert sent["Line"][0][ACCOUNT]["TaxInclusiveAmt"] == Decimal("37.8")


def test_an_item_takes_no_amount_of_tax_of_its_own() -> None:
    spent = line(account_id=None, item_id="8", **TAXED)
    sent = body(expenses(spent, tax_inclusive=True, features=BRITISH))["Line"][0][ITEM]
    assert sent["TaxInclusiveAmt"] == Decimal("37.8")
    assert "TaxAmount" not in sent


@pytest.mark.parametrize("changes", [{}, {"tax": Decimal(0)}])
@pytest.mark.parametrize("inclusive", [False, True])
def test_a_document_without_tax_states_it(changes: dict[str, Any], inclusive: bool) -> None:
    sent = body(expenses(line(**changes), tax_inclusive=inclusive, features=BRITISH))
    assert sent["GlobalTaxCalculation"] == "NotApplicable"
    assert "TxnTaxDetail" not in sent
    assert sent["Line"][0][ACCOUNT] == {"AccountRef": {"value": "13"}}


def test_tax_missing_from_the_record_is_left_to_the_ledger() -> None:
    report = expenses(line(tax_code_id="6"), features=BRITISH)
    assert "TxnTaxDetail" not in body(report)
    assert composed(report).total == Total(amount=Decimal("31.50"))


@pytest.mark.parametrize("features", [AMERICAN, AUTOMATED, Features()])
def test_in_the_united_states_tax_is_part_of_the_expense(features: Features) -> None:
    taxed = line(net=Decimal("31.50"), tax=Decimal("2.60"), tax_code_id="TAX")
    sample = expenses(taxed, tax_inclusive=True, features=features)
    sent = body(sample)
    assert not {"GlobalTaxCalculation", "TxnTaxDetail"} & sent.keys()
    assert sent["Line"][0]["Amount"] == Decimal("34.1")
    assert sent["Line"][0][ACCOUNT] == {
        "AccountRef": {"value": "13"},
        "TaxCodeRef": {"value": "TAX"},
    }
    assert composed(sample).total == Total(amount=Decimal("34.10"))
    assert composed(sample).warnings == ()
