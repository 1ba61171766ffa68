"""Payments lower the balances of what they pay, and give them back when they go."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.engine.change import Change, touch
from local.sandboxes.qbo.engine.rules.money import set_home_totals
from local.sandboxes.qbo.protocol.errors import Fault, business

# payment entity -> what it pays, and how the paid document names it in its LinkedTxn
PAYS: Final = {"Payment": ("Invoice", "Payment"), "BillPayment": ("Bill", "BillPaymentCheck")}
PAID_BY: Final = {target: payment for payment, (target, _) in PAYS.items()}
PARTNER: Final = {"Payment": "CustomerRef", "BillPayment": "VendorRef"}


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
        open_amount = Decimal((row or {}).get("Balance", 0)) + given.get(row_id, Decimal(0))
        if row is None or amount > open_amount or not _same_partner(change, row):
            words = f"Transaction {row_id} cannot be linked to this payment"
            raise Fault("620", words, "Line.LinkedTxn.TxnId")


def _same_partner(change: Change, paid: Row) -> bool:
    """The vendor's bill, the customer's invoice or one of a job below the customer."""
    name = PARTNER[change.entity.name]
    ours, theirs = change.after[name]["value"], paid[name]["value"]
    above = (change.company.row("Customer", theirs) or {}).get("ParentRef") or {}
    return ours in (theirs, above.get("value"))


def covered(change: Change) -> None:
    """The lines of a payment do not exceed its total. Raises 2140."""
    if _applied(change.entity.name, change.after) > Decimal(change.after["TotalAmt"]):
        raise Fault("2140", "The lines of the payment exceed its total", "TotalAmt")


def _applied(payment: str, row: Row) -> Decimal:
    return sum((amount for _, amount in applications(payment, row)), Decimal(0))


def unapplied(change: Change) -> None:
    row = change.after
    row["UnappliedAmt"] = Decimal(row["TotalAmt"]) - _applied("Payment", row)
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
            _rebalance(change, row, Decimal(row["Balance"]) + delta)
            links = [x for x in row.get("LinkedTxn", ()) if x.get("TxnId") != own]
            entry = [{"TxnId": own, "TxnType": word}] if row_id in linked else []
            row["LinkedTxn"] = [*links, *entry]


def _rebalance(change: Change, row: Row, balance: Decimal) -> None:
    row["Balance"] = balance
    if change.company.multi_currency:
        set_home_totals(row)


def unpaid(change: Change) -> None:
    """A document with payments is closed where the setting says so. Raises 6000."""
    if change.settings.paid_documents != "refuse" or change.context.by_hand:
        return
    paid = _payments(change) if change.after != change.before else ()
    if any(paid):
        raise business(f"This {change.entity.name.lower()} has payments applied to it.")


def _payments(change: Change) -> Iterator[Row]:
    """The payments that are applied to a stored document, newest first."""
    payment, row_id = PAID_BY[change.entity.name], change.was("Id")
    if row_id is None:
        return
    for row in reversed(list(change.company.rows(payment))):
        if any(target == row_id for target, _ in applications(payment, row)):
            yield row


def release(change: Change) -> None:
    """What a document no longer needs of its payments is unapplied: all where it is gone."""
    gone = not change.after or Decimal(change.after["TotalAmt"]) == 0
    excess = None if gone else -Decimal(change.after["Balance"])
    for payment in _payments(change):
        if excess is not None and excess <= 0:
            break
        freed = _unapply(change, payment, excess)
        excess = None if excess is None else excess - freed
        _unlink(change, payment)
    if change.after and Decimal(change.after["Balance"]) < 0:
        _rebalance(change, change.after, Decimal(0))


def _unlink(change: Change, payment: Row) -> None:
    """A document that a payment no longer pays does not name it."""
    row, kind = change.after, PAID_BY[change.entity.name]
    if row and all(target != row["Id"] for target, _ in applications(kind, payment)):
        row["LinkedTxn"] = [x for x in row["LinkedTxn"] if x.get("TxnId") != payment["Id"]]


def _unapply(change: Change, payment: Row, at_most: Decimal | None) -> Decimal:
    """Takes a document's part out of a payment, whole or up to an amount; what was freed."""
    kind, row_id = PAID_BY[change.entity.name], (change.before or {})["Id"]
    held = payment["Line"]
    before = _applied(kind, payment)
    touch(change.context, kind, payment["Id"])
    payment["Line"] = []
    left = at_most
    for line in held:
        amount = Decimal(line.get("Amount") or 0)
        taken = amount if left is None else min(amount, left)
        if not _pays(line, row_id, change.entity.name):
            payment["Line"].append(line)
            continue
        left = None if left is None else left - taken
        if taken < amount:
            payment["Line"].append({**line, "Amount": amount - taken})
    if "UnappliedAmt" in payment:
        payment["UnappliedAmt"] = Decimal(payment["TotalAmt"]) - _applied(kind, payment)
    return before - _applied(kind, payment)


def _pays(line: Row, row_id: str, kind: str) -> bool:
    links = line.get("LinkedTxn", ())
    return any(x.get("TxnId") == row_id and x.get("TxnType") == kind for x in links)


def drop_links(change: Change) -> None:
    change.after["Line"] = []
