"""Both sides of the month by kind, and how they are shown."""

import io
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import httpx
from rich.console import Console
from rich.table import Table

from local.demo.answers import Item, PostPlan, Reason
from local.demo.documents_by_kind import Sum, of_ledger, of_month
from local.demo.ledger import Kind
from local.demo.month import FOLDER, Month
from local.demo.month_tables import kinds_table, outcomes_table, preview_table
from local.demo.qbo.company import TRAITS, QuickBooksCompany

MONTH = Month.read(FOLDER)


def company(held: Mapping[str, list[dict[str, Any]]], asked: list[str]) -> QuickBooksCompany:
    def answer(request: httpx.Request) -> httpx.Response:
        statement = parse_qs(request.url.query.decode())["query"][0]
        asked.append(statement)
        entity = statement.split()[3]
        return httpx.Response(200, json={"QueryResponse": {entity: held.get(entity, [])}})

    client = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://ledger")
    return QuickBooksCompany(client, "42", lambda: "token", 1.0)


def shown(table: Table) -> list[list[str]]:
    screen = Console(file=io.StringIO(), width=200)
    screen.print(table)
    assert isinstance(screen.file, io.StringIO)
    return [line.split() for line in screen.file.getvalue().splitlines()]


def test_the_files_have_their_stated_totals() -> None:
    assert of_month(MONTH, TRAITS) == {
        Kind.OWED_TO_VENDORS: Sum(2, Decimal("211.50")),
        Kind.OWED_TO_EMPLOYEES: Sum(7, Decimal("1347.93")),
        Kind.CHARGE: Sum(9, Decimal("858.10")),
        Kind.REFUND: Sum(1, Decimal("58.40")),
        Kind.INVOICE: Sum(6, Decimal("14007.68")),
        Kind.TIME: Sum(30, Decimal("12468.75")),
        Kind.FILE: Sum(3),
    }


def test_unsupported_kinds_are_left_out_of_the_month() -> None:
    less = of_month(MONTH, replace(TRAITS, vendors_work=False))
    whole, vendors = of_month(MONTH, TRAITS), MONTH.vendors()
    theirs = [entry for entry in MONTH.time if entry["staff_key"] in vendors]
    assert whole[Kind.TIME].count - less[Kind.TIME].count == len(theirs) > 0
    assert less[Kind.TIME].money < whole[Kind.TIME].money
    assert {**less, Kind.TIME: whole[Kind.TIME]} == whole


def test_the_ledgers_documents_are_sorted_by_kind_and_only_the_months_are_asked_for() -> None:
    asked: list[str] = []
    ours = "City of Marlow Bay:Library roof"
    activity = {"Hours": 1, "Minutes": 30, "BillableStatus": "Billable", "HourlyRate": 85}
    held: dict[str, list[dict[str, Any]]] = {
        "Bill": [{"TotalAmt": 1.25}],
        "Purchase": [
            {"PaymentType": "Check", "TotalAmt": 2},
            {"PaymentType": "CreditCard", "Credit": False, "TotalAmt": 3},
            {"PaymentType": "CreditCard", "Credit": True, "TotalAmt": 4},
        ],
        "Invoice": [{"TotalAmt": 5}],
        "Attachable": [{"Id": "1"}],
        "Customer": [
            {"Id": "1", "FullyQualifiedName": ours},
            {"Id": "2", "FullyQualifiedName": "Another:Project"},
        ],
        "TimeActivity": [{**activity, "CustomerRef": {"value": i}} for i in ("1", "2")],
    }
    assert of_ledger(company(held, asked), MONTH) == {
        Kind.OWED_TO_VENDORS: Sum(1, Decimal("1.25")),
        Kind.OWED_TO_EMPLOYEES: Sum(1, Decimal(2)),
        Kind.CHARGE: Sum(1, Decimal(3)),
        Kind.REFUND: Sum(1, Decimal(4)),
        Kind.INVOICE: Sum(1, Decimal(5)),
        Kind.TIME: Sum(1, Decimal("127.50")),
        Kind.FILE: Sum(1),
    }
    days = "WHERE TxnDate >= '2026-03-02' AND TxnDate <= '2026-03-31'"
    assert [s.split()[3] for s in asked if days in s] == ["Bill", "Purchase", "Invoice"]


def test_a_difference_is_shown_in_money_and_documents() -> None:
    month = dict.fromkeys(Kind, Sum())
    rows = shown(
        kinds_table(TRAITS.names, month, {**month, Kind.OWED_TO_VENDORS: Sum(1, Decimal("0.01"))})
    )
    assert ["bill", "0", "1", "0.01", "0.01,", "+1", "documents"] in rows
    assert ["invoice", "0", "0", "0.00"] in rows


def test_a_preview_counts_the_outcomes_of_each_kind() -> None:
    items = [
        Item(key="a", state="pending", action="create", kind="Bill", total=Decimal("10.10")),
        Item(key="b", state="pending", action="update", kind="Bill", total=Decimal("0.90")),
        Item(key="c", state="blocked", kind="Invoice"),
    ]
    rows = shown(
        preview_table(PostPlan(counts={"create": 1, "blocked": 1}, items=items), TRAITS.words)
    )
    assert ["bill", "1", "1", "0", "0", "0", "0", "11.00"] in rows
    assert ["invoice", "0", "0", "0", "0", "0", "1"] in rows
    assert ["all", "1", "0", "0", "0", "0", "1", "11.00"] in rows


def test_an_item_shows_both_totals_and_the_reason() -> None:
    item = Item(
        key="expense:e",
        state="blocked",
        kind="Purchase",
        total=Decimal("79.79"),
        ledger_total=Decimal("69.79"),
        reason=Reason(message="Paid.", remedy=""),
    )
    row = ["expense:e", "charge", "none", "blocked", "79.79", "69.79", "Paid."]
    assert row in shown(outcomes_table([item], {"Purchase": "charge"}))
