"""The month's files, and what they say."""

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from ledgerlink.services.posting.staged_records import read_records

from local.demo.answers import Listed
from local.demo.chart import Chart
from local.demo.errors import DemoError
from local.demo.month import FOLDER, Month, Record, records, texts


@pytest.fixture
def month() -> Month:
    return Month.read(FOLDER)


def keys(some: Iterable[Record]) -> list[str]:
    return [str(record["key"]) for record in some]


def test_every_key_is_used_once_and_begins_with_month(month: Month) -> None:
    listed = [
        one for kind in ("clients", "projects", "staff") for one in records(month.people[kind])
    ]
    found = keys([*listed, *month.time, *month.expenses, *month.invoices])
    assert len(set(found)) == len(found)
    assert all(key.startswith("month-") for key in found)


def test_every_record_is_one_that_the_api_takes(month: Month) -> None:
    kinds = {"expenses": "expense", "invoices": "invoice", "time_entries": "time"}
    kinds |= {"clients": "client", "projects": "project", "staff": "staff"}
    bodies = {**month.people, **month.post()}
    lines = [{**one, "kind": kinds[kind]} for kind, some in bodies.items() for one in records(some)]
    read = read_records((json.dumps(line).encode() for line in lines), "u", None)
    assert not read.rejected
    assert len(read) == len(lines) == 93


def test_invoices_add_up_and_price_the_time_that_they_bill(month: Month) -> None:
    minutes = {str(entry["key"]): int(str(entry["minutes"])) for entry in month.time}
    for invoice in month.invoices:
        lines = records(invoice["lines"])
        total = sum(Decimal(str(line["amount"])) for line in lines)
        assert total == Decimal(str(invoice["total"]))
        for line in (line for line in lines if "time_keys" in line):
            (key,), rate = texts(line["time_keys"]), month.rates()[str(line["labor_code_key"])]
            assert Decimal(str(line["quantity"])) * 60 == minutes[key]
            assert Decimal(str(line["unit_price"])) == rate
            assert Decimal(str(line["amount"])) == rate * minutes[key] / 60


def test_just_the_billable_time_is_billed(month: Month) -> None:
    assert month.billed() == {str(e["key"]) for e in month.time if e["billable"]}


def test_codes_people_and_projects_are_all_known(month: Month) -> None:
    staff = set(keys(records(month.people["staff"])))
    projects = set(keys(records(month.people["projects"])))
    assert {str(e["staff_key"]) for e in (*month.time, *month.expenses)} <= staff
    assert {str(e["project_key"]) for e in month.time} == projects
    assert {str(e["labor_code_key"]) for e in month.time} == set(month.rates())


def test_places_are_filled_in_values_and_keys_and_a_key_without_one_is_left_out(
    month: Month,
) -> None:
    seen = month.filled(lambda place: None if place == "custom_field" else f"<{place}>")
    assert seen.settings["invoices"] == {"item_id": "<item/labor_code/Services/Rebilled expenses>"}
    (with_fields,) = (invoice for invoice in seen.invoices if "custom_fields" in invoice)
    assert with_fields["custom_fields"] == {}
    assert "@" not in str(seen.rules)


def test_a_value_that_nothing_stands_for_is_reported(month: Month) -> None:
    with pytest.raises(DemoError, match="@account/income"):
        month.filled(lambda place: None if place.startswith("account/income") else "1")


def test_the_days_reach_from_the_first_entry_to_the_invoices(month: Month) -> None:
    assert month.days() == (date(2026, 3, 2), date(2026, 3, 31))
    assert month.payday() == date(2026, 4, 14)


def test_a_correction_is_posted_with_the_whole_report_and_the_late_invoice(month: Month) -> None:
    body, words = month.correction()
    *report, gone = records(body["expenses"])
    told = {e["report_key"] for e in report}
    assert len(told) == 1
    assert keys(report) == keys(e for e in month.expenses if e.get("report_key") in told)
    assert gone == {"key": "month-expense-45", "deleted": True}
    (late,) = records(body["invoices"])
    total = sum(Decimal(str(line["amount"])) for line in records(late["lines"]))
    assert Decimal(str(late["total"])) == total < Decimal(str(month.invoices[0]["total"]))
    assert words.startswith(f"{report[0]['key']} is 10.00 more")


def test_the_corrected_month_differs_in_one_amount_and_one_expense(month: Month) -> None:
    before = {str(e["key"]): e["amount"] for e in month.expenses}
    after = {str(e["key"]): e["amount"] for e in month.corrected().expenses}
    assert before.keys() - after.keys() == {"month-expense-45"}
    assert [key for key in after if after[key] != before[key]] == ["month-expense-34"]


def test_receipts_have_the_type_of_their_extension(month: Month) -> None:
    assert month.receipt("taxi-receipt.png").startswith(b"\x89PNG")
    assert month.receipt("train-ticket.pdf").startswith(b"%PDF")
    with pytest.raises(DemoError, match=r"none\.png"):
        month.receipt("none.png")


def test_a_folder_without_the_files_is_reported(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match=r"people-and-projects\.json cannot be used"):
        Month.read(tmp_path)


def test_the_chart_finds_by_name_then_by_role_and_reads_a_list_once() -> None:
    lists = {
        "account": [
            Listed(id="1", name="Services", roles=["income"]),
            Listed(id="7", name="Advertising", roles=["expense"]),
            Listed(id="22", name="Travel", roles=["expense"]),
        ],
        "custom_field": [Listed(id="3", name="Crew #")],
        "term": [Listed(id="4", name="Net 30")],
    }
    asked: list[str] = []
    chart = Chart(lambda kind: asked.append(kind) or lists[kind])  # type: ignore[func-returns-value]
    assert chart.find("account/expense/Travel") == "22"
    assert chart.find("account/expense/Trips/Travel") == "22"
    assert chart.find("account/expense/Travel/Advertising") == "22"
    assert chart.find("account/expense/Training") == "7"
    assert chart.find("account/income") == "1"
    assert chart.find("account/bank/Checking") is None
    assert chart.find("custom_field") == "3"
    assert chart.find("term/any/Net 30") == "4"
    assert chart.find("term/customer_terms|any/Net 30") == "4"
    assert asked == ["account", "custom_field", "term"]
