"""One table: what each of the ledger's error codes means for a record, or for the whole lane.

Source: Intuit's table of error codes. Codes are looked up before HTTP statuses, and words are
never looked at, because they come in the company's language.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from ledgerlink.connectors.qbo.protocol.faults import Fault
from ledgerlink.connectors.qbo.protocol.response import Reply
from ledgerlink.domain.errors import (
    AuthorizationLost,
    LedgerError,
    LedgerStopped,
    LedgerUnavailable,
)
from ledgerlink.domain.model.plan import Action
from ledgerlink.domain.model.reasons import reason


class Disposition(IntEnum):
    """What to do, from harmless to grave; of several faults the gravest counts."""

    ACCEPTED = 0
    RECORD = 1
    """This record failed; its neighbours are not concerned."""
    LOOK_UP = 2
    """Done or not, nobody knows; the ledger will be searched for it."""
    REPEAT = 3
    """Send the same request again."""
    THROTTLED = 4
    """Pause, then send the same request again."""
    STOP = 5
    """Nobody can write until a person acts in the ledger."""
    RECONNECT = 6
    """Nobody can write until the company is connected anew."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A disposition, and the reason that the record carries: on create, and on update or delete."""

    disposition: Disposition
    on_create: str = "refused"
    on_change: str = ""

    def reason_code(self, action: Action) -> str:
        """The reason for this kind of operation."""
        changing = action in (Action.UPDATE, Action.DELETE)
        return self.on_change if changing and self.on_change else self.on_create


def _for_record(on_create: str, on_change: str = "") -> Meaning:
    return Meaning(Disposition.RECORD, on_create, on_change)


REFUSED = _for_record("refused")
OURS = _for_record("our_request_wrong")
STOP = Meaning(Disposition.STOP, "ledger_stopped")
RECONNECT = Meaning(Disposition.RECONNECT, "needs_reconnect")
REPEAT = Meaning(Disposition.REPEAT, "ledger_failed")
CLOSED = _for_record("closed_period")
RECONCILED = _for_record("refused", "reconciled")

FEATURE = "5030"
"""The plan lacks something: what a document of money asks for, or all that a run is about."""

TABLE: dict[str, Meaning] = {
    **dict.fromkeys(("100", "110", "120", "140", "150", "3100", "3200", "3202"), RECONNECT),
    # Wrong environment; permission and subscription; the company was reset.
    **dict.fromkeys(("130", "5020", "6190", "10200"), STOP),
    FEATURE: _for_record("feature_off"),
    "600": Meaning(Disposition.LOOK_UP),
    "3001": Meaning(Disposition.THROTTLED, "ledger_unavailable"),
    "10000": REPEAT,
    # A call, statement, id or value that should not have been written like that.
    **dict.fromkeys(("500", "1040", "2010", "2020", "2030", "5000"), OURS),
    **dict.fromkeys(("2060", "2070", "2080", "2090", "2100", "2110", "2120", "2130"), OURS),
    **dict.fromkeys(("2170", "2230", "2250", "4000", "4001", "4002", "10100"), OURS),
    **dict.fromkeys(("6290", "6300", "6340", "6350", "6360", "6370", "6380", "6390"), OURS),
    "610": _for_record("target_missing", "gone_in_ledger"),
    "2500": _for_record("target_missing"),
    "2050": _for_record("text_too_long"),
    "5010": _for_record("refused", "changed_in_ledger"),
    "6000": _for_record("refused", "billed"),
    "6140": _for_record("number_taken"),
    "6200": CLOSED,
    "6210": CLOSED,
    "6240": _for_record("name_taken"),
    "6310": _for_record("missing_customer"),
    "6330": _for_record("missing_rate"),
    "6400": _for_record("refused", "billed"),
    "6430": _for_record("wrong_account"),
    "6480": RECONCILED,
    "6540": RECONCILED,
    # What the record itself says does not suit the ledger; the ledger's words explain it.
    **dict.fromkeys(("620", "630", "700", "800", "900", "1000", "1010", "1020", "1050"), REFUSED),
    **dict.fromkeys(("2000", "2040", "2140", "2150", "2160", "2180", "2190", "2200"), REFUSED),
    **dict.fromkeys(("2210", "2220", "2240", "2260", "2270", "2280", "2290", "2300"), REFUSED),
    **dict.fromkeys(("2600", "3000", "6010", "6020", "6030", "6040", "6041", "6050"), REFUSED),
    **dict.fromkeys(("6060", "6070", "6080", "6090", "6100", "6110", "6120", "6130"), REFUSED),
    **dict.fromkeys(("6150", "6160", "6170", "6180", "6220", "6230", "6250", "6270"), REFUSED),
    **dict.fromkeys(("6280", "6320", "6420", "6440", "6450", "6460", "6470"), REFUSED),
    **dict.fromkeys(("6490", "6500", "6510", "6520", "6530"), REFUSED),
}

OPTIONAL = frozenset({"Bill", "Purchase", "Invoice", "Attachable"})
"""Kinds that a plan may lack, or may lack parts of, while it has the others."""

BY_TYPE: dict[str, Meaning] = {
    "SystemFault": REPEAT,
    "AuthenticationFault": RECONNECT,
    "AUTHENTICATION": RECONNECT,
    "AuthorizationFault": STOP,
    "AuthorizatonFault": STOP,
}

BY_STATUS: dict[int, Disposition] = {
    401: Disposition.RECONNECT,
    403: Disposition.STOP,
    404: Disposition.STOP,
    408: Disposition.REPEAT,
    429: Disposition.THROTTLED,
}


def meaning(fault: Fault) -> Meaning:
    """What a fault means; an unknown code goes by the fault's type, else it is the record's."""
    return TABLE.get(fault.code) or BY_TYPE.get(fault.type) or REFUSED


def of_record(fault: Fault, kind: str) -> Disposition:
    """What to do about the fault of one record of this kind: a plan that lacks time tracking or a
    list stops all that needs it, and one that lacks what a document asks for stops that one."""
    if fault.code == FEATURE and kind not in OPTIONAL:
        return Disposition.STOP
    return meaning(fault).disposition


def gravest(faults: Sequence[Fault]) -> Fault:
    """The fault that decides; the first of those that are equally grave."""
    return max(faults, key=lambda fault: meaning(fault).disposition)


def disposition(reply: Reply) -> Disposition:
    """What to do about a reply as a whole."""
    if reply.status in (401, 429):
        return BY_STATUS[reply.status]
    known = [fault for fault in reply.faults if fault.code in TABLE or fault.type in BY_TYPE]
    if known:
        return meaning(gravest(known)).disposition
    return _by_status(reply)


def _by_status(reply: Reply) -> Disposition:
    if reply.status < 300:
        readable = Disposition.RECORD if reply.faults else Disposition.ACCEPTED
        return readable if reply.payload else Disposition.REPEAT
    if reply.status >= 500:
        return Disposition.REPEAT
    return BY_STATUS.get(reply.status, Disposition.RECORD)


def unavailable(detail: str, trace_id: str = "") -> LedgerUnavailable:
    """Trying again later helps."""
    words = reason("ledger_unavailable", detail=detail)
    return LedgerUnavailable(words.code, words.message, words.remedy, trace_id)


def authorization_lost(detail: str, trace_id: str = "") -> AuthorizationLost:
    """Only a reconnect helps."""
    words = reason("needs_reconnect", detail=detail)
    return AuthorizationLost(words.code, words.message, words.remedy, trace_id)


def stopped(detail: str, trace_id: str = "") -> LedgerStopped:
    """A person has to act in the ledger."""
    words = reason("ledger_stopped", detail=detail)
    return LedgerStopped(words.code, words.message, words.remedy, trace_id)


def lane_error(what: Disposition, detail: str, trace_id: str) -> LedgerError | None:
    """The error that a disposition means for the whole lane; None when it means none."""
    if what is Disposition.RECONNECT:
        return authorization_lost(detail, trace_id)
    return stopped(detail, trace_id) if what is Disposition.STOP else None
