"""Outcomes of accepted writes: what QuickBooks stored, compared with what was sent."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ledgerlink.connectors.qbo.documents import comparable, content
from ledgerlink.connectors.qbo.documents.lines import line_ids
from ledgerlink.connectors.qbo.documents.updates import INACTIVE, is_deactivation
from ledgerlink.connectors.qbo.outcomes import billed_time
from ledgerlink.connectors.qbo.protocol import values
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.domain.model.plan import Action, ItemState, Outcome, Write
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.money import rounded

Normalize = Callable[[Any], object]

COMPARED_FIELDS: Mapping[str, tuple[str, Normalize]] = {
    "NameOf": ("kind of person", comparable.text),
    "EmployeeRef": ("employee", comparable.id_in),
    "VendorRef": ("vendor", comparable.id_in),
    "TxnDate": ("date", comparable.text),
    "Hours": ("hours", comparable.number),
    "Minutes": ("minutes", comparable.number),
    "CustomerRef": ("customer", comparable.id_in),
    "ItemRef": ("item", comparable.id_in),
    "BillableStatus": ("billable status", comparable.billable),
    "HourlyRate": ("hourly rate", comparable.number),
    "CostRate": ("cost rate", comparable.number),
    "Description": ("notes", comparable.text),
    "DisplayName": ("name", comparable.text),
    "GivenName": ("given name", comparable.text),
    "FamilyName": ("family name", comparable.text),
    "PrimaryEmailAddr": ("email", comparable.address),
    "Name": ("name", comparable.text),
    "ParentRef": ("parent", comparable.id_in),
    "IncomeAccountRef": ("income account", comparable.id_in),
    "UnitPrice": ("price", comparable.number),
    "Active": ("active", comparable.switch),
}
"""The fields of time and list records that are compared if they were sent: the name that a person
reads, and how values are normalised."""


def accepted(write: Write, entity: Entity, trace_id: str = "") -> Outcome:
    """The outcome of a write that QuickBooks accepted. Its reason warns if the stored values or the
    total differ, or if the time that an invoice bills is not linked."""
    return _posted(write, entity, _warning(write, entity), trace_id)


def adopted(write: Write, entity: Entity) -> Outcome:
    """The outcome of a write that an earlier attempt already carried out, with the warnings of
    `accepted`."""
    if write.action is Action.DELETE:
        return _posted(write, entity, None)
    return _posted(write, entity, _warning(write, entity) or reason("already_written"))


def adopted_existing(write: Write, entity: Entity) -> Outcome:
    """Adopt an existing document. If its content differs from what we send, store no fingerprint:
    the next plan then treats it as edited in the ledger."""
    outcome = adopted(write, entity)
    differs = differences(write.kind, write.body or {}, entity)
    return replace(outcome, content="") if differs else outcome


def ledger_total(kind: str, entity: Entity) -> Decimal | None:
    """The total of a money document as QuickBooks calculated it; None if it does not state one."""
    amount = entity.get("TotalAmt") if kind in content.MONEY_DOCUMENTS else None
    return None if amount is None else comparable.number(amount)


def differences(
    kind: str, body: Mapping[str, Any], entity: Entity, *, sent_only: bool = False
) -> list[str]:
    """The fields that are stored with another value than was sent, in words. Of documents of money
    a field that was not sent must be empty, unless `sent_only`."""
    if kind in content.KNOWN_BY_CONTENT:
        found = content.content_differences(kind, body, entity, sent_only=sent_only)
        return list(found) if body else []
    shown = comparable.shown
    return [
        f"{label} {shown(normalize(body[name]))} became {shown(normalize(entity.get(name)))}"
        for name, (label, normalize) in COMPARED_FIELDS.items()
        if name in body and normalize(body[name]) != normalize(entity.get(name))
    ]


def _posted(write: Write, entity: Entity, why: Reason | None, trace_id: str = "") -> Outcome:
    deleted = write.action is Action.DELETE
    return Outcome(
        seq=write.seq,
        state=ItemState.POSTED,
        ledger_id=write.ledger_id if deleted else str(entity["Id"]),
        version=None if deleted else str(entity.get("SyncToken", "0")),
        reason=why,
        trace_id=trace_id,
        content="" if deleted else content.content_fingerprint(write.kind, entity, write.body),
        total=None if deleted else ledger_total(write.kind, entity),
        line_ids=() if deleted else line_ids(write.body or {}, entity),
    )


def _warning(write: Write, entity: Entity) -> Reason | None:
    """The most important warning: time that could be billed twice, then lines of others, which
    explain another total, then money, then the rest."""
    return (
        _unlinked_time(write, entity)
        or _lines_of_others(write, entity)
        or _other_total(write, entity)
        or _difference(write, entity)
    )


def _unlinked_time(write: Write, entity: Entity) -> Reason | None:
    linked = any(True for _ in billed_time.linked_time_ids(entity))
    if linked or write.kind != "Invoice":
        return None
    return billed_time.unlinked_reason(write.body or {})


def _lines_of_others(write: Write, entity: Entity) -> Reason | None:
    """The warning that lines which others added were kept beside ours."""
    if write.action is not Action.UPDATE or write.kind not in content.MONEY_DOCUMENTS:
        return None
    body = write.body or {}
    ours, stored = len(content.stated_lines(body)), len(content.stated_lines(entity))
    if stored <= ours or len(line_ids(body, entity)) < ours:
        return None
    return reason("lines_kept", count=stored - ours)


def _other_total(write: Write, entity: Entity) -> Reason | None:
    """If QuickBooks' total differs from ours: by how much, and how much of that is tax."""
    total = None if write.action is Action.DELETE else ledger_total(write.kind, entity)
    if total is None or write.total is None:
        return None
    ours, currency = write.total, write.total.currency
    difference = rounded(total, currency) - rounded(ours.amount, currency)
    if not difference:
        return None
    detail = values.block(entity, "TxnTaxDetail")
    tax = comparable.number(detail.get("TotalTax")) - (ours.tax or Decimal(0))
    return reason(
        "total_differs",
        ledger=rounded(total, currency),
        ours=rounded(ours.amount, currency),
        difference=difference,
        tax=rounded(tax, currency),
    )


def _difference(write: Write, entity: Entity) -> Reason | None:
    sent_only = write.action is Action.UPDATE
    found = differences(write.kind, _sent(write), entity, sent_only=sent_only)
    return reason("answer_differs", detail="; ".join(found)) if found else None


def _sent(write: Write) -> Mapping[str, Any]:
    if is_deactivation(write):
        return INACTIVE
    return {} if write.action is Action.DELETE else write.body or {}
