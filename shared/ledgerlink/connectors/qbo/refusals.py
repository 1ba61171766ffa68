"""A refused write in words for the person who must act."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from ledgerlink.connectors.qbo.billing import billed
from ledgerlink.connectors.qbo.errors import meaning
from ledgerlink.connectors.qbo.faults import Fault
from ledgerlink.connectors.qbo.texts import LENGTHS
from ledgerlink.domain.plan import Action, ItemState, Outcome, Write
from ledgerlink.domain.reasons import Reason, reason

FIELDS = {"Description": "notes", "DisplayName": "name", "Name": "name"}
"""The record's own names for the ledger's fields."""

HOLDER = re.compile(r"\bId=(\d+)")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A write and the fault that decided against it. `there` when its record was seen since."""

    write: Write
    fault: Fault
    there: bool = False

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


@dataclass(frozen=True, slots=True)
class Findings:
    """What a look into the ledger added: holders of names (by name, lower case), billed activities
    (by id) with the number of the invoice where it is known, and through when the books are
    closed."""

    holders: Mapping[str, str] = field(default_factory=dict)
    billed: Mapping[str, str | None] = field(default_factory=dict)
    closed_through: date | None = None


def failed(refusal: Refusal, findings: Findings, trace_id: str = "") -> Outcome:
    """The outcome of a refused write."""
    why = explain(refusal, findings)
    return Outcome(seq=refusal.write.seq, state=ItemState.FAILED, reason=why, trace_id=trace_id)


def explain(refusal: Refusal, findings: Findings) -> Reason:
    """The reason with its words."""
    code = _decided(refusal, findings)
    body = refusal.write.body or {}
    words = {
        "detail": str(refusal.fault),
        "name": refusal.name,
        "day": refusal.write.day or "Its date",
        "closed": findings.closed_through or "a date that QuickBooks did not tell",
        "key": (body.get("ItemRef") or {}).get("value", "(none)"),
    }
    if code == "name_taken":
        words["detail"] = _holder(refusal, findings)
    if code == "billed":
        return billed(findings.billed.get(refusal.write.ledger_id or ""))
    if code == "text_too_long":
        return _too_long(refusal)
    return reason(code, **words)


def _decided(refusal: Refusal, findings: Findings) -> str:
    """The code, after what was found: a stale version may be a closed book, and a business rule
    is about billing only when the activity is billed."""
    code, write = refusal.code, refusal.write
    closed = findings.closed_through
    if refusal.may_be_closed and write.day and closed and write.day <= closed:
        return "closed_period"
    if code == "billed" and write.ledger_id not in findings.billed:
        return "refused"
    if code == "gone_in_ledger" and refusal.there:
        return "target_missing"
    if code == "gone_in_ledger" and write.action is Action.UPDATE and write.kind != "TimeActivity":
        return "target_missing"
    return code


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
    field = FIELDS.get(element, element)
    return reason("text_too_long", field=field, length=len(value), limit=LENGTHS[element])
