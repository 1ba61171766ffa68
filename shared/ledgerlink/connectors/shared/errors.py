"""The meaning of a ledger's errors, and the errors that concern more than one record.

Each ledger keeps its own table of error codes and maps every code to a `Meaning`.
"""

from dataclasses import dataclass
from enum import IntEnum

from ledgerlink.domain.errors import (
    AuthorizationLost,
    KindRefused,
    LedgerError,
    LedgerStopped,
    LedgerUnavailable,
    ListUnreadable,
)
from ledgerlink.domain.model.reasons import reason


class Disposition(IntEnum):
    """What to do about a response or a fault, from harmless to grave: of several, the gravest
    decides. A ledger uses the members that it needs."""

    ACCEPTED = 0
    REJECTED = 1
    """This record failed; its neighbours are unaffected."""
    LOOK_UP = 2
    """The write may have been carried out; search the ledger for it."""
    RETRY = 3
    """Send the same request again."""
    THROTTLED = 4
    """Pause, then send the same request again."""
    SIGN_IN = 5
    """Nothing was done; sign in again, then send the same request."""
    STOP = 6
    """Nothing can be written until a person acts in the ledger."""
    RECONNECT = 7
    """Nothing can be written until the company is connected again."""
    SPLIT = 8
    """Nothing was done, perhaps because the request was too large; send it in parts. STOP for a
    request that cannot be divided."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an error of the ledger means."""

    disposition: Disposition
    code: str = "refused"
    """Code of the reason that the rejected record carries."""
    remedy: str = ""
    """Where the user has to act; empty for the reason's own remedy."""


OF_ONE_KIND = frozenset({"no_permission", "not_subscribed"})
"""Codes of reasons that hold for every record of a kind."""


def unavailable(detail: str, *, trace_id: str = "") -> LedgerUnavailable:
    """The ledger cannot be reached or used now; the same request may succeed later."""
    words = reason("ledger_unavailable", detail=detail)
    return LedgerUnavailable(words.code, words.message, words.remedy, trace_id)


def stopped(detail: str, *, remedy: str = "", trace_id: str = "") -> LedgerStopped:
    """The ledger refuses all writes until a person acts there; `remedy` says where."""
    words = reason("ledger_stopped", detail=detail)
    return LedgerStopped(words.code, words.message, remedy or words.remedy, trace_id)


def kind_refused(code: str, detail: str, *, remedy: str = "", trace_id: str = "") -> KindRefused:
    """The ledger refuses every record of a kind until a person acts there."""
    words = reason(code, detail=detail)
    return KindRefused(code, words.message, remedy or words.remedy, trace_id)


def unreadable(detail: str, *, trace_id: str = "") -> ListUnreadable:
    """The ledger refuses to show what was asked for."""
    words = reason("list_unreadable", detail=detail)
    return ListUnreadable(words.code, words.message, words.remedy, trace_id)


def authorization_lost(detail: str, *, remedy: str = "", trace_id: str = "") -> AuthorizationLost:
    """The ledger refuses our authorization until a user reconnects; `remedy` says what to check
    first."""
    words = reason("needs_reconnect", detail=detail)
    return AuthorizationLost(words.code, words.message, remedy or words.remedy, trace_id)


def lane_error(
    disposition: Disposition, detail: str, *, remedy: str = "", trace_id: str = ""
) -> LedgerError | None:
    """The error that ends all work for the connection; None when its lane may go on."""
    if disposition in (Disposition.RECONNECT, Disposition.SIGN_IN):
        return authorization_lost(detail, remedy=remedy, trace_id=trace_id)
    if disposition in (Disposition.STOP, Disposition.SPLIT):
        return stopped(detail, remedy=remedy, trace_id=trace_id)
    return None
