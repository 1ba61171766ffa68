"""Schedules: the time at which a connection's lists are due. Pure; every moment is UTC."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.settings import Schedule, ScheduleMode

FIRST_INTERVAL = timedelta(minutes=4)
LAST_INTERVAL = timedelta(hours=4)
NIGHTLY_SPREAD = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The time at which a connection is due next. `at` None is never. `interval` is the poll's.
    `hinted` are the lists of which the ledger hinted a change since the last sync began. `planned`
    is when the schedule itself has its next sync; None while that one is under way. `retry_at` is
    when parked runs are tried again, `tries` how often that was so in a row. `at` may be earlier
    than `planned` and `retry_at`. `version` counts the changes of this row."""

    firm: str
    connection_id: str
    at: datetime | None = None
    interval: timedelta = FIRST_INTERVAL
    hinted: frozenset[ListType] = frozenset()
    planned: datetime | None = None
    retry_at: datetime | None = None
    tries: int = 0
    version: int = 0

    @property
    def connection_key(self) -> ConnectionKey:
        """The connection that it belongs to."""
        return ConnectionKey(self.firm, self.connection_id)


def jitter(connection_id: str, spread: timedelta) -> timedelta:
    """A stable share of `spread`, at least 0 and less than all of it."""
    share = int.from_bytes(hashlib.sha256(connection_id.encode()).digest()[:8])
    microseconds = spread // timedelta(microseconds=1)
    return timedelta(microseconds=microseconds * share >> 64)


def next_interval(interval: timedelta, *, changed: bool) -> timedelta:
    """The poll's next interval: from the first again after a change, else twice as long."""
    return FIRST_INTERVAL if changed else min(interval * 2, LAST_INTERVAL)


def next_try(wait: timedelta, tries: int) -> timedelta:
    """How long parked runs wait for the ledger: twice as long after each try in a row."""
    return min(wait * (1 << min(tries, 10)), LAST_INTERVAL)


def next_due(
    schedule: Schedule, interval: timedelta, now: datetime, connection_id: str
) -> datetime | None:
    """The next moment after `now`; None when the schedule is off."""
    match schedule.mode:
        case ScheduleMode.OFF:
            return None
        case ScheduleMode.POLL:
            return now + interval + jitter(connection_id, FIRST_INTERVAL / 4)
        case ScheduleMode.NIGHTLY:
            return _next_night(schedule, now, jitter(connection_id, NIGHTLY_SPREAD))


def _next_night(schedule: Schedule, now: datetime, after: timedelta) -> datetime:
    """The first night's hour, plus `after`, that lies ahead. On a day that lacks the hour it is
    as much later as the clock was put forward; on a day that has it twice the first one counts."""
    zone = ZoneInfo(schedule.time_zone)
    today = now.astimezone(zone).date()
    nights = (_night(today + timedelta(days=days), schedule.hour, zone) for days in (-1, 0, 1, 2))
    return next(night + after for night in nights if night + after > now)


def _night(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), zone).astimezone(UTC)
