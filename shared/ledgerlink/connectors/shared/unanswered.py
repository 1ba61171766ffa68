"""Writes without an answer: until when the ledger may still be processing them."""

from datetime import datetime
from typing import Any

from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.domain.ports import ConnectorState, Stop


class UnansweredWrites:
    """Until when writes without an answer may still take effect. Workers hand this on by the
    connector state, because a search before that moment could miss such a write."""

    def __init__(self, time: LedgerTime, state: ConnectorState, latest: float) -> None:
        """`latest` is how many ledger seconds after it was sent a request has finished, or never
        will."""
        self._time = time
        self._latest = latest
        stored = state.get("silent_until")
        self._until = datetime.fromisoformat(stored) if stored else None

    def add(self, age: float = 0.0) -> None:
        """Count a write without an answer that was sent at least `age` ledger seconds ago."""
        until = self._time.after(max(self._latest - age, 0.0))
        self._until = max(self._until or until, until)

    def all_finished(self) -> bool:
        """Whether the ledger can no longer be processing any of them."""
        return self._until is None or self._time.left(self._until) <= 0

    async def wait(self, stop: Stop) -> None:
        """Wait until all have finished. Raises Interrupted when `stop` says so."""
        if self._until is not None:
            await self._time.sleep(self._time.left(self._until), stop)

    def state(self) -> dict[str, Any]:
        """What the next worker has to know, as JSON values."""
        return {"silent_until": self._until.isoformat()} if self._until else {}
