"""What a company chooses: each choice reaches the ledger, and a later one spares what is there."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.connectors.intacct.config import OFFERED, Choices, InvoiceModule
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import CreateLaborCode, RuleKind
from ledgerlink.domain.model.source_records import ProjectRecord, Record, RecordKind

from tests.contract.intacct.books import Books, Row
from tests.contract.intacct.papers import ORDERS, PAPERS, RECEIVABLES, Paper, pay
from tests.contract.intacct.poster import Poster, code
from tests.contract.papers import FILE, gone, invoice, receipt, sold, spent, worked
from tests.support.sampling import sampled

INVOICE, REPORT = "invoice:i1", "expense-report:R1"
ACCOUNT = {"revenue_account_id": "glaccount/4000"}
ABROAD: dict[str, Any] = {"currency": "EUR", "exchange_rate": Decimal("1.1")}
VAT = "United Kingdom - VAT"

TOLD: list[tuple[str, Any, dict[str, Any], Record, str]] = [
    ("sales", InvoiceModule.RECEIVABLES, ACCOUNT, invoice(), "<create_invoice>"),
    (
        "transaction_type",
        "Bare Invoice",
        {},
        invoice(number="7"),
        "<transactiontype>Bare Invoice</transactiontype>",
    ),
    ("unit", "Hour", {}, invoice(), "<unit>Hour</unit>"),
    (
        "tax_subtotal",
        "Sales tax",
        {},
        invoice(tax_amount=Decimal(5)),
        "<description>Sales tax</description>",
    ),
    (
        "revenue_account_id",
        "glaccount/4000",
        {"sales": InvoiceModule.RECEIVABLES},
        invoice(),
        "<glaccountno>4000</glaccountno>",
    ),
    ("action", "Draft", {}, spent(), "<ACTION>Draft</ACTION>"),
    ("bill_numbers", "ledger", {}, spent(), "</WHENDUE><DESCRIPTION>"),
    ("timesheet_state", "Submitted", {}, worked(), "<STATE>Submitted</STATE>"),
    ("report_state", "Draft", {}, spent(staff_key="emily"), "<state>Draft</state>"),
    (
        "project_category",
        "Internal Billable",
        {},
        ProjectRecord(key="new", name="Website", client_key="c", client_name="Rossi"),
        "<PROJECTCATEGORY>Internal Billable</PROJECTCATEGORY>",
    ),
    ("location_id", "location/US", {}, worked(), "<LOCATIONID>US</LOCATIONID>"),
    ("department_id", "department/10", {}, spent(), "<DEPARTMENTID>10</DEPARTMENTID>"),
    ("class_id", "class/CL1", {}, invoice(), "<classid>CL1</classid>"),
    (
        "folder",
        "Scans",
        {},
        spent(receipts=(receipt(),)),
        "<supdocfoldername>Scans</supdocfoldername>",
    ),
    (
        "base_currency",
        "USD",
        {"multi_currency": "yes"},
        invoice(**ABROAD),
        "<basecurr>USD</basecurr>",
    ),
    (
        "multi_currency",
        "yes",
        {"base_currency": "USD"},
        invoice(**ABROAD),
        "<currency>EUR</currency>",
    ),
    (
        "exchange_rate_type",
        "Intacct Daily Rate",
        {"base_currency": "USD", "multi_currency": "yes"},
        invoice(currency="EUR"),
        "<exchratetype>Intacct Daily Rate</exchratetype>",
    ),
    (
        "tax_solution",
        VAT,
        {"sales": InvoiceModule.RECEIVABLES, "tax_detail": "UK standard", **ACCOUNT},
        invoice(tax_amount=Decimal(20)),
        f"<taxsolutionid>{VAT}</taxsolutionid>",
    ),
    (
        "tax_detail",
        "UK standard",
        {"sales": InvoiceModule.RECEIVABLES, "tax_solution": VAT, **ACCOUNT},
        invoice(tax_amount=Decimal(20)),
        "<detailid>UK standard</detailid>",
    ),
    (
        "item_gl_group",
        "Services",
        {},
        invoice(sold(labor_code_key="new")),
        "<GLGROUP>Services</GLGROUP>",
    ),
]
"""A choice, a value for it, what is chosen besides, what is posted, and what is sent then."""


def choosing(books: Books, choices: Choices) -> Poster:
    """Somebody who posts for a company that chose this, and that has what may be chosen."""
    books.about("", {"multi_currency": True})
    books.about("", {"preferences": {"exchange_rates": {"EUR": "1.25"}, "tax_solutions": [VAT]}})
    poster = Poster(replace(books, choices=choices))
    poster.upload("u1", FILE)
    new = CreateLaborCode(name="Research", income_account_id="glaccount/4000")
    poster.rule(RuleKind.LABOR_CODES, "new", new)
    return poster


def switch(poster: Poster, choices: Choices) -> None:
    poster.books = replace(poster.books, choices=choices)


def sent(poster: Poster) -> str:
    """All that was written into the company so far."""
    return "".join(entry.request_body or "" for entry in poster.books.journal() if entry.uniqueid)


def numbered(poster: Poster, number: str) -> list[Row]:
    """The sales and invoices of this number, but for the receivables that sales make."""
    rows = [*poster.books.rows("SODOCUMENT"), *poster.books.rows("ARINVOICE")]
    known = [row for row in rows if number in (row.get("DOCNO"), row.get("RECORDID"))]
    return [row for row in known if row.get("MODULEKEY") != "8.SO"]


def test_every_choice_is_offered_and_tried_here() -> None:
    names = {each.name for each in fields(Choices)}
    assert names == set(OFFERED) == {name for name, *_ in TOLD}


@sampled(("name", "value", "besides", "record", "told"), TOLD, one_in=3)
def test_a_choice_reaches_the_document_that_is_sent(
    books: Books, name: str, value: str, besides: dict[str, Any], record: Record, told: str
) -> None:
    books.admin("settings", {"bill_numbers": "sequenced"})
    poster = choosing(books, Choices(**{**besides, name: value}))
    outcomes = poster.post(record)
    assert {outcome.state for outcome in outcomes.values()} == {ItemState.POSTED}, outcomes
    assert told in sent(poster)


@sampled(("name", "record", "told"), [(n, r, t) for n, _, _, r, t in TOLD], one_in=3)
def test_unset_choices_are_not_sent(books: Books, name: str, record: Record, told: str) -> None:
    poster = choosing(books, Choices())
    poster.post(record)
    assert told not in sent(poster), name


# Another choice, with invoices in place.

WAYS = pytest.mark.parametrize(
    ("paper", "later"),
    [(PAPERS["order"], RECEIVABLES), (PAPERS["invoice"], replace(RECEIVABLES, sales=ORDERS.sales))],
    ids=["to-receivables", "to-orders"],
)


@WAYS
def test_existing_invoices_keep_their_kind_and_new_ones_have_the_chosen_kind(
    books: Books, paper: Paper, later: Choices
) -> None:
    poster = choosing(books, paper.choices)
    poster.post(invoice(number="A-1"))
    switch(poster, later)
    outcomes = poster.post(invoice(number="A-1"), invoice(key="i2", number="A-2"))
    assert outcomes[INVOICE].state is ItemState.UNCHANGED
    assert outcomes["invoice:i2"].state is ItemState.POSTED
    kinds = {key: link.kind for key, link in poster.links.items()}
    assert kinds[INVOICE] == paper.kind
    assert {*kinds.values()} == {"SODOCUMENT", "ARINVOICE"}


@WAYS
def test_it_can_be_changed(books: Books, paper: Paper, later: Choices) -> None:
    poster = choosing(books, paper.choices)
    poster.post(invoice(number="A-1"))
    switch(poster, later)
    outcome = poster.post(invoice(number="A-1", due_on=date(2026, 5, 1)))[INVOICE]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    (row,) = numbered(poster, "A-1")
    assert row["WHENDUE"] == "05/01/2026"
    assert poster.links[INVOICE].kind == paper.kind
    again = poster.post(invoice(number="A-1", due_on=date(2026, 5, 1)))[INVOICE]
    assert again.state is ItemState.UNCHANGED


@WAYS
def test_it_can_be_taken_out_and_comes_again_as_the_new_kind(
    books: Books, paper: Paper, later: Choices
) -> None:
    poster = choosing(books, paper.choices)
    poster.post(invoice(number="A-1"))
    switch(poster, later)
    out = poster.post(gone("i1", RecordKind.INVOICE))[INVOICE]
    assert (out.state, out.reason, poster.links) == (ItemState.POSTED, None, {})
    assert numbered(poster, "A-1") == []
    poster.post(invoice(number="A-1"))
    assert poster.links[INVOICE].kind != paper.kind


@WAYS
def test_its_paid_amount_is_synced_beside_that_of_a_new_invoice(
    books: Books, paper: Paper, later: Choices
) -> None:
    poster = choosing(books, paper.choices)
    poster.post(invoice(number="A-1"))
    switch(poster, later)
    poster.post(invoice(key="i2", number="A-2"))
    pay(poster, INVOICE)
    ids = tuple(poster.links[key].ledger_id for key in (INVOICE, "invoice:i2"))
    read = poster.books.read(ListType.INVOICE, ids=ids)
    assert [read[each].fields["status"] for each in ids] == ["paid", "open"]
    told = {r.id: r for r in poster.books.changes(ListType.INVOICE)[ListType.INVOICE].records}
    assert [told[each].fields["status"] for each in ids] == ["paid", "open"]
    locked = poster.post(invoice(number="A-1", memo="Late"))[INVOICE]
    assert (locked.state, code(locked)) == (ItemState.BLOCKED, "paid")


@WAYS
def test_a_change_whose_answer_was_lost_is_found_again(
    books: Books, paper: Paper, later: Choices
) -> None:
    poster = choosing(books, paper.choices)
    poster.post(invoice(number="A-1"))
    switch(poster, later)
    poster.lose(match={"function": paper.change})
    assert poster.post(invoice(number="A-1", due_on=date(2026, 5, 1))) == {}
    assert code(poster.again()[INVOICE]) == "already_written"
    (row,) = numbered(poster, "A-1")
    assert row["WHENDUE"] == "05/01/2026"


@WAYS
def test_a_receipt_is_tied_to_it(books: Books, paper: Paper, later: Choices) -> None:
    poster = choosing(books, paper.choices)
    poster.post(invoice(number="A-1"))
    switch(poster, later)
    outcomes = poster.post(invoice(number="A-1", receipts=(receipt(),)))
    assert {outcome.state for outcome in outcomes.values()} == {
        ItemState.UNCHANGED,
        ItemState.POSTED,
    }
    assert poster.row(INVOICE)["SUPDOCID"]
