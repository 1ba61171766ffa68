"""Answers: what the ledger says it stored, against what was sent."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from ledgerlink.connectors.qbo.removing import INACTIVE, deactivates
from ledgerlink.domain.plan import Action, ItemState, Outcome, Write
from ledgerlink.domain.reasons import Reason, reason


def posted(write: Write, entity: Mapping[str, Any], trace_id: str = "") -> Outcome:
    """The outcome of a write that was accepted; it says so when the ledger stored other values."""
    return _outcome(write, entity, _difference(write, entity), trace_id)


def adopted(write: Write, entity: Mapping[str, Any]) -> Outcome:
    """The outcome of a write that the ledger turned out to hold already; it says so, too, when
    the ledger stored other values. Of what is to go, being gone is all there is to say."""
    if write.action is Action.DELETE:
        return _outcome(write, entity, None)
    return _outcome(write, entity, _difference(write, entity) or reason("already_written"))


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
    )


def _difference(write: Write, entity: Mapping[str, Any]) -> Reason | None:
    fields = differences(_sent(write), entity)
    if not fields:
        return None
    return reason("answer_differs", detail="; ".join(fields))


def _sent(write: Write) -> Mapping[str, Any]:
    if deactivates(write):
        return INACTIVE
    return {} if write.action is Action.DELETE else write.body or {}


def differences(body: Mapping[str, Any], entity: Mapping[str, Any]) -> list[str]:
    """The fields that were sent and are stored with another value, in words."""
    return [
        f"{name} {_shown(read(body[name]))} became {_shown(read(entity.get(name)))}"
        for name, read in COMPARED.items()
        if name in body and read(body[name]) != read(entity.get(name))
    ]


def text(value: Any) -> str:
    """Text up to whitespace."""
    return " ".join(str(value or "").split())


def ref(value: Any) -> str:
    """The id in a reference; empty when there is none."""
    return str(value.get("value") or "") if isinstance(value, Mapping) else ""


def number(value: Any) -> Decimal:
    """A JSON number or a decimal string; 0 when there is none."""
    return Decimal(str(value or 0))


def _billable(value: Any) -> str:
    """Billed time was billable."""
    status = str(value or "")
    return "Billable" if status == "HasBeenBilled" else status


def _yes(value: Any) -> str:
    return "yes" if value else "no"


def _shown(value: object) -> str:
    return str(value) or "(nothing)"


COMPARED: Mapping[str, Callable[[Any], object]] = {
    "NameOf": text,
    "EmployeeRef": ref,
    "VendorRef": ref,
    "TxnDate": text,
    "Hours": number,
    "Minutes": number,
    "CustomerRef": ref,
    "ItemRef": ref,
    "BillableStatus": _billable,
    "HourlyRate": number,
    "Description": text,
    "DisplayName": text,
    "Name": text,
    "ParentRef": ref,
    "IncomeAccountRef": ref,
    "UnitPrice": number,
    "Active": _yes,
}
"""How each compared field is read; a field that was not sent is not compared."""
