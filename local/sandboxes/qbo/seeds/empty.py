"""A new company without people: accounts, terms, tax codes and the default items."""

from __future__ import annotations

from typing import Final

from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.engine.change import Context
from local.sandboxes.qbo.engine.seed import plant
from local.sandboxes.qbo.schema import currencies
from local.sandboxes.qbo.seeds.lands import AMERICA, Land, to
from local.sandboxes.qbo.seeds.preferences import company_info, preferences

# id, name, type, subtype
ACCOUNTS: Final = (
    ("1", "Services", "Income", "ServiceFeeIncome"),
    ("2", "Retained Earnings", "Equity", "RetainedEarnings"),
    ("4", "Undeposited Funds", "Other Current Asset", "UndepositedFunds"),
    ("7", "Advertising", "Expense", "AdvertisingPromotional"),
    ("8", "Bank Charges", "Expense", "BankCharges"),
    ("11", "Insurance", "Expense", "Insurance"),
    ("13", "Meals and Entertainment", "Expense", "EntertainmentMeals"),
    ("15", "Office Expenses", "Expense", "OfficeGeneralAdministrativeExpenses"),
    ("22", "Travel", "Expense", "Travel"),
    ("23", "Travel Meals", "Expense", "TravelMeals"),
    ("25", "Interest Earned", "Other Income", "InterestEarned"),
    ("30", "Uncategorized Income", "Income", "ServiceFeeIncome"),
    ("31", "Uncategorized Expense", "Expense", "OtherMiscellaneousServiceCost"),
    ("32", "Uncategorized Asset", "Other Current Asset", "OtherCurrentAssets"),
    ("33", "Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable"),
    ("34", "Opening Balance Equity", "Equity", "OpeningBalanceEquity"),
    ("35", "Checking", "Bank", "Checking"),
    ("36", "Savings", "Bank", "Savings"),
    ("41", "Mastercard", "Credit Card", "CreditCard"),
    ("42", "Visa", "Credit Card", "CreditCard"),
    ("79", "Sales of Product Income", "Income", "SalesOfProductIncome"),
    ("80", "Cost of Goods Sold", "Cost of Goods Sold", "SuppliesMaterialsCogs"),
    ("81", "Inventory Asset", "Other Current Asset", "Inventory"),
    ("84", "Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable"),
    ("85", "Billable Expense Income", "Income", "ServiceFeeIncome"),
    ("86", "Discounts given", "Income", "DiscountsRefundsGiven"),
    ("90", "Board of Equalization Payable", "Other Current Liability", "GlobalTaxPayable"),
)
TERMS: Final = (
    ("1", "Due on receipt", 0),
    ("2", "Net 15", 15),
    ("3", "Net 30", 30),
    ("4", "Net 60", 60),
)
METHODS: Final = (
    ("1", "Cash", "NON_CREDIT_CARD"),
    ("2", "Check", "NON_CREDIT_CARD"),
    ("3", "Visa", "CREDIT_CARD"),
    ("4", "MasterCard", "CREDIT_CARD"),
)


def sow(context: Context, land: Land = AMERICA) -> None:
    many(context, "Preferences", [preferences(land.currency)])
    many(context, "CompanyInfo", [company_info(context.company.name, land.country)])
    many(
        context,
        "Account",
        [
            {"Id": i, "Name": name, "AccountType": kind, "AccountSubType": subtype}
            for i, name, kind, subtype in ACCOUNTS
        ],
    )
    many(context, "Term", [{"Id": i, "Name": n, "DueDays": d} for i, n, d in TERMS])
    many(context, "PaymentMethod", [{"Id": i, "Name": n, "Type": t} for i, n, t in METHODS])
    _tax(context, land)
    many(
        context,
        "Item",
        [
            {"Id": "1", "Name": "Services", "Type": "Service", "IncomeAccountRef": to("1")},
            {"Id": "2", "Name": "Hours", "Type": "Service", "IncomeAccountRef": to("1")},
        ],
    )
    context.company.default_sales_item, context.company.default_time_item = "1", "2"
    first = "CAD" if land is AMERICA else land.foreign[0]
    named = {"Code": first, "Name": currencies.named(first)["name"]}
    many(context, "CompanyCurrency", [{"Id": "1", **named}])
    rated = {"TargetCurrencyCode": land.currency, "AsOfDate": context.clock.today().isoformat()}
    for row_id, code in enumerate(land.foreign, start=1):
        row = {"Id": str(row_id), "SourceCurrencyCode": code, "Rate": 1}
        plant(context, "ExchangeRate", {**row, **rated})


def _tax(context: Context, land: Land) -> None:
    many(context, "TaxAgency", [{"Id": "1", "DisplayName": land.agency}])
    many(
        context,
        "TaxRate",
        [
            {"Id": i, "Name": name, "RateValue": percent, "AgencyRef": to("1")}
            for i, name, percent in land.rates
        ],
    )
    many(context, "TaxCode", list(land.codes))


def many(context: Context, entity: str, rows: list[Row]) -> None:
    for row in rows:
        plant(context, entity, row)
