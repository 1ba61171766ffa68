"""Answers: what the ledger says it stored, against what was sent."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ledgerlink.connectors.qbo.documents import comparable, content
from ledgerlink.connectors.qbo.documents.deletes import INACTIVE, deactivates
from ledgerlink.connectors.qbo.outcomes import billed_time
from ledgerlink.domain.model.plan import Action, ItemState, Outcome, Write
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.money import rounded


def posted(write: Write, entity: Mapping[str, Any], trace_id: str = "") -> Outcome:
    """The outcome of a write that was accepted; it says so when the ledger stored other values,
    says that it comes to something else, or does not link the time that it bills."""
    return _outcome(write, entity, _concern(write, entity), trace_id)


def adopted(write: Write, entity: Mapping[str, Any]) -> Outcome:
    """The outcome of a write that the ledger turned out to hold already; it says what `posted`
    says, too. Of what is to go, being gone is all there is to say."""
    if write.action is Action.DELETE:
        return _outcome(write, entity, None)
    return _outcome(write, entity, _concern(write, entity) or reason("already_written"))


def taken_over(write: Write, entity: Mapping[str, Any]) -> Outcome:
    """The same of a document that may be from long ago: one that holds something else counts as
    edited in the ledger, so that no later post takes it for what was said."""
    other = differences(write.kind, write.body or {}, entity)
    outcome = adopted(write, entity)
    return replace(outcome, content="") if other else outcome


def _outcome(
    write: Write, entity: Mapping[str, Any], why: Reason | None, trace_id: str = ""
) -> Outcome:
    deleted = write.action is Action.DELETE
    return Outcome(
        seq=write.seq,
        state=ItemState.POSTED,
        ledger_id=write.ledger_id if deleted else str(entity["Id"]),
        version=None if deleted else str(entity.get("SyncToken", "0")),
        reason=why,
        trace_id=trace_id,
        content="" if deleted else content.content_print(write.kind, entity),
        total=None if deleted else total(write.kind, entity),
    )


def total(kind: str, entity: Mapping[str, Any]) -> Decimal | None:
    """What a document of money comes to, as the ledger says; None where it does not say it."""
    said = entity.get("TotalAmt") if kind in content.MONEY else None
    return None if said is None else comparable.number(said)


def _unlinked(write: Write, entity: Mapping[str, Any]) -> Reason | None:
    links = any(True for _ in billed_time.linked(entity))
    return None if links or write.kind != "Invoice" else billed_time.unlinked(write.body or {})


def _concern(write: Write, entity: Mapping[str, Any]) -> Reason | None:
    """What of an answer wants to be seen: what may be billed twice before all else, then money."""
    return _unlinked(write, entity) or _other_total(write, entity) or _difference(write, entity)


def _other_total(write: Write, entity: Mapping[str, Any]) -> Reason | None:
    """That the ledger's total is another one, and how much of that is tax."""
    said = None if write.action is Action.DELETE else total(write.kind, entity)
    if said is None or write.total is None:
        return None
    ours, currency = write.total, write.total.currency
    difference = rounded(said, currency) - rounded(ours.amount, currency)
    if not difference:
        return None
    detail = entity.get("TxnTaxDetail") or {}
    tax = rounded(comparable.number(detail.get("TotalTax")) - (ours.tax or Decimal(0)), currency)
    theirs, mine = rounded(said, currency), rounded(ours.amount, currency)
    return reason("total_differs", ledger=theirs, ours=mine, difference=difference, tax=tax)


def _difference(write: Write, entity: Mapping[str, Any]) -> Reason | None:
    found = differences(write.kind, _sent(write), entity)
    if not found:
        return None
    return reason("answer_differs", detail="; ".join(found))


def _sent(write: Write) -> Mapping[str, Any]:
    if deactivates(write):
        return INACTIVE
    return {} if write.action is Action.DELETE else write.body or {}


def differences(kind: str, body: Mapping[str, Any], entity: Mapping[str, Any]) -> list[str]:
    """The fields that were sent and are stored with another value, in words."""
    if kind in content.BY_CONTENT:
        return list(content.differences(kind, body, entity)) if body else []
    shown = comparable.shown
    return [
        f"{name} {shown(read(body[name]))} became {shown(read(entity.get(name)))}"
        for name, read in COMPARED.items()
        if name in body and read(body[name]) != read(entity.get(name))
    ]


COMPARED: Mapping[str, Callable[[Any], object]] = {
    "NameOf": comparable.text,
    "EmployeeRef": comparable.ref,
    "VendorRef": comparable.ref,
    "TxnDate": comparable.text,
    "Hours": comparable.number,
    "Minutes": comparable.number,
    "CustomerRef": comparable.ref,
    "ItemRef": comparable.ref,
    "BillableStatus": comparable.billable,
    "HourlyRate": comparable.number,
    "Description": comparable.text,
    "DisplayName": comparable.text,
    "GivenName": comparable.text,
    "FamilyName": comparable.text,
    "PrimaryEmailAddr": comparable.address,
    "Name": comparable.text,
    "ParentRef": comparable.ref,
    "IncomeAccountRef": comparable.ref,
    "UnitPrice": comparable.number,
    "Active": comparable.yes,
}
"""How each compared field of time and of list records is read; a field that was not sent is not
compared."""
