"""Invoices as Sage Intacct keeps them: in Order Entry or in Receivables, as the company chose."""

from decimal import Decimal
from typing import Any

from ledgerlink.connectors.intacct.config import Choices, InvoiceModule
from ledgerlink.connectors.intacct.documents import text as lengths
from ledgerlink.connectors.intacct.documents.currency import legacy_currency
from ledgerlink.connectors.intacct.documents.dimension_defaults import DimensionDefaults
from ledgerlink.connectors.intacct.documents.encoding import decimal_text, reference_field
from ledgerlink.connectors.intacct.documents.required_dimensions import (
    body_lines,
    require_dimensions,
)
from ledgerlink.connectors.intacct.documents.tax import line_taxes, tax_subtotal
from ledgerlink.connectors.intacct.documents.text import Wording
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.reasons import Blocked, reason
from ledgerlink.domain.model.references import ExistingRecord
from ledgerlink.domain.model.resolved_invoices import ResolvedInvoice, ResolvedInvoiceLine
from ledgerlink.domain.money import Total

SALE, INVOICE = "SODOCUMENT", "ARINVOICE"
OBJECT_OF_MODULE = {InvoiceModule.ORDER_ENTRY: SALE, InvoiceModule.RECEIVABLES: INVOICE}
ACCOUNTS = ("glaccount", "araccountlabel")

Body = dict[str, Any]


def compose_invoice(invoice: ResolvedInvoice, choices: Choices) -> Document:
    """An SODOCUMENT or an ARINVOICE with its total. A new one is in the module that the company
    chose; others stay where they are. Raises Blocked."""
    wording, defaults = Wording(invoice.shorten), DimensionDefaults(choices)
    kind = invoice.kind or OBJECT_OF_MODULE[choices.sales]
    compose = _order_entry if kind == SALE else _receivables
    body = compose(invoice, choices, defaults, wording)
    require_dimensions(kind, list(body_lines(body)), invoice.features)
    return Document(
        key=invoice.key,
        kind=kind,
        body=body,
        day=invoice.day,
        warnings=(*wording.warnings, *defaults.warnings),
        total=_total(invoice),
    )


def _order_entry(
    invoice: ResolvedInvoice, choices: Choices, defaults: DimensionDefaults, wording: Wording
) -> Body:
    number = _number(invoice, "documentno")
    memo = _message(invoice, wording)
    return {
        "transactiontype": choices.transaction_type,
        "datecreated": invoice.day.isoformat(),
        **reference_field("FOR", invoice.customer),
        **number,
        **_due(invoice),
        **({"message": memo} if memo else {}),
        "externalid": invoice.reference[:100],
        **legacy_currency(invoice, choices),
        **_custom(invoice),
        "sotransitems": {
            "sotransitem": [
                {**_order_line(line, choices, wording), **_dimensions(line, invoice, defaults)}
                for line in invoice.lines
            ]
        },
        **tax_subtotal(invoice, choices),
    }


def _message(invoice: ResolvedInvoice, wording: Wording) -> str:
    """The message to the client. It carries our marker where the ledger numbers its documents,
    because the document has no number of ours then."""
    memo = [("memo", invoice.memo)]
    if invoice.number:
        return wording.join(memo, lengths.MAX_MESSAGE)
    return wording.with_marker(memo, lengths.MAX_MESSAGE, invoice.reference)


def _order_line(line: ResolvedInvoiceLine, choices: Choices, wording: Wording) -> Body:
    item = line.item
    if item is None or (
        isinstance(item, ExistingRecord) and item.ledger_id.startswith(_account_prefixes())
    ):
        raise Blocked(reason("missing_item", field="labor_code_key"))
    quantity, price = line.quantity, line.unit_price
    if quantity is None or price is None:
        quantity, price = Decimal(1), line.amount
    text = wording.join([("description", line.description)], lengths.MAX_LINE_TEXT)
    return {
        **reference_field("ITEM", item),
        "quantity": decimal_text(quantity),
        "unit": choices.unit,
        "price": decimal_text(price),
        **({"memo": text} if text else {}),
    }


def _receivables(
    invoice: ResolvedInvoice, choices: Choices, defaults: DimensionDefaults, wording: Wording
) -> Body:
    taxes = line_taxes(invoice, choices)
    note = [*invoice.note, ("memo", invoice.memo)]
    return {
        **reference_field("FOR", invoice.customer),
        "datecreated": invoice.day.isoformat(),
        **_due(invoice),
        "action": choices.action,
        **_number(invoice, "invoiceno"),
        "description": wording.description(note, invoice.reference),
        **legacy_currency(invoice, choices),
        **_custom(invoice),
        **({"taxsolutionid": choices.tax_solution} if invoice.tax else {}),
        "invoiceitems": {
            "lineitem": [
                {
                    **_invoice_line(line, choices, wording),
                    **_dimensions(line, invoice, defaults),
                    **tax,
                }
                for line, tax in zip(invoice.lines, taxes, strict=True)
            ]
        },
    }


def _invoice_line(line: ResolvedInvoiceLine, choices: Choices, wording: Wording) -> Body:
    item_id = line.item.ledger_id if isinstance(line.item, ExistingRecord) else ""
    is_account = item_id.startswith(_account_prefixes())
    account = item_id if is_account else choices.revenue_account_id
    if account is None:
        setting = "ledger.revenue_account_id"
        raise Blocked(reason("missing_account", use="is for revenue", setting=setting))
    text = wording.join([("description", line.description)], lengths.MAX_LINE_TEXT)
    return {
        "ACCOUNT": account,
        "amount": decimal_text(line.amount),
        **({"memo": text} if text else {}),
        **reference_field("ITEM", None if is_account else line.item),
    }


def _account_prefixes() -> tuple[str, ...]:
    """How ledger ids of accounts and account labels begin."""
    return tuple(f"{kind}/" for kind in ACCOUNTS)


def _dimensions(
    line: ResolvedInvoiceLine, invoice: ResolvedInvoice, defaults: DimensionDefaults
) -> Body:
    return {**defaults.fields(line, invoice), **reference_field("FOR", invoice.customer)}


def _due(invoice: ResolvedInvoice) -> Body:
    """Payment terms or a due date: the ledger requires one of them. An invoice without both is due
    at once."""
    if invoice.terms_id and invoice.due is None:
        return reference_field("TERM", invoice.terms_id)
    return {"datedue": (invoice.due or invoice.day).isoformat()}


def _number(invoice: ResolvedInvoice, field: str) -> Body:
    if not invoice.number:
        return {}
    return {field: lengths.required_line(invoice.number, "number", lengths.MAX_NUMBER)}


def _custom(invoice: ResolvedInvoice) -> Body:
    fields = [
        {"customfieldname": name.rpartition(".")[2], "customfieldvalue": value}
        for name, value in sorted(invoice.custom_fields.items())
    ]
    return {"customfields": {"customfield": fields}} if fields else {}


def _total(invoice: ResolvedInvoice) -> Total:
    amount = sum((line.amount for line in invoice.lines), invoice.tax or Decimal(0))
    return Total(amount=amount, currency=invoice.currency, tax=invoice.tax, rate=invoice.rate)
