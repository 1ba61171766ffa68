"""Writes without an answer: until when the ledger may still be processing them."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.domain.model.plan import Outcome
from ledgerlink.domain.ports import ConnectorState, Stop

LATEST_AFTER_DEATH = 130.0
"""Ledger seconds after which a request has finished whose worker died: a request that a gateway may
still hold back for longer has been given up by a living worker."""

Search = Callable[[], Awaitable[Mapping[int, Outcome]]]
"""Searches the ledger once for some lost writes; outcomes by seq."""


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
        if state.get("is_writing"):  # the worker before died
            self.add(age=latest - LATEST_AFTER_DEATH)

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

    async def found_by(self, search: Search, count: int, stop: Stop) -> Mapping[int, Outcome]:
        """What the search finds of `count` lost writes once all have finished; at once if it finds
        every one of them before. Raises Interrupted when `stop` says so meanwhile."""
        if not self.all_finished():
            found = await search()
            if len(found) == count:
                return found
            await self.wait(stop)
        return await search()

    def state(self, *, is_writing: bool = False) -> dict[str, Any]:
        """What the next worker has to know, as JSON values. `is_writing` is for the case that this
        one dies."""
        until = {"silent_until": self._until.isoformat()} if self._until else {}
        return until | ({"is_writing": True} if is_writing else {})
