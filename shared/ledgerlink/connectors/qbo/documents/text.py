"""What the ledger takes as text: lengths, and names."""

from collections.abc import Mapping

from ledgerlink.connectors.shared.text import fitting, one_line
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.ports import Blocked

LENGTHS: Mapping[str, int] = {
    "Description": 4000,
    "DisplayName": 500,
    "GivenName": 100,
    "FamilyName": 100,
    "Name": 100,
    "PrimaryEmailAddr": 100,
    "DocNumber": 21,
    "PrivateNote": 4000,
    "CustomerMemo": 1000,
    "BillEmail": 100,
    "StringValue": 31,
    "FileName": 1000,
    "Note": 2000,
}
"""Characters that a field holds. Source: Intuit's API reference; of a custom field's value, its
schema."""


def name(text: str, wire_field: str, field: str = "name") -> str:
    """A name without blanks around it, fit for the ledger. Raises Blocked."""
    plain = one_line(text, field)
    if not plain:
        raise Blocked(reason("invalid_record", field=field, detail="The name is empty."))
    if ":" in plain:
        detail = f"The name {plain} has a colon, which QuickBooks keeps for sub-records."
        raise Blocked(reason("invalid_record", field=field, detail=detail))
    return fitting(plain, LENGTHS[wire_field], field)
