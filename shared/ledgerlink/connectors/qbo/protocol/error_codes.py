"""The meaning of each of QuickBooks' error codes.

Source: Intuit's table of error codes. Codes decide before HTTP statuses. The texts of errors are
not matched, because they come in the company's language. The exception is 6000, which also stands
for trouble that passes ("Unexpected Internal Error. (-30000)", seen on the real service).
"""

import re
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
LOCKED = _rejected("state_locked")
VALUE = _rejected("value_refused")
AMOUNT = _rejected("amount_refused")
BALANCE = _rejected("has_balance")

BUSINESS_RULE = "6000"
"""The code of any business rule, and of internal errors; only its text says which."""

INTERNAL_ERROR = CodeMeaning(Disposition.LOOK_UP, "ledger_failed")
INTERNAL_ERROR_TEXT = re.compile(r"\(-30000\)|unexpected (?:internal )?error", re.IGNORECASE)

TABLE: Mapping[str, CodeMeaning] = {
    **dict.fromkeys(("100", "110", "120", "140", "150", "3100", "3200", "3202"), RECONNECT),
    # Wrong environment, expired subscription, company that was reset.
    **dict.fromkeys(("130", "6190", "10200"), STOP),
    # A kind of record that the user may not write, or that the plan or preferences lack.
    "5020": _rejected("no_permission"),
    "5030": _rejected("feature_off"),
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
    # One value of the record, which QuickBooks' own text explains further.
    "620": _rejected("not_linkable"),
    "2190": _rejected("date_refused"),
    "2210": _rejected("invalid_email"),
    "2220": _rejected("currency_refused"),
    "3000": _rejected("custom_field_unknown"),
    "6010": _rejected("account_not_usable"),
    "6100": _rejected("tax_refused"),
    "6320": _rejected("not_billable"),
    "6420": _rejected("no_address"),
    **dict.fromkeys(("2000", "2040", "2180", "2200", "2240", "6080"), VALUE),
    **dict.fromkeys(("2140", "2150", "2160", "2290", "2300", "6070", "6090", "6520"), AMOUNT),
    **dict.fromkeys(("6110", "6120", "6450"), LOCKED),
    **dict.fromkeys(("6220", "6280"), BALANCE),
    **dict.fromkeys(("6150", "6250"), _rejected("target_missing")),
    # Rules without a reason of their own; QuickBooks' own text explains them.
    **dict.fromkeys(("630", "700", "800", "900", "1000", "1010", "1020", "1050"), REFUSED),
    **dict.fromkeys(("2260", "2270", "2280", "2600", "6020", "6030", "6040", "6041"), REFUSED),
    **dict.fromkeys(("6050", "6060", "6130", "6160", "6170", "6180", "6230", "6270"), REFUSED),
    **dict.fromkeys(("6440", "6460", "6470", "6490", "6500", "6510", "6530"), REFUSED),
}

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
    if is_internal_error(fault):
        return INTERNAL_ERROR
    return TABLE.get(fault.code) or BY_TYPE.get(fault.type) or REFUSED


def is_internal_error(fault: Fault) -> bool:
    """Whether QuickBooks failed by itself, so that the same may succeed later. It may have stored
    the record all the same."""
    return fault.code == BUSINESS_RULE and bool(INTERNAL_ERROR_TEXT.search(fault.text))


def gravest(faults: Sequence[Fault]) -> Fault:
    """The fault that decides; the first of equally grave ones."""
    return max(faults, key=lambda fault: meaning(fault).disposition)
