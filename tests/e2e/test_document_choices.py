"""What a firm chooses and what a token allows decide what becomes of expenses and invoices."""

import json
from decimal import Decimal

import httpx
import pytest

from local.machine import Machine
from tests.e2e.firm import desk, entry
from tests.e2e.papers import PEOPLE, Office, expense, invoice, put, report


@pytest.fixture(scope="module")
def office(machine: Machine) -> Office:
    office = Office.opened(machine)
    office.posted(**PEOPLE)
    return office


def test_a_token_for_time_alone_posts_no_expenses(office: Office) -> None:
    clerk = office.firm.as_user("clerk", "ledger:read", "ledger:post", kinds=["time"])
    key = {"Idempotency-Key": "clerk"}

    def post(**body: object) -> httpx.Response:
        return clerk.post(office.path("posts"), json=body, headers=key)

    refused = post(time_entries=[entry("by-clerk")], expenses=[expense("no", "5.00")])
    assert (refused.status_code, refused.json()["code"]) == (403, "kind_not_allowed")
    place = clerk.post(office.path("uploads")).json()
    lines = [entry("by-clerk"), {"kind": "expense", **expense("no", "5.00")}]
    put(place, "\n".join(map(json.dumps, lines)).encode())
    run = office.firm.at_rest(post(upload_id=place["upload_id"]).json()["href"])
    items = office.items(run)
    assert items["expense:no"]["state"] == "blocked"
    assert items["expense:no"]["reason"]["code"] == "kind_not_allowed"
    assert items["time:by-clerk"]["state"] == "posted"
    assert not office.ledger.rows("Purchase", "WHERE TotalAmt = '5.00'")


def test_what_was_spent_in_closed_books_waits_or_moves_as_chosen(
    office: Office, machine: Machine
) -> None:
    closing = {"AccountingInfoPrefs": {"BookCloseDate": "2026-01-31"}}
    desk(machine, "POST", f"companies/{office.books.realm}/preferences", json=closing)
    late = [
        *report("ER-OLD", "v1", "40.00"),
        *report("ER-NEW", "v1", "41.00"),
    ]
    late[0] |= {"spent_on": "2026-01-20"}
    bills = [invoice("OLD", issued_on="2026-01-31"), invoice("NEW")]
    run = office.ended(expenses=late, invoices=bills)
    blocked = office.items(run, state="blocked")
    assert {key: (i["reason"]["code"], i["reason"]["field"]) for key, i in blocked.items()} == {
        "expense-report:ER-OLD": ("closed_period", "spent_on"),
        "invoice:OLD": ("closed_period", "issued_on"),
    }
    assert set(office.items(run, state="posted")) == {"expense-report:ER-NEW", "invoice:NEW"}

    with office.choosing(posting={"closed_period": "move"}):
        run = office.posted(expenses=late, invoices=bills)
    assert set(office.items(run, state="posted")) == {"expense-report:ER-OLD", "invoice:OLD"}
    moved = office.ledger.numbered("Bill", "ER-OLD"), office.ledger.numbered("Invoice", "OLD")
    assert [row["TxnDate"] for row in moved] == ["2026-02-01", "2026-02-01"]
    assert "2026-01-20" in moved[0]["PrivateNote"]


def test_a_number_that_the_ledger_has_fails_alone_and_names_its_holder(office: Office) -> None:
    customer = office.books.create("Customer", DisplayName="Somebody else")
    line = {"Amount": 1, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {}}
    theirs = office.ledger.create(
        "Invoice",
        {"CustomerRef": {"value": customer["Id"]}, "DocNumber": "N-2", "Line": [line]},
    )
    run = office.ended(invoices=[invoice(f"N-{n}") for n in (1, 2, 3)])
    (failed,) = office.items(run, state="failed").values()
    assert (failed["members"], failed["reason"]["code"]) == (["N-2"], "number_taken")
    assert f"N-2 by invoice {theirs['Id']}" in failed["reason"]["message"]
    assert set(office.items(run, state="posted")) == {"invoice:N-1", "invoice:N-3"}
    totals = [office.ledger.numbered("Invoice", f"N-{n}")["TotalAmt"] for n in (1, 2, 3)]
    assert totals == [Decimal(100), Decimal(1), Decimal(100)]


def test_all_that_a_person_spent_in_a_month_becomes_one_document(office: Office) -> None:
    days = {"a": "2026-05-01", "b": "2026-05-31", "c": "2026-06-01"}
    spent = [
        expense(f"monthly-{key}", "11.11", staff_key="v1", spent_on=day)
        for key, day in days.items()
    ]
    with office.choosing(expenses={"group_by": "person_and_period", "date": "period_end"}):
        office.posted(expenses=spent)
    bills = office.ledger.rows("Bill", "WHERE TxnDate >= '2026-05-01'")
    assert {bill["TxnDate"]: bill["TotalAmt"] for bill in bills} == {
        "2026-05-31": Decimal("22.22"),
        "2026-06-30": Decimal("11.11"),
    }


def test_a_summary_invoice_has_a_line_for_each_service(office: Office) -> None:
    lines = [
        {"labor_code_key": "dev", "quantity": "1.5", "unit_price": "95.00"},
        {"labor_code_key": "dev", "amount": "0.01"},
        {"expense_code_key": "travel", "amount": "20.00"},
    ]
    with office.choosing(invoices={"lines": "summary"}):
        run = office.posted(invoices=[invoice("SUM", *lines, total="162.51")])
    (item,) = office.items(run).values()
    assert "summarised" in [warning["code"] for warning in item["warnings"]]
    row = office.ledger.numbered("Invoice", "SUM")
    sold = [line["Amount"] for line in row["Line"] if line["DetailType"] == "SalesItemLineDetail"]
    assert sold == [Decimal("142.51"), Decimal("20.00")]
    assert row["TotalAmt"] == Decimal("162.51")


def test_an_account_of_the_wrong_role_is_refused(office: Office) -> None:
    bank, payable = office.accounts["Bank"], office.accounts["Accounts Payable"]
    wrong = {
        "payable_account_id": bank,
        "check_account_id": payable,
        "card_account_id": bank,
    }
    before = office.firm.get(office.path("settings"))
    answer = office.firm.client.patch(office.path("settings"), json={"expenses": wrong})
    assert answer.status_code == 422
    assert [problem["pointer"] for problem in answer.json()["errors"]] == [
        f"/expenses/{name}" for name in wrong
    ]
    assert office.firm.get(office.path("settings")) == before
