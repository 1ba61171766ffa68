"""TimeActivity: section 8.1."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.qbo.conftest import Books, hours, sales_line, without


def test_the_sample_is_answered_as_documented(books: Books) -> None:
    row = books.create("TimeActivity", hours())
    expected = {
        "TxnDate": "2026-02-02",
        "NameOf": "Employee",
        "EmployeeRef": {"value": "55", "name": "Emily Platt"},
        "BillableStatus": "Billable",
        "Taxable": False,
        "HourlyRate": 15,
        "CostRate": 0,
        "Hours": 3,
        "Minutes": 30,
        "Seconds": 0,
        "SyncToken": "0",
    }
    assert expected.items() <= row.items()
    assert isinstance(row["TimeChargeId"], int)


def test_defaults_are_the_hours_item_today_and_not_billable(books: Books) -> None:
    minimal = {"NameOf": "Employee", "EmployeeRef": {"value": "54"}, "Hours": 1}
    row = books.create("TimeActivity", minimal)
    today = books.running.sandbox.clock.today().isoformat()
    assert row["ItemRef"] == {"value": "2", "name": "Hours"}
    assert (row["TxnDate"], row["BillableStatus"]) == (today, "NotBillable")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"VendorRef": {"value": "30"}}, "6290"),
        ({"EmployeeRef": {"value": ""}}, "6290"),
        ({"NameOf": "Vendor"}, "6300"),
        ({"CustomerRef": {"value": ""}}, "6310"),
        ({"BillableStatus": "HasBeenBilled"}, "6320"),
        ({"HourlyRate": ""}, "6330"),
        ({"Minutes": 60}, "6340"),
        ({"Hours": "", "Minutes": ""}, "6350"),
        ({"BreakHours": 1}, "6360"),
        ({"Hours": 8761}, "6380"),
        ({"StartTime": "08:00:00", "EndTime": "09:00:00"}, "6390"),
        ({"BillableStatus": "HAS_BEEN_BILLED"}, "2170"),
        ({"Description": "x" * 4001}, "2050"),
        ({"HourlyRate": 100_000_000_000}, "2240"),
        ({"EmployeeRef": {"value": "1"}}, "2500"),
        ({"Colour": "red"}, "2010"),
        ({"NameOf": ""}, "2020"),
    ],
)
def test_a_wrong_activity_is_refused_by_code(
    books: Books, changes: dict[str, Any], code: str
) -> None:
    before = len(books.rows("TimeActivity"))
    assert books.fault(books.post("timeactivity", hours(**changes)))[0] == code
    assert len(books.rows("TimeActivity")) == before


def clocked(**changes: Any) -> dict[str, Any]:
    times = {"StartTime": "08:00:00", "EndTime": "17:00:00"}
    return without(hours(**times, **changes), "Hours", "Minutes")


def test_start_after_end_is_refused(books: Books) -> None:
    body = clocked() | {"StartTime": "18:00:00"}
    assert books.fault(books.post("timeactivity", body))[0] == "6370"


def test_a_break_longer_than_the_day_is_refused(books: Books) -> None:
    assert books.fault(books.post("timeactivity", clocked(BreakHours=10)))[0] == "6360"


def test_start_and_end_come_back_without_hours_and_minutes(books: Books) -> None:
    row = books.create("TimeActivity", clocked())
    assert row["StartTime"] == "2026-02-02T08:00:00-08:00"
    assert "Hours" not in row
    assert "Minutes" not in row


def test_an_offset_is_shifted_to_the_companys_zone(books: Books) -> None:
    body = clocked(TxnDate="2026-07-01") | {"StartTime": "08:00:00-08:00", "EndTime": "17:00-08:00"}
    assert books.create("TimeActivity", body)["StartTime"] == "2026-07-01T09:00:00-07:00"


def test_without_a_date_of_its_own_todays_date_replaces_the_sent_one(books: Books) -> None:
    times = {"StartTime": "2016-07-22T10:00:00", "EndTime": "2016-07-22T11:00:00"}
    row = books.create("TimeActivity", without(clocked(), "TxnDate") | times)
    assert row["StartTime"].startswith(books.running.sandbox.clock.today().isoformat())


def test_the_length_limit_is_reported_with_both_numbers(books: Books) -> None:
    _, detail = books.fault(books.post("timeactivity", hours(Description="x" * 4006)))
    assert detail.endswith("Min:0 Max:4,000 supported. Supplied length: 4,006")


def test_an_invoice_link_flips_the_activity_and_deleting_flips_it_back(books: Books) -> None:
    activity = books.create("TimeActivity", hours())
    link = {"TxnId": activity["Id"], "TxnType": "TimeActivity"}
    line = sales_line(52.5, "8", LinkedTxn=[link])
    invoice = books.create("Invoice", {"CustomerRef": {"value": "21"}, "Line": [line]})
    assert {**link, "TxnLineId": "1"} in invoice["LinkedTxn"]
    billed = books.read("TimeActivity", activity["Id"])
    assert (billed["BillableStatus"], billed["SyncToken"]) == ("HasBeenBilled", "1")
    token = {"Id": invoice["Id"], "SyncToken": invoice["SyncToken"]}
    assert books.post("invoice", token, operation="delete").status_code == 200
    assert books.read("TimeActivity", activity["Id"])["BillableStatus"] == "Billable"


def test_an_activity_cannot_be_billed_twice(books: Books) -> None:
    activity = books.create("TimeActivity", hours())
    line = sales_line(52.5, LinkedTxn=[{"TxnId": activity["Id"], "TxnType": "TimeActivity"}])
    body = {"CustomerRef": {"value": "21"}, "Line": [line]}
    books.create("Invoice", body)
    code, detail = books.fault(books.post("invoice", body))
    assert code == "6000"
    assert "does not exist or has already been invoiced" in detail


def test_a_billed_activity_cannot_be_changed_or_deleted(books: Books) -> None:
    activity = books.create("TimeActivity", hours())
    line = sales_line(52.5, LinkedTxn=[{"TxnId": activity["Id"], "TxnType": "TimeActivity"}])
    books.create("Invoice", {"CustomerRef": {"value": "21"}, "Line": [line]})
    token = {"Id": activity["Id"], "SyncToken": "1"}
    assert books.fault(books.post("timeactivity", hours(**token, Hours=4)))[0] == "6000"
    assert books.fault(books.post("timeactivity", token, operation="delete"))[0] == "6000"


def test_a_full_update_drops_missing_fields(books: Books) -> None:
    row = books.create("TimeActivity", hours())
    body = without(hours(Hours=5), "Description") | {"Id": row["Id"], "SyncToken": "0"}
    updated = books.create("TimeActivity", body)
    assert (updated["Hours"], updated["SyncToken"]) == (5, "1")
    assert "Description" not in updated


def test_the_quirk_of_2016_is_an_option(books: Books) -> None:
    body = hours(EmployeeRef={"value": "3"}, BillableStatus="NotBillable")
    books.set(other_name_quirk=True)
    row = books.create("TimeActivity", body)
    assert (row["NameOf"], row["OtherNameRef"]["value"]) == ("Other", "3")


def test_closed_books_take_no_time(books: Books) -> None:
    books.preferences(AccountingInfoPrefs={"BookCloseDate": "2026-02-28"})
    code, detail = books.fault(books.post("timeactivity", hours()))
    assert code == "6210"
    assert detail.startswith("The account period has closed")
    assert books.create("TimeActivity", hours(TxnDate="2026-03-01"))


def test_a_project_is_named_by_its_own_id(books: Books) -> None:
    row = books.create("TimeActivity", hours(ProjectRef={"value": "39298045"}))
    assert row["ProjectRef"]["value"] == "39298045"
    wrong = hours(ProjectRef={"value": "28"})
    assert books.fault(books.post("timeactivity", wrong))[0] == "2500"
