"""How a stored row is shown, where that differs from how it is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.engine import recurring
from local.sandboxes.qbo.schema.entity import Entity


def _rate(row: Row) -> Row:
    """An exchange rate has no Id and no version."""
    return {k: v for k, v in row.items() if k not in ("Id", "SyncToken")}


_SHOWN: Final[dict[str, Callable[[Row], Row]]] = {
    "ExchangeRate": _rate,
    "RecurringTransaction": recurring.shown,
}


def present(entity: Entity, row: Row, include: frozenset[str] = frozenset()) -> Row:
    if entity.name == "Invoice" and "invoicelink" in include:
        return {**row, **_invoice_link(row)}
    show = _SHOWN.get(entity.name)
    return row if show is None or "Id" not in row else show(row)


def _invoice_link(row: Row) -> Row:
    """The customer's link exists for an invoice with e-mail and online payment."""
    online = row.get("AllowOnlineCreditCardPayment") or row.get("AllowOnlineACHPayment")
    if not online or not row.get("BillEmail"):
        return {}
    return {"InvoiceLink": f"https://connect.intuit.com/t/scs-v1-{row['Id']}"}
