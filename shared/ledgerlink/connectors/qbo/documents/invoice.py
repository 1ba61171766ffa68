"""Invoices as the ledger keeps them."""

from decimal import Decimal
from typing import Any

from ledgerlink.connectors.qbo.documents.common import head, ref
from ledgerlink.connectors.qbo.documents.tax import HOME, WORDS, Taxing
from ledgerlink.connectors.qbo.documents.text import LENGTHS, Wording
from ledgerlink.connectors.qbo.protocol.json_body import amount
from ledgerlink.connectors.shared.text import email, one_line
from ledgerlink.domain.model.documents import (
    Document,
    ResolvedInvoice,
    ResolvedInvoiceLine,
    reference,
)
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.money import Total, rounded

KIND = "Invoice"
SOLD = "SalesItemLineDetail"


def sale(invoice: ResolvedInvoice) -> Document:
    """An Invoice with its total. Raises Blocked."""
    wording = Wording(invoice.shorten)
    of_all, of_lines = _codes(invoice)
    codes = [line.tax_code_id or of_lines for line in invoice.lines]
    taxing = Taxing.of(invoice.features, bool(invoice.tax) or any(codes), invoice.tax_inclusive)
    body = {
        **ref("CustomerRef", invoice.customer),
        **head(invoice, invoice.location_id, "number", wording),
        **({"DueDate": invoice.due.isoformat()} if invoice.due else {}),
        **ref("SalesTermRef", invoice.terms_id),
        **ref("ClassRef", invoice.class_id),
        **_addressed(invoice, wording),
        **_custom(invoice, wording),
        "Line": [
            _line(line, code, taxing, wording)
            for line, code in zip(invoice.lines, codes, strict=True)
        ],
        **taxing.head(invoice.tax, of_all),
    }
    return Document(
        key=invoice.key,
        kind=KIND,
        body=body,
        day=invoice.day,
        warnings=tuple(wording.warnings),
        total=_total(invoice),
    )


def _codes(invoice: ResolvedInvoice) -> tuple[str | None, str | None]:
    """The tax code of the document, and that of lines without one of their own. A document has a
    code in the United States alone, where it is for lines that are taxable."""
    code = invoice.tax_code_id
    if code is None or code in WORDS or invoice.features.country not in (None, HOME):
        return None, code
    return code, "TAX"


def _addressed(invoice: ResolvedInvoice, wording: Wording) -> dict[str, Any]:
    """What the client reads, and whether the ledger is to mail it."""
    memo = wording.join([("memo", invoice.memo)], LENGTHS["CustomerMemo"])
    said = {"CustomerMemo": {"value": memo}} if memo else {}
    if not invoice.email:
        return said
    mailed = {"EmailStatus": "NeedToSend"} if invoice.send else {}
    return {
        **said,
        "BillEmail": {"Address": email(invoice.email, LENGTHS["BillEmail"])},
        **mailed,
    }


def _custom(invoice: ResolvedInvoice, wording: Wording) -> dict[str, Any]:
    """Texts by definition id; an empty one empties the field."""
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
    line: ResolvedInvoiceLine, code: str | None, taxing: Taxing, wording: Wording
) -> dict[str, Any]:
    text = wording.join([("description", line.description)], LENGTHS["Description"])
    detail = {
        **ref("ItemRef", line.item),
        **_priced(line, wording),
        **({"ServiceDate": line.service_date.isoformat()} if line.service_date else {}),
        **ref("ClassRef", line.class_id),
        **taxing.line(line.amount, line.tax, code),
    }
    return {
        **({"Description": text} if text else {}),
        "Amount": amount(line.amount),
        "DetailType": SOLD,
        SOLD: detail,
        **_billed(line),
    }


def _priced(line: ResolvedInvoiceLine, wording: Wording) -> dict[str, Any]:
    """Quantity and price, which have to make the amount at the cent in any currency."""
    if line.quantity is None or line.unit_price is None:
        return {}
    if rounded(line.quantity * line.unit_price) != rounded(line.amount):
        why = reason("quantity_left_out", field="quantity", amount=line.amount)
        wording.warnings.append(why)
        return {}
    return {"Qty": amount(line.quantity), "UnitPrice": amount(line.unit_price)}


def _billed(line: ResolvedInvoiceLine) -> dict[str, Any]:
    """The time that the line bills."""
    if line.time is None:
        return {}
    return {"LinkedTxn": [{"TxnId": reference(line.time), "TxnType": "TimeActivity"}]}


def _total(invoice: ResolvedInvoice) -> Total:
    """What the product says; tax that it does not tell is left to the ledger."""
    amount = sum((line.amount for line in invoice.lines), invoice.tax or Decimal(0))
    return Total(amount=amount, currency=invoice.currency, tax=invoice.tax, rate=invoice.rate)
