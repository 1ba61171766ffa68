"""The tables of fault rules: what the gateway's words and numbers mean.

One error number has many meanings, so the words decide, too. They are always in English, but a
company may call a project a job. In each table the first rule that fits decides, so what is certain
stands before what is general. Source: the gateway's reference, help pages of partners that post to
Sage Intacct, and what public clients have recorded.
"""

import re
from dataclasses import dataclass

from ledgerlink.connectors.intacct.protocol import next_clicks as clicks
from ledgerlink.connectors.intacct.protocol.faults import Fault
from ledgerlink.connectors.shared.errors import Disposition, Meaning


@dataclass(frozen=True, slots=True)
class FaultRule(Meaning):
    """The meaning of a fault with these words or this number. The first rule that fits decides."""

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


def _taken(words: str, errorno: str = "") -> FaultRule:
    return FaultRule(Disposition.LOOK_UP, "name_taken", clicks.DUPLICATE, words, errorno)


UNAVAILABLE = "ledger_unavailable"

BUSY: tuple[FaultRule, ...] = (
    FaultRule(Disposition.THROTTLED, UNAVAILABLE, errorno="GW-0010"),
    FaultRule(Disposition.RETRY, UNAVAILABLE, errorno="PL04000050"),
    FaultRule(Disposition.RETRY, UNAVAILABLE, words=r"temporarily (?:off-?line|unavailable)"),
    FaultRule(
        Disposition.THROTTLED,
        UNAVAILABLE,
        words=r"concurrent requests|too many (?:requests|operations)",
    ),
)
"""Faults of a busy gateway, at any stage."""

GATEWAY = _stop(
    r"not authorized for XML transactions|subscribe to the XML gateway", clicks.WEB_SERVICES
)
"""The company has no access to the gateway at all."""

SIGNING_IN: tuple[FaultRule, ...] = (
    *BUSY,
    FaultRule(
        Disposition.SIGN_IN,
        "needs_reconnect",
        words=r"invalid session|session (?:has |is )?(?:expired|timed out|no longer valid)",
    ),
    GATEWAY,
    _stop(
        r"invalid web services authorization|sender id .* is not authorized"
        r"|grant web services authorization",
        clicks.SENDER,
    ),
    _stop(r"partner id|sender ?id|sender password", clicks.SUPPORT),
    _record("", "our_request_wrong", errorno="XL03000003"),
    _lost(r"password (?:has |is )?(?:expired|been reset)|expired password", clicks.NEW_LOGIN),
    _lost(r"two-step|multi-?factor|verification code", clicks.TWO_STEP),
    _stop(r"\bIP\b.*(?:address|filter|restrict)|not allowed from", clicks.ADDRESSES),
    _lost(
        r"(?:user|login|account)\b.*\b(?:locked|disabled|inactive|not active|suspended)",
        clicks.LOCKED,
    ),
    _lost(r"not authorized to use web services", clicks.WEB_SERVICES_USER),
    _lost(r"location|entity", clicks.ENTITY),
    _lost(
        r"sign-?in information is incorrect|invalid login|(?:incorrect|invalid|unknown) "
        r"(?:company|user|password|credential)",
        clicks.USER,
    ),
    _lost("", clicks.USER, "XMLGW_JPP0002"),
    _stop("", clicks.EXPIRED, "PL04000055"),
    _stop(
        r"company.*\b(?:expired|suspended|cancell?ed|inactive|no longer active)|trial.*expired",
        clicks.EXPIRED,
    ),
    FaultRule(Disposition.SPLIT, "ledger_stopped", clicks.UNEXPLAINED, errorno="GW-0011"),
    _stop(r"do(?:es)? not have permission|not authorized to perform", clicks.PERMISSION),
    _stop(r"not subscribed to|no subscription", clicks.APPLICATION),
    _stop("", clicks.UNEXPLAINED),
)
"""Faults of a request as a whole."""

DIMENSION = (
    r"project|job|engagement|customer|client|employee|vendor|supplier|item|class|department"
    r"|location|task|cost code|grant|contract|warehouse"
)
"""Dimensions of lines, in the terms that companies use for them."""

NAMED = rf"{DIMENSION}|account|term|time ?type|expense type|contact|card|bank"
"""Objects that a record can refer to."""

OF_THE_KIND: tuple[FaultRule, ...] = (
    _record(
        r"not subscribed|no subscription|operation\b[^.]* cannot be performed on objects",
        "not_subscribed",
        clicks.APPLICATION,
    ),
    _record(
        r"do(?:es)? not have permission|not authorized to perform",
        "no_permission",
        clicks.PERMISSION,
    ),
    _record("", "no_permission", clicks.PERMISSION, "PL04000005"),
)
"""Faults that refuse one kind of record, whatever is in it."""

PASSING: tuple[FaultRule, ...] = (
    FaultRule(Disposition.RETRY, "ledger_failed", errorno="DL02000001"),
    FaultRule(
        Disposition.RETRY,
        "ledger_failed",
        words=r"try again later|timed? ?out|deadlock|internal (?:server )?error|unexpected error"
        r"|(?:locked|being \w+) by another (?:user|process)",
    ),
)
"""Faults that may be gone when the same function is run again."""

OUR_MISTAKES: tuple[FaultRule, ...] = (
    _record(
        r"object definition|cannot be queried|field requested is not valid", "our_request_wrong"
    ),
    _record("", "our_request_wrong", errorno="XL03000003"),
)

TAKEN: tuple[FaultRule, ...] = (
    FaultRule(
        Disposition.LOOK_UP,
        "time_refused",
        clicks.OTHER_TIMESHEET,
        words=r"timesheet.*already exists|already (?:has|have) a timesheet",
    ),
    _taken(r"already exists|duplicate|already (?:in use|been used)"),
    _taken("", "BL34000061"),
    _taken("", "PL05000104"),
    _taken("", "BL03002185"),
)

LOCKED: tuple[FaultRule, ...] = (
    _record(
        r"period.*closed|closed.*period|must be on or after|books? (?:is|are) closed"
        r"|(?:summary|batch).*\bclosed|closed (?:summary|batch)|period (?:is )?(?:locked|not open)"
        r"|(?:first|earliest|not an|no) open (?:accounting )?(?:period|date)",
        "closed_period",
        clicks.PERIOD,
    ),
    _record(
        r"timesheet.*(?:approved|submitted|cannot be (?:edited|changed|deleted))"
        r"|approved.*timesheet",
        "timesheet_approved",
    ),
    _record(r"(?:is|been|already|that.s) (?:partially )?paid\b|has payments", "paid"),
    _record("", "paid", errorno="BL03000215"),
    _record(r"reclassify", "state_locked", clicks.RECLASSIFY),
    _record("", "state_locked", clicks.RECLASSIFY, "BL03002101"),
    _record(r"(?:is|been|already) (?:reconciled|cleared)", "reconciled"),
    _record(
        r"state is not valid"
        r"|(?:can\W?not|cannot|can.t) (?:be )?(?:updat|edit|chang|delet|modif|revers)"
        r"|(?:is|been|already) (?:converted|reversed|selected for payment)"
        r"|current approval mode|(?:pending|awaiting) approval",
        "state_locked",
    ),
)
"""Faults of records that cannot be written any more."""

NUMBERS: tuple[FaultRule, ...] = (
    _record("", "number_missing", clicks.NUMBER, "BL03002128"),
    _record("", "number_missing", clicks.NUMBER, "PL01000127"),
    _record(
        r"document sequenc|enter an? [\w ]*number\b"
        r"|(?:document|bill|invoice|report) (?:number|no\.?) is "
        r"(?:missing|required)",
        "number_missing",
        clicks.NUMBER,
    ),
)

RULE = _record(r"smart (?:rule|event)|custom validation|was violated", "company_rule", clicks.RULE)
LEVEL = _record(
    r"(?:top|root)[- ]level|entity[- ]level|entity[- ]restricted|entity only|owned by",
    "wrong_level",
    clicks.LEVEL,
)

COMPANY_RULES: tuple[FaultRule, ...] = (
    _record(
        r"restricted by|is restricted|restricted to|restriction",
        "account_restricted",
        clicks.RESTRICTED,
    ),
    _record(
        r"account.*\b(?:associated|tied|linked) (?:to|with)|(?:control|bank|checking|savings) "
        r"account (?:cannot|can.t|may not)|link vendor to this charge card|direct posting"
        r"|non-?posting|(?:statistical|heading|summary) account|is not an? [\w ]*account\b",
        "account_not_usable",
        clicks.BANK_ACCOUNT,
    ),
    _record(
        rf"auto-?filled|\b(?:{DIMENSION})\b must (?:be|match|equal)",
        "fixed_value",
        clicks.FIXED_VALUE,
    ),
    _record(r"\bon hold\b", "on_hold"),
    _record(
        r"(?:can(?:no|'|\u2019)t|cannot|not) (?:be )?(?:apply |use )?negative|limits credits"
        r"|negative (?:line|amount)",
        "amount_refused",
        clicks.NEGATIVE,
    ),
)
"""Faults of what the company has set up."""

PEOPLE_AND_PROJECTS: tuple[FaultRule, ...] = (
    _record(r"task\b.*(?:not|n.t) (?:belong|associated)", "target_missing"),
    _record(
        r"not (?:associated|linked) (?:to|with)|(?:not|n.t) belong to|belongs to (?:another|a "
        r"different)|(?:another|different) customer|not match the customer",
        "customer_differs",
        clicks.PROJECT_CUSTOMER,
    ),
    _record(r"(?:not|n['\u2019]t) (?:a|assigned as a) resource", "not_assigned", clicks.RESOURCES),
    _record(r"status that prevents|status does(?:n.t| not) allow", "not_open", clicks.STATUS),
    _record(
        r"approver|manager.*\buser\b|user (?:account|record) for|first approver",
        "no_approver",
        clicks.APPROVER,
    ),
    _record(
        r"(?:not|n.t) (?:be )?billable|cannot be billed", "not_billable", clicks.BILLABLE
    ),
    _record(
        r"e-?mail.*(?:illegal|invalid|not valid|format)|(?:illegal|invalid).*e-?mail",
        "invalid_email",
        clicks.EMAIL,
    ),
    _record(
        r"(?:bill|ship|pay|return)[- ]?to contact|contact .*(?:required|missing)|no contact",
        "missing_contact",
        clicks.CONTACT,
    ),
)  # fmt: skip

MISSING: tuple[FaultRule, ...] = (
    _record(
        rf"\b(?:{NAMED})s?\b[^.]*\b(?:is|are) (?:inactive|not active)|activate the",
        "target_missing",
        clicks.INACTIVE,
    ),
    _record(r"missing unit|unit of measure", "missing_dimension", clicks.UNIT),
    _record(
        rf"use of empty|(?:not|n.t) have an? (?:{DIMENSION})|requires an? "
        r"|missing (?:the )?'?[\w ]+'? dimension"
        rf"|(?:{NAMED}) is required|must (?:specify|select|enter|have) an? "
        r"|required field|missing a value|is (?:a )?required|^missing ",
        "missing_dimension",
        clicks.VALUE,
    ),
)

VALUES: tuple[FaultRule, ...] = (
    _record(
        r"too long|exceeds? (?:the )?(?:maximum )?(?:length|number of characters|\d+ characters)"
        r"|maximum length|maximum of \d+ characters|(?:more|longer) than \d+ char"
        r"|\d+ characters or",
        "value_too_long",
    ),
    _record(r"exchange rate|currenc", "currency_refused", clicks.CURRENCY),
    _record(r"\btax(?:es)?\b", "tax_refused", clicks.TAX),
    _record(r"\bhours\b|time type.*not allowed", "time_refused"),
    _record(
        rf"invalid '?(?:{NAMED})|invalid [\w ]+ '[^']*' specified"
        rf"|\b(?:{NAMED})\b[^.]*(?:is invalid|is not valid|specified is not)"
        rf"|(?:{NAMED})[^.]*(?:does not|doesn.t) exist|cannot find|not found",
        "target_missing",
    ),
    _record(
        r"\bdates?\b.*\b(?:before|after|between|range|outside|prior|earlier|later|invalid|within"
        r"|not valid)\b|outside (?:of )?the|not employed|begin date",
        "date_refused",
    ),
    _record(
        r"out of balance|(?:does not|doesn.t) balance|\bamounts?\b.*\b(?:zero|greater|less|equal"
        r"|invalid|match)",
        "amount_refused",
    ),
    _record(
        r"(?:illegal|invalid) (?:format|character|value|date|number)|not a valid|is empty"
        r"|too (?:large|many|few)|at least one|characters? (?:is|are) not allowed",
        "value_refused",
    ),
)

FUNCTION: tuple[FaultRule, ...] = (
    *BUSY,
    GATEWAY,
    *OF_THE_KIND,
    FaultRule(Disposition.LOOK_UP, "refused", words=r"control ?id|unique ?id"),
    *OUR_MISTAKES,
    RULE,
    LEVEL,
    *TAKEN,
    *LOCKED,
    *NUMBERS,
    *COMPANY_RULES,
    *PEOPLE_AND_PROJECTS,
    *MISSING,
    *VALUES,
    *PASSING,
)
"""Faults of one function. One that fits none is a rejection, once the ledger has been searched."""

UNKNOWN = FaultRule(Disposition.LOOK_UP, "refused")
