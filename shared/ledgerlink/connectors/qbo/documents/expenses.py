"""Expenses as the ledger keeps them: what is owed to a vendor is a Bill, what is paid by check or
was charged to a card is a Purchase."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ledgerlink.connectors.qbo.documents import content
from ledgerlink.connectors.qbo.documents.common import NAME_OF, head, ref
from ledgerlink.connectors.qbo.documents.tax import Taxing, all_of, keeps_tax_on_costs
from ledgerlink.connectors.qbo.documents.text import LENGTHS, Wording
from ledgerlink.connectors.qbo.protocol.json_body import amount
from ledgerlink.domain.model.documents import (
    Document,
    ExpenseLine,
    Payee,
    ResolvedExpenses,
    Settlement,
    reference,
)
from ledgerlink.domain.model.reasons import Reason, named, reason
from ledgerlink.domain.money import Total
from ledgerlink.domain.ports import Blocked

BY_ACCOUNT = "AccountBasedExpenseLineDetail"
BY_ITEM = "ItemBasedExpenseLineDetail"
PAYING = "expenses.check_account_id"


def spending(expenses: ResolvedExpenses) -> Document:
    """A Bill or Purchase with its total. Raises Blocked."""
    wording, lines = Wording(expenses.shorten), _costs(expenses)
    tax = all_of(line.tax for line in lines)
    taxed = bool(tax) or any(line.tax_code_id for line in lines)
    taxing = Taxing.of(expenses.features, taxed, expenses.tax_inclusive)
    body = {
        **_settled(expenses),
        **head(expenses, _location(lines, wording), "report_number", wording),
        "Line": [_line(line, taxing, wording) for line in lines],
        **taxing.head(tax),
    }
    kind = "Bill" if expenses.settlement is Settlement.PAYABLE else "Purchase"
    return Document(
        key=expenses.key,
        kind=kind,
        body=body,
        members=tuple(line.key for line in lines),
        day=expenses.day,
        warnings=(*wording.warnings, *_left_out(expenses, tax)),
        total=_total(expenses, lines, tax),
        fixed=content.fixed(kind, body),
    )


def _location(lines: Sequence[ExpenseLine], wording: Wording) -> str | None:
    """The one that all lines agree in: a document has one location."""
    ids = {line.location_id for line in lines}
    if len(ids) > 1:
        words = named(sorted(each for each in ids if each))
        wording.warnings.append(reason("locations_differ", field="location_key", ids=words))
        return None
    return ids.pop()


def _costs(expenses: ResolvedExpenses) -> tuple[ExpenseLine, ...]:
    """The lines as the ledger keeps costs: where it keeps no tax on them, tax is part of them."""
    if keeps_tax_on_costs(expenses.features):
        return expenses.lines
    return tuple(
        replace(line, net=line.net + (line.tax or Decimal(0)), tax=None) for line in expenses.lines
    )


def _settled(expenses: ResolvedExpenses) -> dict[str, Any]:
    """To whom and from what it is paid; only a card has refunds."""
    account = expenses.account_id
    match expenses.settlement:
        case Settlement.PAYABLE:
            vendor = expenses.payee.target if expenses.payee else None
            return {**ref("VendorRef", vendor), **ref("APAccountRef", account)}
        case Settlement.CHECK:
            paid = {"PaymentType": "Check", **ref("AccountRef", _paying(account))}
            return {**paid, **_payee(expenses.payee)}
        case Settlement.CARD:
            paid = {"PaymentType": "CreditCard", **ref("AccountRef", account)}
            return {**paid, **_payee(expenses.payee), "Credit": expenses.credit}


def _paying(account: str | None) -> str:
    if account is None:
        told = {"use": "pays employees", "setting": PAYING}
        raise Blocked(reason("missing_account", field=PAYING, **told))
    return account


def _payee(payee: Payee | None) -> dict[str, Any]:
    if payee is None:
        return {}
    return {"EntityRef": {"value": reference(payee.target), "type": NAME_OF[payee.list]}}


def _line(line: ExpenseLine, taxing: Taxing, wording: Wording) -> dict[str, Any]:
    text = wording.join(line.parts, LENGTHS["Description"])
    kind, spent_on = _spent_on(line, taxing)
    detail = {
        **spent_on,
        **ref("CustomerRef", line.customer),
        **ref("ClassRef", line.class_id),
        **_billing(line),
        **taxing.line(line.net, line.tax, line.tax_code_id),
    }
    said = {"Description": text} if text else {}
    return {**said, "Amount": amount(line.net), "DetailType": kind, kind: detail}


def _spent_on(line: ExpenseLine, taxing: Taxing) -> tuple[str, dict[str, Any]]:
    """An account, which alone takes an amount of tax, or one of an item."""
    if line.item_id is None:
        tax = line.tax if taxing.sends else None
        told = {} if tax is None else {"TaxAmount": amount(tax)}
        return BY_ACCOUNT, {**ref("AccountRef", line.account_id), **told}
    return BY_ITEM, {**ref("ItemRef", line.item_id), "Qty": "1", "UnitPrice": amount(line.net)}


def _billing(line: ExpenseLine) -> dict[str, Any]:
    """Said wherever somebody could be billed: what the ledger assumes then is not known."""
    if line.customer is None:
        return {}
    if not line.billable:
        return {"BillableStatus": "NotBillable"}
    percent = line.markup_percent
    markup = {} if percent is None else {"PercentBased": True, "Percent": amount(percent)}
    return {"BillableStatus": "Billable", **({"MarkupInfo": markup} if markup else {})}


def _left_out(expenses: ResolvedExpenses, tax: Decimal | None) -> Iterator[Reason]:
    if tax and expenses.features.automated_tax:
        yield reason("tax_by_ledger", field="tax_amount", tax=tax)


def _total(expenses: ResolvedExpenses, lines: Sequence[ExpenseLine], tax: Decimal | None) -> Total:
    """What the product says; tax that it does not tell is left to the ledger."""
    amount = sum((line.net for line in lines), tax or Decimal(0))
    return Total(amount=amount, currency=expenses.currency, tax=tax, rate=expenses.rate)
