"""Invoices: Invoice."""

from decimal import Decimal
from typing import Any

from ledgerlink.connectors.qbo.documents.common import document_head, ref
from ledgerlink.connectors.qbo.documents.tax import UNITED_STATES, US_TAX_CODES, DocumentTax
from ledgerlink.connectors.qbo.documents.text import LENGTHS, Wording
from ledgerlink.connectors.qbo.documents.time_entry import TIME_ENTRY
from ledgerlink.connectors.qbo.protocol.json_body import decimal_text
from ledgerlink.connectors.shared.text import emails, one_line
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.references import reference
from ledgerlink.domain.model.resolved_invoices import ResolvedInvoice, ResolvedInvoiceLine
from ledgerlink.domain.money import Total, rounded

INVOICE = "Invoice"
SALES_LINE = "SalesItemLineDetail"


def compose_invoice(invoice: ResolvedInvoice) -> Document:
    """An Invoice with its total. Raises Blocked."""
    wording = Wording(invoice.shorten)
    document_code, line_code = _tax_codes(invoice)
    codes = [line.tax_code_id or line_code for line in invoice.lines]
    document_tax = DocumentTax.of(
        invoice.features, bool(invoice.tax) or any(codes), invoice.tax_inclusive
    )
    body = {
        **ref("CustomerRef", invoice.customer),
        **document_head(invoice, invoice.location_id, "number", wording),
        **({"DueDate": invoice.due.isoformat()} if invoice.due else {}),
        **ref("SalesTermRef", invoice.terms_id),
        **ref("ClassRef", invoice.class_id),
        **_client_fields(invoice, wording),
        **_custom_fields(invoice, wording),
        "Line": [
            _line(line, code, document_tax, wording)
            for line, code in zip(invoice.lines, codes, strict=True)
        ],
        **document_tax.head(invoice.tax, document_code),
    }
    return Document(
        key=invoice.key,
        kind=INVOICE,
        body=body,
        day=invoice.day,
        warnings=tuple(wording.warnings),
        total=_total(invoice),
    )


def _tax_codes(invoice: ResolvedInvoice) -> tuple[str | None, str | None]:
    """The tax code of the document, and the code of lines without their own. Only in the United
    States does a document have a code, which applies to its taxable lines."""
    code = invoice.tax_code_id
    is_american = invoice.features.country in (None, UNITED_STATES)
    if code is None or code in US_TAX_CODES or not is_american:
        return None, code
    return code, "TAX"


def _client_fields(invoice: ResolvedInvoice, wording: Wording) -> dict[str, Any]:
    """The memo for the client, and the e-mail addresses."""
    memo = wording.join([("memo", invoice.memo)], LENGTHS["CustomerMemo"])
    customer_memo = {"CustomerMemo": {"value": memo}} if memo else {}
    if not invoice.email:
        return customer_memo
    return {
        **customer_memo,
        "BillEmail": {"Address": emails(invoice.email, LENGTHS["BillEmail"])},
    }


def _custom_fields(invoice: ResolvedInvoice, wording: Wording) -> dict[str, Any]:
    """Custom fields by definition id; an empty text clears the field."""
    fields = [
        {
            "DefinitionId": one_line(definition_id, "custom_fields"),
            "Type": "StringType",
            "StringValue": wording.line(value, LENGTHS["StringValue"], "custom_fields"),
        }
        for definition_id, value in sorted(invoice.custom_fields.items())
    ]
    return {"CustomField": fields} if fields else {}


def _line(
    line: ResolvedInvoiceLine, code: str | None, document_tax: DocumentTax, wording: Wording
) -> dict[str, Any]:
    text = wording.join([("description", line.description)], LENGTHS["Description"])
    detail = {
        **ref("ItemRef", line.item),
        **_quantity_and_price(line, wording),
        **({"ServiceDate": line.service_date.isoformat()} if line.service_date else {}),
        **ref("ClassRef", line.class_id),
        **document_tax.line(line.amount, line.tax, code),
    }
    return {
        **({"Description": text} if text else {}),
        "Amount": decimal_text(line.amount),
        "DetailType": SALES_LINE,
        SALES_LINE: detail,
        **_time_link(line),
    }


def _quantity_and_price(line: ResolvedInvoiceLine, wording: Wording) -> dict[str, Any]:
    """Quantity and price. They are left out with a warning unless their product is the amount."""
    if line.quantity is None or line.unit_price is None:
        return {}
    if rounded(line.quantity * line.unit_price) != rounded(line.amount):
        why = reason("quantity_left_out", field="quantity", amount=line.amount)
        wording.warnings.append(why)
        return {}
    return {"Qty": decimal_text(line.quantity), "UnitPrice": decimal_text(line.unit_price)}


def _time_link(line: ResolvedInvoiceLine) -> dict[str, Any]:
    """The link to the time that the line bills."""
    if line.time is None:
        return {}
    return {"LinkedTxn": [{"TxnId": reference(line.time), "TxnType": TIME_ENTRY}]}


def _total(invoice: ResolvedInvoice) -> Total:
    """The total by the record. If it does not state the tax, QuickBooks calculates it."""
    amount = sum((line.amount for line in invoice.lines), invoice.tax or Decimal(0))
    return Total(amount=amount, currency=invoice.currency, tax=invoice.tax, rate=invoice.rate)
