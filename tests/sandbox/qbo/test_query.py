"""The query language: section 3."""

from __future__ import annotations

import pytest

from tests.sandbox.qbo.conftest import Books, hours


@pytest.mark.parametrize(
    ("statement", "ids"),
    [
        ("select * from Customer where DisplayName = 'cool cars'", ["3"]),
        (r"SELECT * FROM Customer WHERE DisplayName = 'Amy\'s Bird Sanctuary'", ["1"]),
        ("select * from customer where Id in ('1', '3') orderby Id desc", ["3", "1"]),
        ("select * from Customer where DisplayName like 'D%' order by Id", ["4", "5", "6"]),
        ("select * from Customer orderby Id startposition 2 maxresults 2", ["2", "3"]),
        ("select * from Customer orderby Id maxresults 2 startposition 2", ["2", "3"]),
        ("select * from Customer where Id > '1' and Id < '3' and Active = true", None),
        ("select * from Account where Name = 'checking'", ["35"]),
        ("select * from Account where AccountType = 'Bank' and Name != 'Savings'", ["35"]),
        ("select * from Invoice where CustomerRef = '3'", None),
        ("select * from Item where UnitPrice > '100'", ["5"]),
        ("select * from Customer where DisplayName = 'nobody'", []),
    ],
)
def test_a_statement_finds_its_rows(books: Books, statement: str, ids: list[str] | None) -> None:
    found = books.query(statement)
    rows = next((v for v in found.values() if isinstance(v, list)), [])
    if ids is None:
        assert rows
    else:
        assert [row["Id"] for row in rows] == ids


@pytest.mark.parametrize(
    ("statement", "code", "words"),
    [
        ("select * from Customer where Id = '1' or Id = '2'", "4000", 'Encountered " <OR>'),
        ("select * from Customer where Id = 1%", "4000", 'Encountered: "%" (37)'),
        ("select from Customer", "4000", "Encountered"),
        (
            "select * from TimeActivity where EmployeeRef = '55'",
            "4001",
            "property 'EmployeeRef' is not queryable",
        ),
        (
            "select * from PurchaseOrder where CustomerRef = '1'",
            "4001",
            "Property CustomerRef not found for Entity PurchaseOrder",
        ),
        (
            "select * from Customer maxresults 0",
            "4001",
            "value 0 is too small. Min allowed value is 1",
        ),
        (
            "select BillAddr from Customer",
            "4001",
            "Property BillAddr not found for Entity Customer",
        ),
        ("select * from Purchase where EntityRef = '1'", "4001", "is not queryable"),
        ("select * from Item where ParentRef = '1'", "4001", "is not queryable"),
    ],
)
def test_a_wrong_statement_is_refused_with_words(
    books: Books, statement: str, code: str, words: str
) -> None:
    found, detail = books.fault(books.http.get("query", params={"query": statement}))
    assert found == code
    assert words in detail


def test_a_setting_makes_a_property_filterable(books: Books) -> None:
    books.set(also_filterable=["TimeActivity.EmployeeRef"])
    books.create("TimeActivity", hours())
    found = books.query("select * from TimeActivity where EmployeeRef = '55'")
    assert len(found["TimeActivity"]) == 1


def test_inactive_rows_are_hidden_unless_asked_for(books: Books) -> None:
    books.update("Customer", books.read("Customer", "3"), Active=False)
    assert books.query("select * from Customer where Id = '3'") == {}
    both = "select * from Customer where Id = '3' and Active in (true, false)"
    assert books.query(both)["maxResults"] == 1


def test_no_rows_is_an_empty_object(books: Books) -> None:
    assert books.query("select * from Deposit") == {}


def test_a_count_is_a_total(books: Books) -> None:
    assert books.query("select count(*) from Vendor") == {"totalCount": 8}


def test_a_page_has_a_hundred_rows_and_at_most_a_thousand(books: Books) -> None:
    sandbox = books.running.sandbox
    sandbox.change_settings({"batch_limit": 1100})
    items = [
        {"bId": str(n), "operation": "create", "Customer": {"DisplayName": f"Page {n}"}}
        for n in range(1010)
    ]
    assert books.post("batch", {"BatchItemRequest": items}).status_code == 200
    assert books.query("select * from Customer")["maxResults"] == 100
    assert books.query("select * from Customer maxresults 5000")["maxResults"] == 1000


def test_a_projection_gives_only_its_fields(books: Books) -> None:
    row = books.query("select Id, Name from Item where Id = '4'")["Item"][0]
    assert row == {"Id": "4", "Name": "Design", "domain": "QBO", "sparse": True}


def test_a_query_can_be_posted_as_text(books: Books) -> None:
    headers = {"content-type": "application/text"}
    answer = books.http.post("query", content="select * from Term", headers=headers)
    assert answer.json()["QueryResponse"]["maxResults"] == 4


def test_changes_are_found_by_their_time(books: Books) -> None:
    row = books.create("TimeActivity", hours())
    since = row["MetaData"]["LastUpdatedTime"]
    statement = f"select * from TimeActivity where MetaData.LastUpdatedTime >= '{since}'"
    found = books.query(f"{statement} orderby MetaData.LastUpdatedTime")
    assert row["Id"] in {r["Id"] for r in found["TimeActivity"]}


def test_tax_codes_come_with_three_rows_too_many(books: Books) -> None:
    found = books.query("select * from TaxCode maxresults 1")["TaxCode"]
    assert [row["Id"] for row in found][:2] == ["TAX", "NON"]
    assert len(found) == 4


def test_time_comes_newest_first_without_orderby(books: Books) -> None:
    books.create("TimeActivity", hours())
    last = books.create("TimeActivity", hours())
    assert books.query("select * from TimeActivity")["TimeActivity"][0]["Id"] == last["Id"]
