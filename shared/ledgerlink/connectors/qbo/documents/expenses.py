"""Expenses: a Bill for what is owed to a vendor, a Purchase for what was paid by check or card."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ledgerlink.connectors.qbo.documents import content
from ledgerlink.connectors.qbo.documents.common import PERSON_ENTITY, document_head, ref
from ledgerlink.connectors.qbo.documents.tax import DocumentTax, separates_tax_from_costs, total_tax
from ledgerlink.connectors.qbo.documents.text import LENGTHS, Wording
from ledgerlink.connectors.qbo.protocol.json_body import decimal_text
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.reasons import Blocked, Reason, named, reason
from ledgerlink.domain.model.references import reference
from ledgerlink.domain.model.resolved_expenses import (
    ExpenseLine,
    Payee,
    ResolvedExpenses,
    Settlement,
)
from ledgerlink.domain.money import Total

ACCOUNT_LINE = "AccountBasedExpenseLineDetail"
ITEM_LINE = "ItemBasedExpenseLineDetail"
CHECK_ACCOUNT = "expenses.check_account_id"


def compose_expenses(expenses: ResolvedExpenses) -> Document:
    """A Bill or Purchase with its total. Raises Blocked."""
    wording, lines = Wording(expenses.shorten), _cost_lines(expenses)
    tax = total_tax(line.tax for line in lines)
    taxed = bool(tax) or any(line.tax_code_id for line in lines)
    document_tax = DocumentTax.of(expenses.features, taxed, expenses.tax_inclusive)
    body = {
        **_settlement(expenses),
        **document_head(expenses, _location(lines, wording), "report_number", wording),
        "Line": [_line(line, document_tax, wording) for line in lines],
        **document_tax.head(tax),
    }
    kind = "Bill" if expenses.settlement is Settlement.PAYABLE else "Purchase"
    return Document(
        key=expenses.key,
        kind=kind,
        body=body,
        members=tuple(line.key for line in lines),
        day=expenses.day,
        warnings=(*wording.warnings, *_tax_warning(expenses, tax)),
        total=_total(expenses, lines, tax),
        fixed=content.unchangeable_part(kind, body),
    )


def _location(lines: Sequence[ExpenseLine], wording: Wording) -> str | None:
    """The location that all lines share, because a document has only one; None with a warning if
    they differ."""
    ids = {line.location_id for line in lines}
    if len(ids) > 1:
        words = named(sorted(each for each in ids if each))
        wording.warnings.append(reason("locations_differ", field="location_key", ids=words))
        return None
    return ids.pop()


def _cost_lines(expenses: ResolvedExpenses) -> tuple[ExpenseLine, ...]:
    """The lines. In the United States tax is part of the cost."""
    if separates_tax_from_costs(expenses.features):
        return expenses.lines
    return tuple(
        replace(line, net=line.net + (line.tax or Decimal(0)), tax=None) for line in expenses.lines
    )


def _settlement(expenses: ResolvedExpenses) -> dict[str, Any]:
    """The payee and the account. Only a card can have refunds."""
    account = expenses.account_id
    match expenses.settlement:
        case Settlement.PAYABLE:
            vendor = expenses.payee.target if expenses.payee else None
            return {**ref("VendorRef", vendor), **ref("APAccountRef", account)}
        case Settlement.CHECK:
            paid = {"PaymentType": "Check", **ref("AccountRef", _check_account(account))}
            return {**paid, **_payee(expenses.payee)}
        case Settlement.CARD:
            paid = {"PaymentType": "CreditCard", **ref("AccountRef", account)}
            return {**paid, **_payee(expenses.payee), "Credit": expenses.credit}


def _check_account(account: str | None) -> str:
    if account is None:
        words = {"use": "pays employees", "setting": CHECK_ACCOUNT}
        raise Blocked(reason("missing_account", field=CHECK_ACCOUNT, **words))
    return account


def _payee(payee: Payee | None) -> dict[str, Any]:
    if payee is None:
        return {}
    return {"EntityRef": {"value": reference(payee.target), "type": PERSON_ENTITY[payee.list]}}


def _line(line: ExpenseLine, document_tax: DocumentTax, wording: Wording) -> dict[str, Any]:
    text = wording.join(line.parts, LENGTHS["Description"])
    kind, item = _line_item(line, document_tax)
    detail = {
        **item,
        **ref("CustomerRef", line.customer),
        **ref("ClassRef", line.class_id),
        **_billing(line),
        **document_tax.line(line.net, line.tax, line.tax_code_id),
    }
    description = {"Description": text} if text else {}
    return {**description, "Amount": decimal_text(line.net), "DetailType": kind, kind: detail}


def _line_item(line: ExpenseLine, document_tax: DocumentTax) -> tuple[str, dict[str, Any]]:
    """The type of the line and what it is for: an account, or one unit of an item. Only a line with
    an account takes an amount of tax."""
    if line.item_id is None:
        tax = line.tax if document_tax.sends_amounts else None
        tax_amount = {} if tax is None else {"TaxAmount": decimal_text(tax)}
        return ACCOUNT_LINE, {**ref("AccountRef", line.account_id), **tax_amount}
    return ITEM_LINE, {
        **ref("ItemRef", line.item_id),
        "Qty": "1",
        "UnitPrice": decimal_text(line.net),
    }


def _billing(line: ExpenseLine) -> dict[str, Any]:
    """The billable status, sent whenever there is a customer, because QuickBooks' default is not
    documented."""
    if line.customer is None:
        return {}
    if not line.billable:
        return {"BillableStatus": "NotBillable"}
    percent = line.markup_percent
    markup = {} if percent is None else {"PercentBased": True, "Percent": decimal_text(percent)}
    return {"BillableStatus": "Billable", **({"MarkupInfo": markup} if markup else {})}


def _tax_warning(expenses: ResolvedExpenses, tax: Decimal | None) -> Iterator[Reason]:
    if tax and expenses.features.automated_tax:
        yield reason("tax_by_ledger", field="tax_amount", tax=tax)


def _total(expenses: ResolvedExpenses, lines: Sequence[ExpenseLine], tax: Decimal | None) -> Total:
    """The total by the record. If it does not state the tax, QuickBooks calculates it."""
    amount = sum((line.net for line in lines), tax or Decimal(0))
    return Total(amount=amount, currency=expenses.currency, tax=tax, rate=expenses.rate)
