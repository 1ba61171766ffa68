"""The company: its features, list record and custom fields, from its info and preferences."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from ledgerlink.connectors.qbo.protocol import values
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.qbo.reads.map_lists import changed_at
from ledgerlink.connectors.qbo.transport.client import Client
from ledgerlink.domain.model.company import Company, Features
from ledgerlink.domain.model.list_records import ListRecord, ListType
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.ports import Stop

COUNTRIES: Mapping[str, str] = {
    "USA": "US",
    "CAN": "CA",
    "GBR": "GB",
    "UK": "GB",
    "AUS": "AU",
    "NZL": "NZ",
    "IND": "IN",
    "IRL": "IE",
    "FRA": "FR",
    "ZAF": "ZA",
    "SGP": "SG",
}
"""ISO 3166 codes of two letters for the other names that QuickBooks gives a country."""

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

PLANS_WITHOUT_TIME = frozenset(
    {"QuickBooks Online Simple Start", "QuickBooks Online EasyStart", "QuickBooks Self-Employed"}
)
"""Plans that keep no time. Source: Intuit's comparison of plans, which has time from Essentials
on."""

CUSTOM_FIELD_DEFINITION = re.compile(r"SalesFormsPrefs\.(UseSalesCustom|SalesCustomName)(\d{1,3})")
"""Names of the preferences that switch a custom field on and label it, by definition id."""


async def read_company(client: Client, company_id: str, stop: Stop) -> Company:
    """The company with its features, in two calls. Raises as the client's `rows`."""
    info = await client.read("CompanyInfo", f"/companyinfo/{company_id}", stop)
    preferences = await _read_preferences(client, stop)
    return Company(
        company_id=company_id,
        name=str(info.get("CompanyName") or info.get("LegalName") or ""),
        country=values.text(info, "Country"),
        features=features(info, preferences),
    )


async def books_closed_through(client: Client, stop: Stop) -> date | None:
    """The last closed day; None if the books were never closed. Raises as the client's `rows`."""
    preferences = await _read_preferences(client, stop)
    return _close_date(values.block(preferences, "AccountingInfoPrefs"))


def features(info: Entity, preferences: Entity) -> Features:
    """What the company's plan and preferences allow. `payroll` is None, because no preference
    shows it."""
    accounting = values.block(preferences, "AccountingInfoPrefs")
    currency = values.block(preferences, "CurrencyPrefs")
    purchases = values.block(preferences, "VendorAndPurchasesPrefs")
    tax = values.block(preferences, "TaxPrefs")
    time = values.block(preferences, "TimeTrackingPrefs")
    other = _named_values(values.block(preferences, "OtherPrefs"))
    edition = _named_values(info).get("OfferingSku")
    time_tracking = _time_tracking(time, other)
    time_refused = _time_refused(edition, time_tracking)
    return Features(
        edition=edition,
        home_currency=values.reference_id(currency, "HomeCurrency"),
        time_tracking=time_tracking,
        time_refused=time_refused,
        limits=(time_refused,) if time_refused else (),
        payroll=None,
        classes=_any_on(accounting, "ClassTrackingPerTxn", "ClassTrackingPerTxnLine"),
        departments=False,
        locations=_any_on(accounting, "TrackDepartments"),
        projects=_any_on(other, "ProjectsEnabled"),
        multi_currency=_any_on(currency, "MultiCurrencyEnabled"),
        books_closed_through=_close_date(accounting),
        country=_country(info),
        automated_tax=_any_on(tax, "PartnerTaxEnabled"),
        billable_expenses=_any_on(purchases, "BillableExpenseTracking"),
    )


def company_record(info: Entity, preferences: Entity) -> ListRecord:
    """The company as a list record. `fiscal_year_start` is a month from 1 to 12."""
    known = features(info, preferences)
    closed = known.books_closed_through
    fields = {
        "legal_name": values.text(info, "LegalName"),
        "address": _address(values.block(info, "CompanyAddr")),
        "country": values.text(info, "Country"),
        "currency": known.home_currency,
        "fiscal_year_start": _fiscal_year_start(info, preferences),
        "books_closed_through": closed.isoformat() if closed else None,
        "time_tracking": known.time_tracking,
        "classes": known.classes,
        "locations": known.locations,
        "custom_transaction_numbers": _custom_numbers(preferences),
        "multi_currency": known.multi_currency,
        "projects": known.projects,
        "payroll": known.payroll,
        "edition": known.edition,
    }
    return ListRecord(
        type=ListType.COMPANY,
        id=values.text(info, "Id") or "1",
        name=values.text(info, "CompanyName") or values.text(info, "LegalName") or "",
        version=".".join(values.text(part, "SyncToken") or "" for part in (info, preferences)),
        changed_at=_newest(info, preferences),
        fields=fields,
    )


def custom_field_records(preferences: Entity) -> Sequence[ListRecord]:
    """The custom fields of sales forms that have a label or are switched on, by definition id."""
    definitions: dict[str, dict[str, Mapping[str, Any]]] = {}
    for each in _custom_field_preferences(preferences):
        if found := CUSTOM_FIELD_DEFINITION.fullmatch(str(each.get("Name"))):
            definitions.setdefault(found[2], {})[found[1]] = each
    records = (
        _custom_field(definition_id, definitions[definition_id], preferences)
        for definition_id in sorted(definitions, key=int)
    )
    return [each for each in records if each is not None]


def _custom_field(
    definition_id: str, definition: Mapping[str, Mapping[str, Any]], preferences: Entity
) -> ListRecord | None:
    label = values.text(definition.get("SalesCustomName", {}), "StringValue")
    enabled = values.flag(definition.get("UseSalesCustom", {}), "BooleanValue") or False
    if label is None and not enabled:
        return None
    return ListRecord(
        type=ListType.CUSTOM_FIELD,
        id=definition_id,
        name=label or f"Custom field {definition_id}",
        active=enabled,
        version=values.text(preferences, "SyncToken"),
        changed_at=changed_at(preferences),
        fields={"enabled": enabled},
    )


def _custom_field_preferences(preferences: Entity) -> list[Mapping[str, Any]]:
    """The preferences about custom fields, which come as a list within a list."""
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
    month = values.text(info, "FiscalYearStartMonth") or values.text(
        values.block(preferences, "AccountingInfoPrefs"), "FirstMonthOfFiscalYear"
    )
    return MONTHS.index(month) + 1 if month in MONTHS else None


def _custom_numbers(preferences: Entity) -> bool | None:
    return values.flag(values.block(preferences, "SalesFormsPrefs"), "CustomTxnNumbers")


def _newest(*parts: Entity) -> datetime | None:
    return max((at for part in parts if (at := changed_at(part))), default=None)


async def _read_preferences(client: Client, stop: Stop) -> Entity:
    return await client.read("Preferences", "/preferences", stop)


def _time_tracking(time: Mapping[str, Any], other: Mapping[str, str]) -> bool | None:
    own = _any_on(time, "TimeTrackingEnabled")
    return _any_on(other, "TimeTrackingFeatureEnabled") if own is None else own


def _time_refused(edition: str | None, time_tracking: bool | None) -> Reason | None:
    if edition in PLANS_WITHOUT_TIME:
        return reason("plan_without_time", edition=edition)
    return reason("time_tracking_off") if time_tracking is False else None


def _country(info: Entity) -> str | None:
    name = str(info.get("Country") or "").strip().upper()
    return COUNTRIES.get(name, name) or None


def _close_date(accounting: Mapping[str, Any]) -> date | None:
    try:
        return date.fromisoformat(str(accounting.get("BookCloseDate"))[:10])
    except ValueError:
        return None


def _named_values(entity: Entity) -> dict[str, str]:
    pairs = values.blocks(entity, "NameValue")
    return {str(pair.get("Name")): str(pair.get("Value", "")) for pair in pairs}


def _any_on(entity: Mapping[str, Any], *names: str) -> bool | None:
    """Whether one of these switches is on, which come as JSON booleans or as words; None if none of
    them is stated."""
    stated = [str(entity[name]).lower() == "true" for name in names if name in entity]
    return any(stated) if stated else None
