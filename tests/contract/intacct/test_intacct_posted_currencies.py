"""Documents in other currencies than the books, and taxed ones, as the ledger has them."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import LinkTo, RuleKind

from tests.contract.intacct.books import Books, Make
from tests.contract.intacct.papers import PAPERS, Paper, papers, pay
from tests.contract.intacct.poster import Poster, code, words
from tests.contract.papers import charged, invoice, sold, spent
from tests.support.sampling import sampled

EUR: dict[str, Any] = {"currency": "EUR", "exchange_rate": Decimal("1.1")}
TOP = [name for name in PAPERS if name not in ("charge", "refund")]
"""Kinds that can be made at the top level of a company of several currencies."""
EVERY = sampled("paper", papers(*TOP), one_in=3, ids=TOP)


@pytest.fixture
def world(company: Make) -> Books:
    """A company that keeps its books in dollars and documents in any currency."""
    books: Books = company(multi_currency=True)
    books.about("", {"preferences": {"exchange_rates": {"EUR": "1.25"}}})
    return books


def poster_of(books: Books, paper: Paper | None = None, **chosen: Any) -> Poster:
    choices = paper.choices if paper else Choices()
    chosen = {"base_currency": "USD", "multi_currency": "yes"} | chosen
    return Poster(replace(books, choices=replace(choices, **chosen)))


def money(poster: Poster, key: str) -> tuple[str, Decimal, Decimal]:
    """The currency of a document, what it comes to in it, and in that of the books."""
    row = poster.row(key)
    own = row.get("TRX_TOTALENTERED") or row["TRX_TOTAL"]
    base = row.get("TOTALENTERED") or row["TOTAL"]
    return row["CURRENCY"], Decimal(own), Decimal(base)


@EVERY
def test_a_document_is_in_its_currency_and_at_its_rate(world: Books, paper: Paper) -> None:
    poster = poster_of(world, paper)
    outcome = poster.post(paper.record(**EUR))[paper.key]
    assert (outcome.state, code(outcome)) == (ItemState.POSTED, "")
    assert outcome.total == Decimal("31.5")
    assert money(poster, paper.key) == ("EUR", Decimal("31.5"), Decimal("34.65"))
    again = poster.post(paper.record(**EUR))[paper.key]
    assert (again.state, "write" in poster.calls) == (ItemState.UNCHANGED, False)


@EVERY
def test_another_rate_is_a_change(world: Books, paper: Paper) -> None:
    poster = poster_of(world, paper)
    poster.post(paper.record(**EUR))
    outcome = poster.post(paper.record(currency="EUR", exchange_rate=Decimal(2)))[paper.key]
    assert outcome.state is ItemState.POSTED
    assert money(poster, paper.key) == ("EUR", Decimal("31.5"), Decimal(63))


@EVERY
def test_the_currency_of_the_books_is_one_among_several(world: Books, paper: Paper) -> None:
    poster = poster_of(world, paper)
    outcome = poster.post(paper.record())[paper.key]
    assert (outcome.state, code(outcome)) == (ItemState.POSTED, "")
    assert money(poster, paper.key) == ("USD", Decimal("31.5"), Decimal("31.5"))
    said = poster.post(paper.record(currency="USD"))[paper.key]
    assert said.state is ItemState.UNCHANGED


@EVERY
def test_a_change_whose_answer_was_lost_is_found_again(world: Books, paper: Paper) -> None:
    poster = poster_of(world, paper)
    poster.post(paper.record(**EUR))
    poster.lose(match={"function": paper.change})
    assert poster.post(paper.record("40", **EUR)) == {}
    assert code(poster.again()[paper.key]) == "already_written"
    assert money(poster, paper.key)[:2] == ("EUR", Decimal(40))


NO_REPORT = [name for name in TOP if name != "report"]


@pytest.mark.parametrize("paper", papers(*NO_REPORT), ids=NO_REPORT)
def test_without_a_rate_the_ledgers_own_is_applied_and_reported(world: Books, paper: Paper) -> None:
    poster = poster_of(world, paper)
    (operation,) = poster.planned(paper.record(currency="EUR"))
    assert [each.code for each in operation.warnings] == ["rate_by_ledger"]
    assert poster.send([operation])[paper.key].state is ItemState.POSTED
    assert money(poster, paper.key) == ("EUR", Decimal("31.5"), Decimal("39.38"))
    assert poster.post(paper.record(currency="EUR"))[paper.key].state is ItemState.UNCHANGED


def test_a_report_without_a_rate_is_not_posted(world: Books) -> None:
    poster = poster_of(world)
    (outcome,) = poster.post(spent(staff_key="emily", currency="EUR")).values()
    assert (outcome.state, code(outcome)) == (ItemState.BLOCKED, "no_exchange_rate")
    assert poster.ours("EEXPENSES") == []


def test_a_rate_type_or_a_currency_that_the_ledger_does_not_know_is_reported(world: Books) -> None:
    poster = poster_of(world, exchange_rate_type="Nobody's")
    wrong, unknown = (
        poster.post(invoice(key=key, currency=currency))[f"invoice:{key}"]
        for key, currency in (("a", "EUR"), ("b", "CHF"))
    )
    assert (wrong.state, unknown.state) == (ItemState.FAILED, ItemState.FAILED)
    assert "Nobody's" in words(wrong)
    poster = poster_of(world)
    assert "CHF" in words(poster.post(invoice(key="b", currency="CHF"))["invoice:b"])


def test_a_charge_in_another_currency_is_made_within_an_entity(company: Make) -> None:
    books = company(multi_entity=True, multi_currency=True)
    books.desk.change(entity="UK")
    poster = Poster(books)
    outcome = poster.post(charged(**EUR))["expense:x1"]
    assert (outcome.state, code(outcome)) == (ItemState.POSTED, "")
    row = poster.row("expense:x1")
    assert (row["CURRENCY"], row["BASECURR"]) == ("EUR", "GBP")
    assert poster.features.home_currency == "GBP"
    assert poster.features.multi_currency is True


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [
        ({}, "currencies_unknown"),
        ({"multi_currency": "yes"}, "currencies_unknown"),
        ({"base_currency": "USD"}, "currencies_unknown"),
        ({"base_currency": "USD", "multi_currency": "no"}, "no_multi_currency"),
    ],
)
def test_unknown_features_of_the_company_are_not_assumed(
    world: Books, chosen: dict[str, str], reason: str
) -> None:
    poster = Poster(replace(world, choices=Choices(**chosen)))  # type: ignore[arg-type]
    outcomes = poster.post(invoice(**EUR), spent(**EUR))
    assert {(one.state, code(one)) for one in outcomes.values()} == {(ItemState.BLOCKED, reason)}
    assert poster.post(invoice())["invoice:i1"].state is ItemState.POSTED


def test_a_company_whose_customers_are_dealt_with_in_others_is_known_to_keep_several(
    world: Books,
) -> None:
    poster = Poster(replace(world, choices=Choices(base_currency="USD")))
    assert code(poster.post(invoice(**EUR))["invoice:i1"]) == "currencies_unknown"
    world.plant("CUSTOMER", {"CUSTOMERID": "E-1", "NAME": "Euro", "CURRENCY": "EUR"}, "Euro")
    poster = Poster(replace(world, choices=Choices(base_currency="USD")))
    assert poster.post(invoice(**EUR))["invoice:i1"].state is ItemState.POSTED


@pytest.mark.parametrize("paper", papers("order", "invoice"), ids=["order", "receivable"])
def test_the_paid_amount_is_in_the_invoices_currency(world: Books, paper: Paper) -> None:
    poster = poster_of(world, paper)
    poster.post(paper.record(**EUR))
    ledger_id = poster.links[paper.key].ledger_id
    (record,) = poster.books.read(ListType.INVOICE, ids=(ledger_id,)).values()
    told = [record.fields[name] for name in ("currency", "total", "balance", "status")]
    assert told == ["EUR", "31.5", "31.5", "open"]
    pay(poster, paper.key)
    (record,) = poster.books.read(ListType.INVOICE, ids=(ledger_id,)).values()
    assert record.fields["status"] == "paid"


# Tax.

VAT = Choices(
    sales=PAPERS["invoice"].choices.sales,
    revenue_account_id="glaccount/4000",
    tax_solution="United Kingdom - VAT",
    tax_detail="UK standard",
)


def taxed(books: Books, choices: Choices) -> Poster:
    books.about("", {"preferences": {"tax_solutions": ["United Kingdom - VAT"]}})
    return Poster(replace(books, choices=choices))


@pytest.mark.parametrize(
    "choices", [VAT, Choices(tax_subtotal="Sales tax")], ids=["receivable", "order"]
)
def test_an_invoice_comes_to_its_lines_and_its_tax(books: Books, choices: Choices) -> None:
    poster = taxed(books, choices)
    lines = (sold("100", tax_amount=Decimal(20)), sold("50", tax_amount=Decimal(10)))
    outcome = poster.post(invoice(*lines, total=Decimal(180)))["invoice:i1"]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert outcome.total == Decimal(180)
    assert poster.post(invoice(*lines, total=Decimal(180)))["invoice:i1"].state is (
        ItemState.UNCHANGED
    )
    made = "create_invoice" if choices is VAT else "create_sotransaction"
    poster.lose(match={"function": made})
    assert poster.post(invoice(sold("200", tax_amount=Decimal(40)))) == {}
    assert code(poster.again()["invoice:i1"]) == "already_written"


def test_a_tax_solution_that_the_company_does_not_have_is_reported(books: Books) -> None:
    poster = taxed(books, replace(VAT, tax_solution="Mars"))
    outcome = poster.post(invoice(tax_amount=Decimal(20)))["invoice:i1"]
    assert outcome.state is ItemState.FAILED
    assert "Mars" in words(outcome)


@pytest.mark.parametrize("named", ["UK reduced", "taxdetail/UK reduced"])
def test_a_rule_names_a_tax_detail_by_its_id_or_by_its_name(books: Books, named: str) -> None:
    """Case general 21. Both are looked up in the list; a typing error is blocked in the plan."""
    poster = taxed(books, VAT)
    poster.rule(RuleKind.TAX_CODES, "low", LinkTo(ledger_id=named))
    poster.rule(RuleKind.TAX_CODES, "odd", LinkTo(ledger_id="UK redcued"))
    poster.sync(ListType.TAX_CODE)
    given: dict[str, Any] = {"tax_amount": Decimal(5), "total": Decimal(105)}
    outcome = poster.post(invoice(sold("100"), tax_code_key="low", **given))["invoice:i1"]
    assert outcome.state is ItemState.POSTED, outcome.reason
    sent = "".join(entry.request_body or "" for entry in books.journal() if entry.uniqueid)
    assert "<detailid>UK reduced</detailid>" in sent
    blocked = poster.post(invoice(sold("100"), key="i2", tax_code_key="odd", **given))["invoice:i2"]
    assert blocked.state is ItemState.BLOCKED
