"""Writes without an answer: until when the ledger may still store them."""

from datetime import datetime
from typing import Any

import httpx

from ledgerlink.connectors.qbo.errors import Disposition
from ledgerlink.connectors.qbo.timing import LedgerTime
from ledgerlink.domain.ports import LaneState, Stop

LATEST = 130.0
"""Ledger seconds after which a request is stored or never will be: the ledger lets one run for
120, also when its gateway gave up long before (https://developer.intuit.com, limits page)."""

UNKNOWN = frozenset({Disposition.LOOK_UP, Disposition.REPEAT})
"""Answers that do not say whether the request is still at work."""


class Silence:
    """The moment at which the last unanswered write is over; survives its worker."""

    def __init__(self, time: LedgerTime, state: LaneState) -> None:
        self._time = time
        stored = state.get("silent_until")
        self._until = datetime.fromisoformat(stored) if stored else None

    def begin(self, since: float = 0.0) -> None:
        """A write went unanswered that left at least `since` ledger seconds ago."""
        until = self._time.after(LATEST - since)
        self._until = max(self._until or until, until)

    async def over(self, stop: Stop) -> None:
        """Wait for the end. Raises Interrupted when `stop` says so."""
        if self._until is not None:
            await self._time.sleep(self._time.left(self._until), stop)

    def state(self) -> dict[str, Any]:
        """The memory as JSON values."""
        return {"silent_until": self._until.isoformat()} if self._until else {}


def waited(error: BaseException, timeout: float) -> float:
    """How long ago the request left for certain, by the error that ended it."""
    return timeout if isinstance(error, httpx.ReadTimeout) else 0.0
