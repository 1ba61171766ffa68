"""The product's tax on invoices: a subtotal of Order Entry, tax entries in Receivables.

Source: the gateway's reference; tax entries name a tax detail, the invoice a tax solution.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.connectors.intacct.documents.encoding import amount
from ledgerlink.domain.model.documents import ResolvedInvoice, ResolvedInvoiceLine
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.ports import Blocked

Body = dict[str, Any]


def subtotals(invoice: ResolvedInvoice, choices: Choices) -> Body:
    """Of a transaction of Order Entry. Raises Blocked."""
    if not invoice.tax:
        return {}
    if choices.tax_subtotal is None:
        raise _not_chosen("which subtotal of the transaction takes tax", "tax_subtotal")
    subtotal = {"description": choices.tax_subtotal, "total": amount(invoice.tax)}
    return {"subtotals": {"subtotal": [subtotal]}}


def line_taxes(invoice: ResolvedInvoice, choices: Choices) -> Sequence[Body]:
    """What each line of an AR invoice says of tax. Raises Blocked."""
    if not invoice.tax:
        return [{} for _ in invoice.lines]
    if choices.tax_solution is None:
        raise _not_chosen("which tax solution invoices are of", "tax_solution")
    lines = invoice.lines
    if all(line.tax is None for line in lines) and len(lines) == 1:
        return [_entry(lines[0], invoice.tax, invoice, choices)]
    if sum((line.tax or Decimal(0) for line in lines), Decimal(0)) != invoice.tax:
        detail = "The ledger takes the tax of each line: give every line its tax_amount."
        raise Blocked(reason("invalid_record", field="tax_amount", detail=detail))
    return [_entry(line, line.tax, invoice, choices) if line.tax else {} for line in lines]


def _entry(
    line: ResolvedInvoiceLine, tax: Decimal, invoice: ResolvedInvoice, choices: Choices
) -> Body:
    detail = line.tax_code_id or invoice.tax_code_id or choices.tax_detail
    if detail is None:
        raise _not_chosen("which tax detail the tax of a line is of", "tax_detail")
    return {"taxentries": {"taxentry": [{"detailid": detail, "trx_tax": amount(tax)}]}}


def _not_chosen(what: str, name: str) -> Blocked:
    setting = f"ledger.{name}"
    return Blocked(reason("not_chosen", field="tax_amount", what=what, setting=setting))
