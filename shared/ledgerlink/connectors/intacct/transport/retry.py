"""Retries: the number of repeats of a call and the pause before each."""

from collections.abc import Callable

from ledgerlink.connectors.shared import errors

TRIES = 6
"""Requests for one call before the ledger counts as down, as in the vendor's own clients."""

FIRST_WAIT, LONGEST_WAIT = 1.0, 32.0
PAUSE = 30.0
"""Ledger seconds to wait after too many requests."""


class Retry:
    """The waits of one call, in ledger seconds. `jitter` gives numbers from 0 to 1."""

    def __init__(self, jitter: Callable[[], float]) -> None:
        self._jitter = jitter
        self._failures = 0
        self.has_signed_in_again = False

    def after_failure(self, detail: str) -> float:
        """The wait after a failure: exponential, half of it random. Raises LedgerUnavailable after
        the last try."""
        wait = min(FIRST_WAIT * 2.0 ** self._count(detail), LONGEST_WAIT)
        return wait * (1 + self._jitter()) / 2

    def after_throttling(self, detail: str) -> float:
        """The wait after too many requests, longer each time. Raises LedgerUnavailable after the
        last try."""
        return PAUSE * (1 + self._count(detail)) * (1 + self._jitter() / 2)

    def _count(self, detail: str) -> int:
        """How many failures there were before."""
        self._failures += 1
        if self._failures >= TRIES:
            raise errors.unavailable(f"{detail}, {TRIES} times in a row")
        return self._failures - 1
