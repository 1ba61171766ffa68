"""Account types with their classification, and the subtypes known to belong to them."""

from __future__ import annotations

from typing import Final

CLASSIFICATION: Final[dict[str, str]] = {
    "Bank": "Asset",
    "Accounts Receivable": "Asset",
    "Other Current Asset": "Asset",
    "Fixed Asset": "Asset",
    "Other Asset": "Asset",
    "Accounts Payable": "Liability",
    "Credit Card": "Liability",
    "Other Current Liability": "Liability",
    "Long Term Liability": "Liability",
    "Equity": "Equity",
    "Income": "Revenue",
    "Other Income": "Revenue",
    "Expense": "Expense",
    "Other Expense": "Expense",
    "Cost of Goods Sold": "Expense",
    "Non-Posting": "",
}

# Observed pairs; a type's first subtype is its default. A subtype not named here is accepted.
SUBTYPES: Final[dict[str, tuple[str, ...]]] = {
    "Bank": ("Checking", "CashOnHand", "Savings", "MoneyMarket"),
    "Accounts Receivable": ("AccountsReceivable",),
    "Accounts Payable": ("AccountsPayable",),
    "Credit Card": ("CreditCard",),
    "Other Current Asset": (
        "OtherCurrentAssets",
        "Inventory",
        "PrepaidExpenses",
        "UndepositedFunds",
    ),
    "Fixed Asset": ("Vehicles",),
    "Other Asset": ("OrganizationalCosts",),
    "Other Current Liability": ("OtherCurrentLiabilities", "GlobalTaxPayable"),
    "Long Term Liability": ("NotesPayable",),
    "Equity": ("OpeningBalanceEquity", "RetainedEarnings"),
    "Income": ("ServiceFeeIncome", "SalesOfProductIncome", "DiscountsRefundsGiven"),
    "Other Income": ("OtherMiscellaneousIncome", "InterestEarned"),
    "Cost of Goods Sold": ("SuppliesMaterialsCogs",),
    "Expense": (
        "OfficeGeneralAdministrativeExpenses",
        "AdvertisingPromotional",
        "BankCharges",
        "DuesSubscriptions",
        "Entertainment",
        "EntertainmentMeals",
        "Insurance",
        "LegalProfessionalFees",
        "OtherMiscellaneousServiceCost",
        "RentOrLeaseOfBuildings",
        "RepairMaintenance",
        "SuppliesMaterials",
        "TaxesPaid",
        "Travel",
        "TravelMeals",
        "Utilities",
    ),
    "Other Expense": ("OtherMiscellaneousExpense", "PenaltiesSettlements"),
    "Non-Posting": (),
}
TYPE_OF_SUBTYPE: Final[dict[str, str]] = {
    subtype: kind for kind, subtypes in SUBTYPES.items() for subtype in subtypes
}
