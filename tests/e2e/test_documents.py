"""Expenses, invoices and receipts from the front door to the ledger: posted, corrected, gone."""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from local.machine import Machine
from tests.e2e.firm import JSON, desk, entry
from tests.e2e.papers import PEOPLE, Office, card, expense, gone, invoice, receipt, report

WRITING = {"batch", "single", "upload"}
PLANNED = ("number", "key", "kind", "action", "members", "record", "day", "total", "after")


@pytest.fixture(scope="module")
def office(machine: Machine) -> Office:
    return Office.opened(machine)


@dataclass(frozen=True)
class Month:
    """One post of everything, what it was planned to be, and what became of it."""

    body: JSON
    files: dict[str, bytes]
    plan: JSON
    run: JSON


@pytest.fixture(scope="module")
def month(office: Office) -> Month:
    files = {"hotel.pdf": b"%PDF-1.4 hotel\r\n--\x00\xff\r\n", "fuel.pdf": bytes(range(256)) * 40}
    body = mixed(*map(office.uploaded, files.values()))
    plan = office.preview(**body)
    return Month(body, files, plan, office.posted(**body))


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


def test_everything_of_a_mixed_post_is_in_the_ledger_once(office: Office, month: Month) -> None:
    ledger = office.ledger
    (bill,) = ledger.rows("Bill")
    assert bill["TotalAmt"] == Decimal("120.29")
    assert (bill["DocNumber"], bill["VendorRef"]["name"]) == ("ER-V", "Vera Contractor")
    purchases = ledger.rows("Purchase")
    told = sorted((p["PaymentType"], p.get("Credit", False), p["TotalAmt"]) for p in purchases)
    assert told == [
        ("Check", False, Decimal("69.12")),
        ("CreditCard", False, Decimal("45.60")),
        ("CreditCard", True, Decimal("10.05")),
    ]
    payees = {p["TotalAmt"]: (p.get("EntityRef") or {}).get("name") for p in purchases}
    assert payees[Decimal("69.12")] == "Ada Lovelace"
    assert payees[Decimal("45.60")] == "Hotel Adler"
    (sale,) = ledger.rows("Invoice")
    assert (sale["DocNumber"], sale["TotalAmt"]) == ("M-1", Decimal("508.33"))
    customers = {row["Id"]: row["FullyQualifiedName"] for row in ledger.rows("Customer")}
    assert customers[sale["CustomerRef"]["value"]] == "Rossi & Söhne:Website"
    assert sorted(customers.values()) == ["Rossi & Söhne", "Rossi & Söhne:Website"]
    assert [row["DisplayName"] for row in ledger.rows("Employee")] == ["Ada Lovelace"]


def test_the_invoice_bills_the_time_of_the_same_post(office: Office, month: Month) -> None:
    times = office.ledger.rows("TimeActivity")
    assert [row["BillableStatus"] for row in times] == ["HasBeenBilled", "HasBeenBilled"]
    (sale,) = office.ledger.rows("Invoice")
    linked = [link["TxnId"] for line in sale["Line"] for link in line.get("LinkedTxn", [])]
    assert sorted(linked) == sorted(row["Id"] for row in times)


def test_receipts_hang_on_their_documents_byte_for_byte(office: Office, month: Month) -> None:
    items = office.items(month.run)
    bill, charge = (items[key]["ledger_id"] for key in ("expense-report:ER-V", "expense:fuel"))
    assert office.ledger.files() == {
        f"Bill:{bill}": [("hotel.pdf", month.files["hotel.pdf"])],
        f"Purchase:{charge}": [("fuel.pdf", month.files["fuel.pdf"])],
    }


def test_the_preview_was_what_the_run_did(office: Office, month: Month) -> None:
    def told(items: list[JSON]) -> list[JSON]:
        return [{name: item[name] for name in PLANNED} for item in items]

    items = office.firm.items(month.run)
    assert told(month.plan["items"]) == told(items)
    assert month.plan["counts"] == {"create": len(items)}
    assert month.run["counts"]["posted"] == len(items)
    money = [(Decimal(i["total"]), Decimal(i["ledger_total"])) for i in items if i["total"]]
    assert len(money) == 5
    assert all(ours == theirs for ours, theirs in money)


def test_the_same_again_writes_nothing(office: Office, month: Month) -> None:
    run = office.posted(**month.body)
    assert not WRITING & run["calls"].keys()
    assert run["counts"]["unchanged"] == len(office.items(run))


def versions(office: Office) -> dict[str, str]:
    entities = ("Bill", "Purchase", "Invoice", "TimeActivity", "Attachable")
    return {f"{e}:{r['Id']}": r["SyncToken"] for e in entities for r in office.ledger.rows(e)}


def test_a_changed_amount_updates_its_document_alone(office: Office, month: Month) -> None:
    before = versions(office)
    changed = [
        e | {"amount": "0.25"} if e["key"] == "ER-V-1" else e for e in month.body["expenses"]
    ]
    run = office.posted(**month.body | {"expenses": changed})
    assert list(office.items(run, state="posted")) == ["expense-report:ER-V"]
    bill = office.ledger.numbered("Bill", "ER-V")
    assert bill["TotalAmt"] == Decimal("120.34")
    after = versions(office)
    moved = {name for name in after if after[name] != before.get(name)}
    assert (moved, before.keys()) == ({f"Bill:{bill['Id']}"}, after.keys())


def test_a_bill_shrinks_goes_and_comes_back_with_its_report(office: Office) -> None:
    office.posted(**PEOPLE)
    upload_id = office.uploaded(b"%PDF-1.4 taxi")
    whole = report("ER-S", "v1", "10.00", "20.00", "30.00")
    whole[0] |= {"receipts": [receipt("r1", upload_id, "taxi.pdf")]}
    office.posted(expenses=whole)
    office.posted(expenses=[*whole[:2], *gone("ER-S-2")])
    bill = office.ledger.numbered("Bill", "ER-S")
    assert (bill["TotalAmt"], len(bill["Line"])) == (Decimal("30.00"), 2)
    run = office.posted(expenses=gone("ER-S-0", "ER-S-1"))
    assert office.items(run)["expense-report:ER-S"]["action"] == "delete"
    assert not office.ledger.rows("Bill", "WHERE DocNumber = 'ER-S'")

    office.posted(expenses=whole)
    again = office.ledger.numbered("Bill", "ER-S")
    assert again["TotalAmt"] == Decimal("60.00")
    assert office.ledger.files()[f"Bill:{again['Id']}"] == [("taxi.pdf", b"%PDF-1.4 taxi")]


def test_part_of_a_report_is_refused_with_what_is_missing(office: Office) -> None:
    whole = report("ER-P", "u1", "1.00", "2.00")
    office.posted(**PEOPLE, expenses=whole)
    run = office.ended(expenses=whole[:1])
    (item,) = office.items(run).values()
    assert (item["state"], item["reason"]["code"]) == ("blocked", "incomplete")
    assert "ER-P-1" in item["reason"]["message"]


def test_expenses_grouped_anew_are_each_there_once_and_their_receipts_follow(
    office: Office,
) -> None:
    taxi = receipt("r1", office.uploaded(b"%PDF grouped"), "grouped.pdf")
    first, second = report("ER-G", "v1", "4.00", "5.00")
    first |= {"receipts": [taxi]}
    office.posted(**PEOPLE, expenses=[first, second])
    with office.choosing(expenses={"group_by": "entry"}):
        office.posted(expenses=[first, second])
    bills = [
        bill
        for bill in office.ledger.rows("Bill")
        if "ER-G" in bill["Line"][0].get("Description", "")
    ]
    told = sorted((bill["TotalAmt"], len(bill["Line"]), bill["Id"]) for bill in bills)
    assert [one[:2] for one in told] == [(Decimal("4.00"), 1), (Decimal("5.00"), 1)]
    assert not office.ledger.rows("Bill", "WHERE DocNumber = 'ER-G'")
    assert hangs_on(office, "grouped.pdf") == [f"Bill:{told[0][2]}"]


def test_an_expense_that_moves_to_another_report_takes_its_receipt_along(office: Office) -> None:
    taxi = receipt("r1", office.uploaded(b"%PDF moved"), "moved.pdf")
    moved, stays, there = (
        *report("ER-A", "v1", "1.00", "2.00"),
        *report("ER-B", "v1", "4.00"),
    )
    moved |= {"receipts": [taxi]}
    office.posted(**PEOPLE, expenses=[moved, stays, there])
    moved |= {"report_key": "ER-B", "report_number": "ER-B"}
    office.posted(expenses=[moved, stays, there])
    bills = [office.ledger.numbered("Bill", number) for number in ("ER-A", "ER-B")]
    assert [bill["TotalAmt"] for bill in bills] == [Decimal("2.00"), Decimal("5.00")]
    assert hangs_on(office, "moved.pdf") == [f"Bill:{bills[1]['Id']}"]


def hangs_on(office: Office, name: str) -> list[str]:
    """The documents that receipts of this name are attached to."""
    files = office.ledger.files().items()
    return [document for document, some in files for found, _ in some if found == name]


def test_all_that_was_posted_is_taken_back_and_the_time_once_it_is_free(office: Office) -> None:
    line = {"labor_code_key": "dev", "amount": "95.00", "time_keys": ["back-1"]}
    slip = receipt("r1", office.uploaded(b"%PDF back"), "back.pdf")
    office.posted(
        **PEOPLE,
        time_entries=[entry("back-1")],
        expenses=[card("back-2", "9.99", receipts=[slip])],
        invoices=[invoice("B-1", line)],
    )
    office.posted(expenses=gone("back-2"), invoices=gone("B-1"), receipts=gone("expense/back-2/r1"))
    office.posted(time_entries=gone("back-1"))
    assert not office.ledger.rows("Invoice", "WHERE DocNumber = 'B-1'")
    assert not office.ledger.rows("Purchase", "WHERE TotalAmt = '9.99'")
    assert not hangs_on(office, "back.pdf")
    assert not [r for r in office.ledger.rows("TimeActivity") if "back-1" in r["Description"]]


def test_a_receipt_that_never_came_fails_alone_and_is_attached_by_the_next_post(
    office: Office,
) -> None:
    place = office.place()
    lunch = card("lunch", "8.80", receipts=[receipt("r1", place["upload_id"], "lunch.pdf")])
    run = office.ended(**PEOPLE, expenses=[lunch, card("beside", "1.10")])
    assert run["state"] == "completed_with_problems"
    (failed,) = office.items(run, state="failed").values()
    assert (failed["key"], failed["reason"]["code"]) == (
        "receipt:expense/lunch/r1",
        "receipt_missing",
    )
    assert failed["reason"]["remedy"]
    charge = office.items(run)["expense:lunch"]
    assert charge["state"] == office.items(run)["expense:beside"]["state"] == "posted"

    late = office.uploaded(b"%PDF-1.4 lunch")
    lunch |= {"receipts": [receipt("r1", late, "lunch.pdf")]}
    run = office.posted(expenses=[lunch])
    assert list(office.items(run, state="posted")) == ["receipt:expense/lunch/r1"]
    files = office.ledger.files()[f"Purchase:{charge['ledger_id']}"]
    assert files == [("lunch.pdf", b"%PDF-1.4 lunch")]


def test_a_lost_answer_to_a_file_or_an_invoice_doubles_nothing(
    office: Office, machine: Machine
) -> None:
    office.posted(**PEOPLE)
    for action in ("cut", "html502"):
        for kind in ("single", "batch", "upload"):
            match = {"kind": kind, "realm": office.books.realm}
            fault = {"match": match, "action": action, "when": "after", "times": 1}
            desk(machine, "POST", "faults", json=fault)
        lost = receipt("r1", office.uploaded(b"%PDF lost"), f"lost-{action}.pdf")
        charge = card(f"lost-{action}", "7.77", receipts=[lost])
        office.posted(expenses=[charge, expense(f"own-{action}", "6.66")])
        office.posted(invoices=[invoice(f"L-{action}")])
        assert len(office.ledger.rows("Invoice", f"WHERE DocNumber = 'L-{action}'")) == 1
        names = [name for some in office.ledger.files().values() for name, _ in some]
        assert names.count(f"lost-{action}.pdf") == 1
    assert {one["hits"] for one in desk(machine, "GET", "faults")["faults"]} == {1}
    amounts = [row["TotalAmt"] for row in office.ledger.rows("Purchase")]
    assert (amounts.count(Decimal("7.77")), amounts.count(Decimal("6.66"))) == (2, 2)
    desk(machine, "DELETE", "faults")
