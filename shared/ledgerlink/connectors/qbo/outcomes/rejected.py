"""A refused write in words for the person who must act."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from ledgerlink.connectors.qbo.documents import content
from ledgerlink.connectors.qbo.documents.account_types import places
from ledgerlink.connectors.qbo.documents.text import LENGTHS
from ledgerlink.connectors.qbo.outcomes import code_words, references
from ledgerlink.connectors.qbo.outcomes.billed_time import billed
from ledgerlink.connectors.qbo.protocol.error_codes import meaning
from ledgerlink.connectors.qbo.protocol.faults import Fault
from ledgerlink.domain.model.plan import ItemState, Outcome, Write
from ledgerlink.domain.model.reasons import Reason, reason

HOLDER = re.compile(r"\bId=(\d+)")

TAKEN: Mapping[str, str] = {"name_taken": "name", "number_taken": "number"}
"""The product's field of what somebody else has."""

RULE = "6000"
"""Any rule of the ledger's; its words alone say which."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A write and the fault that decided against it. `there` when its record was seen since.
    `taken_by` is its number and who has it, where that was found out."""

    write: Write
    fault: Fault
    there: bool = False
    taken_by: str = ""

    @property
    def name(self) -> str:
        """The name that the write would have given."""
        body = self.write.body or {}
        return str(body.get("DisplayName") or body.get("Name") or "")

    @property
    def holder_id(self) -> str:
        """The id of who holds the name, where the fault tells it."""
        found = HOLDER.search(self.fault.detail)
        return found[1] if found else ""

    @property
    def may_be_closed(self) -> bool:
        """A closed book answers with codes of its own, and has been seen as a stale version."""
        return self.fault.code in ("5010", "6200", "6210")

    @property
    def code(self) -> str:
        """The reason's code, as far as the fault alone tells."""
        return meaning(self.fault).reason_code(self.write.action)

    @property
    def may_be_account(self) -> bool:
        """An account of the wrong sort has a code of its own, and may be any rule's."""
        named = self.fault.code == RULE and any(True for _ in places(self.write))
        return named or self.code == "wrong_account"

    @property
    def misses(self) -> bool:
        """Whether something that it points at may be missing, or of the wrong sort."""
        return self.code == "target_missing" or self.may_be_account or self.there


@dataclass(frozen=True, slots=True)
class Findings:
    """What a look into the ledger added: holders of names (by name, lower case), billed activities
    (by id) with the number of the invoice where it is known, what the writes point at, and through
    when the books are closed."""

    holders: Mapping[str, str] = field(default_factory=dict)
    billed: Mapping[str, str | None] = field(default_factory=dict)
    known: references.Known = field(default_factory=dict)
    closed_through: date | None = None


def failed(refusal: Refusal, findings: Findings, trace_id: str = "") -> Outcome:
    """The outcome of a refused write."""
    why = explain(refusal, findings)
    return Outcome(seq=refusal.write.seq, state=ItemState.FAILED, reason=why, trace_id=trace_id)


def explain(refusal: Refusal, findings: Findings) -> Reason:
    """The reason with its words."""
    code = _decided(refusal, findings)
    body = refusal.write.body or {}
    if code == "billed":
        return billed(findings.billed.get(refusal.write.ledger_id or ""))
    if code == "text_too_long":
        return _too_long(refusal)
    if code in ("wrong_account", "refused"):
        return _wrong_account(refusal, findings) if refusal.may_be_account else _refused(refusal)
    words = {
        "detail": _detail(code, refusal, findings),
        "name": refusal.name,
        "day": refusal.write.day or "Its date",
        "closed": findings.closed_through or "a date that QuickBooks did not tell",
        "key": (body.get("ItemRef") or {}).get("value", "(none)"),
    }
    return reason(code, field=TAKEN.get(code), **words)


def _detail(code: str, refusal: Refusal, findings: Findings) -> str:
    if code == "name_taken":
        return _holder(refusal, findings)
    if code == "number_taken" and refusal.taken_by:
        return refusal.taken_by
    if code == "feature_off":
        return code_words.with_features(refusal.write.body, str(refusal.fault))
    missing = references.missing(refusal.write, findings.known) if refusal.misses else []
    return "; ".join([*missing, str(refusal.fault)])


def _decided(refusal: Refusal, findings: Findings) -> str:
    """The code, after what was found: a stale version may be a closed book, and a business rule
    is about billing only when the record is billed."""
    code, write = refusal.code, refusal.write
    closed = findings.closed_through
    if refusal.may_be_closed and write.day and closed and write.day <= closed:
        return "closed_period"
    if code == "billed" and refusal.fault.code == RULE and write.ledger_id not in findings.billed:
        return "refused"
    if code == "gone_in_ledger" and refusal.there:
        return "target_missing"
    if code in ("missing_customer", "missing_rate") and write.kind != content.ACTIVITY:
        return "refused"
    return code


def _refused(refusal: Refusal) -> Reason:
    field, words = code_words.SAID.get(refusal.fault.code, (None, ""))
    told = str(refusal.fault)
    return reason("refused", field=field, detail=f"{words}: {told}" if words else told)


def _wrong_account(refusal: Refusal, findings: Findings) -> Reason:
    """The account that is of another sort than its place wants; else the ledger's words."""
    for place in places(refusal.write):
        pointer = ("Account", place.account_id)
        found = findings.known.get(pointer)
        if found and found.type and found.type not in place.types:
            account = f"{references.named(pointer, found)}, which is of the type {found.type},"
            words = {"account": account, "wanted": place.wanted, "setting": place.setting}
            return reason("wrong_account", **words)
    return _refused(refusal)


def _holder(refusal: Refusal, findings: Findings) -> str:
    if refusal.holder_id:
        return f"by record {refusal.holder_id}"
    return findings.holders.get(refusal.name.lower(), "by a customer, vendor, employee or item")


def _too_long(refusal: Refusal) -> Reason:
    """The limit is the one we know for the field; without a known field the ledger's words."""
    element = refusal.fault.element.rpartition(".")[2]
    value = (refusal.write.body or {}).get(element)
    if element not in LENGTHS or not isinstance(value, str):
        return reason("refused", detail=str(refusal.fault))
    field = code_words.FIELDS.get(element, element)
    return reason("text_too_long", field=field, length=len(value), limit=LENGTHS[element])
