"""Visits to a ledger, which leave the limiter's memory and the metered calls behind."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.ports import Ledger
from ledgerlink.services.dependencies import Dependencies


@dataclass(slots=True)
class LedgerSession:
    """An open ledger. `metered` counts the calls of this visit that its maker meters."""

    deps: Dependencies
    connection: Connection
    ledger: Ledger
    metered: int = 0
    _noted: Counter[str] = field(default_factory=Counter)

    def note(self) -> Mapping[str, int]:
        """Meter the calls since the last note, and return them by kind."""
        fresh = Counter(self.ledger.calls) - self._noted
        self._noted += fresh
        self.metered += meter(self.deps, self.connection, fresh)
        return fresh


def meter(deps: Dependencies, connection: Connection, calls: Mapping[str, int]) -> int:
    """Add the metered ones among these calls to the month's usage; returns how many."""
    kinds = deps.connector(connection.ledger).metered
    metered = sum(number for kind, number in calls.items() if kind in kinds)
    if metered:
        month = deps.clock.now().strftime("%Y-%m")
        deps.usage.add(connection.ledger, connection.key, month, metered)
        deps.count_for(connection.ledger)
        deps.count("MeteredReads", metered)
    return metered


@asynccontextmanager
async def ledger_session(
    deps: Dependencies, connection: Connection, *, aside: bool = False
) -> AsyncIterator[LedgerSession]:
    """The connection's ledger, open for as long as the block lasts. A visit `aside` of the lane
    leaves the limiter's memory to the lane's worker, who may be writing at the same time."""
    there = LedgerSession(deps, connection, deps.open(connection))
    try:
        yield there
    finally:
        if not aside:
            deps.memory.save(connection.key, there.ledger.connector_state())
        there.note()
        await there.ledger.close()
