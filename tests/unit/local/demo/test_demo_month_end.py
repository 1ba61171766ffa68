"""The end of a month, shown against a stand-in."""

import io
from decimal import Decimal

import httpx
import pytest
from rich.console import Console

from local.demo.api import Api
from local.demo.ledger import Company
from local.demo.month import FOLDER, Month
from local.demo.month_end import MonthEnd
from local.demo.sandbox import Sandbox
from tests.unit.local.demo.desk import Desk

MONTH = Month.read(FOLDER)


@pytest.fixture
def desk() -> Desk:
    return Desk(MONTH)


def show(desk: Desk) -> tuple[bool, str]:
    """Whether it went well, and what was on the screen."""
    http = httpx.Client(transport=httpx.MockTransport(desk.answer), base_url="http://desk")
    screen = io.StringIO()
    month_end = MonthEnd(
        month=MONTH,
        api=Api(http, http),
        connection_id="c1",
        company=Company(http, "42", lambda: "token", 1.0),
        sandbox=Sandbox(http),
        new_key=lambda: "key",
        console=Console(file=screen, width=200),
        monotonic=lambda: 0.0,
    )
    return month_end.show(), screen.getvalue()


def test_a_month_is_posted_paid_corrected_and_taken_back(desk: Desk) -> None:
    well, screen = show(desk)
    assert well
    assert "12 of 12" in screen
    assert "posted again, nothing is written" in screen
    assert "of 26 entries on invoices 26 are HasBeenBilled" in screen
    assert "status paid, balance 0, paid_on 2026-04-14" in screen
    assert "It is paid." in screen
    assert desk.documents["month-expense-45"]["TotalAmt"] == Decimal("120.00")
    assert desk.documents["month-report-9"]["TotalAmt"] == Decimal("69.79")


def test_receipts_are_uploaded_and_named_by_their_upload(desk: Desk) -> None:
    show(desk)
    assert {content[:4] for content in desk.uploads} == {b"\x89PNG", b"%PDF"}
    assert len(desk.uploads) == 3


def test_the_payment_is_of_all_that_is_open_to_the_cent(desk: Desk) -> None:
    show(desk)
    (payment,) = desk.payments
    assert payment["TotalAmt"] == Decimal("3049.05") == payment["Line"][0]["Amount"]
    assert payment["TxnDate"] == "2026-04-14"


def test_a_second_showing_writes_nothing_anew_and_pays_nothing_again(desk: Desk) -> None:
    show(desk)
    well, screen = show(desk)
    assert well
    assert len(desk.payments) == 1
    assert "records written" not in screen
    assert "status paid, balance 0, paid_on 2026-04-14" in screen


def test_a_cent_of_difference_ends_it(desk: Desk) -> None:
    desk.skew = Decimal("0.01")
    well, screen = show(desk)
    assert not well
    assert "The month and the ledger differ." in screen
    assert not desk.payments


def test_a_paid_invoice_that_changes_is_told(desk: Desk) -> None:
    desk.lenient = True
    well, screen = show(desk)
    assert not well
    assert "The invoice was not refused for being paid." in screen


def test_time_that_stays_billable_is_told(desk: Desk) -> None:
    desk.billed = "Billable"
    well, screen = show(desk)
    assert not well
    assert "Time that an invoice bills is not marked so." in screen


def test_a_month_that_is_written_at_every_post_is_told(desk: Desk) -> None:
    desk.forgets = True
    well, screen = show(desk)
    assert not well
    assert "The same month was written again." in screen
