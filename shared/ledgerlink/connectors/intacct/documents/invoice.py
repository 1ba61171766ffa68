"""Invoices as the ledger keeps them: by choice in Order Entry or in Receivables."""

from decimal import Decimal
from typing import Any

from ledgerlink.connectors.intacct.config import Choices, InvoiceModule
from ledgerlink.connectors.intacct.documents import text as wording
from ledgerlink.connectors.intacct.documents.currency import money
from ledgerlink.connectors.intacct.documents.dimension_defaults import DimensionDefaults
from ledgerlink.connectors.intacct.documents.encoding import amount, at
from ledgerlink.connectors.intacct.documents.required_dimensions import lines, require
from ledgerlink.connectors.intacct.documents.tax import line_taxes, subtotals
from ledgerlink.connectors.intacct.documents.text import Wording
from ledgerlink.domain.model.documents import Document, Known, ResolvedInvoice, ResolvedInvoiceLine
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.money import Total
from ledgerlink.domain.ports import Blocked

SALE, INVOICE = "SODOCUMENT", "ARINVOICE"
OBJECTS = {InvoiceModule.ORDER_ENTRY: SALE, InvoiceModule.RECEIVABLES: INVOICE}
ACCOUNTS = ("glaccount", "araccountlabel")

Body = dict[str, Any]


def sale(invoice: ResolvedInvoice, choices: Choices) -> Document:
    """An SODOCUMENT or an ARINVOICE with its total: what it is already, a new one as it is chosen.
    Raises Blocked."""
    words, placing = Wording(invoice.shorten), DimensionDefaults(choices)
    kind = invoice.kind or OBJECTS[choices.sales]
    composed = _order_entry if kind == SALE else _receivables
    body = composed(invoice, choices, placing, words)
    require(kind, list(lines(body)), invoice.features)
    return Document(
        key=invoice.key,
        kind=kind,
        body=body,
        day=invoice.day,
        warnings=(*words.warnings, *placing.warnings),
        total=_total(invoice),
    )


def _order_entry(
    invoice: ResolvedInvoice, choices: Choices, placing: DimensionDefaults, words: Wording
) -> Body:
    number = _number(invoice, "documentno")
    memo = _message(invoice, words)
    return {
        "transactiontype": choices.transaction_type,
        "datecreated": invoice.day.isoformat(),
        **at("FOR", invoice.customer),
        **number,
        **_due(invoice),
        **({"message": memo} if memo else {}),
        "externalid": invoice.reference[:100],
        **money(invoice, choices),
        **_custom(invoice),
        "sotransitems": {
            "sotransitem": [
                {**_sold(line, choices, words), **_dimensions(line, invoice, placing)}
                for line in invoice.lines
            ]
        },
        **subtotals(invoice, choices),
    }


def _message(invoice: ResolvedInvoice, words: Wording) -> str:
    """What the client reads. Where the ledger numbers, our mark is the only name that there is."""
    memo = [("memo", invoice.memo)]
    if invoice.number:
        return words.join(memo, wording.MESSAGE)
    return words.marked(memo, wording.MESSAGE, invoice.reference)


def _sold(line: ResolvedInvoiceLine, choices: Choices, words: Wording) -> Body:
    item = line.item
    if item is None or (isinstance(item, Known) and item.ledger_id.startswith(_prefixes())):
        raise Blocked(reason("missing_item", field="labor_code_key"))
    quantity, price = line.quantity, line.unit_price
    if quantity is None or price is None:
        quantity, price = Decimal(1), line.amount
    text = words.join([("description", line.description)], wording.LINE_TEXT)
    return {
        **at("ITEM", item),
        "quantity": amount(quantity),
        "unit": choices.unit,
        "price": amount(price),
        **({"memo": text} if text else {}),
    }


def _receivables(
    invoice: ResolvedInvoice, choices: Choices, placing: DimensionDefaults, words: Wording
) -> Body:
    taxes = line_taxes(invoice, choices)
    note = [*invoice.note, ("memo", invoice.memo)]
    return {
        **at("FOR", invoice.customer),
        "datecreated": invoice.day.isoformat(),
        **_due(invoice),
        "action": choices.action,
        **_number(invoice, "invoiceno"),
        "description": words.head(note, invoice.reference),
        **money(invoice, choices),
        **_custom(invoice),
        **({"taxsolutionid": choices.tax_solution} if invoice.tax else {}),
        "invoiceitems": {
            "lineitem": [
                {**_owed(line, choices, words), **_dimensions(line, invoice, placing), **tax}
                for line, tax in zip(invoice.lines, taxes, strict=True)
            ]
        },
    }


def _owed(line: ResolvedInvoiceLine, choices: Choices, words: Wording) -> Body:
    named = line.item.ledger_id if isinstance(line.item, Known) else ""
    direct = named.startswith(_prefixes())
    account = named if direct else choices.revenue_account_id
    if account is None:
        where = "ledger.revenue_account_id"
        raise Blocked(reason("missing_account", use="is for revenue", setting=where))
    text = words.join([("description", line.description)], wording.LINE_TEXT)
    return {
        "ACCOUNT": account,
        "amount": amount(line.amount),
        **({"memo": text} if text else {}),
        **at("ITEM", None if direct else line.item),
    }


def _prefixes() -> tuple[str, ...]:
    """How the ids of accounts begin."""
    return tuple(f"{kind}/" for kind in ACCOUNTS)


def _dimensions(
    line: ResolvedInvoiceLine, invoice: ResolvedInvoice, placing: DimensionDefaults
) -> Body:
    return {**placing.of(line, invoice), **at("FOR", invoice.customer)}


def _due(invoice: ResolvedInvoice) -> Body:
    """Terms or a due date: the ledger needs one of them, and an invoice without both is due at
    once."""
    if invoice.terms_id and invoice.due is None:
        return at("TERM", invoice.terms_id)
    return {"datedue": (invoice.due or invoice.day).isoformat()}


def _number(invoice: ResolvedInvoice, field: str) -> Body:
    if not invoice.number:
        return {}
    return {field: wording.line(invoice.number, "number", wording.NUMBER)}


def _custom(invoice: ResolvedInvoice) -> Body:
    fields = [
        {"customfieldname": name.rpartition(".")[2], "customfieldvalue": value}
        for name, value in sorted(invoice.custom_fields.items())
    ]
    return {"customfields": {"customfield": fields}} if fields else {}


def _total(invoice: ResolvedInvoice) -> Total:
    amount = sum((line.amount for line in invoice.lines), invoice.tax or Decimal(0))
    return Total(amount=amount, currency=invoice.currency, tax=invoice.tax, rate=invoice.rate)
