"""How often and after how long a call is repeated."""

from collections.abc import Callable
from math import inf

from ledgerlink.connectors.qbo.protocol.response import Reply
from ledgerlink.connectors.shared import errors
from ledgerlink.domain.errors import LedgerUnavailable

TRIES = 6
"""Requests sent for one call before the ledger counts as down."""

FIRST_WAIT = 1.0
LONGEST_WAIT = 32.0

PAUSE = 60.0
"""Ledger seconds of silence that the ledger asks for after a 429."""

LONGEST_PAUSE = 300.0

PAUSES = 3
"""Pauses for one call, or one after another for all; a 429 that outlasts them is the month's
quota, not the minute's. They fit into a worker's time."""


class RetriesExhausted(LedgerUnavailable):
    """One call never got an answer to rely on; others may fare better."""


class Pauses:
    """The pauses of all calls of one open ledger, one after another without an answer between."""

    def __init__(self) -> None:
        self.count = 0
        self._until = -inf

    def begin(self, now: float, seconds: float) -> None:
        """Count a pause; calls that were refused at the same time share one."""
        self.count += now >= self._until
        self._until = max(self._until, now + seconds)

    def end(self) -> None:
        """The ledger let a call through."""
        self.count = 0


class Retry:
    """The waits of one call, in ledger seconds. `jitter` gives numbers from 0 to 1."""

    def __init__(self, jitter: Callable[[], float], pauses: Pauses) -> None:
        self._jitter = jitter
        self._shared = pauses
        self._troubles = 0
        self._pauses = 0

    def after_trouble(self, reply: Reply) -> float:
        """Exponential, half of it random. Raises OutOfPatience after the last try."""
        self._troubles += 1
        if self._troubles >= TRIES:
            down = errors.unavailable(f"{reply}, {TRIES} times in a row", trace_id=reply.trace_id)
            raise RetriesExhausted(down.code, down.message, down.remedy, down.trace_id)
        wait = min(FIRST_WAIT * 2.0 ** (self._troubles - 1), LONGEST_WAIT)
        return wait * (1 + self._jitter()) / 2

    def after_throttling(self, reply: Reply, now: float) -> float:
        """What the ledger asks for, else a minute. Raises LedgerUnavailable when it is too long,
        or asked for too often."""
        self._pauses += 1
        pause = PAUSE if reply.retry_after is None else float(reply.retry_after)
        self._shared.begin(now, pause)
        if max(self._pauses, self._shared.count) > PAUSES or pause > LONGEST_PAUSE:
            raise errors.unavailable(f"{reply}; its quota is used up", trace_id=reply.trace_id)
        return pause
