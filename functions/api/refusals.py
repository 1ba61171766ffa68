"""Requests that HTTP refuses before a use case is asked."""

from ledgerlink.domain.errors import Refused


class MalformedRequest(Refused):
    """The body of a request cannot be read."""


class TooLarge(Refused):
    """The body of a request is larger than what can be passed on."""


class WrongMediaType(Refused):
    """The body of a request is of another type than the route reads."""


class Unauthenticated(Refused):
    """The request carries no valid token."""


class Unavailable(Refused):
    """The request cannot be checked at the moment."""


class WrongMethod(Refused):
    """The address exists, but not for this method."""
