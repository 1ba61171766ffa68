"""A rejected write: the reason that its record carries, in words for the person who must act."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from ledgerlink.connectors.qbo.documents.account_types import account_slots
from ledgerlink.connectors.qbo.documents.email import EMAIL
from ledgerlink.connectors.qbo.documents.text import LENGTHS
from ledgerlink.connectors.qbo.documents.time_entry import TIME_ENTRY
from ledgerlink.connectors.qbo.outcomes import references
from ledgerlink.connectors.qbo.outcomes.billed_time import billed_reason
from ledgerlink.connectors.qbo.protocol import business_rules
from ledgerlink.connectors.qbo.protocol.error_codes import BUSINESS_RULE, meaning
from ledgerlink.connectors.qbo.protocol.faults import Fault
from ledgerlink.connectors.shared.errors import OF_ONE_KIND
from ledgerlink.domain.model.plan import Action, ItemState, Outcome, Write
from ledgerlink.domain.model.reasons import TO_BE_DELETED, Reason, reason, reason_in_case

NAME_HOLDER_ID = re.compile(r"\bId=(\d+)")
"""Where a fault about a duplicate name gives the id of the record that has it."""

CLOSED_BOOKS = frozenset({"5010", "6200", "6210"})
"""Codes that may mean a closed period, 5010 (a version conflict) among them."""

RECORD_FIELDS: Mapping[str, str] = {"name_taken": "name", "number_taken": "number"}
"""The record's field that a reason is about."""

FIELD_NAMES: Mapping[str, str] = {
    "Description": "notes",
    "DisplayName": "name",
    "Name": "name",
    "DocNumber": "number",
}
"""The record's names for QuickBooks' fields."""

UNKNOWN_DAY = "a date that QuickBooks does not report"

QUOTED = frozenset(
    {
        "account_not_usable",
        "amount_refused",
        "currency_refused",
        "custom_field_unknown",
        "date_refused",
        "has_balance",
        "invalid_email",
        "no_address",
        "no_permission",
        "not_billable",
        "not_linkable",
        "state_locked",
        "tax_refused",
        "value_refused",
    }
)
"""Codes of reasons that QuickBooks' own text explains."""

EXPLANATIONS: Mapping[str, tuple[str, str]] = {
    "620": ("time_keys", "it cannot be linked to the time or document that it names"),
    "2290": ("amount", "an amount is negative"),
    "2220": ("currency", "the company does not use this currency"),
    "3000": ("custom_fields", "the company does not have one of the custom fields"),
    "6070": ("quantity", "an amount is not quantity times price"),
    "6100": ("tax_code_key", "the company cannot use this tax code"),
    "6220": ("key", "the record still has a balance"),
    "6310": ("project_key", "something billable has no customer"),
    "6330": ("bill_rate", "something billable has no rate"),
    "6420": ("email", "it is to be e-mailed and has no e-mail address"),
    "6430": ("expense_code_key", "an account is of the wrong type"),
}
"""The record's field and our words, for codes whose own text says little."""

PAYROLL = re.compile(r"\bpayroll\b", re.IGNORECASE)
"""Found in the text of a fault that refuses an employee because of payroll."""

NEGATIVE = "2290"
NEGATIVE_EXPENSE = "enter money that comes back as a card refund"
NEGATIVE_AMOUNTS: Mapping[str, str] = {
    "Invoice": "QuickBooks takes less on an invoice only as a discount that leaves its total at"
    " zero or above; a credit has to be entered there as a credit memo",
}
"""What to do instead, by kind of document."""

FEATURE_NAMES: Mapping[str, str] = {
    "ClassRef": "classes",
    "DepartmentRef": "locations",
    "CurrencyRef": "several currencies",
    "BillableStatus": "billable expenses",
    "CustomField": "custom fields",
}
"""The feature of the company's plan that a field needs."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A write that QuickBooks rejected."""

    write: Write
    fault: Fault
    """The fault that decided; the gravest of several."""
    still_exists: bool = False
    """Whether the record to change has been read since, so that something else is missing."""
    taken_by: str = ""
    """The document number and who has it, once looked up."""

    @property
    def code(self) -> str:
        """The reason's code, as far as the fault alone shows it."""
        return meaning(self.fault).reason_code(self.write.action)

    @property
    def name(self) -> str:
        """The name that the write gives to a list record."""
        body = self.write.body or {}
        return str(body.get("DisplayName") or body.get("Name") or "")

    @property
    def holder_id(self) -> str:
        """The id of the record that already has the name; empty if the fault does not give it."""
        found = NAME_HOLDER_ID.search(self.fault.detail)
        return found[1] if found else ""

    @property
    def may_be_closed_period(self) -> bool:
        """Whether a closed period may be the cause."""
        return self.fault.code in CLOSED_BOOKS

    @property
    def may_be_wrong_account(self) -> bool:
        """Whether an account of the wrong type may be the cause; it is reported by a code of its
        own or as a business rule."""
        slots = self.fault.code == BUSINESS_RULE and any(True for _ in account_slots(self.write))
        return slots or self.code == "wrong_account"

    @property
    def needs_references(self) -> bool:
        """Whether something that the write refers to may be missing or of the wrong type."""
        return self.code == "target_missing" or self.may_be_wrong_account or self.still_exists


@dataclass(frozen=True, slots=True)
class Findings:
    """What a diagnosis has read in the ledger."""

    holders: Mapping[str, str] = field(default_factory=dict)
    """Who has a name, by the name in lower case."""
    billed: Mapping[str, str | None] = field(default_factory=dict)
    """Time entries that are billed, by id, with the number of the invoice where it is known."""
    known: references.KnownRecords = field(default_factory=dict)
    """Records that the writes refer to."""
    closed_through: date | None = None
    """The last closed day of the books."""


def failed(write: Write, why: Reason, trace_id: str = "") -> Outcome:
    """The outcome of a write that failed for this reason; it is blocked where QuickBooks refuses
    every record of its kind."""
    state = ItemState.BLOCKED if why.code in OF_ONE_KIND else ItemState.FAILED
    return Outcome(seq=write.seq, state=state, reason=why, trace_id=trace_id)


def explain(rejection: Rejection, findings: Findings) -> Reason:
    """Why the write was rejected."""
    if rejection.write.kind == EMAIL:
        return reason("not_emailed", field="email", detail=str(rejection.fault))
    code = _decided_code(rejection, findings)
    body = rejection.write.body or {}
    if code == "billed":
        return billed_reason(findings.billed.get(rejection.write.ledger_id or ""))
    if code == "text_too_long":
        return _text_too_long(rejection)
    if code in ("wrong_account", "refused"):
        accounts = rejection.may_be_wrong_account
        return _wrong_account(rejection, findings) if accounts else _quoted(code, rejection)
    if code in QUOTED:
        return _quoted(code, rejection)
    words = {
        "detail": _detail(code, rejection, findings),
        "name": rejection.name,
        "day": rejection.write.day or "Its date",
        "closed": findings.closed_through or UNKNOWN_DAY,
        "key": (body.get("ItemRef") or {}).get("value", "(none)"),
    }
    deleting = code == "changed_in_ledger" and rejection.write.action is Action.DELETE
    case = TO_BE_DELETED if deleting else ""
    return reason_in_case(code, case, field=RECORD_FIELDS.get(code), **words)


def _decided_code(rejection: Rejection, findings: Findings) -> str:
    """The reason's code after the diagnosis. A version conflict may be a closed period, and a
    business rule is about billing only if the record is billed."""
    code, write = rejection.code, rejection.write
    closed = findings.closed_through
    if rejection.may_be_closed_period and write.day and closed and write.day <= closed:
        return "closed_period"
    is_rule = rejection.fault.code == BUSINESS_RULE
    if code == "billed" and is_rule and write.ledger_id not in findings.billed:
        return "refused"
    if write.kind == "Employee" and PAYROLL.search(str(rejection.fault)):
        return "payroll_on"
    if code == "gone_in_ledger" and rejection.still_exists:
        return "target_missing"
    if code in ("missing_customer", "missing_rate") and write.kind != TIME_ENTRY:
        return "refused"
    return code


def _detail(code: str, rejection: Rejection, findings: Findings) -> str:
    if code == "name_taken":
        return _name_holder(rejection, findings)
    if code == "number_taken" and rejection.taken_by:
        return rejection.taken_by
    if code == "feature_off":
        return _with_features(rejection)
    missing: list[str] = []
    if rejection.needs_references:
        missing = references.missing_references(rejection.write, findings.known)
    return "; ".join([*missing, str(rejection.fault)])


def _quoted(code: str, rejection: Rejection) -> Reason:
    """With QuickBooks' own text; a business rule has the reason that its text shows."""
    field, words = EXPLANATIONS.get(rejection.fault.code, (None, ""))
    if rejection.fault.code == NEGATIVE:
        words = f"{words}; {NEGATIVE_AMOUNTS.get(rejection.write.kind, NEGATIVE_EXPENSE)}"
    if code == "refused" and rejection.fault.code == BUSINESS_RULE:
        code = business_rules.reason_code(rejection.fault)
    text = str(rejection.fault)
    day = {"day": rejection.write.day or "Its date", "closed": UNKNOWN_DAY}
    return reason(code, field=field, detail=f"{words}: {text}" if words else text, **day)


def _wrong_account(rejection: Rejection, findings: Findings) -> Reason:
    """The account whose type does not fit its place; else the fault's own text."""
    for slot in account_slots(rejection.write):
        reference = ("Account", slot.account_id)
        found = findings.known.get(reference)
        if found and found.type and found.type not in slot.types:
            named = references.describe(reference, found).removeprefix("account ")
            account = f"{named}, which is of the type {found.type},"
            words = {"account": account, "wanted": slot.wanted, "setting": slot.setting}
            return reason("wrong_account", **words)
    code = "account_not_usable" if rejection.code == "wrong_account" else "refused"
    return _quoted(code, rejection)


def _name_holder(rejection: Rejection, findings: Findings) -> str:
    default = "by a customer, vendor, employee or item"
    if rejection.holder_id:
        default = f"by record {rejection.holder_id}"
    return findings.holders.get(rejection.name.lower(), default)


def _text_too_long(rejection: Rejection) -> Reason:
    """With the limit of the field, if the fault names one that we know; else its own text."""
    element = rejection.fault.element.rpartition(".")[2]
    value = (rejection.write.body or {}).get(element)
    if element not in LENGTHS or not isinstance(value, str):
        return reason("refused", detail=str(rejection.fault))
    field = FIELD_NAMES.get(element, element)
    return reason("text_too_long", field=field, length=len(value), limit=LENGTHS[element])


def _with_features(rejection: Rejection) -> str:
    """The features that the document uses and a plan may lack, and the fault's text."""
    used = sorted({FEATURE_NAMES[n] for n in _names(rejection.write.body) if n in FEATURE_NAMES})
    text = str(rejection.fault)
    return f"{', '.join(used)}: {text}" if used else text


def _names(body: object) -> Iterator[str]:
    """The names of the fields at any depth whose value needs a feature."""
    if isinstance(body, Mapping):
        for name, value in body.items():
            if value != "NotBillable":
                yield name
            yield from _names(value)
    elif isinstance(body, list | tuple):
        for value in body:
            yield from _names(value)
