"""Invoices as QuickBooks documents."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.model.reasons import Blocked
from ledgerlink.domain.model.references import ExistingRecord, Pending, needs
from ledgerlink.domain.money import Total

from tests.unit.connectors.qbo.document_samples import (
    AMERICAN,
    AUTOMATED,
    BRITISH,
    DAY,
    blocked,
    body,
    composed,
    invoice,
    sold,
)

SOLD = "SalesItemLineDetail"


def detail(**changes: Any) -> Any:
    """The detail of the one line of an invoice."""
    (sent,) = body(invoice(sold(**changes)))["Line"]
    return sent[sent["DetailType"]]


def test_an_invoice_has_every_field_of_the_record() -> None:
    sample = invoice(
        sold(
            description=" Garden\r\nLighting ",
            service_date=date(2026, 1, 30),
            class_id="5",
            time=ExistingRecord("147"),
        ),
        number="INV-7",
        due=date(2026, 3, 4),
        terms_id="3",
        class_id="6",
        location_id="2",
        memo="Thank you",
        note=(("private_note", "Ask for Amy"), ("number", "No. 7")),
        email="amy@birds.example",
        custom_fields={"2": "blue", "1": "102"},
    )
    document = composed(sample)
    assert (document.kind, document.key, document.day) == ("Invoice", "invoice:I1", DAY)
    assert document.total == Total(amount=Decimal("53.38"))
    assert body(sample) == {
        "CustomerRef": {"value": "21"},
        "DocNumber": "INV-7",
        "TxnDate": "2026-02-02",
        "DepartmentRef": {"value": "2"},
        "PrivateNote": "Ask for Amy - No. 7\n[invoice:I1]",
        "DueDate": "2026-03-04",
        "SalesTermRef": {"value": "3"},
        "ClassRef": {"value": "6"},
        "CustomerMemo": {"value": "Thank you"},
        "BillEmail": {"Address": "amy@birds.example"},
        "CustomField": [
            {"DefinitionId": "1", "Type": "StringType", "StringValue": "102"},
            {"DefinitionId": "2", "Type": "StringType", "StringValue": "blue"},
        ],
        "Line": [
            {
                "Description": "Garden\nLighting",
                "Amount": Decimal("53.38"),
                "DetailType": SOLD,
                SOLD: {
                    "ItemRef": {"value": "8"},
                    "Qty": Decimal("3.5"),
                    "UnitPrice": Decimal("15.25"),
                    "ServiceDate": "2026-01-30",
                    "ClassRef": {"value": "5"},
                },
                "LinkedTxn": [{"TxnId": "147", "TxnType": "TimeActivity"}],
            }
        ],
    }


def test_an_invoice_with_few_fields_sends_only_those() -> None:
    assert body(invoice(sold(quantity=None, unit_price=None, amount=Decimal("-7.00")))) == {
        "CustomerRef": {"value": "21"},
        "TxnDate": "2026-02-02",
        "PrivateNote": "[invoice:I1]",
        "Line": [{"Amount": -7, "DetailType": SOLD, SOLD: {"ItemRef": {"value": "8"}}}],
    }


def test_a_line_has_a_quantity_and_a_price_or_neither() -> None:
    assert not {"Qty", "UnitPrice"} & detail(quantity=Decimal(2), unit_price=None).keys()
    assert not {"Qty", "UnitPrice"} & detail(quantity=None).keys()


def test_an_address_alone_has_nothing_mailed() -> None:
    sent = body(invoice(email="amy@birds.example"))
    assert (sent["BillEmail"], "EmailStatus" in sent) == ({"Address": "amy@birds.example"}, False)


@pytest.mark.parametrize(
    "given",
    [
        "a@x.example,b@y.example",
        "a@x.example; b@y.example",
        " a@x.example ,b@y.example; ",
        "a@x.example,;b@y.example",
        ";, a@x.example;\tb@y.example",
    ],
)
def test_an_invoice_may_have_several_addresses(given: str) -> None:
    """Case general 08."""
    sent = body(invoice(email=given))["BillEmail"]
    assert sent == {"Address": "a@x.example, b@y.example"}


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ("a@x.example, nobody", "nobody"),
        (",", ","),
        (" ,; ", ",;"),
        ("a@x.example b@y.example", "a@x.example b@y.example"),
    ],
)
def test_each_of_several_addresses_is_one(given: str, wrong: str) -> None:
    """Case general 08: and what is none is named."""
    with pytest.raises(Blocked) as blocked:
        body(invoice(email=given))
    assert blocked.value.reason.field == "email"
    assert blocked.value.reason.message == f"{wrong} is not an e-mail address."


def test_references_to_records_still_to_come_are_kept_open() -> None:
    lines = sold(item=Pending("labor_code:1"), time=Pending("time:e1"))
    document = composed(invoice(lines, customer=Pending("project:2")))
    assert set(needs(document.body)) == {"labor_code:1", "time:e1", "project:2"}


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"number": "1" * 22}, "text_too_long", "number"),
        ({"memo": "x" * 1001}, "text_too_long", "memo"),
        ({"note": (("private_note", "x" * 4000),)}, "text_too_long", "private_note"),
        ({"email": "a@" + "b" * 95 + ".com"}, "text_too_long", "email"),
        ({"email": "amy at birds"}, "invalid_record", "email"),
        ({"email": "a\x07my@birds.example"}, "control_characters", "email"),
        ({"custom_fields": {"1": "x" * 32}}, "text_too_long", "custom_fields"),
        ({"custom_fields": {"1": "a\nb"}}, "control_characters", "custom_fields"),
        ({"custom_fields": {"\x07": "a"}}, "control_characters", "custom_fields"),
        ({"lines": (sold(description="x" * 4001),)}, "text_too_long", "description"),
        ({"memo": "a\x07"}, "control_characters", "memo"),
    ],
)
def test_unsupported_values_are_blocked_with_their_field(
    changes: dict[str, Any], code: str, field: str
) -> None:
    why = blocked(invoice(**changes))
    assert (why.code, why.field) == (code, field)


def test_texts_are_cut_if_allowed_with_a_warning_each() -> None:
    sample = invoice(
        sold(description="x" * 4001),
        memo="x" * 1001,
        note=(("private_note", "x" * 4001),),
        custom_fields={"1": "x" * 32},
        shorten=True,
    )
    sent = body(sample)
    assert len(sent["CustomerMemo"]["value"]) == 1000
    assert len(sent["PrivateNote"]) == 4000
    assert len(sent["CustomField"][0]["StringValue"]) == 31
    assert len(sent["Line"][0]["Description"]) == 4000
    assert [(w.code, w.field) for w in composed(sample).warnings] == [
        ("text_cut", "private_note"),
        ("text_cut", "memo"),
        ("text_cut", "custom_fields"),
        ("text_cut", "description"),
    ]


def test_the_longest_texts_are_taken_whole() -> None:
    sample = invoice(
        memo="x" * 1000, custom_fields={"1": "x" * 31}, email="a@" + "b" * 94 + ".com", number="x"
    )
    assert composed(sample).warnings == ()


def test_an_empty_custom_field_is_sent_to_empty_it() -> None:
    (sent,) = body(invoice(custom_fields={"1": " "}))["CustomField"]
    assert sent["StringValue"] == ""


def test_a_currency_goes_with_its_rate() -> None:
    sent = body(invoice(currency="JPY", rate=Decimal("0.0052"), features=BRITISH))
    assert (sent["CurrencyRef"], sent["ExchangeRate"]) == ({"value": "JPY"}, Decimal("0.0052"))


def test_outside_the_united_states_lines_have_codes_and_the_invoices_is_for_those_without() -> None:
    lines = (sold(tax_code_id="7", tax=Decimal("10.68")), sold(tax=Decimal("2.00")))
    sample = invoice(*lines, tax_code_id="6", tax=Decimal("12.68"), features=BRITISH)
    sent = body(sample)
    assert sent["GlobalTaxCalculation"] == "TaxExcluded"
    assert sent["TxnTaxDetail"] == {"TotalTax": Decimal("12.68")}
    assert [each[SOLD]["TaxCodeRef"] for each in sent["Line"]] == [{"value": "7"}, {"value": "6"}]
    assert not any("TaxInclusiveAmt" in each[SOLD] for each in sent["Line"])
    assert composed(sample).total == Total(amount=Decimal("119.44"), tax=Decimal("12.68"))


def test_amounts_given_with_tax_are_sent_both_ways() -> None:
    lines = (sold(tax=Decimal("10.68"), tax_code_id="7"), sold(tax_code_id="7"))
    sent = body(invoice(*lines, tax=Decimal("10.68"), tax_inclusive=True, features=BRITISH))
    assert sent["GlobalTaxCalculation"] == "TaxInclusive"
    amounts = [(each["Amount"], each[SOLD]["TaxInclusiveAmt"]) for each in sent["Line"]]
    assert amounts == [
        (Decimal("53.38"), Decimal("64.06")),
        (Decimal("53.38"), Decimal("53.38")),
    ]


def test_outside_the_united_states_an_invoice_without_tax_states_it() -> None:
    sent = body(invoice(tax_inclusive=True, features=BRITISH))
    assert sent["GlobalTaxCalculation"] == "NotApplicable"
    assert not {"TaxInclusiveAmt", "TaxCodeRef"} & sent["Line"][0][SOLD].keys()


def test_in_the_united_states_lines_are_taxable_or_not_and_the_code_is_the_invoices() -> None:
    lines = (sold(tax_code_id="TAX"), sold(tax_code_id="NON"), sold())
    sent = body(invoice(*lines, tax_code_id="4", tax=Decimal("4.40"), features=AMERICAN))
    assert "GlobalTaxCalculation" not in sent
    assert sent["TxnTaxDetail"] == {
        "TxnTaxCodeRef": {"value": "4"},
        "TotalTax": Decimal("4.4"),
    }
    codes = [each[SOLD]["TaxCodeRef"]["value"] for each in sent["Line"]]
    assert codes == ["TAX", "NON", "TAX"]


@pytest.mark.parametrize("word", ["TAX", "NON"])
def test_a_us_tax_code_of_the_invoice_applies_to_each_line(word: str) -> None:
    sent = body(invoice(tax_code_id=word))
    assert sent["Line"][0][SOLD]["TaxCodeRef"] == {"value": word}
    assert "TxnTaxDetail" not in sent


def test_no_amount_of_tax_is_sent_where_the_ledger_works_it_out() -> None:
    sample = invoice(sold(tax_code_id="TAX"), tax=Decimal("4.40"), features=AUTOMATED)
    sent = body(sample)
    assert "TxnTaxDetail" not in sent
    assert sent["Line"][0][SOLD]["TaxCodeRef"] == {"value": "TAX"}
    assert composed(sample).total == Total(amount=Decimal("57.78"), tax=Decimal("4.40"))
