"""The product's tax on invoices: a subtotal in Order Entry, tax entries of lines in Receivables.

Source: the gateway's reference; tax entries name a tax detail, the invoice names a tax solution.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.connectors.intacct.documents.encoding import decimal_text
from ledgerlink.domain.model.reasons import Blocked, reason
from ledgerlink.domain.model.resolved_invoices import ResolvedInvoice, ResolvedInvoiceLine

Body = dict[str, Any]

TAX_DETAIL_OBJECT = "taxdetail"
"""What ids of tax details begin with in the lists. A setting may name one without it."""


def tax_subtotal(invoice: ResolvedInvoice, choices: Choices) -> Body:
    """The tax of an Order Entry transaction. Raises Blocked."""
    if not invoice.tax:
        return {}
    if choices.tax_subtotal is None:
        raise _not_chosen("which subtotal of the transaction takes tax", "tax_subtotal")
    subtotal = {"description": choices.tax_subtotal, "total": decimal_text(invoice.tax)}
    return {"subtotals": {"subtotal": [subtotal]}}


def line_taxes(invoice: ResolvedInvoice, choices: Choices) -> Sequence[Body]:
    """The tax of each line of an AR invoice. Raises Blocked."""
    if not invoice.tax:
        return [{} for _ in invoice.lines]
    if choices.tax_solution is None:
        raise _not_chosen("which tax solution invoices use", "tax_solution")
    lines = invoice.lines
    if all(line.tax is None for line in lines) and len(lines) == 1:
        return [_tax_entry(lines[0], invoice.tax, invoice, choices)]
    if sum((line.tax or Decimal(0) for line in lines), Decimal(0)) != invoice.tax:
        detail = (
            f"Sage Intacct needs the tax of every line, and the lines do not add up to the"
            f" invoice's tax of {invoice.tax}."
        )
        raise Blocked(reason("invalid_record", field="tax_amount", detail=detail))
    return [_tax_entry(line, line.tax, invoice, choices) if line.tax else {} for line in lines]


def _tax_entry(
    line: ResolvedInvoiceLine, tax: Decimal, invoice: ResolvedInvoice, choices: Choices
) -> Body:
    detail = line.tax_code_id or invoice.tax_code_id or choices.tax_detail
    if detail is None:
        raise _not_chosen("which tax detail the tax of a line uses", "tax_detail")
    name = detail.removeprefix(f"{TAX_DETAIL_OBJECT}/")
    return {"taxentries": {"taxentry": [{"detailid": name, "trx_tax": decimal_text(tax)}]}}


def _not_chosen(what: str, name: str) -> Blocked:
    setting = f"ledger.{name}"
    return Blocked(reason("not_chosen", field="tax_amount", what=what, setting=setting))
