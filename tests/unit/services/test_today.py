"""What is dated by today has the day of the firm's time zone.

Cases general 18 and product 16.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from ledgerlink.domain.errors import LedgerUnavailable
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.money_settings import ExpenseSettings, PostingDate
from ledgerlink.domain.model.schedule import FIRST_INTERVAL, next_due
from ledgerlink.domain.model.settings import Schedule, ScheduleMode, Settings
from ledgerlink.services.posting.preview import preview
from ledgerlink.services.runs import parking
from ledgerlink.services.settings.settings import change_settings

from tests.fakes.service import USER, InMemoryService
from tests.support.money_service import money_service, spent

LOS_ANGELES, AUCKLAND = "America/Los_Angeles", "Pacific/Auckland"
FRIDAY = date(2026, 7, 31)
SATURDAY = date(2026, 8, 1)


def firm(moment: datetime, **settings: Any) -> tuple[InMemoryService, Connection]:
    """A firm that dates expenses by today, at this moment."""
    app, connection = money_service()
    stored = app.deps.settings.get(connection.key)
    how = ExpenseSettings(date=PostingDate.TODAY, check_account_id="BANK")
    app.deps.settings.put(connection.key, replace(stored, expenses=how))
    if settings:
        change_settings(app.deps, connection.key, USER, settings)
    app.clock.moment = moment
    return app, connection


def dated(app: InMemoryService, connection: Connection, key: str = "k") -> date:
    """The day of an expense that is posted now, which the preview shows, too."""
    (shown,) = preview(app.deps, connection.key, USER, [spent("e1")])
    app.post(connection, key, [spent("e1")])
    app.work()
    (stored,) = app.company().of_kind("Spending")
    assert shown.day == date.fromisoformat(stored.body["day"])
    return date.fromisoformat(stored.body["day"])


@pytest.mark.parametrize(
    ("hour", "zone", "day"),
    [
        (6, LOS_ANGELES, FRIDAY),
        (7, LOS_ANGELES, SATURDAY),  # midnight in summer, UTC-7
        (0, "UTC", SATURDAY),
        (0, AUCKLAND, SATURDAY),
    ],
)
def test_today_is_the_day_of_the_firm_at_the_end_of_a_month(
    hour: int, zone: str, day: date
) -> None:
    at = datetime(2026, 8, 1, hour, 59, tzinfo=UTC)
    assert dated(*firm(at, time_zone=zone)) == day


@pytest.mark.parametrize(("hour", "day"), [(11, FRIDAY), (12, SATURDAY)])
def test_a_day_that_begins_before_that_of_utc_counts_too(hour: int, day: date) -> None:
    at = datetime(2026, 7, 31, hour, 30, tzinfo=UTC)
    assert dated(*firm(at, time_zone=AUCKLAND)) == day


def test_without_a_zone_of_the_firm_that_of_the_schedule_counts() -> None:
    at = datetime(2026, 8, 1, 5, tzinfo=UTC)
    assert dated(*firm(at, schedule={"time_zone": LOS_ANGELES})) == FRIDAY
    both = {"time_zone": "UTC", "schedule": {"time_zone": LOS_ANGELES}}
    assert dated(*firm(at, **both)) == SATURDAY
    assert dated(*firm(at)) == SATURDAY


def test_the_day_stays_when_the_document_is_posted_again() -> None:
    app, connection = firm(datetime(2026, 8, 1, 5, tzinfo=UTC), time_zone=LOS_ANGELES)
    assert dated(app, connection) == FRIDAY
    app.clock.go_on(days=3)
    app.post(connection, "again", [spent("e1", amount="11.00")])
    app.work()
    (stored,) = app.company().of_kind("Spending")
    assert stored.body["day"] == "2026-07-31"


def test_a_run_that_is_planned_the_day_after_keeps_the_day_on_which_it_was_posted() -> None:
    app, connection = firm(datetime(2026, 8, 1, 6, 59, tzinfo=UTC), time_zone=LOS_ANGELES)
    run = app.post(connection, "late", [spent("e1")])
    app.company().trouble.append(LedgerUnavailable("ledger_unavailable", "Out of order."))
    app.work()
    app.clock.go_on(hours=30)
    parking.resume(app.deps, app.run(run))
    app.work()
    (stored,) = app.company().of_kind("Spending")
    assert stored.body["day"] == "2026-07-31"


def test_the_hour_of_the_schedule_counts_in_its_own_zone() -> None:
    settings = Settings(
        time_zone=AUCKLAND,
        schedule=Schedule(mode=ScheduleMode.NIGHTLY, hour=3, time_zone=LOS_ANGELES),
    )
    now = datetime(2026, 8, 1, 0, tzinfo=UTC)
    due = next_due(settings.schedule, FIRST_INTERVAL, now, "c1")
    assert due is not None
    assert due.hour == 10
