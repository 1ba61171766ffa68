"""Expenses as the ledger keeps them: a bill to a vendor, an expense report of an employee, or a
transaction of a charge card."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.connectors.intacct.documents import currency
from ledgerlink.connectors.intacct.documents import text as wording
from ledgerlink.connectors.intacct.documents.dimension_defaults import DimensionDefaults
from ledgerlink.connectors.intacct.documents.encoding import amount, at
from ledgerlink.connectors.intacct.documents.required_dimensions import lines, require
from ledgerlink.connectors.intacct.documents.text import Wording
from ledgerlink.domain.model.documents import (
    Document,
    ExpenseLine,
    ResolvedExpenses,
    Settlement,
    reference,
)
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.money import Total, rounded
from ledgerlink.domain.ports import Blocked

BILL, REPORT, CHARGE = "APBILL", "EEXPENSES", "CCTRANSACTION"

Body = dict[str, Any]


def spending(expenses: ResolvedExpenses, choices: Choices) -> Document:
    """An APBILL, an EEXPENSES or a CCTRANSACTION with its total. Raises Blocked."""
    words, placing = Wording(expenses.shorten), DimensionDefaults(choices)
    match expenses.settlement:
        case Settlement.PAYABLE:
            kind, body = BILL, _bill(expenses, choices, placing, words)
        case Settlement.CHECK:
            kind, body = REPORT, _report(expenses, choices, placing, words)
        case Settlement.CARD:
            kind, body = CHARGE, _charge(expenses, choices, placing, words)
    keys = [line.key for line in expenses.lines]
    require(kind, list(lines(body)), expenses.features, keys)
    return Document(
        key=expenses.key,
        kind=kind,
        body=body,
        members=tuple(keys),
        day=expenses.day,
        warnings=(*words.warnings, *placing.warnings, *map(_unmarked, _marked_up(expenses))),
        total=_total(expenses),
    )


def _marked_up(expenses: ResolvedExpenses) -> Iterator[ExpenseLine]:
    return (line for line in expenses.lines if line.markup_percent)


def _unmarked(line: ExpenseLine) -> Reason:
    """That the markup goes nowhere."""
    percent = amount(line.markup_percent or Decimal(0))
    return reason("markup_not_set", "markup_percent", key=line.key, percent=percent)


def cost(line: ExpenseLine) -> Decimal:
    """What a line costs: tax is part of it, since the ledger's tax solutions are its own."""
    return line.net + (line.tax or Decimal(0))


def _bill(
    expenses: ResolvedExpenses, choices: Choices, placing: DimensionDefaults, words: Wording
) -> Body:
    day = expenses.day.isoformat()
    told = [
        {
            **_account(line, "glaccount", "apaccountlabel"),
            "TRX_AMOUNT": amount(cost(line)),
            **_text(line, "ENTRYDESCRIPTION", words),
            **_dimensions(line, placing),
            **({"BILLABLE": _flag(line.billable)} if line.customer else {}),
        }
        for line in expenses.lines
    ]
    return {
        **_payee(expenses, "vendor", "VENDOR"),
        "WHENCREATED": day,
        "WHENDUE": day,
        **_number(expenses, "RECORDID"),
        "DESCRIPTION": words.head(expenses.note, expenses.reference),
        **currency.generic_money(expenses, choices),
        "ACTION": choices.action,
        "APBILLITEMS": {"APBILLITEM": told},
    }


def _report(
    expenses: ResolvedExpenses, choices: Choices, placing: DimensionDefaults, words: Wording
) -> Body:
    told = [
        {
            **_account(line, "glaccount", "eeaccountlabel"),
            **_spent(line, expenses),
            **_text(line, "memo", words),
            **_dimensions(line, placing),
            "billable": _flag(line.billable),
        }
        for line in expenses.lines
    ]
    return {
        **_payee(expenses, "employee", "EMPLOYEE"),
        "datecreated": expenses.day.isoformat(),
        **_number(expenses, "expensereportno"),
        "state": choices.report_state,
        "description": words.head(expenses.note, expenses.reference),
        **currency.named(expenses),
        "expenses": {"expense": told},
    }


def _charge(
    expenses: ResolvedExpenses, choices: Choices, placing: DimensionDefaults, words: Wording
) -> Body:
    if expenses.account_id is None:
        raise Blocked(reason("missing_account", use="the card is", setting="cards"))
    sign = -1 if expenses.credit else 1
    told = [
        {
            **_account(line, "glaccount", "apaccountlabel"),
            **_text(line, "description", words),
            "paymentamount": amount(sign * cost(line)),
            **_dimensions(line, placing),
            **_sold_by(expenses),
            **({"billable": _flag(line.billable)} if line.customer else {}),
        }
        for line in expenses.lines
    ]
    return {
        **at("CARD", expenses.account_id),
        "paymentdate": expenses.day.isoformat(),
        **_number(expenses, "referenceno"),
        "description": words.head(expenses.note, expenses.reference),
        **currency.money(expenses, choices, base=False),
        "ccpayitems": {"ccpayitem": told},
    }


def _sold_by(expenses: ResolvedExpenses) -> Body:
    """The vendor of a charge, where it is known; it stands with each line."""
    payee = expenses.payee
    return at("VENDOR", payee.target if payee and payee.list == "vendor" else None)


def _payee(expenses: ResolvedExpenses, wanted: str, place: str) -> Body:
    payee = expenses.payee
    if payee is None or payee.list != wanted:
        detail = f"It is paid to {'an employee' if wanted == 'employee' else 'a vendor'}."
        raise Blocked(reason("invalid_record", field="staff_key", detail=detail))
    return {place: reference(payee.target)}


def _account(line: ExpenseLine, *kinds: str) -> Body:
    """An account or a label of this kind of document; an item goes with its account."""
    if line.account_id is None:
        raise Blocked(reason("missing_account", use="the item is for", setting="expense-codes"))
    kind = line.account_id.partition("/")[0]
    if "/" in line.account_id and kind not in kinds:
        words = {"account": line.account_id, "wanted": " or ".join(kinds)}
        raise Blocked(reason("wrong_account", setting="expense-codes", **words))
    return {"ACCOUNT": line.account_id, **at("ITEM", line.item_id)}


def _dimensions(line: ExpenseLine, placing: DimensionDefaults) -> Body:
    return {**placing.of(line), **at("FOR", line.customer)}


def _text(line: ExpenseLine, field: str, words: Wording) -> Body:
    text = words.join(line.parts, wording.LINE_TEXT)
    return {field: text} if text else {}


def _number(expenses: ResolvedExpenses, field: str) -> Body:
    if not expenses.number:
        return {}
    return {field: wording.line(expenses.number, "report_number", wording.NUMBER)}


def _spent(line: ExpenseLine, expenses: ResolvedExpenses) -> Body:
    """What an expense of a report comes to: in the company's own currency, which the ledger always
    wants, and in its own. Raises Blocked without a rate."""
    if not expenses.currency:
        return {"amount": amount(cost(line))}
    rate = currency.known_rate(expenses)
    return {
        "amount": amount(rounded(cost(line) * rate, expenses.features.home_currency)),
        "currency": expenses.currency,
        "trx_amount": amount(cost(line)),
        "exchrate": amount(rate),
    }


def _flag(said: bool) -> str:
    return "true" if said else "false"


def _total(expenses: ResolvedExpenses) -> Total:
    taxes = [line.tax for line in expenses.lines if line.tax is not None]
    tax = sum(taxes, Decimal(0)) if taxes else None
    whole = sum((cost(line) for line in expenses.lines), Decimal(0))
    return Total(amount=whole, currency=expenses.currency, tax=tax, rate=expenses.rate)
