"""Retries: the number of repeats of a call and the pause before each."""

from collections.abc import Callable
from math import inf

from ledgerlink.connectors.qbo.protocol.response import Response
from ledgerlink.connectors.shared import errors

MAX_TRIES = 6
"""Requests for one call before QuickBooks counts as down."""

FIRST_WAIT = 1.0
LONGEST_WAIT = 32.0
"""Ledger seconds before the first repeat and, at most, before a later one."""

SHORTEST_PAUSE = 60.0
"""Ledger seconds to pause after a 429, at least. Intuit asks this of every throttled application
(its page on limits); a shorter time in Retry-After, a header that its page does not name, comes
from a gateway."""

LONGEST_PAUSE = 300.0
"""Ledger seconds; a longer pause does not fit into a worker's time."""

MAX_PAUSES = 3
"""Pauses of one call, or of all calls without an answer in between. They fit into a worker's time;
a 429 that outlasts them is no longer the limit of a minute."""


class Pauses:
    """The pauses that all calls of one open ledger made since a call last got through."""

    def __init__(self) -> None:
        self.count = 0
        self._until = -inf

    def begin(self, now: float, seconds: float) -> None:
        """Count a pause. Calls that were throttled at the same time share one."""
        self.count += now >= self._until
        self._until = max(self._until, now + seconds)

    def end(self) -> None:
        """A call got through."""
        self.count = 0


class Retry:
    """The waits of one call, in ledger seconds."""

    def __init__(self, jitter: Callable[[], float], pauses: Pauses) -> None:
        """`jitter` returns numbers from 0 to 1."""
        self._jitter = jitter
        self._shared_pauses = pauses
        self._failures = 0
        self._pauses = 0

    def after_failure(self, response: Response) -> float:
        """The wait before the next try: exponential, half of it random. Raises LedgerUnavailable
        after the last try."""
        self._failures += 1
        if self._failures >= MAX_TRIES:
            detail = f"{response}, {MAX_TRIES} times in a row"
            raise errors.unavailable(detail, trace_id=response.trace_id)
        wait = min(FIRST_WAIT * 2.0 ** (self._failures - 1), LONGEST_WAIT)
        return wait * (1 + self._jitter()) / 2

    def after_throttling(self, response: Response, now: float) -> float:
        """The pause: a minute, or longer if QuickBooks asks for it. Raises LedgerUnavailable if it
        is too long, or asked for too often."""
        self._pauses += 1
        pause = max(SHORTEST_PAUSE, float(response.retry_after or 0))
        self._shared_pauses.begin(now, pause)
        if max(self._pauses, self._shared_pauses.count) > MAX_PAUSES or pause > LONGEST_PAUSE:
            detail = f"{response}; QuickBooks keeps asking us to slow down"
            raise errors.unavailable(detail, trace_id=response.trace_id)
        return pause
