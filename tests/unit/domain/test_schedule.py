"""When a connection is due, in the zone of its firm."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgerlink.domain.model.schedule import (
    FIRST_INTERVAL,
    LAST_INTERVAL,
    NIGHTLY_SPREAD,
    jitter,
    next_due,
    next_interval,
)
from ledgerlink.domain.model.settings import Schedule, ScheduleMode

from tests.support.sampling import examples

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Africa/Casablanca",
)
CONNECTION = "connection-1"
PROPERTY = settings(max_examples=examples(120), deadline=None)
EIGHT_YEARS = 8 * 365 * 86_400
moments = st.integers(0, EIGHT_YEARS).map(
    lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
zones = st.sampled_from(ZONES)
hours = st.integers(0, 23)
names = st.text(min_size=1, max_size=40)


def nightly(zone: str, hour: int) -> Schedule:
    return Schedule(mode=ScheduleMode.NIGHTLY, hour=hour, time_zone=zone)


def night(schedule: Schedule, now: datetime, connection_id: str = CONNECTION) -> datetime:
    """The next night's moment, without the connection's share of the spread."""
    due = next_due(schedule, FIRST_INTERVAL, now, connection_id)
    assert due is not None
    return due - jitter(connection_id, NIGHTLY_SPREAD)


@pytest.mark.parametrize(
    ("zone", "hour", "day", "expected"),
    [
        pytest.param("UTC", 2, "2026-06-10", "2026-06-10T02:00", id="no daylight saving"),
        pytest.param("Europe/Berlin", 2, "2026-03-28", "2026-03-28T01:00", id="winter"),
        pytest.param("Europe/Berlin", 2, "2026-03-29", "2026-03-29T01:00", id="lacks the hour"),
        pytest.param("Europe/Berlin", 2, "2026-03-30", "2026-03-30T00:00", id="summer"),
        pytest.param("Europe/Berlin", 2, "2026-10-25", "2026-10-25T00:00", id="hour comes twice"),
        pytest.param("Europe/Berlin", 2, "2026-10-26", "2026-10-26T01:00", id="winter again"),
        pytest.param("America/New_York", 2, "2026-03-08", "2026-03-08T07:00", id="US, forward"),
        pytest.param("America/New_York", 1, "2026-11-01", "2026-11-01T05:00", id="US, back"),
        pytest.param("Asia/Kathmandu", 2, "2026-05-05", "2026-05-04T20:15", id="odd offset"),
        pytest.param("Australia/Lord_Howe", 2, "2026-10-04", "2026-10-03T15:30", id="half an hour"),
        pytest.param("Australia/Lord_Howe", 1, "2026-04-05", "2026-04-04T14:00", id="half, back"),
        pytest.param("Africa/Cairo", 0, "2026-04-24", "2026-04-23T22:00", id="lacks midnight"),
    ],
)
def test_a_night_comes_at_the_firms_hour(zone: str, hour: int, day: str, expected: str) -> None:
    midnight = datetime.combine(date.fromisoformat(day), datetime.min.time(), ZoneInfo(zone))
    before = midnight.astimezone(UTC) - timedelta(hours=3)
    due = night(nightly(zone, hour), before)
    assert due == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_the_hour_that_a_day_lacks_is_the_one_after_it() -> None:
    due = night(nightly("Europe/Berlin", 2), datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert due.astimezone(ZoneInfo("Europe/Berlin")).hour == 3


@PROPERTY
@given(zone=zones, hour=hours, now=moments, name=names)
def test_the_next_moment_lies_ahead_within_a_day_or_so(
    zone: str, hour: int, now: datetime, name: str
) -> None:
    due = next_due(nightly(zone, hour), FIRST_INTERVAL, now, name)
    assert due is not None
    assert now < due <= now + timedelta(hours=25)


@PROPERTY
@given(zone=zones, hour=hours, now=moments, name=names)
def test_each_local_day_has_one_night(zone: str, hour: int, now: datetime, name: str) -> None:
    days, moment = [], now
    for _ in range(8):
        begun = night(nightly(zone, hour), moment, name)
        days.append(begun.astimezone(ZoneInfo(zone)).date())
        moment = begun + jitter(name, NIGHTLY_SPREAD)
    assert days == [days[0] + timedelta(days=n) for n in range(8)]


@PROPERTY
@given(zone=zones, hour=hours, now=moments, name=names, later=st.integers(0, 86_400))
def test_looking_later_never_finds_an_earlier_night(
    zone: str, hour: int, now: datetime, name: str, later: int
) -> None:
    schedule = nightly(zone, hour)
    assert night(schedule, now, name) <= night(schedule, now + timedelta(seconds=later), name)


@PROPERTY
@given(name=names, seconds=st.integers(1, 100_000))
def test_a_jitter_is_stable_and_less_than_its_spread(name: str, seconds: int) -> None:
    spread = timedelta(seconds=seconds)
    assert jitter(name, spread) == jitter(name, spread)
    assert timedelta(0) <= jitter(name, spread) < spread


def test_jitters_are_spread_evenly() -> None:
    minutes = [jitter(f"c{n}", NIGHTLY_SPREAD) // timedelta(minutes=1) for n in range(6000)]
    fullest = max(minutes.count(minute) for minute in range(60))
    assert set(minutes) == set(range(60))
    assert fullest < 150


def test_a_poll_doubles_from_four_minutes_to_four_hours_and_falls_back() -> None:
    interval, met = FIRST_INTERVAL, [FIRST_INTERVAL]
    for _ in range(8):
        interval = next_interval(interval, changed=False)
        met.append(interval)
    assert [step // timedelta(minutes=1) for step in met] == [4, 8, 16, 32, 64, 128, 240, 240, 240]
    assert next_interval(LAST_INTERVAL, changed=True) == FIRST_INTERVAL


@PROPERTY
@given(now=moments, name=names, minutes=st.integers(4, 240))
def test_a_poll_comes_its_interval_later_and_a_minute_at_most(
    now: datetime, name: str, minutes: int
) -> None:
    interval = timedelta(minutes=minutes)
    due = next_due(Schedule(mode=ScheduleMode.POLL), interval, now, name)
    assert due is not None
    assert interval <= due - now < interval + timedelta(minutes=1)


def test_a_schedule_that_is_off_is_never_due() -> None:
    off = Schedule(mode=ScheduleMode.OFF)
    assert next_due(off, FIRST_INTERVAL, datetime(2026, 3, 2, tzinfo=UTC), CONNECTION) is None
