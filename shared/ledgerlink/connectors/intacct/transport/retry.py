"""How often and after how long a call is repeated."""

from collections.abc import Callable

from ledgerlink.connectors.shared import errors

TRIES = 6
"""Requests sent for one call before the ledger counts as down; as the vendor's own clients do."""

FIRST_WAIT, LONGEST_WAIT = 1.0, 32.0
PAUSE = 30.0
"""Ledger seconds after being told that there were too many requests."""


class Retry:
    """The waits of one call, in ledger seconds. `jitter` gives numbers from 0 to 1."""

    def __init__(self, jitter: Callable[[], float]) -> None:
        self._jitter = jitter
        self._troubles = 0

    def after_trouble(self, detail: str) -> float:
        """Exponential, half of it random. Raises LedgerUnavailable after the last try."""
        wait = min(FIRST_WAIT * 2.0 ** self._count(detail), LONGEST_WAIT)
        return wait * (1 + self._jitter()) / 2

    def after_throttling(self, detail: str) -> float:
        """Longer each time. Raises LedgerUnavailable after the last try."""
        return PAUSE * (1 + self._count(detail)) * (1 + self._jitter() / 2)

    def _count(self, detail: str) -> int:
        """How often there was trouble before."""
        self._troubles += 1
        if self._troubles >= TRIES:
            raise errors.unavailable(f"{detail}, {TRIES} times in a row")
        return self._troubles - 1
