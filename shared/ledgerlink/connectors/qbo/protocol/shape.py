"""The shape of documents in answers, checked once so that no later step meets another one.

Source: Intuit's schema of entities. Only the fields that we read are checked; others may have any
shape.
"""

from collections.abc import Mapping
from typing import Any

from ledgerlink.connectors.qbo.protocol.numbers import number

CHECKED = frozenset({"TimeActivity", "Bill", "Purchase", "Invoice", "Attachable"})
"""Entities that we write and compare with what we wrote."""

LISTS = frozenset({"Line", "LinkedTxn", "AttachableRef", "CustomField", "TaxLine"})
"""Fields that hold a list of objects."""

NUMBERS = frozenset(
    {
        *("Hours", "Minutes", "Seconds", "BreakHours", "BreakMinutes", "HourlyRate", "CostRate"),
        *("TotalAmt", "Balance", "Amount", "UnitPrice", "Qty", "ExchangeRate", "TotalTax", "Size"),
        *("Percent", "TaxPercent", "LineNum"),
    }
)
TEXTS = frozenset(
    {
        *("Id", "SyncToken", "TxnType", "TxnId", "TxnDate", "DueDate", "BillableStatus", "NameOf"),
        *("DocNumber", "DetailType", "PrivateNote", "Description", "FileName", "ContentType"),
        *("Note", "TimeChargeId", "PaymentType", "StartTime", "EndTime", "type", "value", "name"),
    }
)

OBJECTS = frozenset(
    {
        *("CustomerRef", "VendorRef", "EmployeeRef", "OtherNameRef", "EntityRef", "ItemRef"),
        *("AccountRef", "APAccountRef", "ItemAccountRef", "ClassRef", "DepartmentRef"),
        *("ProjectRef", "CurrencyRef", "SalesTermRef", "PayrollItemRef", "TaxCodeRef"),
        *("TxnTaxCodeRef", "TaxRateRef", "TxnTaxDetail", "TaxLineDetail", "SalesItemLineDetail"),
        *("ItemBasedExpenseLineDetail", "AccountBasedExpenseLineDetail"),
    }
)


def is_well_formed(value: Mapping[str, Any]) -> bool:
    """Whether every field that we read, at any depth, has the shape of the schema."""
    return all(_is_well_formed(name, inner) for name, inner in value.items())


def _is_well_formed(name: str, value: object) -> bool:
    if value is None or (isinstance(value, str) and name in TEXTS):  # as most are
        return True
    if name in LISTS:
        return isinstance(value, list) and all(
            isinstance(each, Mapping) and is_well_formed(each) for each in value
        )
    if name in NUMBERS:
        return value == "" or number(value) is not None
    if name in TEXTS:
        return isinstance(value, str | int | float | bool)
    if name in OBJECTS:
        return isinstance(value, Mapping) and is_well_formed(value)
    return not isinstance(value, Mapping) or is_well_formed(value)
