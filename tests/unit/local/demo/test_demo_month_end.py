"""The end of a month, shown against a stand-in."""

import io
from dataclasses import replace
from decimal import Decimal

import httpx
import pytest
from rich.console import Console

from local.demo.api import Api
from local.demo.month import FOLDER, Month
from local.demo.month_end import MonthEnd
from local.demo.qbo.company import TRAITS, QuickBooksCompany
from local.demo.qbo.sandbox import QuickBooksSandbox
from tests.unit.local.demo.fake_system import FakeSystem

MONTH = Month.read(FOLDER)


@pytest.fixture
def system() -> FakeSystem:
    return FakeSystem(MONTH)


class LesserCompany(QuickBooksCompany):
    """Of a ledger that keeps no time of vendors, and marks none as billed."""

    traits = replace(TRAITS, vendors_work=False, marks_billed=False)


def show(system: FakeSystem, of: type[QuickBooksCompany] = QuickBooksCompany) -> tuple[bool, str]:
    """Whether it went well, and what was on the screen."""
    http = httpx.Client(transport=httpx.MockTransport(system.answer), base_url="http://desk")
    screen = io.StringIO()
    month_end = MonthEnd(
        month=MONTH,
        api=Api(http, http),
        connection_id="c1",
        company=of(http, "42", lambda: "token", 1.0),
        sandbox=QuickBooksSandbox(http),
        new_key=lambda: "key",
        console=Console(file=screen, width=200),
        monotonic=lambda: 0.0,
    )
    return month_end.show(), screen.getvalue()


def test_a_month_is_posted_paid_corrected_and_taken_back(system: FakeSystem) -> None:
    well, screen = show(system)
    assert well
    assert "12 of 12" in screen
    assert "posted again, nothing is written" in screen
    assert "of 26 entries on invoices 26 are marked so there" in screen
    assert "status paid, balance 0, paid_on 2026-04-14" in screen
    assert "It is paid." in screen
    assert system.documents["month-expense-45"]["TotalAmt"] == Decimal("120.00")
    assert system.documents["month-report-9"]["TotalAmt"] == Decimal("69.79")


def test_receipts_are_uploaded_and_named_by_their_upload(system: FakeSystem) -> None:
    show(system)
    assert {content[:4] for content in system.uploads} == {b"\x89PNG", b"%PDF"}
    assert len(system.uploads) == 3


def test_the_payment_is_of_all_that_is_open_to_the_cent(system: FakeSystem) -> None:
    show(system)
    (payment,) = system.payments
    assert payment["TotalAmt"] == Decimal("3049.05") == payment["Line"][0]["Amount"]
    assert payment["TxnDate"] == "2026-04-14"


def test_a_second_showing_writes_nothing_anew_and_pays_nothing_again(system: FakeSystem) -> None:
    show(system)
    well, screen = show(system)
    assert well
    assert len(system.payments) == 1
    assert "records written" not in screen
    assert "status paid, balance 0, paid_on 2026-04-14" in screen


def test_a_cent_of_difference_ends_it(system: FakeSystem) -> None:
    system.skew = Decimal("0.01")
    well, screen = show(system)
    assert not well
    assert "The month and the ledger differ." in screen
    assert not system.payments


def test_a_paid_invoice_that_changes_is_reported(system: FakeSystem) -> None:
    system.lenient = True
    well, screen = show(system)
    assert not well
    assert "The invoice was not refused for being paid." in screen


def test_time_that_stays_billable_is_reported(system: FakeSystem) -> None:
    system.billed = "Billable"
    well, screen = show(system)
    assert not well
    assert "Time that an invoice bills is not marked so." in screen


def lesser(system: FakeSystem) -> FakeSystem:
    system.billed, system.refused = "Billable", MONTH.vendors()
    return system


def test_unsupported_records_are_counted_in_the_products_words(
    system: FakeSystem,
) -> None:
    well, screen = show(lesser(system), LesserCompany)
    assert well
    assert "not posted: 6 time entries. It is invalid_record." in screen
    assert "of 26 entries on invoices the ledger marks none" in screen


def test_time_that_is_refused_by_a_ledger_that_keeps_it_is_reported(system: FakeSystem) -> None:
    system.refused = MONTH.vendors()
    well, screen = show(system)
    assert not well
    assert "time:month-time-04" in screen


def test_time_that_a_ledger_keeps_unexpectedly_is_reported(system: FakeSystem) -> None:
    system.billed = "Billable"
    well, screen = show(system, LesserCompany)
    assert not well
    assert "Time is not refused as it should be." in screen


def test_a_warning_where_the_ledger_marks_no_time_is_reported(system: FakeSystem) -> None:
    lesser(system).warns = True
    well, screen = show(system, LesserCompany)
    assert not well
    assert "Time that an invoice bills is not marked so." in screen


def test_a_month_that_is_written_at_every_post_is_reported(system: FakeSystem) -> None:
    system.forgets = True
    well, screen = show(system)
    assert not well
    assert "The same month was written again." in screen
