"""The meaning of each of QuickBooks' error codes.

Source: Intuit's table of error codes. Codes decide before HTTP statuses. The texts of errors are
never matched, because they come in the company's language.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledgerlink.connectors.qbo.protocol.faults import Fault
from ledgerlink.connectors.shared.errors import Disposition, Meaning
from ledgerlink.domain.model.plan import Action


@dataclass(frozen=True, slots=True)
class CodeMeaning(Meaning):
    """What an error code means; the reason may depend on what was to be done with the record."""

    code_on_change: str = ""
    """Code of the reason for an update or delete; empty where it is the same."""

    def reason_code(self, action: Action) -> str:
        """The reason's code for this kind of operation."""
        changes = action in (Action.UPDATE, Action.DELETE)
        return self.code_on_change if changes and self.code_on_change else self.code


def _rejected(code: str, code_on_change: str = "") -> CodeMeaning:
    return CodeMeaning(Disposition.REJECTED, code, code_on_change=code_on_change)


REFUSED = _rejected("refused")
OUR_MISTAKE = _rejected("our_request_wrong")
STOP = CodeMeaning(Disposition.STOP, "ledger_stopped")
RECONNECT = CodeMeaning(Disposition.RECONNECT, "needs_reconnect")
RETRY = CodeMeaning(Disposition.RETRY, "ledger_failed")
CLOSED = _rejected("closed_period")
RECONCILED = _rejected("refused", "reconciled")

FEATURE_OFF = "5030"
"""The company's plan or preferences lack a feature."""

TABLE: Mapping[str, CodeMeaning] = {
    **dict.fromkeys(("100", "110", "120", "140", "150", "3100", "3200", "3202"), RECONNECT),
    # Wrong environment, missing permission, expired subscription, company that was reset.
    **dict.fromkeys(("130", "5020", "6190", "10200"), STOP),
    FEATURE_OFF: _rejected("feature_off"),
    "600": CodeMeaning(Disposition.LOOK_UP),
    "3001": CodeMeaning(Disposition.THROTTLED, "ledger_unavailable"),
    "10000": RETRY,
    # A call, statement, id or value that we should not have sent.
    **dict.fromkeys(("500", "1040", "2010", "2020", "2030", "5000"), OUR_MISTAKE),
    **dict.fromkeys(("2060", "2070", "2080", "2090", "2100", "2110", "2120", "2130"), OUR_MISTAKE),
    **dict.fromkeys(("2170", "2230", "2250", "4000", "4001", "4002", "10100"), OUR_MISTAKE),
    **dict.fromkeys(("6290", "6300", "6340", "6350", "6360", "6370", "6380", "6390"), OUR_MISTAKE),
    "610": _rejected("target_missing", "gone_in_ledger"),
    "2500": _rejected("target_missing"),
    "2050": _rejected("text_too_long"),
    "5010": _rejected("refused", "changed_in_ledger"),
    "6000": _rejected("refused", "billed"),
    "6140": _rejected("number_taken"),
    "6200": CLOSED,
    "6210": CLOSED,
    "6240": _rejected("name_taken"),
    "6310": _rejected("missing_customer"),
    "6330": _rejected("missing_rate"),
    "6400": _rejected("refused", "billed"),
    "6430": _rejected("wrong_account"),
    "6480": RECONCILED,
    "6540": RECONCILED,
    # Values of the record that QuickBooks does not accept; its own text explains them.
    **dict.fromkeys(("620", "630", "700", "800", "900", "1000", "1010", "1020", "1050"), REFUSED),
    **dict.fromkeys(("2000", "2040", "2140", "2150", "2160", "2180", "2190", "2200"), REFUSED),
    **dict.fromkeys(("2210", "2220", "2240", "2260", "2270", "2280", "2290", "2300"), REFUSED),
    **dict.fromkeys(("2600", "3000", "6010", "6020", "6030", "6040", "6041", "6050"), REFUSED),
    **dict.fromkeys(("6060", "6070", "6080", "6090", "6100", "6110", "6120", "6130"), REFUSED),
    **dict.fromkeys(("6150", "6160", "6170", "6180", "6220", "6230", "6250", "6270"), REFUSED),
    **dict.fromkeys(("6280", "6320", "6420", "6440", "6450", "6460", "6470"), REFUSED),
    **dict.fromkeys(("6490", "6500", "6510", "6520", "6530"), REFUSED),
}

OPTIONAL_KINDS = frozenset({"Bill", "Purchase", "Invoice", "Attachable"})
"""Kinds that a plan may lack entirely or in part; other kinds are part of every plan."""

BY_TYPE: Mapping[str, CodeMeaning] = {
    "SystemFault": RETRY,
    "AuthenticationFault": RECONNECT,
    "AUTHENTICATION": RECONNECT,
    "AuthorizationFault": STOP,
    "AuthorizatonFault": STOP,
}

BY_STATUS: Mapping[int, Disposition] = {
    401: Disposition.RECONNECT,
    403: Disposition.STOP,
    404: Disposition.STOP,
    408: Disposition.RETRY,
    429: Disposition.THROTTLED,
}


def meaning(fault: Fault) -> CodeMeaning:
    """What a fault means. An unknown code goes by the fault's type; else the record is rejected."""
    return TABLE.get(fault.code) or BY_TYPE.get(fault.type) or REFUSED


def record_disposition(fault: Fault, kind: str) -> Disposition:
    """What to do about a fault of one record of this kind. A plan without time tracking or a list
    stops all work, but one without a feature of a money document rejects only that document."""
    if fault.code == FEATURE_OFF and kind not in OPTIONAL_KINDS:
        return Disposition.STOP
    return meaning(fault).disposition


def gravest(faults: Sequence[Fault]) -> Fault:
    """The fault that decides; the first of equally grave ones."""
    return max(faults, key=lambda fault: meaning(fault).disposition)
