"""Fields that somebody sets by hand, and what a full or a sparse update makes of them."""

from __future__ import annotations

from typing import Any

import pytest

from local.sandboxes.qbo.seeds.sample import PROJECT_ID
from tests.sandbox.qbo.conftest import (
    Books,
    bill,
    expense_line,
    hours,
    invoice,
    purchase,
    sales_line,
)

PROJECT = {"value": PROJECT_ID}


def edited(books: Books, entity: str, row: dict[str, Any], **changes: Any) -> dict[str, Any]:
    body = {"entity": entity, "id": row["Id"], "changes": changes}
    return books.admin(f"/companies/{books.realm}/edit", body)


def time_by_hand(books: Books) -> dict[str, Any]:
    """A time activity in which somebody set all that the product does not send."""
    made = books.create("TimeActivity", hours())
    return edited(
        books,
        "TimeActivity",
        made,
        CostRate=31,
        PayrollItemRef={"value": "900"},
        ProjectRef=PROJECT,
        ClassRef={"value": books.rows("Class")[0]["Id"]},
        DepartmentRef={"value": books.rows("Department")[0]["Id"]},
        Taxable=True,
    )


def sent_again(row: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return hours(Id=row["Id"], SyncToken=row["SyncToken"], **changes)


def test_a_full_update_of_time_empties_what_it_leaves_out(books: Books) -> None:
    """Case quickbooks-online 1: what the reference says of TimeActivity."""
    row = time_by_hand(books)
    assert (row["CostRate"], row["PayrollItemRef"]["value"]) == (31, "900")
    after = books.create("TimeActivity", sent_again(row, Hours=5))
    assert after["CostRate"] == 0
    assert after["Taxable"] is False
    emptied = {"PayrollItemRef", "ProjectRef", "ClassRef", "DepartmentRef"}
    assert not emptied & after.keys()


def test_a_full_update_that_sends_everything_keeps_everything(books: Books) -> None:
    row = time_by_hand(books)
    merged = {n: v for n, v in row.items() if n not in ("TimeChargeId", "MetaData", "domain")}
    after = books.create("TimeActivity", {**merged, "Hours": 5})
    kept = ("CostRate", "PayrollItemRef", "ProjectRef", "ClassRef", "DepartmentRef", "Taxable")
    assert [after[name] for name in kept] == [row[name] for name in kept]


def test_cost_rate_and_pay_type_are_settable_over_the_api(books: Books) -> None:
    """Cases quickbooks-online 14 and 15."""
    row = books.create("TimeActivity", hours(CostRate=31.5, PayrollItemRef={"value": "900"}))
    assert (row["CostRate"], row["PayrollItemRef"]) == (31.5, {"value": "900"})


def test_a_full_update_leaves_no_item_and_no_start(books: Books) -> None:
    clock = {"StartTime": "08:00:00", "EndTime": "09:30:00"}
    by_clock = {n: v for n, v in hours(**clock).items() if n not in ("Hours", "Minutes")}
    row = books.create("TimeActivity", by_clock)
    lean = {n: v for n, v in sent_again(row).items() if n != "ItemRef"}
    after = books.create("TimeActivity", lean)
    assert after["ItemRef"]["value"] == "2"
    assert not {"StartTime", "EndTime"} & after.keys()


FORMS = [
    ("Bill", bill(), [{**expense_line(), "ProjectRef": PROJECT}]),
    ("Purchase", purchase(), [{**expense_line(), "ProjectRef": PROJECT}]),
    ("Invoice", invoice(), [{**sales_line(), "ProjectRef": PROJECT}]),
]


@pytest.mark.parametrize(("entity", "body", "lines"), FORMS)
def test_a_line_has_a_project_until_the_lines_are_sent_without(
    books: Books, entity: str, body: dict[str, Any], lines: list[dict[str, Any]]
) -> None:
    """Cases quickbooks-online 1 and 16."""
    row = books.create(entity, {**body, "Line": lines, "PrivateNote": "by hand"})
    assert row["Line"][0]["ProjectRef"]["value"] == PROJECT_ID
    token = {"Id": row["Id"], "SyncToken": row["SyncToken"]}
    after = books.create(entity, {**body, **token})
    assert "ProjectRef" not in after["Line"][0]
    assert "PrivateNote" not in after


def test_a_full_update_of_an_invoice_empties_its_head(books: Books) -> None:
    by_hand = {
        "BillEmail": {"Address": "a@example.com"},
        "BillEmailCc": {"Address": "b@example.com"},
        "CustomerMemo": {"value": "Thank you"},
        "SalesTermRef": {"value": "2"},
        "ShipDate": "2026-03-02",
        "TrackingNum": "1Z",
        "ProjectRef": PROJECT,
        "DepartmentRef": {"value": "1"},
        "AllowOnlineACHPayment": True,
        "CustomField": [{"DefinitionId": "1", "StringValue": "42"}],
    }
    row = books.create("Invoice", invoice(**by_hand))
    after = books.create("Invoice", invoice(Id=row["Id"], SyncToken=row["SyncToken"]))
    assert not (by_hand.keys() - {"AllowOnlineACHPayment", "CustomField"}) & after.keys()
    assert after["AllowOnlineACHPayment"] is False
    assert "StringValue" not in after["CustomField"][0]


def test_an_invoice_takes_no_term_from_its_customer_but_is_due_by_it(books: Books) -> None:
    """minimul/qbo_api, recording create/invoice."""
    row = books.create("Invoice", invoice(TxnDate="2026-03-02"))
    assert ("SalesTermRef" in row, row["DueDate"]) == (False, "2026-04-01")


@pytest.mark.parametrize(
    ("quantity", "price", "amount", "kept"),
    [
        (1, 10.005, 10.005, (10.01, 10.005)),
        (3, 3.3333333333, 10, (10, 3.3333333)),
        (0.12345678, 100, 12.35, (12.35, 100)),
    ],
)
def test_amounts_keep_two_decimals_and_prices_seven(
    books: Books, quantity: float, price: float, amount: float, kept: tuple[float, float]
) -> None:
    line = sales_line(amount)
    line["SalesItemLineDetail"] |= {"Qty": quantity, "UnitPrice": price}
    row = books.create("Invoice", invoice(Line=[line]))
    stored = row["Line"][0]
    assert (stored["Amount"], stored["SalesItemLineDetail"]["UnitPrice"]) == kept
    assert row["TotalAmt"] == kept[0]


def test_goods_on_an_invoice_need_a_quantity(books: Books) -> None:
    """n8n-io/n8n#12956."""
    answer = books.post("invoice", invoice(Line=[sales_line(275, item="5")]))
    error = answer.json()["Fault"]["Error"][0]
    assert error["code"] == "6520"
    assert error["Message"] == "Missing Inventory Item Quantity"
    assert error["Detail"] == "Quantity required for inventory item"
    line = sales_line(275, item="5")
    line["SalesItemLineDetail"] |= {"Qty": 1, "UnitPrice": 275}
    assert books.create("Invoice", invoice(Line=[line]))["TotalAmt"] == 275
