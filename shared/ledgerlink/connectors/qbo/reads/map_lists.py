"""Rows as list records: what all of them share, and accounts, items, terms and tax."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ledgerlink.connectors.qbo.protocol import values
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.domain.model.list_records import Gone, ListRecord, ListType

ACCOUNT_ROLES = {
    "Accounts Payable": "accounts_payable",
    "Accounts Receivable": "accounts_receivable",
    "Bank": "bank",
    "Credit Card": "credit_card",
    "Income": "income",
    "Other Income": "income",
    "Expense": "expense",
    "Other Expense": "expense",
    "Cost of Goods Sold": "expense",
}

ITEM_ROLES = {
    "Service": ("labor_code",),
    "NonInventory": ("expense_code",),
    "Other Charge": ("expense_code",),
    "Group": (),
    "Bundle": (),
    "Category": (),
}
"""The roles of each item type. None for bundles and categories, which our transaction lines cannot
use."""

Fields = Mapping[str, Any]


def list_record(
    kind: ListType, row: Entity, fields: Fields, roles: tuple[str, ...] = (), used: bool = False
) -> ListRecord:
    """A list record with what every row has. `fields`, `roles` and `used` differ by list."""
    active = values.flag(row, "Active") is not False
    path = values.text(row, "FullyQualifiedName")
    name = values.text(row, "DisplayName") or values.text(row, "Name") or path or ""
    return ListRecord(
        type=kind,
        id=str(row["Id"]),
        name=values.without_deleted_suffix(name, active=active),
        active=active,
        version=values.text(row, "SyncToken"),
        changed_at=changed_at(row),
        path=values.without_deleted_suffix(path, active=active) if path else None,
        parent_id=values.reference_id(row, "ParentRef"),
        roles=roles,
        used=used,
        fields=fields,
        custom_fields=values.custom_values(row),
    )


def changed_at(row: Entity) -> datetime | None:
    """When a row was last changed, in UTC; None if it does not state it."""
    return values.moment(values.block(row, "MetaData").get("LastUpdatedTime"))


def deletion(row: Entity) -> Gone:
    """The deletion that a row reports."""
    return Gone(id=str(row["Id"]), at=changed_at(row))


def is_deleted(row: Entity) -> bool:
    """Whether a row only reports that its record was deleted."""
    return str(row.get("status", "")).lower() == "deleted"


def account(row: Entity) -> ListRecord:
    """An account; its type decides its role."""
    kind = values.text(row, "AccountType")
    fields = {
        "number": values.text(row, "AcctNum"),
        "type": kind,
        "subtype": values.text(row, "AccountSubType"),
        "classification": values.text(row, "Classification"),
        "currency": values.reference_id(row, "CurrencyRef"),
    }
    return list_record(ListType.ACCOUNT, row, fields, (ACCOUNT_ROLES.get(kind or "", "other"),))


def item(row: Entity) -> ListRecord:
    """A product or service; `rate` is the default price of one unit."""
    kind = values.text(row, "Type") or ""
    roles = ITEM_ROLES.get(kind, ("other",))
    fields = {
        "type": kind or None,
        "sku": values.text(row, "Sku"),
        "description": values.text(row, "Description"),
        "rate": values.decimal(row, "UnitPrice"),
        "purchase_cost": values.decimal(row, "PurchaseCost"),
        "income_account_id": values.reference_id(row, "IncomeAccountRef"),
        "expense_account_id": values.reference_id(row, "ExpenseAccountRef"),
        "taxable": values.flag(row, "Taxable"),
        "usable_on_lines": bool(roles),
    }
    return list_record(ListType.ITEM, row, fields, roles)


def term(row: Entity) -> ListRecord:
    """A payment term: a number of days, or a day of the month."""
    kind = values.text(row, "Type")
    fields = {
        "type": kind.lower() if kind else None,
        "due_days": values.whole(row, "DueDays"),
        "discount_days": values.whole(row, "DiscountDays"),
        "discount_percent": values.decimal(row, "DiscountPercent"),
        "day_of_month_due": values.whole(row, "DayOfMonthDue"),
        "due_next_month_days": values.whole(row, "DueNextMonthDays"),
        "discount_day_of_month": values.whole(row, "DiscountDayOfMonth"),
    }
    return list_record(ListType.TERM, row, fields)


def tax_code(row: Entity) -> ListRecord:
    """A tax code with the ids of its rates."""
    fields = {
        "description": values.text(row, "Description"),
        "taxable": values.flag(row, "Taxable"),
        "group": values.flag(row, "TaxGroup"),
        "sales_rates": _rates(row, "SalesTaxRateList"),
        "purchase_rates": _rates(row, "PurchaseTaxRateList"),
    }
    return list_record(ListType.TAX_CODE, row, fields)


def tax_rate(row: Entity) -> ListRecord:
    """A tax rate in percent."""
    fields = {
        "rate": values.decimal(row, "RateValue"),
        "agency_id": values.reference_id(row, "AgencyRef"),
        "description": values.text(row, "Description"),
    }
    return list_record(ListType.TAX_RATE, row, fields)


def plain_list(kind: ListType) -> Callable[[Entity], ListRecord]:
    """Maps the rows of a list that only has names and parents."""
    return lambda row: list_record(kind, row, {})


def _rates(row: Entity, name: str) -> list[str]:
    details = values.blocks(values.block(row, name), "TaxRateDetail")
    return [found for each in details if (found := values.reference_id(each, "TaxRateRef"))]
