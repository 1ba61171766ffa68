"""Expenses of staff linked to a vendor, which the ledger keeps as bills, against the sandbox."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from ledgerlink.domain.model.money_settings import (
    ExpenseSettings,
    GroupBy,
    Number,
    Period,
    PostingDate,
)
from ledgerlink.domain.model.plan import ItemState

from tests.contract.papers import DAY, gone, spent
from tests.contract.qbo.books import Row
from tests.contract.qbo.poster import EXPENSING, Poster, code

REPORT = "expense-report:R1"


def details(bill: Row) -> list[Row]:
    """What its lines say in their details."""
    return [line[line["DetailType"]] for line in bill["Line"]]


def amounts(bill: Row) -> list[Any]:
    return [line["Amount"] for line in bill["Line"]]


def grouped(**given: Any) -> ExpenseSettings:
    return replace(EXPENSING, **given)


def test_a_report_is_one_bill_payable_to_its_vendor(poster: Poster) -> None:
    said = {"report_number": "ER-7", "report_name": "Trip to Oslo"}
    outcomes = poster.post(spent("x1", **said), spent("x2", "12.25", **said))
    (outcome,) = outcomes.values()
    bill = poster.row(REPORT)
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert (outcome.ledger_id, outcome.version) == (bill["Id"], bill["SyncToken"])
    assert outcome.total == Decimal("43.75") == Decimal(str(bill["TotalAmt"]))
    assert bill["VendorRef"]["value"] == "46"
    assert bill["APAccountRef"]["value"] == "33"
    assert (bill["TxnDate"], bill["DocNumber"]) == (DAY.isoformat(), "ER-7")
    assert bill["PrivateNote"].splitlines() == ["Trip to Oslo", f"[{REPORT}]"]
    assert amounts(bill) == [31.5, 12.25]
    assert [line["Description"] for line in bill["Line"]] == ["Lunch x1", "Lunch x2"]
    assert [each["AccountRef"]["value"] for each in details(bill)] == ["13", "13"]


def test_a_line_has_its_customer_class_and_whether_it_is_billed(poster: Poster) -> None:
    told = {"project_key": "birds", "class_key": "residential"}
    poster.post(
        spent("x1", **told, billable=True, markup_percent=Decimal("12.5")),
        spent("x2", **told),
        spent("x3"),
    )
    bill = poster.row(REPORT)
    first, second, third = details(bill)
    assert first["CustomerRef"]["value"] == second["CustomerRef"]["value"] == "1"
    assert first["ClassRef"]["name"] == "Residential"
    assert first["MarkupInfo"] == {"PercentBased": True, "Percent": 12.5}
    assert [d["BillableStatus"] for d in (first, second, third)] == [
        "Billable",
        "NotBillable",
        "NotBillable",
    ]
    assert "CustomerRef" not in third
    (charge,) = poster.books.rows("ReimburseCharge")
    assert (charge["CustomerRef"]["value"], charge["HasBeenInvoiced"]) == ("1", False)


def test_an_expense_of_an_item_buys_one_of_it(poster: Poster) -> None:
    poster.post(spent(expense_code_key="pumps"))
    (detail,) = details(poster.row(REPORT))
    assert detail["ItemRef"]["value"] == "11"
    assert (detail["Qty"], detail["UnitPrice"]) == (1, 31.5)


def test_a_bill_has_the_location_that_its_expenses_agree_in(poster: Poster) -> None:
    poster.post(spent("x1", location_key="north"), spent("x2", location_key="north"))
    assert poster.row(REPORT)["DepartmentRef"]["name"] == "North"


def test_by_entry_each_expense_is_a_bill_of_its_own(poster: Poster) -> None:
    poster.expensing = grouped(group_by=GroupBy.ENTRY)
    outcomes = poster.post(spent("x1"), spent("x2"))
    assert list(outcomes) == ["expense:x1", "expense:x2"]
    assert [amounts(bill) for bill in poster.ours("Bill")] == [[31.5], [31.5]]


def test_by_person_and_period_a_month_of_one_vendor_is_one_bill(poster: Poster) -> None:
    poster.expensing = grouped(
        group_by=GroupBy.PERSON_AND_PERIOD, period=Period.MONTH, date=PostingDate.PERIOD_END
    )
    later, april = date(2026, 3, 20), date(2026, 4, 1)
    poster.post(
        spent("x1"),
        spent("x2", spent_on=later),
        spent("x3", spent_on=april),
        spent("x4", staff_key="val"),
    )
    found = {(b["VendorRef"]["value"], b["TxnDate"]): len(b["Line"]) for b in poster.ours("Bill")}
    assert found == {("46", "2026-03-31"): 2, ("46", "2026-04-30"): 1, ("30", "2026-03-31"): 1}


def test_a_number_that_is_left_to_the_ledger_stands_in_the_note(poster: Poster) -> None:
    poster.expensing = grouped(number=Number.THEIRS)
    poster.post(spent(report_number="ER-7"))
    bill = poster.row(REPORT)
    assert "DocNumber" not in bill
    assert "No. ER-7" in bill["PrivateNote"]


def test_without_a_payables_account_the_ledgers_only_one_is_taken(poster: Poster) -> None:
    poster.expensing = grouped(payable_account_id=None)
    assert code(poster.post(spent())[REPORT]) == ""
    assert poster.row(REPORT)["APAccountRef"]["value"] == "33"


def test_a_changed_report_changes_its_bill(poster: Poster) -> None:
    poster.post(spent("x1"), spent("x2"))
    before = poster.row(REPORT)
    outcome = poster.post(spent("x1", "40"), spent("x2", expense_code_key="travel"))[REPORT]
    bill = poster.row(REPORT)
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert (bill["Id"], bill["SyncToken"]) == (before["Id"], "1") == (outcome.ledger_id, "1")
    assert amounts(bill) == [40, 31.5]
    assert [each["AccountRef"]["value"] for each in details(bill)] == ["13", "22"]
    assert outcome.total == Decimal("71.5")


def test_an_unchanged_record_is_not_sent_again(poster: Poster) -> None:
    poster.post(spent())
    outcome = poster.post(spent())[REPORT]
    assert outcome.state is ItemState.UNCHANGED
    assert poster.row(REPORT)["SyncToken"] == "0"


def test_an_expense_that_leaves_its_report_leaves_the_bill_for_one_of_its_own(
    poster: Poster,
) -> None:
    poster.post(spent("x1"), spent("x2"))
    poster.post(spent("x1"), spent("x2", report_key="R2"))
    assert [len(bill["Line"]) for bill in poster.ours("Bill")] == [1, 1]
    assert poster.row("expense-report:R2")["Line"][0]["Description"] == "Lunch x2"


def test_a_deleted_expense_leaves_its_bill(poster: Poster) -> None:
    poster.post(spent("x1"), spent("x2"))
    poster.post(spent("x1"), gone("x2"))
    assert amounts(poster.row(REPORT)) == [31.5]


def test_a_bill_of_deleted_expenses_is_deleted(poster: Poster) -> None:
    poster.post(spent("x1"), spent("x2"))
    outcome = poster.post(gone("x1"), gone("x2"))[REPORT]
    assert (outcome.state, outcome.version, outcome.reason) == (ItemState.POSTED, None, None)
    assert poster.ours("Bill") == []
    assert poster.links == {}


def test_a_report_whose_vendor_is_now_an_employee_becomes_a_check(poster: Poster) -> None:
    poster.post(spent())
    poster.post(spent(staff_key="emily"))
    assert poster.ours("Bill") == []
    assert [p["PaymentType"] for p in poster.ours("Purchase")] == ["Check"]


def test_removed_values_are_cleared(poster: Poster) -> None:
    poster.post(spent(location_key="north", class_key="residential", project_key="birds"))
    poster.post(spent())
    bill = poster.row(REPORT)
    assert "DepartmentRef" not in bill
    assert not {"ClassRef", "CustomerRef"} & details(bill)[0].keys()


def test_terms_and_a_due_day_that_a_bookkeeper_gave_stay(poster: Poster) -> None:
    poster.post(spent())
    poster.edit(REPORT, SalesTermRef={"value": "4"}, DueDate="2026-06-01")
    outcome = poster.post(spent("x1", "40"))[REPORT]
    bill = poster.row(REPORT)
    assert (outcome.state, amounts(bill)) == (ItemState.POSTED, [40])
    assert (bill["SalesTermRef"]["value"], bill["DueDate"]) == ("4", "2026-06-01")
