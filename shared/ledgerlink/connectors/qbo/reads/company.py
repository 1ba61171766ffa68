"""The company as one list record, and its custom fields, from what it says of itself."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ledgerlink.connectors.qbo.protocol import values
from ledgerlink.connectors.qbo.reads import company_features
from ledgerlink.connectors.qbo.reads.map_lists import changed_at
from ledgerlink.connectors.qbo.transport.client import Entity
from ledgerlink.domain.model.list_records import ListRecord, ListType

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

DEFINITION = re.compile(r"SalesFormsPrefs\.(UseSalesCustom|SalesCustomName)(\d{1,3})")


def company(info: Entity, preferences: Entity) -> ListRecord:
    """The company's one record. `fiscal_year_start` is a month from 1 to 12. Whether it uses
    payroll no preference tells."""
    features = company_features.features(info, preferences)
    name = values.text(info, "CompanyName") or values.text(info, "LegalName") or ""
    closed = features.books_closed_through
    fields = {
        "legal_name": values.text(info, "LegalName"),
        "address": _address(values.block(info, "CompanyAddr")),
        "country": values.text(info, "Country"),
        "currency": features.home_currency,
        "fiscal_year_start": _fiscal_year_start(info, preferences),
        "books_closed_through": closed.isoformat() if closed else None,
        "time_tracking": features.time_tracking,
        "classes": features.classes,
        "locations": features.locations,
        "custom_transaction_numbers": _custom_numbers(preferences),
        "multi_currency": features.multi_currency,
        "projects": features.projects,
        "payroll": features.payroll,
        "edition": features.edition,
    }
    return ListRecord(
        type=ListType.COMPANY,
        id=values.text(info, "Id") or "1",
        name=name,
        version=".".join(values.text(part, "SyncToken") or "" for part in (info, preferences)),
        changed_at=_newest(info, preferences),
        fields=fields,
    )


def custom_fields(preferences: Entity) -> Sequence[ListRecord]:
    """The custom fields of sales forms that have a label or are switched on, by definition id."""
    said: dict[str, dict[str, Mapping[str, Any]]] = {}
    for each in _definitions(preferences):
        if found := DEFINITION.fullmatch(str(each.get("Name"))):
            said.setdefault(found[2], {})[found[1]] = each
    fields = [_custom_field(number, said[number], preferences) for number in sorted(said, key=int)]
    return [each for each in fields if each is not None]


def _custom_field(
    number: str, said: Mapping[str, Mapping[str, Any]], preferences: Entity
) -> ListRecord | None:
    label = values.text(said.get("SalesCustomName", {}), "StringValue")
    enabled = values.flag(said.get("UseSalesCustom", {}), "BooleanValue") or False
    if label is None and not enabled:
        return None
    return ListRecord(
        type=ListType.CUSTOM_FIELD,
        id=number,
        name=label or f"Custom field {number}",
        active=enabled,
        version=values.text(preferences, "SyncToken"),
        changed_at=changed_at(preferences),
        fields={"enabled": enabled},
    )


def _definitions(preferences: Entity) -> list[Mapping[str, Any]]:
    """The definitions, which come in a list within a list."""
    outer = values.blocks(values.block(preferences, "SalesFormsPrefs"), "CustomField")
    return [inner for each in outer for inner in values.blocks(each, "CustomField")]


def _address(address: Mapping[str, Any]) -> dict[str, Any] | None:
    if not address:
        return None
    lines = [values.text(address, f"Line{number}") for number in range(1, 6)]
    return {
        "lines": [line for line in lines if line],
        "city": values.text(address, "City"),
        "region": values.text(address, "CountrySubDivisionCode"),
        "postal_code": values.text(address, "PostalCode"),
        "country": values.text(address, "Country"),
    }


def _fiscal_year_start(info: Entity, preferences: Entity) -> int | None:
    stated = values.text(info, "FiscalYearStartMonth") or values.text(
        values.block(preferences, "AccountingInfoPrefs"), "FirstMonthOfFiscalYear"
    )
    return MONTHS.index(stated) + 1 if stated in MONTHS else None


def _custom_numbers(preferences: Entity) -> bool | None:
    return values.flag(values.block(preferences, "SalesFormsPrefs"), "CustomTxnNumbers")


def _newest(*parts: Entity) -> datetime | None:
    return max((at for part in parts if (at := changed_at(part))), default=None)
