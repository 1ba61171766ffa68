"""The data tables agree with the vendor's schema, where it is at hand."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from lxml import etree

from local.sandboxes.qbo.schema.accounts import CLASSIFICATION, TYPE_OF_SUBTYPE
from local.sandboxes.qbo.schema.entity import Entity
from local.sandboxes.qbo.schema.fields import Kind, Shape
from local.sandboxes.qbo.schema.lines import LINE
from local.sandboxes.qbo.schema.registry import BY_NAME, ENTITIES, RECURRING_KINDS

FOLDER: Final = Path(__file__).parents[4] / "shared" / "schemas" / "qbo"
X: Final = "{http://www.w3.org/2001/XMLSchema}"

# The fact sheet or the public client has these, the schema of 2026-07 has not.
_HOME: Final = {"HomeTotalAmt", "HomeBalance"}
BEYOND: Final = {
    "AttachableRef": {"Inactive", "NoRefOnly"},
    "Bill": _HOME,
    "BillPayment": {*_HOME, "ProcessBillPayment"},
    "DiscountLineDetail": {"Discount"},
    "Payment": _HOME,
    "Purchase": _HOME,
    "PurchaseOrder": _HOME,
    "RecurringTransaction": {"Type", *RECURRING_KINDS},
    "TimeActivity": {"TransactionLocationType"},
    "VendorCredit": _HOME,
}
ENUMS: Final = {
    ("TimeActivity", "NameOf"): "TimeActivityTypeEnum",
    ("TimeActivity", "BillableStatus"): "BillableStatusEnum",
    ("Line", "DetailType"): "LineDetailTypeEnum",
    ("Item", "Type"): "ItemTypeEnum",
    ("Account", "AccountType"): "AccountTypeEnum",
    ("Invoice", "EmailStatus"): "EmailStatusEnum",
    ("Invoice", "PrintStatus"): "PrintStatusEnum",
    ("Invoice", "GlobalTaxCalculation"): "GlobalTaxCalculationEnum",
    ("Purchase", "PaymentType"): "PaymentTypeEnum",
    ("BillPayment", "PayType"): "BillPaymentTypeEnum",
    ("JournalEntryLineDetail", "PostingType"): "PostingTypeEnum",
}


class Schema:
    """The complex types and enumerations of the schema files."""

    def __init__(self) -> None:
        self.types: dict[str, etree._Element] = {}
        self.enums: dict[str, set[str]] = {}
        for file in sorted(FOLDER.glob("*.xsd")):
            root = etree.parse(str(file)).getroot()
            for found in root.iter(f"{X}complexType"):
                self.types[str(found.get("name"))] = found
            for found in root.iter(f"{X}simpleType"):
                values = {str(e.get("value")) for e in found.iter(f"{X}enumeration")}
                self.enums[str(found.get("name"))] = values

    def members(self, name: str) -> set[str]:
        """The elements of a type and of those it extends."""
        found = self.types.get(name)
        if found is None:
            return set()
        own = {str(e.get("name") or e.get("ref")) for e in found.iter(f"{X}element")}
        base = found.find(f".//{X}extension")
        return own | (self.members(str(base.get("base"))) if base is not None else set())


@pytest.fixture(scope="module")
def schema() -> Schema | None:
    """None, with a word about it, where the vendor's files are not beside the checkout."""
    if not FOLDER.is_dir():
        print(f"{FOLDER} is not there: the data tables are not compared with the schema")
        return None
    return Schema()


def shapes(entity: Entity) -> dict[str, Shape]:
    """The entity's own shape and those of its parts, by the schema's name."""
    found: dict[str, Shape] = {}

    def walk(shape: Shape) -> None:
        if shape.name not in found:
            found[shape.name] = shape
            for field in shape.fields:
                if field.shape is not None:
                    walk(field.shape)

    walk(entity.shape)
    return found


def wire_type(entity: Entity, name: str) -> str:
    return entity.wire if name == entity.name else name


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda e: e.name)
def test_every_field_is_in_the_schema(schema: Schema | None, entity: Entity) -> None:
    for name, shape in shapes(entity).items() if schema is not None else ():
        assert schema is not None
        known = schema.members(wire_type(entity, name))
        if not known:
            continue
        unknown = {field.name for field in shape.fields} - known - BEYOND.get(name, set())
        assert not unknown, f"{name}: {sorted(unknown)}"


@pytest.mark.parametrize("place", ENUMS, ids=".".join)
def test_every_enumerated_value_is_in_the_schema(
    schema: Schema | None, place: tuple[str, str]
) -> None:
    holder, name = place
    entity = BY_NAME.get(holder)
    detail = LINE.by_name.get(holder)
    shape = entity.shape if entity else (detail.shape if detail else LINE)
    assert shape is not None
    field = shape.by_name[name]
    assert field.kind is Kind.CHOICE
    if schema is not None:
        assert field.choices <= schema.enums[ENUMS[place]]


def test_account_types_and_subtypes_are_in_the_schema(schema: Schema | None) -> None:
    assert set(TYPE_OF_SUBTYPE.values()) <= set(CLASSIFICATION)
    if schema is not None:
        assert set(CLASSIFICATION) <= schema.enums["AccountTypeEnum"]
        assert set(TYPE_OF_SUBTYPE) <= schema.enums["AccountSubTypeEnum"]
