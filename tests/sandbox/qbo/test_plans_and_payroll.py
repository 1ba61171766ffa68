"""What a company's plan, its payroll and its switches do to the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.qbo.conftest import Books, hours

ADDRESS = {"City": "Bayshore", "CountrySubDivisionCode": "CA", "PostalCode": "94326"}


def own(books: Books, **settings: Any) -> None:
    books.admin(f"/companies/{books.realm}/settings", settings)


def switched(books: Books, name: str, value: str) -> None:
    """One of OtherPrefs."""
    held = books.rows("Preferences")[0]["OtherPrefs"]["NameValue"]
    rest = [pair for pair in held if pair["Name"] != name]
    books.preferences(OtherPrefs={"NameValue": [*rest, {"Name": name, "Value": value}]})


def test_time_tracking_that_is_off_refuses_time(books: Books) -> None:
    """Case quickbooks-online 11."""
    row = books.create("TimeActivity", hours())
    switched(books, "TimeTrackingFeatureEnabled", "false")
    assert books.refused("TimeActivity", hours()) == "5030"
    assert books.fault(books.delete("TimeActivity", row))[0] == "5030"
    assert len(books.query("select * from TimeActivity")["TimeActivity"]) == 2


def test_the_smallest_plan_has_no_time(books: Books) -> None:
    """Case quickbooks-online 11."""
    body = {"name": "Small", "seed": "sample", "offering": "QuickBooks Online Simple Start"}
    realm = books.admin("/companies", body)["realm"]
    token = books.admin("/token", {"realm": realm})["access_token"]
    headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
    url = f"{books.running.api}/{realm}"
    code, detail = books.fault(
        books.anybody.post(f"{url}/timeactivity", json=hours(), headers=headers)
    )
    assert (code, "Simple Start" in detail) == ("5030", True)
    info = books.anybody.get(f"{url}/companyinfo/{realm}", headers=headers).json()["CompanyInfo"]
    assert {"Name": "OfferingSku", "Value": "QuickBooks Online Simple Start"} in info["NameValue"]


def test_payroll_can_refuse_employees_of_applications(books: Books) -> None:
    """Case quickbooks-online 10."""
    own(books, payroll="refuse")
    new = {"GivenName": "Ada", "FamilyName": "Lovelace", "PrimaryAddr": ADDRESS}
    assert books.refused("Employee", new) == "6000"
    create = {"entity": "Employee", "create": new}
    assert books.admin(f"/companies/{books.realm}/edit", create)["DisplayName"] == "Ada Lovelace"


def test_payroll_can_fail_without_a_reason(books: Books) -> None:
    """The words of mcohen01/node-quickbooks#113."""
    own(books, payroll="fail")
    answer = books.post("employee", {"GivenName": "Ada", "FamilyName": "Lovelace"})
    error = answer.json()["Fault"]["Error"][0]
    assert (answer.status_code, error["code"]) == (500, "10000")
    assert "Payroll call failed with no information" in error["Detail"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"PrimaryAddr": {}}, "2020"),
        ({"PrimaryAddr": {"City": "Bayshore"}}, "2020"),
        ({"BillRate": 90}, "2010"),
        ({"Title": "Dr"}, "2010"),
    ],
)
def test_an_employee_with_payroll_needs_an_address_and_takes_less(
    books: Books, more: dict[str, Any], code: str
) -> None:
    own(books, payroll="on")
    new = {"GivenName": "Ada", "FamilyName": "Lovelace", "PrimaryAddr": ADDRESS}
    assert books.refused("Employee", {**new, **more}) == code
    made = books.create("Employee", {**new, "DisplayName": "Lovelace, Ada"})
    assert made["DisplayName"] == "Ada Lovelace"


def test_a_company_without_payroll_takes_employees(books: Books) -> None:
    new = {"GivenName": "Ada", "FamilyName": "Lovelace", "BillRate": 90}
    assert books.create("Employee", new)["BillRate"] == 90
