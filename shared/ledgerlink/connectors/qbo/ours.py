"""Our fields of each kind of record, and how they are read and compared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ledgerlink.connectors.qbo import fields

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
    Field("date", "TxnDate", fields.text),
    Field("number", "DocNumber", fields.text, filled=True),
    Field("location", "DepartmentRef", fields.ref),
    Field("currency", "CurrencyRef", fields.ref, filled=True),
    Field("exchange rate", "ExchangeRate", fields.amount, filled=True, passing=True),
    Field("notes", "PrivateNote", fields.text),
)
HEADS: Mapping[str, tuple[Field, ...]] = {
    "Bill": (
        Field("vendor", "VendorRef", fields.ref),
        Field("account", "APAccountRef", fields.ref, filled=True),
        *DATED,
    ),
    "Purchase": (
        Field("payment", "PaymentType", fields.text),
        Field("account", "AccountRef", fields.ref),
        Field("payee", "EntityRef", fields.ref),
        Field("refund", "Credit", fields.yes),
        *DATED,
    ),
    "Invoice": (
        Field("customer", "CustomerRef", fields.ref),
        Field("class", "ClassRef", fields.ref),
        Field("memo", "CustomerMemo", fields.memo),
        Field("custom fields", CUSTOM, fields.custom, filled=True, passing=True),
        Field("terms", "SalesTermRef", fields.ref, filled=True, passing=True),
        Field("due date", "DueDate", fields.text, filled=True, passing=True),
        Field("email", "BillEmail", fields.address, filled=True, passing=True),
        *DATED,
    ),
    "Attachable": (
        Field("document", "AttachableRef", fields.documents),
        Field("file name", "FileName", fields.text),
        Field("note", "Note", fields.text),
    ),
}
"""Our fields of what is known by its content, beside its lines."""

LINE = (
    Field("text", "Description", fields.text, filled=True),
    Field("amount", "Amount", fields.amount),
    Field("account", "AccountRef", fields.ref),
    Field("item", "ItemRef", fields.ref, filled=True),
    Field("customer", "CustomerRef", fields.ref),
    Field("class", "ClassRef", fields.ref),
    Field("billable", "BillableStatus", fields.charged),
    Field("markup", "MarkupInfo", fields.percent, filled=True),
    Field("tax code", "TaxCodeRef", fields.ref, filled=True),
    Field("tax", "TaxAmount", fields.amount, filled=True, passing=True),
    Field("quantity", "Qty", fields.amount, filled=True),
    Field("price", "UnitPrice", fields.amount, filled=True),
    Field("service date", "ServiceDate", fields.text),
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
    "Customer": {"DisplayName": str, "Job": bool, "ParentRef": lambda v: {"value": fields.ref(v)}},
    "Vendor": PERSON,
    "Employee": PERSON,
    "Item": {
        "Name": str,
        "Type": str,
        "IncomeAccountRef": lambda value: {"value": fields.ref(value)},
        PRICE: fields.amount,
        "SubItem": bool,
        "ParentRef": lambda value: {"value": fields.ref(value)},
    },
}
"""Our fields of list records, and how they are said in a body."""
