"""A company's features, by its info and preferences."""

from typing import Any

import pytest
from ledgerlink.connectors.qbo.reads.company import features

INFO: dict[str, Any] = {"Country": "US", "NameValue": []}
PREFERENCES: dict[str, Any] = {
    "TaxPrefs": {"UsingSalesTax": True, "PartnerTaxEnabled": True},
    "VendorAndPurchasesPrefs": {"TrackingByCustomer": True, "BillableExpenseTracking": False},
    "CurrencyPrefs": {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": "USD"}},
}


def test_tax_and_billable_expenses_are_features() -> None:
    told = features(INFO, PREFERENCES)
    assert (told.country, told.automated_tax, told.billable_expenses) == ("US", True, False)
    assert (told.home_currency, told.multi_currency) == ("USD", False)


def test_facts_missing_from_the_preferences_are_unknown() -> None:
    told = features({}, {})
    assert (told.country, told.automated_tax, told.billable_expenses) == (None, None, None)


@pytest.mark.parametrize(
    ("stated", "country"),
    [("US", "US"), ("USA", "US"), ("GBR", "GB"), ("uk", "GB"), ("CA", "CA"), ("", None)],
)
def test_a_country_has_two_letters(stated: str, country: str | None) -> None:
    assert features({"Country": stated}, {}).country == country
