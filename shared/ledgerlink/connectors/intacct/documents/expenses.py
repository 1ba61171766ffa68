"""Expenses as Sage Intacct keeps them: a bill of a vendor, an expense report of an employee, or a
transaction of a charge card."""

import hashlib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ledgerlink.connectors.intacct.config import OURS, Choices
from ledgerlink.connectors.intacct.documents import currency
from ledgerlink.connectors.intacct.documents import text as lengths
from ledgerlink.connectors.intacct.documents.dimension_defaults import DimensionDefaults
from ledgerlink.connectors.intacct.documents.encoding import decimal_text, reference_field
from ledgerlink.connectors.intacct.documents.required_dimensions import (
    body_lines,
    require_dimensions,
)
from ledgerlink.connectors.intacct.documents.text import Wording
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.plan import Action, Write
from ledgerlink.domain.model.reasons import Blocked, Reason, reason
from ledgerlink.domain.model.references import reference
from ledgerlink.domain.model.resolved_expenses import ExpenseLine, ResolvedExpenses, Settlement
from ledgerlink.domain.money import Total, rounded

BILL, REPORT, CHARGE = "APBILL", "EEXPENSES", "CCTRANSACTION"

ACCOUNT_OBJECTS = {
    "glaccount": "a general ledger account",
    "apaccountlabel": "an AP account label",
    "eeaccountlabel": "an expense type",
}
"""Objects that a line may be posted to, as a bookkeeper calls them."""

Body = dict[str, Any]


def compose_expenses(expenses: ResolvedExpenses, choices: Choices) -> Document:
    """An APBILL, an EEXPENSES or a CCTRANSACTION with its total. Raises Blocked."""
    wording, defaults = Wording(expenses.shorten), DimensionDefaults(choices)
    match expenses.settlement:
        case Settlement.PAYABLE:
            kind, body = BILL, _bill(expenses, choices, defaults, wording)
        case Settlement.CHECK:
            kind, body = REPORT, _report(expenses, choices, defaults, wording)
        case Settlement.CARD:
            kind, body = CHARGE, _charge(expenses, choices, defaults, wording)
    keys = [line.key for line in expenses.lines]
    require_dimensions(kind, list(body_lines(body)), expenses.features, keys)
    return Document(
        key=expenses.key,
        kind=kind,
        body=body,
        members=tuple(keys),
        day=expenses.day,
        warnings=(
            *wording.warnings,
            *defaults.warnings,
            *map(_markup_not_set, _with_markup(expenses)),
        ),
        total=_total(expenses),
    )


def _with_markup(expenses: ResolvedExpenses) -> Iterator[ExpenseLine]:
    return (line for line in expenses.lines if line.markup_percent)


def _markup_not_set(line: ExpenseLine) -> Reason:
    """That the ledger does not keep the markup of a line."""
    percent = decimal_text(line.markup_percent or Decimal(0))
    return reason("markup_not_set", "markup_percent", key=line.key, percent=percent)


def cost(line: ExpenseLine) -> Decimal:
    """The cost of a line. Tax is part of it, because the ledger calculates tax by its own tax
    solutions."""
    return line.net + (line.tax or Decimal(0))


def _bill(
    expenses: ResolvedExpenses, choices: Choices, defaults: DimensionDefaults, wording: Wording
) -> Body:
    day = expenses.day.isoformat()
    lines = [
        {
            **_account(line, "glaccount", "apaccountlabel"),
            "TRX_AMOUNT": decimal_text(cost(line)),
            **_description(line, "ENTRYDESCRIPTION", wording),
            **_dimensions(line, defaults),
            **({"BILLABLE": _flag(line.billable)} if line.customer else {}),
        }
        for line in expenses.lines
    ]
    return {
        **_payee(expenses, "vendor", "VENDOR"),
        "WHENCREATED": day,
        "WHENDUE": day,
        **_number(expenses, "RECORDID"),
        "DESCRIPTION": wording.description(expenses.note, expenses.reference),
        **currency.generic_currency(expenses, choices),
        "ACTION": choices.action,
        "APBILLITEMS": {"APBILLITEM": lines},
    }


def _report(
    expenses: ResolvedExpenses, choices: Choices, defaults: DimensionDefaults, wording: Wording
) -> Body:
    lines = [
        {
            **_account(line, "glaccount", "eeaccountlabel"),
            **_report_amounts(line, expenses),
            **_description(line, "memo", wording),
            **_dimensions(line, defaults),
            "billable": _flag(line.billable),
        }
        for line in expenses.lines
    ]
    return {
        **_payee(expenses, "employee", "EMPLOYEE"),
        "datecreated": expenses.day.isoformat(),
        **_number(expenses, "expensereportno"),
        "state": choices.report_state,
        "description": wording.description(expenses.note, expenses.reference),
        **currency.legacy_currency_only(expenses),
        "expenses": {"expense": lines},
    }


def _charge(
    expenses: ResolvedExpenses, choices: Choices, defaults: DimensionDefaults, wording: Wording
) -> Body:
    if expenses.account_id is None:
        raise _no_account("company card", "Company cards")
    sign = -1 if expenses.credit else 1
    lines = [
        {
            **_account(line, "glaccount", "apaccountlabel"),
            **_description(line, "description", wording),
            "paymentamount": decimal_text(sign * cost(line)),
            **_dimensions(line, defaults),
            **_charge_vendor(expenses),
            **({"billable": _flag(line.billable)} if line.customer else {}),
        }
        for line in expenses.lines
    ]
    return {
        **reference_field("CARD", expenses.account_id),
        "paymentdate": expenses.day.isoformat(),
        **_number(expenses, "referenceno"),
        "description": wording.description(expenses.note, expenses.reference),
        **currency.legacy_currency(expenses, choices, with_base=False),
        "ccpayitems": {"ccpayitem": lines},
    }


def _charge_vendor(expenses: ResolvedExpenses) -> Body:
    """The vendor of a card charge, if it is known; each line names it."""
    payee = expenses.payee
    return reference_field("VENDOR", payee.target if payee and payee.list == "vendor" else None)


def _payee(expenses: ResolvedExpenses, wanted: str, role: str) -> Body:
    payee = expenses.payee
    if payee is None or payee.list != wanted:
        who = "an employee" if wanted == "employee" else "a vendor"
        detail = f"Sage Intacct can only pay this to {who}."
        raise Blocked(reason("invalid_record", field="staff_key", detail=detail))
    return {role: reference(payee.target)}


def _account(line: ExpenseLine, *kinds: str) -> Body:
    """The account or label of a line, of one of these objects; with its item, if it has one."""
    if line.account_id is None:
        raise _no_account("expense code", "Expense codes")
    kind = line.account_id.partition("/")[0]
    if "/" in line.account_id and kind not in kinds:
        words = {
            "account": line.account_id.partition("/")[2],
            "wanted": " or ".join(ACCOUNT_OBJECTS[each] for each in kinds),
            "setting": "Mapping > Expense codes",
        }
        raise Blocked(reason("wrong_account", **words))
    return {"ACCOUNT": line.account_id, **reference_field("ITEM", line.item_id)}


def _dimensions(line: ExpenseLine, defaults: DimensionDefaults) -> Body:
    return {**defaults.fields(line), **reference_field("FOR", line.customer)}


def _description(line: ExpenseLine, field: str, wording: Wording) -> Body:
    text = wording.join(line.parts, lengths.MAX_LINE_TEXT)
    return {field: text} if text else {}


def _number(expenses: ResolvedExpenses, field: str) -> Body:
    if not expenses.number:
        return {}
    return {field: lengths.required_line(expenses.number, "report_number", lengths.MAX_NUMBER)}


def made_number(write: Write, choices: Choices) -> Mapping[str, str]:
    """A number of ours for a new bill whose report has none. Sage Intacct demands one unless the
    company has set up document sequencing (BL03002128), which the company can choose to use. It is
    not part of the body: a bill that has a number of the ledger's keeps it."""
    if (write.kind, write.action) != (BILL, Action.CREATE) or choices.bill_numbers != OURS:
        return {}
    return {"RECORDID": f"LL-{hashlib.sha256(write.key.encode()).hexdigest()[:12].upper()}"}


def _report_amounts(line: ExpenseLine, expenses: ResolvedExpenses) -> Body:
    """The amounts of a line of a report: in the company's currency, which the ledger always
    requires, and in its own. Raises Blocked without a rate."""
    if not expenses.currency:
        return {"amount": decimal_text(cost(line))}
    rate = currency.known_rate(expenses)
    return {
        "amount": decimal_text(rounded(cost(line) * rate, expenses.features.home_currency)),
        "currency": expenses.currency,
        "trx_amount": decimal_text(cost(line)),
        "exchrate": decimal_text(rate),
    }


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _total(expenses: ResolvedExpenses) -> Total:
    taxes = [line.tax for line in expenses.lines if line.tax is not None]
    tax = sum(taxes, Decimal(0)) if taxes else None
    amount = sum((cost(line) for line in expenses.lines), Decimal(0))
    return Total(amount=amount, currency=expenses.currency, tax=tax, rate=expenses.rate)


def _no_account(what: str, page: str) -> Blocked:
    """That no account is chosen for a card or an expense code. Unlike the accounts in the settings
    it is chosen under Mapping."""
    message = f"No account is chosen for the {what} of this expense."
    remedy = f"Choose its account under Mapping > {page}, then post again."
    return Blocked(Reason("missing_account", message, remedy))
