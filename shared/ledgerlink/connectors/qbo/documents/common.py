"""Parts that bodies have in common."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ledgerlink.connectors.qbo.documents.text import LENGTHS, Wording
from ledgerlink.connectors.qbo.protocol.json_body import amount
from ledgerlink.domain.model.documents import ResolvedExpenses, ResolvedInvoice, Target, reference

NAME_OF = {"employee": "Employee", "vendor": "Vendor"}
"""The ledger's names for the lists of people."""


def ref(name: str, target: Target | str | None) -> dict[str, Any]:
    """A reference to a record, by what it is to be or by its id; nothing where there is none."""
    return {} if target is None else {name: pointer(target)}


@lru_cache(maxsize=10_000)
def pointer(target: Target | str) -> Mapping[str, Any]:
    """What a reference holds: one thing in all bodies that name the record, since plans and looks
    at the ledger have a great many of them."""
    return {"value": target if isinstance(target, str) else reference(target)}


def head(
    document: ResolvedExpenses | ResolvedInvoice,
    location_id: str | None,
    number_field: str,
    wording: Wording,
) -> dict[str, Any]:
    """What documents of money begin with: number, day, place, note and currency. Raises
    Blocked."""
    number = wording.line(document.number or "", LENGTHS["DocNumber"], number_field)
    return {
        **({"DocNumber": number} if number else {}),
        "TxnDate": document.day.isoformat(),
        **ref("DepartmentRef", location_id),
        "PrivateNote": wording.note(document.note, document.reference),
        **_currency(document),
    }


def _currency(document: ResolvedExpenses | ResolvedInvoice) -> dict[str, Any]:
    if document.currency is None:
        return {}
    rate = {} if document.rate is None else {"ExchangeRate": amount(document.rate)}
    return {**ref("CurrencyRef", document.currency), **rate}
