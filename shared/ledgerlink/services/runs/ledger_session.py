"""Ledger sessions: a ledger that is open for a while, with its metered calls counted."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.ports import Ledger
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.runs.posting_marks import (
    PostingMark,
    require_known,
    settled,
    store_next,
    without_mark,
)


@dataclass(slots=True)
class LedgerSession:
    """An open ledger."""

    deps: Dependencies
    connection: Connection
    ledger: Ledger
    metered: int = 0
    """Calls of this session so far that the ledger's maker meters."""
    _counted: Counter[str] = field(default_factory=Counter)
    mark: PostingMark = field(default_factory=PostingMark)
    """The company's last posting mark, which is stored with the connector's state."""

    def require_known_marks(self) -> None:
        """Raises RecordsRestored when the table is older than what was posted to the company."""
        require_known(self.deps, self.connection, self.mark)

    def begin_writing(self) -> None:
        """Store that writes begin, and the posting mark under which. Raises RecordsRestored."""
        self.mark = settled(self.deps, self.connection, self.mark)
        self.mark = replace(self.mark, pending=self.deps.ids.secret())
        self.save_state(is_writing=True)
        self.mark = store_next(self.deps, self.connection, self.mark)

    def save_state(self, *, is_writing: bool = False) -> None:
        """Store the connector's state and the posting mark for the next session."""
        state = self.ledger.connector_state(is_writing=is_writing)
        merged = {**state, **self.mark.state()} if self.mark != PostingMark() else state
        self.deps.connector_states.save(self.connection.key, merged)

    def count_calls(self) -> Mapping[str, int]:
        """Count the calls since the last count; returns them by kind."""
        new = Counter(self.ledger.calls) - self._counted
        self._counted += new
        self.metered += count_metered(self.deps, self.connection, new)
        return new


def count_metered(deps: Dependencies, connection: Connection, calls: Mapping[str, int]) -> int:
    """Add those of the calls that are metered to the month's usage; returns how many."""
    kinds = deps.connector(connection.ledger).metered
    metered = sum(number for kind, number in calls.items() if kind in kinds)
    if metered:
        month = deps.clock.now().strftime("%Y-%m")
        deps.usage.add(connection.ledger, connection.key, month, metered)
        deps.metrics.add_up_per_ledger(connection.ledger)
        deps.metrics.count("MeteredReads", metered)
    return metered


@asynccontextmanager
async def ledger_session(
    deps: Dependencies, connection: Connection, *, saves_state: bool = True, writes: bool = False
) -> AsyncIterator[LedgerSession]:
    """Open the connection's ledger for as long as the block lasts.

    The worker of a connection saves the connector's state at the end. A session outside the worker
    does not (`saves_state=False`), because it would overwrite what the worker has saved meanwhile.
    A session that `writes` saves it at the beginning, too, so that the next worker knows if this
    one died before it could say what is left unanswered.
    """
    state = deps.connector_states.load(connection.key)
    ledger = deps.open(connection, without_mark(state))
    session = LedgerSession(deps, connection, ledger, mark=PostingMark.of(state))
    try:
        if writes:
            session.begin_writing()
        yield session
    finally:
        if saves_state:
            session.save_state()
        session.count_calls()
        await session.ledger.close()
