"""Payments lower the balances of what they pay, and give them back when they go."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from ...faults import Fault
from ...rows import Row
from ..change import Change, touch

# payment entity -> what it pays, and how the paid document names it in its LinkedTxn
PAYS: Final = {"Payment": ("Invoice", "Payment"), "BillPayment": ("Bill", "BillPaymentCheck")}


def applications(entity: str, row: Row | None) -> Iterator[tuple[str, Decimal]]:
    """(Id of the paid document, amount) of each line."""
    target, _ = PAYS[entity]
    for line in (row or {}).get("Line", ()):
        for link in line.get("LinkedTxn", ()):
            if link.get("TxnType") == target:
                yield link["TxnId"], Decimal(line.get("Amount") or 0)


def payable(change: Change) -> None:
    target, _ = PAYS[change.entity.name]
    given: dict[str, Decimal] = {}
    for row_id, amount in applications(change.entity.name, change.before):
        given[row_id] = given.get(row_id, Decimal(0)) + amount
    for row_id, amount in applications(change.entity.name, change.after):
        row = change.company.row(target, row_id)
        if row is None or amount > Decimal(row["Balance"]) + given.get(row_id, Decimal(0)):
            words = f"Transaction {row_id} cannot be linked to this payment"
            raise Fault("620", words, "Line.LinkedTxn.TxnId")


def unapplied(change: Change) -> None:
    row = change.after
    applied = sum((amount for _, amount in applications("Payment", row)), Decimal(0))
    if applied > Decimal(row["TotalAmt"]):
        raise Fault("2140", "The lines of the payment exceed its total", "TotalAmt")
    row["UnappliedAmt"] = Decimal(row["TotalAmt"]) - applied
    if "DepositToAccountRef" not in row:
        for account in change.company.rows("Account"):
            if account["AccountSubType"] == "UndepositedFunds":
                row["DepositToAccountRef"] = {"value": account["Id"], "name": account["Name"]}


def pay(change: Change) -> None:
    """Takes back what the payment gave before, then gives what it gives now."""
    target, word = PAYS[change.entity.name]
    own = (change.after or change.before or {})["Id"]
    deltas: dict[str, Decimal] = {}
    for row_id, amount in applications(change.entity.name, change.before):
        deltas[row_id] = deltas.get(row_id, Decimal(0)) + amount
    for row_id, amount in applications(change.entity.name, change.after):
        deltas[row_id] = deltas.get(row_id, Decimal(0)) - amount
    linked = {row_id for row_id, _ in applications(change.entity.name, change.after)}
    for row_id, delta in deltas.items():
        if row_id in linked and not delta:
            continue
        row = touch(change.context, target, row_id)
        if row is not None:
            row["Balance"] = Decimal(row["Balance"]) + delta
            links = [x for x in row.get("LinkedTxn", ()) if x.get("TxnId") != own]
            entry = [{"TxnId": own, "TxnType": word}] if row_id in linked else []
            row["LinkedTxn"] = [*links, *entry]


def release(change: Change) -> None:
    """A deleted or voided document no longer counts as paid: its payments are unapplied."""
    if change.after and Decimal(change.after["TotalAmt"]) != 0:
        return
    for payment, (target, _) in PAYS.items():
        if target == change.entity.name:
            _forget(change, payment, (change.before or change.after)["Id"])


def _forget(change: Change, payment: str, row_id: str) -> None:
    for row in list(change.company.rows(payment)):
        kept = [x for x in row.get("Line", ()) if not _pays(x, row_id, PAYS[payment][0])]
        if len(kept) != len(row.get("Line", ())):
            touch(change.context, payment, row["Id"])
            row["Line"] = kept
            applied = sum((amount for _, amount in applications(payment, row)), Decimal(0))
            row["UnappliedAmt"] = Decimal(row["TotalAmt"]) - applied


def _pays(line: Row, row_id: str, kind: str) -> bool:
    links = line.get("LinkedTxn", ())
    return any(x.get("TxnId") == row_id and x.get("TxnType") == kind for x in links)


def drop_links(change: Change) -> None:
    change.after["Line"] = []
