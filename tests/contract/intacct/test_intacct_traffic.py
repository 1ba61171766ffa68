"""What is said to the gateway over a life of every kind of record: all of it is known to the
ledger, and what is older than the vendor's schema fits it.

The schema is no part of the project; where it is absent, that test says so and is skipped.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import LinkTo, RuleKind
from ledgerlink.domain.model.source_records import RecordKind
from lxml import etree

from local.sandboxes.intacct.traffic.journal import Entry
from tests.contract.intacct.books import Books, Make
from tests.contract.intacct.list_samples import CLIENT, PROJECT, STAFF, VENDOR
from tests.contract.intacct.papers import RECEIVABLES
from tests.contract.intacct.poster import Poster, code, words
from tests.contract.papers import FILE, charged, gone, invoice, receipt, sold, spent, worked
from tests.support.intacct.vendor_schema import SCHEMAS, needs_schemas

NEWER = ("query", "lookup")
NEWER_PARTS = ("Element 'billable'",)
"""What the reference has added since, to the lines of a charge card transaction."""

FULL: dict[str, Any] = {
    "class_key": "commercial",
    "department_key": "consulting",
    "location_key": "us",
    "project_key": "birds",
    "billable": True,
    "receipts": (receipt(note="Lunch"),),
}
SALE: dict[str, Any] = {
    "number": "INV-7",
    "due_on": date(2026, 4, 1),
    "class_key": "commercial",
    "department_key": "consulting",
    "location_key": "us",
    "memo": "Thanks",
    "receipts": (receipt(),),
}


def life(poster: Poster) -> None:
    """Every kind of record is posted with all that it can have, changed and taken back."""
    poster.upload("u1", FILE)
    poster.rule(RuleKind.VENDORS, "host", LinkTo(ledger_id="vendor/V2"))
    poster.post(CLIENT, PROJECT, STAFF, VENDOR)
    for amount in ("10", "20"):
        outcomes = poster.post(
            worked("t1", notes=f"Work {amount}"),
            spent("x1", amount, **FULL, report_number="ER-1", report_name="Trip"),
            spent("x2", amount, staff_key="emily", report_key="R2", **FULL),
            charged("x3", amount, vendor_key="host", **FULL),
            invoice(sold(amount, description="Sketches"), **SALE),
        )
        assert {o.state for o in outcomes.values()} <= {ItemState.POSTED, ItemState.UNCHANGED}
    kinds = {"t1": RecordKind.TIME, "i1": RecordKind.INVOICE}
    kept = [gone(key, kinds.get(key, RecordKind.EXPENSE)) for key in ("t1", "x1", "x2", "x3", "i1")]
    assert {o.state for o in poster.post(*kept).values()} == {ItemState.POSTED}


def spoken(books: Books, choices: Choices) -> list[Entry]:
    """The requests of such a life."""
    life(Poster(replace(books, choices=choices)))
    return books.journal()


WAYS = pytest.mark.parametrize("choices", [Choices(), RECEIVABLES], ids=["orders", "receivables"])


@WAYS
def test_only_fields_known_to_the_ledger_are_sent(books: Books, choices: Choices) -> None:
    ignored = {
        (note.function, name)
        for entry in spoken(books, choices)
        for note in entry.functions
        for name in note.ignored
    }
    assert ignored == set()


@needs_schemas
@WAYS
def test_requests_fit_the_vendors_schema(books: Books, choices: Choices) -> None:
    schema = etree.XMLSchema(etree.parse(str(SCHEMAS / "schema" / "api.xsd")))
    said = []
    for entry in spoken(books, choices):
        root = etree.fromstring((entry.request_body or "").encode())
        functions = root.iterfind("operation/content/function")
        if any(function[0].tag in NEWER for function in functions):
            continue
        try:
            schema.assertValid(root)
        except etree.DocumentInvalid as invalid:
            said.append(str(invalid))
    assert [words for words in said if not words.startswith(NEWER_PARTS)] == []


@WAYS
def test_every_write_has_an_id_of_its_own_and_no_secret_is_in_a_text(
    books: Books, choices: Choices
) -> None:
    entries = spoken(books, choices)
    ids = [
        note.controlid
        for entry in entries
        if entry.uniqueid
        for note in entry.functions
        if note.status == "success"
    ]
    assert len(ids) == len(set(ids)) > 20
    assert all(len(each) <= 256 for each in ids)
    read = [entry for entry in entries if not entry.uniqueid]
    assert {note.function for entry in read for note in entry.functions} <= {
        "getAPISession",
        "query",
        "read",
        "readByQuery",
        "readMore",
        "lookup",
        "get",
    }


@pytest.mark.parametrize("choices", [Choices(), RECEIVABLES], ids=["orders", "receivables"])
def test_documents_in_another_currency_say_it_and_their_rate(
    company: Make, choices: Choices
) -> None:
    books = company(multi_currency=True)
    for entity, name in (("CUSTOMER", "C1"), ("VENDOR", "V1")):
        books.change(entity, books.number(entity, name), CURRENCY="EUR")
    choices = replace(choices, base_currency="USD", multi_currency="yes")
    poster = Poster(replace(books, choices=choices))
    poster.sync(ListType.CUSTOMER, ListType.VENDOR)
    foreign: dict[str, Any] = {"currency": "EUR", "exchange_rate": Decimal("1.1")}
    outcomes = poster.post(spent(**foreign), invoice(**foreign))
    assert {(o.state, code(o)) for o in outcomes.values()} == {(ItemState.POSTED, "")}
    for key in ("expense-report:R1", "invoice:i1"):
        row = poster.row(key)
        assert row["CURRENCY"] == "EUR"
        assert Decimal(row["EXCHANGE_RATE"]) == Decimal("1.1")


def test_a_top_level_charge_in_several_currencies_is_reported(company: Make) -> None:
    poster = Poster(company(multi_currency=True))
    outcome = poster.post(charged())["expense:x1"]
    assert outcome.state is ItemState.FAILED
    assert "entity" in words(outcome)
