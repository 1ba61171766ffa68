"""Updates that leave alone what bookkeepers added, and clear what the product says no more.

A sparse update changes what is sent and keeps the rest, so a field of ours that is gone has to be
sent empty. Source: Intuit's API reference (sparse update); how a field is emptied was seen in the
ledger's sandbox: "" for text, {} for addresses, {"value": ""} for references.
"""

from collections.abc import Mapping
from typing import Any

NO_RECORD: Mapping[str, Any] = {"value": ""}

TAX: Mapping[str, Any] = {"TxnTaxDetail": {"TxnTaxDetail": {}}}
PERSON: Mapping[str, Any] = {
    "GivenName": {"GivenName": ""},
    "FamilyName": {"FamilyName": ""},
    "PrimaryEmailAddr": {"PrimaryEmailAddr": {}},
}


def _records(*names: str) -> Mapping[str, Any]:
    return {name: {name: NO_RECORD} for name in names}


CLEARED: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "Bill": {**_records("DepartmentRef"), **TAX},
    "Purchase": {**_records("EntityRef", "DepartmentRef"), **TAX},
    "Invoice": {
        **_records("DepartmentRef", "ClassRef"),
        "CustomerMemo": {"CustomerMemo": {"value": ""}},
        **TAX,
    },
    "Customer": {"ParentRef": {"Job": False, "ParentRef": NO_RECORD}},
    "Vendor": PERSON,
    "Employee": PERSON,
    "Item": {"ParentRef": {"SubItem": False, "ParentRef": NO_RECORD}},
}
"""Our optional fields of each kind that is updated sparsely, and what is sent in place of one that
is gone. What the ledger fills in by itself is not among them: numbers, currencies, payables
accounts, terms, due dates, prices. Neither are addresses to mail to and custom fields, which
bookkeepers add, as nobody remembers which were ours; an empty text empties a custom field."""


def update(kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """What an update sends, but for the record's address: sparse where the table has the kind;
    other updates are full, so that what is left out is emptied by itself."""
    changed = dict(body)
    for name, empty in CLEARED.get(kind, {}).items():
        if name not in body:
            changed |= empty
    return {**changed, "sparse": kind in CLEARED}
