"""The lease of a message, which its worker renews as long as it lives.

SQS hides a message for ten minutes, because Lambda wants that to be longer than a function may run.
A connection whose worker died would rest for so long. The lease hides it for less than a minute.
"""

import threading
import time
from collections.abc import Callable
from types import TracebackType

from aws_lambda_powertools import Logger

LEASE = 45
"""Seconds after which another worker gets the message of one that died."""
RENEW_EVERY = 10.0
RENEWED_WITHIN = 20.0
"""A worker that could not renew its lease for so many seconds stops. What it has in flight ends
within the grace of 20 seconds that connectors give, so before another worker gets the message."""

MAX_WAIT = 5.0
"""Seconds for which the end of a message waits for a renewal that is under way."""

logger = Logger(child=True)


class Lease:
    """Renews the lease of one message in a thread of its own, because planning keeps the worker's
    thread busy. `hold` hides the message for so many seconds."""

    def __init__(
        self, hold: Callable[[int], None], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._hold = hold
        self._monotonic = monotonic
        self._renewed_at: float | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew_until_ended, daemon=True)

    def __enter__(self) -> "Lease":
        self._thread.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join(MAX_WAIT)

    def is_lost(self) -> bool:
        """Whether another worker may soon get the message. Where it could never be taken, the
        queue's own time holds."""
        renewed = self._renewed_at
        return renewed is not None and self._monotonic() - renewed > RENEWED_WITHIN

    def renew(self) -> None:
        """Hide the message for another LEASE seconds. A failure is logged, and tried again."""
        asked_at = self._monotonic()
        try:
            self._hold(LEASE)
            self._renewed_at = asked_at
        except Exception:
            logger.exception("the lease of the message could not be renewed")

    def _renew_until_ended(self) -> None:
        self.renew()
        while not self._ended.wait(RENEW_EVERY):
            self.renew()
