"""How often and after how long a call is repeated."""

from collections.abc import Callable

from ledgerlink.connectors.qbo import errors
from ledgerlink.connectors.qbo.replies import Reply
from ledgerlink.domain.errors import LedgerUnavailable

TRIES = 6
"""Requests sent for one call before the ledger counts as down."""

FIRST_WAIT = 1.0
LONGEST_WAIT = 32.0

PAUSE = 60.0
"""Ledger seconds of silence that the ledger asks for after a 429."""

LONGEST_PAUSE = 300.0

PAUSES = 5
"""Pauses for one call; a 429 that outlasts them is the month's quota, not the minute's."""


class OutOfPatience(LedgerUnavailable):
    """One call never got an answer to rely on; others may fare better."""


class Patience:
    """The waits of one call, in ledger seconds. `jitter` gives numbers from 0 to 1."""

    def __init__(self, jitter: Callable[[], float]) -> None:
        self._jitter = jitter
        self._troubles = 0
        self._pauses = 0

    def after_trouble(self, reply: Reply) -> float:
        """Exponential, half of it random. Raises OutOfPatience after the last try."""
        self._troubles += 1
        if self._troubles >= TRIES:
            down = errors.unavailable(f"{reply}, {TRIES} times in a row", reply.trace_id)
            raise OutOfPatience(down.code, down.message, down.remedy, down.trace_id)
        wait = min(FIRST_WAIT * 2.0 ** (self._troubles - 1), LONGEST_WAIT)
        return wait * (1 + self._jitter()) / 2

    def after_throttling(self, reply: Reply) -> float:
        """What the ledger asks for, else a minute. Raises LedgerUnavailable when it is too long,
        or asked for too often."""
        self._pauses += 1
        pause = PAUSE if reply.retry_after is None else float(reply.retry_after)
        if self._pauses > PAUSES or pause > LONGEST_PAUSE:
            raise errors.unavailable(f"{reply}; its quota is used up", reply.trace_id)
        return pause
