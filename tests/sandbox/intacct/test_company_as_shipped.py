"""A company as Sage ships it: numbers of bills, texts of heads, subscriptions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.intacct.conftest import Books
from tests.sandbox.intacct.test_sales import invoice, order
from tests.sandbox.intacct.test_spending import bill, charge, report
from tests.sandbox.intacct.test_timesheets import sheet
from tests.sandbox.intacct.xml import el, els

TEXT = "Travel March\n[expense:e1]"


def own(books: Books, **settings: Any) -> None:
    books.about("/settings", settings)


def test_a_bill_needs_a_number_where_documents_are_not_numbered(books: Books) -> None:
    """Case sage-intacct 4: developer.sage.com, Bills; intacct-sdk-js#86."""
    own(books, bill_numbers="required")
    found = books.refused_create("APBILL", **bill())
    assert (found.numbers[0], found.first) == (
        "BL03002128",
        "Enter a Bill number, and try again.",
    )
    made = books.create("APBILL", **bill(RECORDID="B-1"))
    cleared = books.refused_update("APBILL", RECORDNO=made["RECORDNO"], RECORDID="")
    assert cleared.numbers[0] == "BL03002128"


def test_a_bill_is_numbered_by_a_sequence(books: Books) -> None:
    own(books, bill_numbers="sequenced")
    made = [books.create("APBILL", **bill()) for _ in "ab"]
    numbers = [books.read("APBILL", one["RECORDNO"])["RECORDID"] for one in made]
    assert numbers == ["BILL-00001", "BILL-00002"]


HEADS = [
    ("TIMESHEET", el("create", el("TIMESHEET", els(**sheet(DESCRIPTION=TEXT)))), "DESCRIPTION"),
    ("EEXPENSES", report(description=TEXT), "DESCRIPTION"),
    ("APBILL", el("create", el("APBILL", els(**bill(DESCRIPTION=TEXT)))), "DESCRIPTION"),
    (
        "ARINVOICE",
        invoice().replace("<invoiceitems>", f"{els(description=TEXT)}<invoiceitems>"),
        "DESCRIPTION",
    ),
    ("CCTRANSACTION", charge(description=TEXT), "DESCRIPTION"),
    ("SODOCUMENT", order(message=TEXT), "MESSAGE"),
]


@pytest.mark.parametrize(("name", "body", "field"), HEADS)
def test_the_text_of_a_head_may_come_back_on_one_line(
    books: Books, name: str, body: str, field: str
) -> None:
    """Case sage-intacct 5."""
    own(books, header_text="one_line")
    books.ok(body)
    assert books.rows(name)[-1][field] == "Travel March [expense:e1]"


@pytest.mark.parametrize(("name", "body", "field"), HEADS)
def test_the_text_of_a_head_is_kept(books: Books, name: str, body: str, field: str) -> None:
    books.ok(body)
    assert books.rows(name)[-1][field] == TEXT


def test_a_right_that_a_user_lacks_is_named_by_its_object(books: Books) -> None:
    """Case sage-intacct 6."""
    user = {"id": "sandbox-user", "password": "user-secret", "denied": ["CREATE EEXPENSES"]}
    books.about(body={"users": [user]})
    found = books.refused(report())
    assert (found.numbers[0], found.first) == (
        "PL04000005",
        "You do not have permission for API operation CREATE on objects of type eexpenses",
    )
    books.create("TIMESHEET", **sheet())
