"""The record's names for fields, and our words where those of the ledger say little."""

from collections.abc import Iterator, Mapping

FIELDS = {"Description": "notes", "DisplayName": "name", "Name": "name", "DocNumber": "number"}
"""The record's own names for the ledger's fields."""

SAID: Mapping[str, tuple[str, str]] = {
    "620": ("time_keys", "something that it is to be linked to cannot be linked"),
    "2290": ("amount", "an amount is negative; money that comes back is a refund of a card"),
    "2220": ("currency", "the currency is not one of the company's"),
    "3000": ("custom_fields", "a custom field is not one of the company's"),
    "6070": ("quantity", "an amount is not its quantity times its price"),
    "6100": ("tax_code_key", "a tax code does not suit the company"),
    "6220": ("key", "the record still has a balance"),
    "6310": ("project_key", "what is billable needs a customer"),
    "6330": ("bill_rate", "what is billable needs a rate"),
    "6420": ("email", "it is to be sent, and has no e-mail address"),
    "6430": ("expense_code_key", "an account is of the wrong type"),
}
"""The field of the record, and our words, for codes whose words of the ledger say little."""

FEATURES: Mapping[str, str] = {
    "ClassRef": "classes",
    "DepartmentRef": "locations",
    "CurrencyRef": "several currencies",
    "BillableStatus": "billable expenses",
    "CustomField": "custom fields",
}
"""What fields of a document ask of a plan."""


def with_features(body: object, told: str) -> str:
    """What of a body a plan may lack, and what the ledger told."""
    asked = sorted({FEATURES[name] for name in _names(body) if name in FEATURES})
    return f"{', '.join(asked)}: {told}" if asked else told


def _names(body: object) -> Iterator[str]:
    """The names of the fields of a body that ask for something, at any depth."""
    if isinstance(body, Mapping):
        for name, value in body.items():
            if value != "NotBillable":
                yield name
            yield from _names(value)
    elif isinstance(body, list | tuple):
        for value in body:
            yield from _names(value)
