"""Ownership: the fields of a document that we sent are ours.

What others enter in any other field stays, and is no edit of what we wrote. QuickBooks does not
show which fields were sent, so the fingerprint of a document's content begins with them as bits.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ledgerlink.connectors.qbo.documents.owned_fields import CUSTOM_FIELD
from ledgerlink.connectors.qbo.protocol import values
from ledgerlink.domain.model.references import Body

PROPERTIES = (
    "VendorRef", "APAccountRef", "PaymentType", "AccountRef", "EntityRef", "Credit", "CustomerRef",
    "ClassRef", "CustomerMemo", "CustomField", "SalesTermRef", "DueDate", "BillEmail", "TxnDate",
    "DocNumber", "DepartmentRef", "CurrencyRef", "ExchangeRate", "PrivateNote", "TxnTaxDetail",
    "AttachableRef", "FileName", "Note", "Description", "Amount", "ItemRef", "BillableStatus",
    "MarkupInfo", "TaxCodeRef", "TaxAmount", "Qty", "UnitPrice", "ServiceDate",
)  # fmt: skip
"""Our fields of heads and lines. New ones are added at the end, because their places are stored as
bits."""


@dataclass(frozen=True, slots=True)
class Ownership:
    """The fields of one document that are ours."""

    head: frozenset[str]
    lines: frozenset[str] = frozenset()
    """Those that any of its lines has."""
    custom_fields: frozenset[str] = frozenset()
    """Definition ids of its custom fields."""

    @classmethod
    def of(cls, body: Body) -> "Ownership":
        """The fields that this body sends."""
        lines: set[str] = set()
        for line in values.blocks(body, "Line"):
            lines |= line.keys() | values.block(line, str(line.get("DetailType"))).keys()
        custom = (str(each.get("DefinitionId")) for each in values.blocks(body, CUSTOM_FIELD))
        return cls(frozenset(body), frozenset(lines), frozenset(custom))

    @classmethod
    def parse(cls, recorded: str | None) -> "Ownership | None":
        """What a fingerprint begins with; None for one that does not tell."""
        masks, colon, _ = (recorded or "").partition(":")
        if not colon:
            return None
        head, lines, custom = masks.split(".")
        return cls(_names(head), _names(lines), frozenset(filter(None, custom.split(","))))

    def __str__(self) -> str:
        custom = ",".join(sorted(self.custom_fields))
        return f"{_mask(self.head)}.{_mask(self.lines)}.{custom}"


def _mask(names: Iterable[str]) -> str:
    owned = frozenset(names)
    return f"{sum(1 << place for place, name in enumerate(PROPERTIES) if name in owned):x}"


def _names(mask: str) -> frozenset[str]:
    bits = int(mask, 16)
    return frozenset(name for place, name in enumerate(PROPERTIES) if bits >> place & 1)
