"""Writes without an answer: until when a ledger may still be at work on them."""

from datetime import datetime
from typing import Any, ClassVar

from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.domain.ports import ConnectorState, Stop


class UnansweredWrites:
    """The moment at which the last unanswered write is over; survives its worker. `latest` is how
    many ledger seconds after it left a request is done or never will be."""

    latest: ClassVar[float]

    def __init__(self, time: LedgerTime, state: ConnectorState) -> None:
        self._time = time
        stored = state.get("silent_until")
        self._until = datetime.fromisoformat(stored) if stored else None

    def begin(self, since: float = 0.0) -> None:
        """A write went unanswered that left at least `since` ledger seconds ago."""
        until = self._time.after(max(self.latest - since, 0.0))
        self._until = max(self._until or until, until)

    def is_over(self) -> bool:
        """Whether nothing is under way any more."""
        return self._until is None or self._time.left(self._until) <= 0

    async def over(self, stop: Stop) -> None:
        """Wait for the end. Raises Interrupted when `stop` says so."""
        if self._until is not None:
            await self._time.sleep(self._time.left(self._until), stop)

    def state(self) -> dict[str, Any]:
        """The memory as JSON values."""
        return {"silent_until": self._until.isoformat()} if self._until else {}
