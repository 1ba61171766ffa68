"""Currencies, rates and tax: what is known of the company, and what documents have."""

from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.connectors.intacct.config import Choices, InvoiceModule
from ledgerlink.connectors.intacct.documents.composer import IntacctComposer
from ledgerlink.connectors.intacct.reads.company import CompanyReader
from ledgerlink.connectors.intacct.reads.learned_requirements import LearnedRequirements
from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.logins import Login
from ledgerlink.domain.model.new_records import NewItem
from ledgerlink.domain.model.reasons import Blocked, Reason
from ledgerlink.domain.model.resolved_expenses import Settlement
from ledgerlink.domain.ports import never

from tests.fakes.clock import FakeClock
from tests.unit.connectors.intacct.gateway_client import client_of
from tests.unit.connectors.intacct.in_memory_gateway import InMemoryGateway
from tests.unit.connectors.intacct.resolved_records import expenses, invoice, line, sold

SEVERAL = Features(home_currency="USD", multi_currency=True)
COMPOSER = IntacctComposer()
VAT = Choices(
    sales=InvoiceModule.RECEIVABLES,
    revenue_account_id="glaccount/4000",
    tax_solution="United Kingdom - VAT",
    tax_detail="UK standard",
)


async def features(gateway: InMemoryGateway, entity: str | None = None, **chosen: str) -> Features:
    login = Login(company_id="acme", user_id="u", password="p", entity=entity)
    learned, time = LearnedRequirements({}), LedgerTime(FakeClock())
    reader = CompanyReader(client_of(gateway), learned, time, Choices.of(chosen))
    return (await reader.read("acme", login, never)).features


def group(**currencies: str) -> InMemoryGateway:
    """A company of these entities."""
    gateway = InMemoryGateway()
    for name, currency in currencies.items():
        gateway.add("LOCATIONENTITY", LOCATIONID=name, NAME=f"Acme {name}", CURRENCY=currency)
    return gateway


def why(composer: IntacctComposer, **more: Any) -> Reason:
    with pytest.raises(Blocked) as blocked:
        composer.invoice(invoice(**more))
    return blocked.value.reason


# What is known of the company.


@pytest.mark.parametrize(
    ("entities", "entity", "chosen", "home"),
    [
        ({}, None, {}, None),
        ({}, None, {"base_currency": "CHF"}, "CHF"),
        ({"US": "USD", "UK": "GBP"}, "UK", {}, "GBP"),
        ({"US": "USD", "UK": "GBP"}, "UK", {"base_currency": "CHF"}, "GBP"),
        ({"US": "USD", "UK": "GBP"}, None, {}, None),
        ({"US": "USD", "UK": "GBP"}, None, {"base_currency": "CHF"}, "CHF"),
        ({"US": "USD", "UK": "GBP"}, None, {"location_id": "locationentity/US"}, "USD"),
        ({"US": "USD", "UK": "GBP"}, None, {"location_id": "location/UK"}, "GBP"),
        ({"US": "USD", "CA": "USD"}, None, {}, "USD"),
        ({"US": "", "CA": ""}, "US", {}, None),
    ],
)
async def test_the_home_currency_is_that_of_the_entity_or_of_all_or_as_chosen(
    entities: dict[str, str], entity: str | None, chosen: dict[str, str], home: str | None
) -> None:
    assert (await features(group(**entities), entity, **chosen)).home_currency == home


@pytest.mark.parametrize(
    ("customers", "invoices", "chosen", "several"),
    [
        ([], [], {}, None),
        (["", ""], [], {}, None),
        (["USD"], ["USD", "USD"], {}, None),
        (["USD", "EUR"], [], {}, True),
        ([], ["USD", "EUR"], {}, True),
        (["EUR"], [], {"base_currency": "USD"}, True),
        (["USD"], [], {"base_currency": "USD"}, None),
        (["USD", "EUR"], [], {"multi_currency": "no"}, False),
        ([], [], {"multi_currency": "yes"}, True),
    ],
)
async def test_several_currencies_are_seen_in_customers_and_invoices_or_chosen(
    customers: list[str], invoices: list[str], chosen: dict[str, str], several: bool | None
) -> None:
    gateway = InMemoryGateway()
    for currency in customers:
        gateway.add("CUSTOMER", CURRENCY=currency)
    for currency in invoices:
        gateway.add("ARINVOICE", CURRENCY=currency)
    assert (await features(gateway, **chosen)).multi_currency is several


async def test_entities_with_different_currencies_mean_several() -> None:
    assert (await features(group(US="USD", UK="GBP"), "US")).multi_currency is True
    assert (await features(group(US="USD", CA="USD"), "US")).multi_currency is None


async def test_without_permission_for_customers_several_currencies_are_unknown() -> None:
    gateway = group(US="USD")
    gateway.refusals = {name: [("X", "no permission")] for name in ("CUSTOMER", "ARINVOICE")}
    assert (await features(gateway)).multi_currency is None


async def test_chosen_values_are_not_queried() -> None:
    asked, unasked = InMemoryGateway(), InMemoryGateway()
    await features(asked)
    await features(unasked, multi_currency="no")
    (first,), (second,) = (
        [len(each.findall(".//query")) for each in gateway.log if each.find(".//query") is not None]
        for gateway in (asked, unasked)
    )
    assert first - second == 2


# What documents say.


@pytest.mark.parametrize("sales", list(InvoiceModule))
@pytest.mark.parametrize(
    ("currency", "rate", "sent"),
    [
        ("EUR", Decimal("1.1"), {"currency": "EUR", "exchrate": "1.1"}),
        ("USD", None, {"currency": "USD", "exchrate": "1"}),
        (
            "EUR",
            None,
            {"currency": "EUR", "exchratedate": "2026-03-04", "exchratetype": "Our rate"},
        ),
    ],
)
def test_an_invoice_has_its_currency_with_a_rate_or_a_rate_type(
    sales: InvoiceModule, currency: str, rate: Decimal | None, sent: dict[str, str]
) -> None:
    chosen = Choices(
        sales=sales, revenue_account_id="glaccount/4000", exchange_rate_type="Our rate"
    )
    body = (
        IntacctComposer(choices=chosen)
        .invoice(invoice(currency=currency, rate=rate, features=SEVERAL))
        .body
    )
    names = ("basecurr", "currency", "exchrate", "exchratedate", "exchratetype")
    assert {name: body[name] for name in names if name in body} == {"basecurr": "USD", **sent}


def test_a_bill_in_the_companys_own_currency_needs_no_rate() -> None:
    body = COMPOSER.expenses(expenses(currency="USD", features=SEVERAL)).body
    money = {name: body[name] for name in body if "CURR" in name or "EXCH" in name}
    assert money == {"CURRENCY": "USD", "BASECURR": "USD"}


def test_a_bill_without_a_rate_gets_the_ledgers_rate_of_its_day() -> None:
    body = COMPOSER.expenses(expenses(currency="EUR", features=SEVERAL)).body
    assert body["EXCH_RATE_DATE"] == "2026-03-04"
    assert body["EXCH_RATE_TYPE_ID"] == "Intacct Daily Rate"
    assert "EXCHANGE_RATE" not in body


def test_a_charge_does_not_send_the_base_currency() -> None:
    charge = expenses(Settlement.CARD, currency="EUR", rate=Decimal("1.1"), features=SEVERAL)
    body = COMPOSER.expenses(charge).body
    assert (body["currency"], body["exchrate"]) == ("EUR", "1.1")
    assert "basecurr" not in body


def test_a_report_has_both_amounts_and_needs_a_rate() -> None:
    dear = (line(net=Decimal("10.05")),)
    report = expenses(Settlement.CHECK, lines=dear, currency="EUR", features=SEVERAL)
    with pytest.raises(Blocked) as blocked:
        COMPOSER.expenses(report)
    assert blocked.value.reason.code == "no_exchange_rate"
    own = expenses(Settlement.CHECK, lines=dear, currency="USD", features=SEVERAL)
    (sent,) = COMPOSER.expenses(own).body["expenses"]["expense"]
    assert (sent["amount"], sent["trx_amount"], sent["exchrate"]) == (
        "10.05",
        "10.05",
        "1",
    )


def test_a_company_with_one_currency_sends_none() -> None:
    bodies = [
        COMPOSER.invoice(invoice()).body,
        *(COMPOSER.expenses(expenses(each)).body for each in Settlement),
    ]
    assert not [name for body in bodies for name in body if "curr" in name.lower()]


# Tax on AR invoices, and the accounts of new items.


def taxes(document: Document) -> list[Any]:
    lines = document.body["invoiceitems"]["lineitem"]
    return [line.get("taxentries") for line in lines]


def entry(detail: str, tax: str) -> dict[str, Any]:
    return {"taxentry": [{"detailid": detail, "trx_tax": tax}]}


def test_tax_of_receivables_is_an_entry_of_its_line() -> None:
    lines = (sold(tax=Decimal(20)), sold(tax=Decimal("5.5"), tax_code_id="UK reduced"), sold())
    document = IntacctComposer(choices=VAT).invoice(invoice(lines=lines, tax=Decimal("25.5")))
    assert document.body["taxsolutionid"] == "United Kingdom - VAT"
    assert taxes(document) == [entry("UK standard", "20"), entry("UK reduced", "5.5"), None]
    assert document.total is not None
    assert document.total.amount == Decimal("325.5")


def test_the_tax_of_an_invoice_of_one_line_is_that_of_the_line() -> None:
    document = IntacctComposer(choices=VAT).invoice(invoice(tax=Decimal(20), tax_code_id="UK zero"))
    assert taxes(document) == [entry("UK zero", "20")]


def test_an_invoice_without_tax_names_no_tax_solution() -> None:
    for tax in (None, Decimal(0)):
        document = IntacctComposer(choices=VAT).invoice(invoice(tax=tax))
        assert "taxsolutionid" not in document.body
        assert taxes(document) == [None]


@pytest.mark.parametrize(
    ("missing", "setting"),
    [("tax_solution", "> Tax solution,"), ("tax_detail", "> Tax detail,")],
)
def test_tax_without_a_setting_names_the_missing_choice(missing: str, setting: str) -> None:
    chosen = {**{name: getattr(VAT, name) for name in VAT.__slots__}, missing: None}
    found = why(IntacctComposer(choices=Choices(**chosen)), tax=Decimal(20))
    assert (found.code, found.field) == ("not_chosen", "tax_amount")
    assert setting in found.remedy


def test_tax_of_an_invoice_needs_the_tax_of_its_lines() -> None:
    found = why(IntacctComposer(choices=VAT), lines=(sold(), sold()), tax=Decimal(20))
    assert (found.code, found.field) == ("invalid_record", "tax_amount")


def test_a_new_item_has_the_gl_group_that_the_company_chose() -> None:
    item = NewItem(key="labor-code:d", name="Design", income_account_id="glaccount/4000")
    chosen = IntacctComposer(choices=Choices(item_gl_group="Services")).list_record(item).body
    assert chosen["GLGROUP"] == "Services"
    assert "GLGROUP" not in COMPOSER.list_record(item).body
