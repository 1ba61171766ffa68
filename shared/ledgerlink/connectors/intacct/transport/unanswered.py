"""Writes without an answer: until when the gateway may still be at work on them."""

from ledgerlink.connectors.shared import unanswered


class UnansweredWrites(unanswered.UnansweredWrites):
    """The gateway lets a request run for 15 minutes, also when the client has given up."""

    latest = 910.0
