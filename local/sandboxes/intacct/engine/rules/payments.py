"""Payments of customers, shared out over invoices and their lines."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final

from local.sandboxes.intacct.books.rows import Record, Values
from local.sandboxes.intacct.engine.change import Change, Line
from local.sandboxes.intacct.engine.clean import money
from local.sandboxes.intacct.engine.context import Context
from local.sandboxes.intacct.engine.references import invalid
from local.sandboxes.intacct.engine.rules.currencies import in_base
from local.sandboxes.intacct.engine.rules.lines import amount
from local.sandboxes.intacct.engine.rules.payables import owed, paid_of
from local.sandboxes.intacct.protocol.errors import broken, missing

PAYABLE: Final = ("Posted", "Partially Paid")
WAYS: Final = ("FINANCIALENTITY", "PRBATCH", "UNDEPOSITEDACCOUNTNO")


def editable(change: Change) -> None:
    if change.before is not None and change.was("STATE") != "Draft" and not change.context.by_hand:
        raise broken("A payment that is complete cannot be changed.")


def filled(change: Change) -> None:
    """Where the money went, in which state, for whom."""
    if not any(change.value(name) for name in WAYS):
        raise missing("FINANCIALENTITY")
    _bank(change)
    if not change.value("CUSTOMERID") and not change.value("PAYERNAME"):
        raise missing("CUSTOMERID")
    action = change.after.pop("ACTION", "")
    change.after["STATE"] = "Draft" if action == "Draft" else "Complete"
    change.after["DISPLAYSTATE"] = change.after["STATE"]
    change.after["RECORDTYPE"] = "rp"
    if not change.value("CURRENCY"):
        raise missing("CURRENCY")
    receipt = change.value("RECEIPTDATE")
    change.after.setdefault("WHENCREATED", receipt)
    change.after.setdefault("WHENPAID", change.value("PAYMENTDATE") or receipt)
    if change.creating and not change.lines and not change.value("OVERPAYMENTAMOUNT"):
        raise missing("ARPYMTDETAILS")


def _bank(change: Change) -> None:
    bank, account = change.value("FINANCIALENTITY"), change.value("UNDEPOSITEDACCOUNTNO")
    banks = ("CHECKINGACCOUNT", "SAVINGSACCOUNT", "CREDITCARD")
    if bank and not any(change.context.found(name, bank) for name in banks):
        raise invalid("CHECKINGACCOUNT", bank)
    if account and change.context.found("GLACCOUNT", account) is None:
        raise invalid("GLACCOUNT", account)


def shared_out(change: Change) -> None:
    """Each detail names an invoice and an amount that is still due; header amounts are spread
    line by line from the first."""
    if change.lines is None:
        return
    total = amount(change.after, "OVERPAYMENTAMOUNT")
    made: list[Line] = []
    for line in change.lines:
        total += _shared(change, line, made)
    change.lines = made
    for name in ("TOTALENTERED", "TRX_TOTALENTERED", "TOTALPAID", "TRX_TOTALPAID"):
        change.after[name] = money(total)
    for name in ("TOTALDUE", "TRX_TOTALDUE"):
        change.after[name] = "0.00"


def _shared(change: Change, line: Line, made: list[Line]) -> Decimal:
    key = line.values.get("RECORDKEY", "")
    if not key:
        raise missing("RECORDKEY")
    invoice = change.company.record("ARINVOICE", int(key))
    if invoice is None or not change.context.sees(invoice):
        raise broken(f"Cannot find invoice with key '{key}'.")
    if change.value("CUSTOMERID") not in ("", invoice.values["CUSTOMERID"]):
        raise broken(f"Invoice '{key}' is not of customer '{change.value('CUSTOMERID')}'.")
    if invoice.values["STATE"] not in PAYABLE:
        raise broken(f"Invoice '{key}' is {invoice.values['STATE']} and cannot be paid.")
    sum_given = line.values.get("TRX_PAYMENTAMOUNT") or line.values.get("PAYMENTAMOUNT")
    due = amount(invoice.values, "TRX_TOTALDUE")
    paying = Decimal(sum_given) if sum_given else due
    if paying <= 0 or paying > due:
        raise broken(f"Payment amount {money(paying)} is more than invoice '{key}' has due.")
    for entry_key, portion in share(change, invoice, paying, line.values.get("ENTRYKEY", "")):
        values: Values = {
            "RECORDKEY": key,
            "ENTRYKEY": entry_key,
            "TRX_PAYMENTAMOUNT": money(portion),
            "PAYMENTAMOUNT": in_base(invoice.values, portion),
            "PAYMENTDATE": change.value("WHENPAID"),
            "STATE": change.value("STATE"),
        }
        made.append(Line(values))
    return paying


def share(
    change: Change, invoice: Record, paying: Decimal, entry_key: str
) -> list[tuple[str, Decimal]]:
    """Lines of the invoice and what of the amount goes to each."""
    left, portions = paying, []
    for line in change.company.lines("ARINVOICEITEM", invoice.recordno):
        if entry_key and str(line.recordno) != entry_key:
            continue
        whole = line.values.get("TOTALTRXAMOUNT") or line.values.get("TRX_AMOUNT") or "0"
        due = Decimal(whole) - paid_of(line.values)
        portion = min(left, due)
        if portion > 0:
            portions.append((str(line.recordno), portion))
            left -= portion
    if left > 0:
        raise broken(f"Payment amount {money(paying)} is more than the lines have due.")
    return portions


def applied(change: Change, _record: Record) -> None:
    """A complete payment shows on its invoices."""
    if change.value("STATE") == "Complete":
        for line in change.lines or ():
            apply(change.context, line.values, +1)


def apply(context: Context, detail: Values, sign: int) -> None:
    """Adds a portion to the invoice and its line, or takes it away again."""
    company, portion = context.company, sign * amount(detail, "TRX_PAYMENTAMOUNT")
    line = company.record("ARINVOICEITEM", int(detail["ENTRYKEY"]))
    invoice = company.record("ARINVOICE", int(detail["RECORDKEY"]))
    if line is not None:
        total = paid_of(line.values) + portion
        base = in_base(invoice.values, total) if invoice else money(total)
        values = {**line.values, "TOTALPAID": base, "TRX_TOTALPAID": money(total)}
        company.put("ARINVOICEITEM", replace(line, values=values))
    if invoice is None:
        return
    values = dict(invoice.values)
    paid = paid_of(values) + portion
    owed(values, amount(values, "TRX_TOTALENTERED"), paid)
    whole = amount(values, "TRX_TOTALDUE") == 0
    values["STATE"] = "Paid" if whole else "Partially Paid" if paid else "Posted"
    values["WHENPAID"] = detail["PAYMENTDATE"] if whole else ""
    values = {name: value for name, value in values.items() if value != ""}
    touched = context.seconds() if context.settings.payment_touches_invoice else invoice.modified
    company.put("ARINVOICE", replace(invoice, values=values, modified=touched))


def withdraw(context: Context, payment: Record) -> None:
    """Takes what a payment paid off its invoices again."""
    for detail in context.company.lines("ARPYMTDETAIL", payment.recordno):
        apply(context, detail.values, -1)


def deletable(context: Context, record: Record) -> None:
    if record.values["STATE"] != "Draft" and not context.by_hand:
        raise broken("A payment that is complete cannot be deleted.")
