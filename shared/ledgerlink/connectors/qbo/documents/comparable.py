"""Normalised values for comparison, because QuickBooks writes equal values in several ways."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ledgerlink.connectors.qbo.protocol import values
from ledgerlink.connectors.qbo.protocol.numbers import number as number_of


def text(value: Any) -> str:
    """Text with single blanks in place of other whitespace."""
    return " ".join(str(value or "").split())


def id_in(value: Any) -> str:
    """The id in a reference; empty if there is none."""
    return str(value.get("value") or "") if isinstance(value, Mapping) else ""


def number(value: Any) -> Decimal:
    """A JSON number or decimal string; 0 if there is none."""
    return number_of(value) or Decimal(0)


def decimal(value: Any) -> str:
    """A number as canonical decimal text; empty if there is none."""
    found = number_of(value)
    return "" if found is None else values.canonical_decimal(found)


def billable(value: Any) -> str:
    """The billable status; what has been billed was billable."""
    status = str(value or "")
    return "Billable" if status == "HasBeenBilled" else status


def billable_or_not(value: Any) -> str:
    """The billable status, which is NotBillable if it is missing."""
    return billable(value) or "NotBillable"


def switch(value: Any) -> str:
    """A switch, which is off if it is missing."""
    return "yes" if value else "no"


def memo_text(value: Any) -> str:
    """The text of a memo."""
    return text(value.get("value")) if isinstance(value, Mapping) else text(value)


def address(value: Any) -> str:
    """An e-mail address in lower case."""
    return text(value.get("Address")).lower() if isinstance(value, Mapping) else ""


def tax_code(value: Any) -> str:
    """The tax code of a document's tax; empty if there is none."""
    return id_in(value.get("TxnTaxCodeRef")) if isinstance(value, Mapping) else ""


def percent(value: Any) -> str:
    """The percentage of a markup; empty if there is none."""
    return decimal(value.get("Percent")) if isinstance(value, Mapping) else ""


def custom_fields(value: Any) -> str:
    """The custom fields that have a value, in the order of their definition ids."""
    found = values.custom_values({"CustomField": value})
    return "; ".join(f"{name}: {text(found[name])}" for name in sorted(found))


def attached_to(value: Any) -> str:
    """The documents that an attachment belongs to, sorted."""
    refs = [values.block(each, "EntityRef") for each in values.blocks({"refs": value}, "refs")]
    return ", ".join(sorted(f"{each.get('type')} {id_in(each)}" for each in refs))


def shown(value: object) -> str:
    """A normalised value as a person reads it."""
    return str(value) or "(nothing)"
