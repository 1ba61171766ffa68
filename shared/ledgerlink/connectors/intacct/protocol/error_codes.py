"""The table of error codes: what the gateway's faults mean for a record, or for the whole lane.

One error number has many meanings, so the words decide, too. They are always in English, but a
company may call a project a job. Source: the gateway's reference, and what production connectors
have seen.
"""

import re
from dataclasses import dataclass

from ledgerlink.connectors.intacct.protocol.faults import Fault, main_fault
from ledgerlink.connectors.intacct.protocol.response import Result, Stage
from ledgerlink.connectors.shared import errors
from ledgerlink.connectors.shared.errors import Disposition, Meaning
from ledgerlink.domain.errors import LedgerError


@dataclass(frozen=True, slots=True)
class FaultRule(Meaning):
    """What a fault with these words or this number means. The first rule that fits decides."""

    words: str = ""
    """A pattern that the words of the fault contain."""
    errorno: str = ""
    """The number of the fault; empty for any."""

    def fits(self, fault: Fault) -> bool:
        """Whether the rule applies to a fault."""
        numbered = not self.errorno or fault.errorno == self.errorno
        text = f"{fault.words} {fault.correction}"
        return numbered and re.search(self.words, text, re.IGNORECASE) is not None


def _stop(words: str, remedy: str, errorno: str = "") -> FaultRule:
    return FaultRule(Disposition.STOP, "ledger_stopped", remedy, words, errorno)


def _lost(words: str, remedy: str, errorno: str = "") -> FaultRule:
    return FaultRule(Disposition.RECONNECT, "needs_reconnect", remedy, words, errorno)


def _record(words: str, code: str, remedy: str = "", errorno: str = "") -> FaultRule:
    return FaultRule(Disposition.REJECTED, code, remedy, words, errorno)


SUPPORT = "This cannot be solved in Sage Intacct. Contact our support and quote this message."
SENDER = (
    "In Sage Intacct open Company > Setup > Company > Security, edit it, and add this sender ID"
    " under Web Services authorizations; then connect or resume."
)
USER = (
    "Check company ID, user ID and password (capitals count) of the Web Services user: Company >"
    " Admin > Web Services users. Then connect again."
)
ENTITY = (
    "Check the entity's ID in Company > Setup > Entities, and that the Web Services user may access"
    " it (Company > Admin > Web Services users > Entities). Then connect again."
)
PERMISSION = (
    "Give the Web Services user the permission: Company > Admin > Web Services users >"
    " Subscriptions (or Roles). Then resume."
)
SUBSCRIPTION = (
    "Subscribe to Web Services: Company > Admin > Subscriptions > Web Services. Then connect or"
    " resume."
)
APPLICATION = (
    "Subscribe to the application that is needed: Company > Admin > Subscriptions. Then resume."
)
EXPIRED = "Ask Sage to extend the company's subscription, then resume."
DUPLICATE = "Choose another name or number, or choose the existing record under Mapping."
INACTIVE = (
    "Make the record active in Sage Intacct, or choose an active one under Mapping; then post"
    " again."
)

UNAVAILABLE = "ledger_unavailable"

BUSY: tuple[FaultRule, ...] = (
    FaultRule(Disposition.THROTTLED, UNAVAILABLE, errorno="GW-0010"),
    FaultRule(Disposition.RETRY, UNAVAILABLE, errorno="PL04000050"),
    FaultRule(Disposition.RETRY, UNAVAILABLE, words=r"temporarily off-?line"),
    FaultRule(Disposition.THROTTLED, UNAVAILABLE, words=r"concurrent requests|too many requests"),
)
"""Faults of a busy gateway, at any stage."""

SHARED: tuple[FaultRule, ...] = (
    _stop(r"not authorized for XML transactions|subscribe to the XML gateway", SUBSCRIPTION),
    _stop(r"do(?:es)? not have permission|not authorized to perform", PERMISSION),
    _stop(r"not subscribed to|no subscription", APPLICATION),
)
"""Faults that stop the lane, whether of one function or of the request."""

SIGNING_IN: tuple[FaultRule, ...] = (
    *BUSY,
    FaultRule(Disposition.SIGN_IN, "needs_reconnect", words=r"invalid session"),
    _stop(r"incorrect intacct xml partner id", SUPPORT),
    _stop(r"invalid web services authorization|sender id .* is not authorized", SENDER),
    _record("", "our_request_wrong", errorno="XL03000003"),
    _lost(r"location|entity", ENTITY),
    _lost(r"sign-?in information is incorrect", USER),
    _lost("", USER, "XMLGW_JPP0002"),
    _stop("", EXPIRED, "PL04000055"),
    FaultRule(Disposition.SPLIT, "ledger_stopped", SUPPORT, errorno="GW-0011"),
    *SHARED,
    _stop("", SUPPORT),
)
"""Faults of a request as a whole."""

NAMED = (
    r"project|job|engagement|customer|client|employee|vendor|supplier|item|class|department|location"
    r"|task|account|term|time ?type|expense type|contact|card"
)
"""Objects that a record can refer to, by the terms that companies use for them."""

FUNCTION: tuple[FaultRule, ...] = (
    *BUSY,
    *SHARED,
    FaultRule(Disposition.LOOK_UP, "refused", words=r"control ?id|unique ?id"),
    FaultRule(Disposition.RETRY, "ledger_failed", errorno="DL02000001"),
    FaultRule(Disposition.LOOK_UP, "name_taken", DUPLICATE, words=r"already exists|duplicate"),
    FaultRule(Disposition.LOOK_UP, "name_taken", DUPLICATE, errorno="BL34000061"),
    FaultRule(Disposition.LOOK_UP, "name_taken", DUPLICATE, errorno="PL05000104"),
    _record(
        r"period.*closed|closed.*period|date must be on or after|books? (?:is|are) closed",
        "closed_period",
        "Open the period (General Ledger > Books > Open), or change the date, and post again.",
    ),
    _record(
        r"timesheet.*(?:approved|submitted|cannot be (?:edited|changed|deleted))"
        r"|approved.*timesheet",
        "timesheet_approved",
    ),
    _record(
        rf"\b(?:{NAMED})s?\b[^.]*\b(?:is|are) (?:inactive|not active)|activate the",
        "target_missing",
        INACTIVE,
    ),
    _record(
        rf"requires a|missing the .* dimension|(?:{NAMED}) is required|required field"
        r"|missing a value|^missing ",
        "missing_dimension",
        "Enter the missing value in the record, or in what it is mapped to in Sage Intacct, and"
        " post again.",
    ),
    _record(
        r"document number is missing",
        "missing_dimension",
        "Give the invoice a number, or have the transaction definition number its documents (Order"
        " Entry > Setup > Transaction definitions > Numbering sequence), and post again.",
        "PL01000127",
    ),
    _record(
        r"(?:not|n['\u2019]t) a resource of",
        "refused",
        "Add the employee to the project's resources (Projects > Project > Resources and pricing),"
        " and post again.",
    ),
    _record(
        r"project status that prevents",
        "refused",
        "Give the project a status that allows entries (Projects > Project > Status), and post"
        " again.",
    ),
    _record(
        rf"invalid (?:{NAMED})|invalid [\w ]+ '[^']*' specified"
        rf"|\b(?:{NAMED})\b[^.]*(?:is invalid|is not valid|specified is not)"
        r"|cannot find|not found",
        "target_missing",
    ),
    _record(r"object definition|cannot be queried", "our_request_wrong"),
    _record("", "our_request_wrong", errorno="XL03000003"),
    _record(r"\b(?:is|been|already) paid\b|has payments", "paid"),
)
"""Faults of one function. One that fits none is a rejection, once the ledger has been searched."""

UNKNOWN = FaultRule(Disposition.LOOK_UP, "refused")


def meaning(fault: Fault, stage: Stage | None = None) -> FaultRule:
    """What a fault means: one of a request as a whole in this stage, or of one function."""
    table = FUNCTION if stage is None else SIGNING_IN
    return next((each for each in table if each.fits(fault)), UNKNOWN)


def function_error(fault: Fault) -> LedgerError | None:
    """The error that a fault of one function means for the whole lane; None for a fault of the
    record alone."""
    what = meaning(fault)
    if what.code == UNAVAILABLE:
        return errors.unavailable(str(fault))
    return errors.lane_error(what.disposition, str(fault), remedy=what.remedy)


def require_success(result: Result) -> Result:
    """The result, if it succeeded. Raises LedgerUnavailable for one that may succeed later, else
    the error of the lane, or LedgerStopped."""
    if result.succeeded:
        return result
    fault = main_fault(result.faults)
    if meaning(fault).disposition is Disposition.RETRY:
        raise errors.unavailable(str(fault))
    raise function_error(fault) or errors.stopped(f"it rejected a query: {fault}")
