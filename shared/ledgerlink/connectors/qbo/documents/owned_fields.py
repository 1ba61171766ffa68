"""Our fields of each kind of record, and how they are read and compared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ledgerlink.connectors.qbo.documents import comparable

CUSTOM = "CustomField"
PRICE = "UnitPrice"
"""What the ledger keeps of an item when it is not sent."""


@dataclass(frozen=True, slots=True)
class Field:
    """One of our fields: the record's name for it, the ledger's, and how its values are read.
    `filled` is what the ledger may fill in where it was not sent; `passing` is no part of the
    content."""

    name: str
    wire: str
    read: Callable[[Any], str]
    filled: bool = False
    passing: bool = False


DATED = (
    Field("date", "TxnDate", comparable.text),
    Field("number", "DocNumber", comparable.text, filled=True),
    Field("location", "DepartmentRef", comparable.ref),
    Field("currency", "CurrencyRef", comparable.ref, filled=True),
    Field("exchange rate", "ExchangeRate", comparable.amount, filled=True, passing=True),
    Field("notes", "PrivateNote", comparable.text),
)
HEADS: Mapping[str, tuple[Field, ...]] = {
    "Bill": (
        Field("vendor", "VendorRef", comparable.ref),
        Field("account", "APAccountRef", comparable.ref, filled=True),
        *DATED,
    ),
    "Purchase": (
        Field("payment", "PaymentType", comparable.text),
        Field("account", "AccountRef", comparable.ref),
        Field("payee", "EntityRef", comparable.ref),
        Field("refund", "Credit", comparable.yes),
        *DATED,
    ),
    "Invoice": (
        Field("customer", "CustomerRef", comparable.ref),
        Field("class", "ClassRef", comparable.ref),
        Field("memo", "CustomerMemo", comparable.memo),
        Field("custom fields", CUSTOM, comparable.custom, filled=True, passing=True),
        Field("terms", "SalesTermRef", comparable.ref, filled=True, passing=True),
        Field("due date", "DueDate", comparable.text, filled=True, passing=True),
        Field("email", "BillEmail", comparable.address, filled=True, passing=True),
        *DATED,
    ),
    "Attachable": (
        Field("document", "AttachableRef", comparable.documents),
        Field("file name", "FileName", comparable.text),
        Field("note", "Note", comparable.text),
    ),
}
"""Our fields of what is known by its content, beside its lines."""

LINE = (
    Field("text", "Description", comparable.text, filled=True),
    Field("amount", "Amount", comparable.amount),
    Field("account", "AccountRef", comparable.ref),
    Field("item", "ItemRef", comparable.ref, filled=True),
    Field("customer", "CustomerRef", comparable.ref),
    Field("class", "ClassRef", comparable.ref),
    Field("billable", "BillableStatus", comparable.charged),
    Field("markup", "MarkupInfo", comparable.percent, filled=True),
    Field("tax code", "TaxCodeRef", comparable.ref, filled=True),
    Field("tax", "TaxAmount", comparable.amount, filled=True, passing=True),
    Field("quantity", "Qty", comparable.amount, filled=True),
    Field("price", "UnitPrice", comparable.amount, filled=True),
    Field("service date", "ServiceDate", comparable.text),
)
"""Our fields of a line, or of its detail."""

Say = Callable[[Any], Any]
"""How a value of the ledger is said in a body."""

PERSON: Mapping[str, Say] = {
    "DisplayName": str,
    "GivenName": str,
    "FamilyName": str,
    "PrimaryEmailAddr": lambda value: {"Address": str(value.get("Address") or "")},
}
LISTED: Mapping[str, Mapping[str, Say]] = {
    "Customer": {
        "DisplayName": str,
        "Job": bool,
        "ParentRef": lambda v: {"value": comparable.ref(v)},
    },
    "Vendor": PERSON,
    "Employee": PERSON,
    "Item": {
        "Name": str,
        "Type": str,
        "IncomeAccountRef": lambda value: {"value": comparable.ref(value)},
        PRICE: comparable.amount,
        "SubItem": bool,
        "ParentRef": lambda value: {"value": comparable.ref(value)},
    },
}
"""Our fields of list records, and how they are said in a body."""
