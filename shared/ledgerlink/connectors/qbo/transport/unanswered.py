"""Writes without an answer: until when the ledger may still store them."""

import httpx

from ledgerlink.connectors.qbo.protocol.error_codes import Disposition
from ledgerlink.connectors.shared import unanswered

UNKNOWN = frozenset({Disposition.LOOK_UP, Disposition.REPEAT})
"""Answers that do not say whether the request is still at work."""


class UnansweredWrites(unanswered.UnansweredWrites):
    """The ledger lets a request run for 120 seconds, also when its gateway gave up long before
    (https://developer.intuit.com, limits page)."""

    latest = 130.0


def waited(error: BaseException, timeout: float) -> float:
    """How long ago the request left for certain, by the error that ended it."""
    return timeout if isinstance(error, httpx.ReadTimeout) else 0.0
