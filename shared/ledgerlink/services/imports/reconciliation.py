"""Reconciliation: what we say that we wrote, against what the ledger holds of it now."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from ledgerlink.domain.errors import Interrupted, Invalid
from ledgerlink.domain.model.connections import Connection, ConnectionKey
from ledgerlink.domain.model.documents import Snapshot
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.money import rounded
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.posting.snapshots import read_snapshots
from ledgerlink.services.runs.ledger_session import ledger_session

LONGEST = timedelta(days=92)
SECONDS = 22.0
"""How long the ledger is read for one answer."""


@dataclass(slots=True)
class Sum:
    """Time and money, of both sides."""

    ours_minutes: int = 0
    ledger_minutes: int = 0
    ours_money: Decimal = Decimal(0)
    ledger_money: Decimal = Decimal(0)
    activities: int = 0

    def add(self, link: Link, copy: Snapshot | None) -> None:
        """Count one activity."""
        self.activities += 1
        self.ours_minutes += link.minutes
        self.ours_money += money(link.minutes, link.rate)
        if copy is not None:
            self.ledger_minutes += copy.minutes
            self.ledger_money += money(copy.minutes, copy.rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An activity of which the two sides differ; `what` is gone, hours, rate or fields."""

    link: Link
    what: str
    ledger_minutes: int
    ledger_money: Decimal


@dataclass(slots=True)
class Reconciliation:
    """Both sides by person and project, in all, and every difference."""

    by_person_and_project: dict[tuple[str, str], Sum] = field(
        default_factory=lambda: defaultdict(Sum)
    )
    total: Sum = field(default_factory=Sum)
    differences: list[Difference] = field(default_factory=list)


def money(minutes: int, rate: Decimal | None) -> Decimal:
    """What the time is billed at, rounded half up to the cent; nothing for what is not billed."""
    if rate is None:
        return Decimal(0)
    return rounded(rate * minutes / 60)


def reconcile(
    deps: Dependencies, connection_key: ConnectionKey, first: date, last: date
) -> Reconciliation:
    """Both sides of the time that was worked on these days, both included.

    Raises NotFound, Conflict for a connection that is not authorised, Invalid for days that are
    none or too many to be read at once, and what the ledger raises.
    """
    connection = deps.connections.get(connection_key)
    connection.require_authorized()
    if last < first or last - first >= LONGEST:
        raise _too_much(f"The days have to be 1 to {LONGEST.days}.")
    links = list(deps.links.between(connection_key, first, last))
    return compare(links, asyncio.run(_read(deps, connection, links)))


def compare(links: Iterable[Link], copies: Mapping[str, Snapshot | None]) -> Reconciliation:
    """Both sides; `copies` by posting key."""
    found = Reconciliation()
    for link in links:
        assert link.source is not None
        copy = copies.get(link.key)
        project = link.source.project_key or link.source.client_key or ""
        found.total.add(link, copy)
        found.by_person_and_project[(link.source.staff_key, project)].add(link, copy)
        if what := _difference(link, copy):
            found.differences.append(
                Difference(
                    link=link,
                    what=what,
                    ledger_minutes=copy.minutes if copy else 0,
                    ledger_money=money(copy.minutes, copy.rate) if copy else Decimal(0),
                )
            )
    return found


def _difference(link: Link, copy: Snapshot | None) -> str | None:
    if copy is None:
        return "gone"
    if copy.minutes != link.minutes:
        return "hours"
    if money(copy.minutes, copy.rate) != money(link.minutes, link.rate):
        return "rate"
    return None if link.fingerprint in copy.forms else "fields"


async def _read(
    deps: Dependencies, connection: Connection, links: Sequence[Link]
) -> Mapping[str, Snapshot | None]:
    ends_at = deps.clock.monotonic() + SECONDS
    async with ledger_session(deps, connection, saves_state=False) as session:
        try:
            return await read_snapshots(
                session.ledger, links, lambda: deps.clock.monotonic() > ends_at
            )
        except Interrupted:
            raise _too_much("The ledger could not be read in time.") from None


def _too_much(message: str) -> Invalid:
    remedy = "Ask for fewer days at once."
    return Invalid.at("/query/to", message, remedy, code="too_many_days")
