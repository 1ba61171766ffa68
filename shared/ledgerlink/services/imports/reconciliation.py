"""Reconciliation: our links compared with what the ledger holds now."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from ledgerlink.domain.errors import Interrupted, Invalid
from ledgerlink.domain.model.connections import Connection, ConnectionKey
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.snapshots import Snapshot
from ledgerlink.domain.money import rounded
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.posting.snapshots import read_snapshots
from ledgerlink.services.runs.ledger_session import ledger_session

LONGEST_PERIOD = timedelta(days=92)
READ_SECONDS = 22.0
"""Seconds that the ledger may take, because an API call may take 29 in all."""


@dataclass(slots=True)
class Sum:
    """Time and money of some time activities, on both sides."""

    ours_minutes: int = 0
    ledger_minutes: int = 0
    ours_money: Decimal = Decimal(0)
    ledger_money: Decimal = Decimal(0)
    activities: int = 0

    def add(self, link: Link, snapshot: Snapshot | None) -> None:
        """Add one activity; `snapshot` is None if the ledger no longer has it."""
        self.activities += 1
        self.ours_minutes += link.minutes
        self.ours_money += money(link.minutes, link.rate)
        if snapshot is not None:
            self.ledger_minutes += snapshot.minutes
            self.ledger_money += money(snapshot.minutes, snapshot.rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An activity that differs between the two sides."""

    link: Link
    what: str
    """`gone`, `hours`, `rate` or `fields`: the first of these that differs."""
    ledger_minutes: int
    ledger_money: Decimal


@dataclass(slots=True)
class Reconciliation:
    """The sums of both sides and every difference."""

    by_person_and_project: dict[tuple[str, str], Sum] = field(
        default_factory=lambda: defaultdict(Sum)
    )
    total: Sum = field(default_factory=Sum)
    differences: list[Difference] = field(default_factory=list)


def money(minutes: int, rate: Decimal | None) -> Decimal:
    """What the time is billed at, rounded half up to the cent; 0 for time that is not billed."""
    if rate is None:
        return Decimal(0)
    return rounded(rate * minutes / 60)


def reconcile(
    deps: Dependencies, connection_key: ConnectionKey, first: date, last: date
) -> Reconciliation:
    """Compare the time that was worked from `first` to `last`, both included.

    Raises NotFound, Conflict for a connection that is not authorised, Invalid for an empty period
    or one that is too long, and what the ledger raises.
    """
    connection = deps.connections.get(connection_key)
    connection.require_authorized()
    if last < first or last - first >= LONGEST_PERIOD:
        raise _too_long(f"The period must have 1 to {LONGEST_PERIOD.days} days.")
    links = list(deps.links.between(connection_key, first, last))
    return compare(links, asyncio.run(_read(deps, connection, links)))


def compare(links: Iterable[Link], snapshots: Mapping[str, Snapshot | None]) -> Reconciliation:
    """Compare links with their snapshots, which are given by posting key."""
    found = Reconciliation()
    for link in links:
        assert link.source is not None
        snapshot = snapshots.get(link.key)
        project = link.source.project_key or link.source.client_key or ""
        found.total.add(link, snapshot)
        found.by_person_and_project[(link.source.staff_key, project)].add(link, snapshot)
        if what := _difference(link, snapshot):
            found.differences.append(
                Difference(
                    link=link,
                    what=what,
                    ledger_minutes=snapshot.minutes if snapshot else 0,
                    ledger_money=money(snapshot.minutes, snapshot.rate) if snapshot else Decimal(0),
                )
            )
    return found


def _difference(link: Link, snapshot: Snapshot | None) -> str | None:
    if snapshot is None:
        return "gone"
    if snapshot.minutes != link.minutes:
        return "hours"
    if money(snapshot.minutes, snapshot.rate) != money(link.minutes, link.rate):
        return "rate"
    return None if link.fingerprint in snapshot.forms else "fields"


async def _read(
    deps: Dependencies, connection: Connection, links: Sequence[Link]
) -> Mapping[str, Snapshot | None]:
    ends_at = deps.clock.monotonic() + READ_SECONDS
    async with ledger_session(deps, connection, saves_state=False) as session:
        try:
            return await read_snapshots(
                session.ledger, links, lambda: deps.clock.monotonic() > ends_at
            )
        except Interrupted:
            raise _too_long("The accounting system took too long to answer.") from None


def _too_long(message: str) -> Invalid:
    remedy = "Choose a shorter period."
    return Invalid.at("/query/to", message, remedy, code="too_many_days")
