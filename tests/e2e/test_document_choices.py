"""What a firm chooses and what a token allows decide what becomes of expenses and invoices."""

import json
from datetime import date
from decimal import Decimal

import httpx
import pytest

from local.machine import Machine
from tests.e2e.firm import entry
from tests.e2e.ledger import Kind, Ledger, numbered
from tests.e2e.posted_documents import PEOPLE, Bookkeeping, expense, invoice, put, report


@pytest.fixture(scope="module")
def bookkeeping(machine: Machine, ledger: Ledger) -> Bookkeeping:
    bookkeeping = Bookkeeping.opened(machine, ledger)
    bookkeeping.posted(**PEOPLE)
    return bookkeeping


def test_a_token_for_time_alone_posts_no_expenses(bookkeeping: Bookkeeping) -> None:
    clerk = bookkeeping.firm.as_user("clerk", "ledger:read", "ledger:post", kinds=["time"])
    key = {"Idempotency-Key": "clerk"}

    def post(**body: object) -> httpx.Response:
        return clerk.post(bookkeeping.path("posts"), json=body, headers=key)

    refused = post(time_entries=[entry("by-clerk")], expenses=[expense("no", "5.00")])
    assert (refused.status_code, refused.json()["code"]) == (403, "kind_not_allowed")
    place = clerk.post(bookkeeping.path("uploads")).json()
    lines = [entry("by-clerk"), {"kind": "expense", **expense("no", "5.00")}]
    put(place, "\n".join(map(json.dumps, lines)).encode())
    run = bookkeeping.firm.at_rest(post(upload_id=place["upload_id"]).json()["href"])
    items = bookkeeping.items(run)
    assert items["expense:no"]["state"] == "blocked"
    assert items["expense:no"]["reason"]["code"] == "kind_not_allowed"
    assert items["time:by-clerk"]["state"] == "posted"
    assert not [document for document in bookkeeping.ledger.documents() if document.total == 5]


def test_an_expense_in_closed_books_is_blocked_alone(
    bookkeeping: Bookkeeping,
) -> None:
    bookkeeping.ledger.close_books(date(2026, 1, 31))
    late = [*report("ER-OLD", "v1", "40.00"), *report("ER-NEW", "v1", "41.00")]
    late[0] |= {"spent_on": "2026-01-20"}
    bills = [invoice("OLD", issued_on="2026-01-31"), invoice("NEW")]
    items = bookkeeping.items(bookkeeping.ended(expenses=late, invoices=bills))
    held = {key: item for key, item in items.items() if item["state"] != "posted"}
    assert {key: item["reason"]["code"] for key, item in held.items()} == {
        "expense-report:ER-OLD": "closed_period",
        "invoice:OLD": "closed_period",
    }
    assert items.keys() - held.keys() == {"expense-report:ER-NEW", "invoice:NEW"}
    documents = bookkeeping.ledger.documents()
    assert not [document for document in documents if document.number in ("ER-OLD", "OLD")]


def test_a_number_that_the_ledger_has_fails_alone_and_names_its_holder(
    bookkeeping: Bookkeeping,
) -> None:
    theirs = bookkeeping.ledger.enter("N-2")
    run = bookkeeping.ended(invoices=[invoice(f"N-{n}") for n in (1, 2, 3)])
    (failed,) = bookkeeping.items(run, state="failed").values()
    assert (failed["members"], failed["reason"]["code"]) == (["N-2"], "number_taken")
    assert "N-2 by " in failed["reason"]["message"]
    assert theirs in failed["reason"]["message"]
    assert set(bookkeeping.items(run, state="posted")) == {"invoice:N-1", "invoice:N-3"}
    totals = [numbered(bookkeeping.ledger, Kind.INVOICE, f"N-{n}").total for n in (1, 2, 3)]
    assert totals == [100, 1, 100]


def test_all_that_a_person_spent_in_a_month_becomes_one_document(bookkeeping: Bookkeeping) -> None:
    days = {"a": "2026-05-01", "b": "2026-05-31", "c": "2026-06-01"}
    spent = [
        expense(f"monthly-{key}", "11.11", staff_key="v1", spent_on=day)
        for key, day in days.items()
    ]
    with bookkeeping.choosing(expenses={"group_by": "person_and_period", "date": "period_end"}):
        bookkeeping.posted(expenses=spent)
    bills = [document for document in bookkeeping.ledger.documents() if document.kind is Kind.BILL]
    assert {bill.day: bill.total for bill in bills if bill.day >= date(2026, 5, 1)} == {
        date(2026, 5, 31): Decimal("22.22"),
        date(2026, 6, 30): Decimal("11.11"),
    }


def test_a_summary_invoice_has_a_line_for_each_service(bookkeeping: Bookkeeping) -> None:
    lines = [
        {"labor_code_key": "dev", "quantity": "1.5", "unit_price": "95.00"},
        {"labor_code_key": "dev", "amount": "0.01"},
        {"expense_code_key": "travel", "amount": "20.00"},
    ]
    with bookkeeping.choosing(invoices={"lines": "summary"}):
        run = bookkeeping.posted(invoices=[invoice("SUM", *lines, total="162.51")])
    (item,) = bookkeeping.items(run).values()
    assert "summarised" in [warning["code"] for warning in item["warnings"]]
    sale = numbered(bookkeeping.ledger, Kind.INVOICE, "SUM")
    assert sale.lines == [Decimal("142.51"), Decimal("20.00")]
    assert sale.total == Decimal("162.51")


def test_an_account_of_the_wrong_role_is_refused(bookkeeping: Bookkeeping) -> None:
    bank, payable = bookkeeping.chart.bank, bookkeeping.chart.payable
    wrong = {
        "payable_account_id": bank,
        "check_account_id": payable,
        "card_account_id": bank,
    }
    before = bookkeeping.firm.get(bookkeeping.path("settings"))
    answer = bookkeeping.firm.client.patch(bookkeeping.path("settings"), json={"expenses": wrong})
    assert answer.status_code == 422
    assert [problem["pointer"] for problem in answer.json()["errors"]] == [
        f"/expenses/{name}" for name in wrong
    ]
    assert bookkeeping.firm.get(bookkeeping.path("settings")) == before
