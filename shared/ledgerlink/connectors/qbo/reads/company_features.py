"""The company and its preferences in neutral terms."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ledgerlink.connectors.qbo.transport.client import Client, Entity
from ledgerlink.domain.model.documents import Company, Features
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
"""Countries as the ledger may name them, by ISO 3166 with two letters."""


async def company(client: Client, company_id: str, stop: Stop) -> Company:
    """The company with its features. Payroll is None: no preference tells it."""
    info = await client.read("CompanyInfo", f"/companyinfo/{company_id}", stop)
    preferences = await _preferences(client, stop)
    return Company(
        company_id=company_id,
        name=str(info.get("CompanyName") or info.get("LegalName") or ""),
        country=info.get("Country"),
        features=features(info, preferences),
    )


async def books_closed_through(client: Client, stop: Stop) -> date | None:
    """The last closed day; None while the books were never closed."""
    return _close_date(await _preferences(client, stop))


def features(info: Entity, preferences: Entity) -> Features:
    """What both say about the company's plan and switches."""
    accounting = _block(preferences, "AccountingInfoPrefs")
    currency = _block(preferences, "CurrencyPrefs")
    other = _named_values(_block(preferences, "OtherPrefs"))
    purchases = _block(preferences, "VendorAndPurchasesPrefs")
    tax = _block(preferences, "TaxPrefs")
    return Features(
        edition=_named_values(info).get("OfferingSku"),
        home_currency=_block(currency, "HomeCurrency").get("value"),
        time_tracking=_time_tracking(preferences, other),
        payroll=None,
        classes=_either(_flag(accounting, "ClassTrackingPerTxn", "ClassTrackingPerTxnLine")),
        departments=False,
        locations=_either(_flag(accounting, "TrackDepartments")),
        projects=_either(_flag(other, "ProjectsEnabled")),
        multi_currency=_either(_flag(currency, "MultiCurrencyEnabled")),
        books_closed_through=_close_date(preferences),
        country=_country(info),
        automated_tax=_either(_flag(tax, "PartnerTaxEnabled")),
        billable_expenses=_either(_flag(purchases, "BillableExpenseTracking")),
    )


async def _preferences(client: Client, stop: Stop) -> Entity:
    return await client.read("Preferences", "/preferences", stop)


def _time_tracking(preferences: Entity, other: Mapping[str, str]) -> bool | None:
    stated = _flag(_block(preferences, "TimeTrackingPrefs"), "TimeTrackingEnabled")
    return _either(stated or _flag(other, "TimeTrackingFeatureEnabled"))


def _country(info: Entity) -> str | None:
    stated = str(info.get("Country") or "").strip().upper()
    return COUNTRIES.get(stated, stated) or None


def _close_date(preferences: Entity) -> date | None:
    text = _block(preferences, "AccountingInfoPrefs").get("BookCloseDate")
    return date.fromisoformat(str(text)[:10]) if text else None


def _block(entity: Entity, name: str) -> Entity:
    value = entity.get(name)
    return value if isinstance(value, Mapping) else {}


def _named_values(entity: Entity) -> dict[str, str]:
    return {pair["Name"]: str(pair.get("Value", "")) for pair in entity.get("NameValue") or ()}


def _flag(entity: Mapping[str, Any], *names: str) -> list[bool]:
    """The switches that are stated; they come as JSON booleans and as words."""
    return [str(entity[name]).lower() == "true" for name in names if name in entity]


def _either(stated: list[bool]) -> bool | None:
    return any(stated) if stated else None
