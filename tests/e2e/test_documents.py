"""Expenses, invoices and receipts from the front door to the ledger: posted, corrected, gone."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from local.machine import Machine
from tests.e2e.firm import JSON, entry
from tests.e2e.ledger import Kind, Ledger, having, numbered
from tests.e2e.posted_documents import (
    PEOPLE,
    Bookkeeping,
    card,
    expense,
    gone,
    invoice,
    receipt,
    report,
)

PLANNED = ("number", "key", "kind", "action", "members", "record", "day", "total")


@pytest.fixture(scope="module")
def bookkeeping(machine: Machine, ledger: Ledger) -> Bookkeeping:
    return Bookkeeping.opened(machine, ledger)


@dataclass(frozen=True)
class Month:
    """One post of everything, what it was planned to be, and what became of it."""

    body: JSON
    files: dict[str, bytes]
    plan: JSON
    run: JSON


@pytest.fixture(scope="module")
def month(bookkeeping: Bookkeeping) -> Month:
    files = {"hotel.pdf": b"%PDF-1.4 hotel\r\n--\x00\xff\r\n", "fuel.pdf": bytes(range(256)) * 40}
    body = mixed(*map(bookkeeping.uploaded, files.values()))
    plan = bookkeeping.preview(**body)
    return Month(body, files, plan, bookkeeping.posted(**body))


def mixed(hotel: str, fuel: str) -> JSON:
    """New people, their time, what they spent, and the invoice for it."""
    bill = report("ER-V", "v1", "0.10", "0.20", "119.99")
    bill[0] |= {"project_key": "p1", "receipts": [receipt("r1", hotel, "hotel.pdf")]}
    fueled = card("fuel", "45.60", receipts=[receipt("r1", fuel, "fuel.pdf")])
    return PEOPLE | {
        "time_entries": [entry("t1"), entry("t2", minutes=90)],
        "expenses": [
            *bill,
            *report("ER-E", "u1", "12.34", "56.78"),
            fueled | {"vendor_key": "hotel"},
            card("back", "10.05", refund=True),
        ],
        "invoices": [
            invoice(
                "M-1",
                {
                    "labor_code_key": "dev",
                    "quantity": "3.5",
                    "unit_price": "95",
                    "time_keys": ["t1"],
                },
                {"labor_code_key": "dev", "amount": "142.50", "time_keys": ["t2"]},
                {"expense_code_key": "travel", "amount": "33.33", "description": "Travel"},
                total="508.33",
            )
        ],
    }


def test_everything_of_a_mixed_post_is_in_the_ledger_once(
    bookkeeping: Bookkeeping, month: Month
) -> None:
    ledger = bookkeeping.ledger
    told = {document.kind: (document.total, document.party) for document in ledger.documents()}
    assert told == {
        Kind.BILL: (Decimal("120.29"), "Vera Contractor"),
        Kind.REPORT: (Decimal("69.12"), "Ada Lovelace"),
        Kind.CHARGE: (Decimal("45.60"), "Hotel Adler"),
        Kind.REFUND: (Decimal("10.05"), ""),
        Kind.INVOICE: (Decimal("508.33"), "Rossi & Söhne:Website"),
    }
    assert len(ledger.documents()) == len(told)
    assert len(numbered(ledger, Kind.BILL, "ER-V").lines) == 3
    assert len(numbered(ledger, Kind.INVOICE, "M-1").lines) == 3
    assert sorted(ledger.customers()) == ["Rossi & Söhne", "Rossi & Söhne:Website"]
    assert ledger.employees() == ["Ada Lovelace"]


def test_an_invoice_marks_its_billed_time_where_the_ledger_can(
    bookkeeping: Bookkeeping, month: Month
) -> None:
    marks = bookkeeping.ledger.marks_time
    (sale,) = (one for one in bookkeeping.firm.items(month.run) if one["key"] == "invoice:M-1")
    assert sale["warnings"] == []
    assert list(bookkeeping.ledger.times().values()) == [marks, marks]


def test_receipts_hang_on_their_documents_byte_for_byte(
    bookkeeping: Bookkeeping, month: Month
) -> None:
    items = bookkeeping.items(month.run)
    bill, charge = (items[key]["ledger_id"] for key in ("expense-report:ER-V", "expense:fuel"))
    documents = bookkeeping.ledger.documents()
    assert {
        (document.kind, document.id): document.files for document in documents if document.files
    } == {
        (Kind.BILL, bill): [("hotel.pdf", month.files["hotel.pdf"])],
        (Kind.CHARGE, charge): [("fuel.pdf", month.files["fuel.pdf"])],
    }


def assert_shown(planned: Any, posted: Any) -> None:
    """The same values, but that a record that the post creates has a name and then an id."""
    if isinstance(planned, dict):
        assert planned.keys() == posted.keys()
        for name in planned:
            assert_shown(planned[name], posted[name])
    elif isinstance(planned, list):
        for one, other in zip(planned, posted, strict=True):
            assert_shown(one, other)
    elif not str(planned).endswith(" (new)"):
        assert planned == posted


def test_the_run_does_what_the_preview_showed(bookkeeping: Bookkeeping, month: Month) -> None:
    def told(items: list[JSON]) -> list[JSON]:
        return [{name: item[name] for name in PLANNED} for item in items]

    items = bookkeeping.firm.items(month.run)
    assert told(month.plan["items"]) == told(items)
    for shown, item in zip(month.plan["items"], items, strict=True):
        assert_shown(shown["after"], item["after"])
    assert month.plan["counts"] == {"create": len(items)}
    assert month.run["counts"]["posted"] == len(items)
    money = [(Decimal(i["total"]), Decimal(i["ledger_total"])) for i in items if i["total"]]
    assert len(money) == 5
    assert all(ours == theirs for ours, theirs in money)


def test_the_same_again_writes_nothing(bookkeeping: Bookkeeping, month: Month) -> None:
    run = bookkeeping.posted(**month.body)
    assert not bookkeeping.ledger.writing & run["calls"].keys()
    assert run["counts"]["unchanged"] == len(bookkeeping.items(run))


def test_a_changed_amount_updates_its_document_alone(
    bookkeeping: Bookkeeping, month: Month
) -> None:
    before = {(document.kind, document.id): document for document in bookkeeping.ledger.documents()}
    changed = [
        e | {"amount": "0.25"} if e["key"] == "ER-V-1" else e for e in month.body["expenses"]
    ]
    run = bookkeeping.posted(**month.body | {"expenses": changed})
    assert list(bookkeeping.items(run, state="posted")) == ["expense-report:ER-V"]
    bill = numbered(bookkeeping.ledger, Kind.BILL, "ER-V")
    assert bill.total == Decimal("120.34")
    assert [name for name, _ in bill.files] == ["hotel.pdf"]
    after = {(document.kind, document.id): document for document in bookkeeping.ledger.documents()}
    moved = {name for name in after if after[name] != before.get(name)}
    assert (moved, before.keys()) == ({(Kind.BILL, bill.id)}, after.keys())


def test_a_bill_shrinks_goes_and_comes_back_with_its_report(bookkeeping: Bookkeeping) -> None:
    bookkeeping.posted(**PEOPLE)
    upload_id = bookkeeping.uploaded(b"%PDF-1.4 taxi")
    whole = report("ER-S", "v1", "10.00", "20.00", "30.00")
    whole[0] |= {"receipts": [receipt("r1", upload_id, "taxi.pdf")]}
    bookkeeping.posted(expenses=whole)
    bookkeeping.posted(expenses=[*whole[:2], *gone("ER-S-2")])
    bill = numbered(bookkeeping.ledger, Kind.BILL, "ER-S")
    assert (bill.total, len(bill.lines)) == (Decimal("30.00"), 2)
    run = bookkeeping.posted(expenses=gone("ER-S-0", "ER-S-1"))
    assert bookkeeping.items(run)["expense-report:ER-S"]["action"] == "delete"
    assert not having(bookkeeping.ledger, Kind.BILL, "ER-S")

    bookkeeping.posted(expenses=whole)
    again = numbered(bookkeeping.ledger, Kind.BILL, "ER-S")
    assert again.total == Decimal("60.00")
    assert again.files == [("taxi.pdf", b"%PDF-1.4 taxi")]


def test_part_of_a_report_is_refused_with_its_missing_records(bookkeeping: Bookkeeping) -> None:
    whole = report("ER-P", "u1", "1.00", "2.00")
    bookkeeping.posted(**PEOPLE, expenses=whole)
    run = bookkeeping.ended(expenses=whole[:1])
    (item,) = bookkeeping.items(run).values()
    assert (item["state"], item["reason"]["code"]) == ("blocked", "incomplete")
    assert "ER-P-1" in item["reason"]["message"]


def test_expenses_grouped_anew_are_each_there_once_and_their_receipts_follow(
    bookkeeping: Bookkeeping,
) -> None:
    taxi = receipt("r1", bookkeeping.uploaded(b"%PDF grouped"), "grouped.pdf")
    first, second = report("ER-G", "v1", "4.00", "5.00")
    first |= {"receipts": [taxi]}
    bookkeeping.posted(**PEOPLE, expenses=[first, second])
    with bookkeeping.choosing(expenses={"group_by": "entry"}):
        bookkeeping.posted(expenses=[first, second])
    bills = [bill for bill in bookkeeping.ledger.documents() if "ER-G" in bill.texts[0]]
    assert sorted((bill.total, len(bill.lines)) for bill in bills) == [
        (Decimal(4), 1),
        (Decimal(5), 1),
    ]
    assert not having(bookkeeping.ledger, Kind.BILL, "ER-G")
    assert hangs_on(bookkeeping, "grouped.pdf") == [bill.id for bill in bills if bill.total == 4]


def test_an_expense_that_moves_to_another_report_takes_its_receipt_along(
    bookkeeping: Bookkeeping,
) -> None:
    taxi = receipt("r1", bookkeeping.uploaded(b"%PDF moved"), "moved.pdf")
    moved, stays, there = (
        *report("ER-A", "v1", "1.00", "2.00"),
        *report("ER-B", "v1", "4.00"),
    )
    moved |= {"receipts": [taxi]}
    bookkeeping.posted(**PEOPLE, expenses=[moved, stays, there])
    moved |= {"report_key": "ER-B", "report_number": "ER-B"}
    bookkeeping.posted(expenses=[moved, stays, there])
    bills = [numbered(bookkeeping.ledger, Kind.BILL, number) for number in ("ER-A", "ER-B")]
    assert [bill.total for bill in bills] == [Decimal("2.00"), Decimal("5.00")]
    assert hangs_on(bookkeeping, "moved.pdf") == [bills[1].id]


def hangs_on(bookkeeping: Bookkeeping, name: str) -> list[str]:
    """The documents that receipts of this name are attached to."""
    documents = bookkeeping.ledger.documents()
    return [document.id for document in documents for found, _ in document.files if found == name]


def test_all_that_was_posted_is_taken_back_and_the_time_once_it_is_free(
    bookkeeping: Bookkeeping,
) -> None:
    line = {"labor_code_key": "dev", "amount": "95.00", "time_keys": ["back-1"]}
    slip = receipt("r1", bookkeeping.uploaded(b"%PDF back"), "back.pdf")
    bookkeeping.posted(
        **PEOPLE,
        time_entries=[entry("back-1")],
        expenses=[card("back-2", "9.99", receipts=[slip])],
        invoices=[invoice("B-1", line)],
    )
    bookkeeping.posted(
        expenses=gone("back-2"), invoices=gone("B-1"), receipts=gone("expense/back-2/r1")
    )
    bookkeeping.posted(time_entries=gone("back-1"))
    assert not having(bookkeeping.ledger, Kind.INVOICE, "B-1")
    assert not [
        document for document in bookkeeping.ledger.documents() if document.total == Decimal("9.99")
    ]
    assert not hangs_on(bookkeeping, "back.pdf")
    assert not [notes for notes in bookkeeping.ledger.times() if "back-1" in notes]


def test_a_receipt_that_never_came_fails_alone_and_is_attached_by_the_next_post(
    bookkeeping: Bookkeeping,
) -> None:
    place = bookkeeping.place()
    lunch = card("lunch", "8.80", receipts=[receipt("r1", place["upload_id"], "lunch.pdf")])
    run = bookkeeping.ended(**PEOPLE, expenses=[lunch, card("beside", "1.10")])
    assert run["state"] == "completed_with_problems"
    (blocked,) = bookkeeping.items(run, state="blocked").values()
    assert (blocked["key"], blocked["reason"]["code"]) == (
        "receipt:expense/lunch/r1",
        "receipt_missing",
    )
    assert blocked["reason"]["remedy"]
    charge = bookkeeping.items(run)["expense:lunch"]
    assert charge["state"] == bookkeeping.items(run)["expense:beside"]["state"] == "posted"

    late = bookkeeping.uploaded(b"%PDF-1.4 lunch")
    lunch |= {"receipts": [receipt("r1", late, "lunch.pdf")]}
    run = bookkeeping.posted(expenses=[lunch])
    assert list(bookkeeping.items(run, state="posted")) == ["receipt:expense/lunch/r1"]
    (document,) = (
        document for document in bookkeeping.ledger.documents() if document.total == Decimal("8.80")
    )
    assert document.id == charge["ledger_id"]
    assert document.files == [("lunch.pdf", b"%PDF-1.4 lunch")]


def test_a_lost_answer_to_a_file_or_an_invoice_doubles_nothing(bookkeeping: Bookkeeping) -> None:
    bookkeeping.posted(**PEOPLE)
    for action in bookkeeping.ledger.losses:
        lost = receipt("r1", bookkeeping.uploaded(b"%PDF lost"), f"lost-{action}.pdf")
        charge = card(f"lost-{action}", "7.77", receipts=[lost])
        with bookkeeping.ledger.losing(action):
            bookkeeping.posted(expenses=[charge, expense(f"own-{action}", "6.66")])
            bookkeeping.posted(invoices=[invoice(f"L-{action}")])
        assert len(having(bookkeeping.ledger, Kind.INVOICE, f"L-{action}")) == 1
        assert len(hangs_on(bookkeeping, f"lost-{action}.pdf")) == 1
    totals = [document.total for document in bookkeeping.ledger.documents()]
    assert totals.count(Decimal("7.77")) == len(bookkeeping.ledger.losses)
    assert totals.count(Decimal("6.66")) == len(bookkeeping.ledger.losses)
