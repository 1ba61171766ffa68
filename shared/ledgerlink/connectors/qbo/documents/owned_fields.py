"""The fields that we write in each kind of record, and how their values are compared."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Any, TypeVar

from ledgerlink.connectors.qbo.documents import comparable

T = TypeVar("T")

CUSTOM_FIELD = "CustomField"
PRICE = "UnitPrice"
"""The price of an item, which QuickBooks keeps if it is not sent."""


@dataclass(frozen=True, slots=True)
class OwnedField:
    """One field that we write."""

    label: str
    """Its name for a person."""
    property: str
    """Its name in QuickBooks' JSON."""
    normalize: Callable[[Any], str]
    """Makes equal values equal text."""
    filled_in: bool = False
    """Whether QuickBooks may fill it in if it is not sent."""
    lasting: bool = True
    """Whether it is part of the content; False for what changes without an edit."""
    newer: bool = False
    """Whether it is no part of the content of links that do not tell which fields we sent."""


COMMON_HEAD_FIELDS = (
    OwnedField("date", "TxnDate", comparable.text),
    OwnedField("number", "DocNumber", comparable.text, filled_in=True),
    OwnedField("location", "DepartmentRef", comparable.id_in),
    OwnedField("currency", "CurrencyRef", comparable.id_in, filled_in=True),
    OwnedField("exchange rate", "ExchangeRate", comparable.decimal, filled_in=True, newer=True),
    OwnedField("notes", "PrivateNote", comparable.text),
)
HEAD_FIELDS: Mapping[str, tuple[OwnedField, ...]] = {
    "Bill": (
        OwnedField("vendor", "VendorRef", comparable.id_in),
        OwnedField("account", "APAccountRef", comparable.id_in, filled_in=True),
        *COMMON_HEAD_FIELDS,
    ),
    "Purchase": (
        OwnedField("payment", "PaymentType", comparable.text),
        OwnedField("account", "AccountRef", comparable.id_in),
        OwnedField("payee", "EntityRef", comparable.id_in),
        OwnedField("refund", "Credit", comparable.switch),
        *COMMON_HEAD_FIELDS,
    ),
    "Invoice": (
        OwnedField("customer", "CustomerRef", comparable.id_in),
        OwnedField("class", "ClassRef", comparable.id_in),
        OwnedField("memo", "CustomerMemo", comparable.memo_text),
        OwnedField(
            "custom fields", CUSTOM_FIELD, comparable.custom_fields, filled_in=True, newer=True
        ),
        OwnedField("terms", "SalesTermRef", comparable.id_in, filled_in=True, newer=True),
        OwnedField("due date", "DueDate", comparable.text, filled_in=True, newer=True),
        OwnedField("email", "BillEmail", comparable.address, filled_in=True, newer=True),
        *COMMON_HEAD_FIELDS,
    ),
    "Attachable": (
        OwnedField("document", "AttachableRef", comparable.attached_to),
        OwnedField("file name", "FileName", comparable.text),
        OwnedField("note", "Note", comparable.text),
    ),
}
"""Our fields of each kind that is known by its content, without its lines."""

TAX_CODE = OwnedField("tax code", "TxnTaxDetail", comparable.tax_code, newer=True)
"""The tax code of a document, which is part of its content, but not compared with what was sent,
because QuickBooks' automated tax sets its own."""

LINE_FIELDS = (
    OwnedField("text", "Description", comparable.text, filled_in=True),
    OwnedField("amount", "Amount", comparable.decimal),
    OwnedField("account", "AccountRef", comparable.id_in),
    OwnedField("item", "ItemRef", comparable.id_in, filled_in=True),
    OwnedField("customer", "CustomerRef", comparable.id_in),
    OwnedField("class", "ClassRef", comparable.id_in),
    OwnedField("billable", "BillableStatus", comparable.billable_or_not),
    OwnedField("markup", "MarkupInfo", comparable.percent, filled_in=True),
    OwnedField("tax code", "TaxCodeRef", comparable.id_in, filled_in=True),
    OwnedField("tax", "TaxAmount", comparable.decimal, filled_in=True, lasting=False),
    OwnedField("quantity", "Qty", comparable.decimal, filled_in=True),
    OwnedField("price", "UnitPrice", comparable.decimal, filled_in=True),
    OwnedField("service date", "ServiceDate", comparable.text),
)
"""Our fields of a line, whether they stand in the line itself or in its detail."""

Convert = Callable[[Any], Any]
"""Converts a stored value to the value that a body has."""

PERSON_FIELDS: Mapping[str, Convert] = {
    "DisplayName": str,
    "GivenName": str,
    "FamilyName": str,
    "PrimaryEmailAddr": lambda value: {"Address": str(value.get("Address") or "")},
}
LIST_FIELDS: Mapping[str, Mapping[str, Convert]] = {
    "Customer": {
        "DisplayName": str,
        "Job": bool,
        "ParentRef": lambda v: {"value": comparable.id_in(v)},
    },
    "Vendor": PERSON_FIELDS,
    "Employee": PERSON_FIELDS,
    "Item": {
        "Name": str,
        "Type": str,
        "IncomeAccountRef": lambda value: {"value": comparable.id_in(value)},
        PRICE: comparable.decimal,
        "SubItem": bool,
        "ParentRef": lambda value: {"value": comparable.id_in(value)},
    },
}
"""Our fields of list records."""

LIST_OPTIONAL: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "Customer": (("Job", "ParentRef"),),
    "Vendor": (("GivenName",), ("FamilyName",), ("PrimaryEmailAddr",)),
    "Employee": (("GivenName",), ("FamilyName",), ("PrimaryEmailAddr",)),
    "Item": ((PRICE,), ("SubItem", "ParentRef")),
}
"""Those of them that a record may have though they were not sent. Fields that are sent together
stand together."""


def choices(values: Sequence[T]) -> Iterable[tuple[T, ...]]:
    """Every choice of some of these values, that of none first."""
    return chain.from_iterable(combinations(values, count) for count in range(len(values) + 1))
