"""Parts that several kinds of document share: references, and the head of a money document."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from ledgerlink.connectors.qbo.documents.text import LENGTHS, Wording
from ledgerlink.connectors.qbo.protocol.json_body import decimal_text
from ledgerlink.connectors.shared.text import one_line, require_length
from ledgerlink.domain.model.references import Target, reference
from ledgerlink.domain.model.resolved_expenses import ResolvedExpenses
from ledgerlink.domain.model.resolved_invoices import ResolvedInvoice

PERSON_ENTITY = {"employee": "Employee", "vendor": "Vendor"}
"""QuickBooks' name for each list of people."""


PERSON_REFERENCE = {"employee": "EmployeeRef", "vendor": "VendorRef"}
"""QuickBooks' name of the field that refers to a person of each list."""


def ref(name: str, target: Target | str | None) -> dict[str, Any]:
    """A reference field by id, or by the record that is still to be created; nothing for None."""
    return {} if target is None else {name: reference_value(target)}


@lru_cache(maxsize=10_000)
def reference_value(target: Target | str) -> Mapping[str, Any]:
    """The value of a reference field. Bodies share one object for each record, because plans and
    snapshots hold very many of them."""
    return {"value": target if isinstance(target, str) else reference(target)}


@lru_cache(maxsize=10_000)
def day_text(day: date) -> str:
    """A date as a body holds it. Bodies share one text for each day."""
    return day.isoformat()


def document_head(
    document: ResolvedExpenses | ResolvedInvoice,
    location_id: str | None,
    number_field: str,
    wording: Wording,
) -> dict[str, Any]:
    """Number, date, location, note and currency. `number_field` is the record's name for the
    number, which is never cut, because it tells documents apart. Raises Blocked."""
    plain = one_line(document.number or "", number_field)
    number = require_length(plain, LENGTHS["DocNumber"], number_field)
    return {
        **({"DocNumber": number} if number else {}),
        "TxnDate": day_text(document.day),
        **ref("DepartmentRef", location_id),
        "PrivateNote": wording.note(document.note, document.reference),
        **_currency(document),
    }


def _currency(document: ResolvedExpenses | ResolvedInvoice) -> dict[str, Any]:
    if document.currency is None:
        return {}
    rate = {} if document.rate is None else {"ExchangeRate": decimal_text(document.rate)}
    return {**ref("CurrencyRef", document.currency), **rate}
