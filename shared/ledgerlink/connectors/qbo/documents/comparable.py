"""How fields read when they are compared: the ledger writes the same value in several ways."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ledgerlink.connectors.qbo.protocol import values


def text(value: Any) -> str:
    """Text up to whitespace."""
    return " ".join(str(value or "").split())


def ref(value: Any) -> str:
    """The id in a reference; empty when there is none."""
    return str(value.get("value") or "") if isinstance(value, Mapping) else ""


def number(value: Any) -> Decimal:
    """A JSON number or a decimal string; 0 when there is none."""
    return Decimal(str(value or 0))


def amount(value: Any) -> str:
    """A number as plain text; empty when there is none."""
    return "" if value in (None, "") else values.plain(Decimal(str(value)))


def billable(value: Any) -> str:
    """Whether it is to be billed, or has been."""
    status = str(value or "")
    return "Billable" if status == "HasBeenBilled" else status


def charged(value: Any) -> str:
    """The same, where nothing said means that it is not to be billed."""
    return billable(value) or "NotBillable"


def yes(value: Any) -> str:
    """A switch, which is off where it is not said."""
    return "yes" if value else "no"


def memo(value: Any) -> str:
    """The text in a memo."""
    return text(value.get("value")) if isinstance(value, Mapping) else text(value)


def address(value: Any) -> str:
    """An e-mail address, whose case does not matter."""
    return text(value.get("Address")).lower() if isinstance(value, Mapping) else ""


def percent(value: Any) -> str:
    """The percentage in a markup; empty when there is none."""
    return amount(value.get("Percent")) if isinstance(value, Mapping) else ""


def custom(value: Any) -> str:
    """Custom fields that have a value, by definition id, in one order."""
    read = values.custom_values({"CustomField": value})
    return "; ".join(f"{name}: {text(read[name])}" for name in sorted(read))


def documents(value: Any) -> str:
    """What a file is attached to, in one order."""
    refs = [values.block(each, "EntityRef") for each in values.blocks({"refs": value}, "refs")]
    return ", ".join(sorted(f"{each.get('type')} {ref(each)}" for each in refs))


def shown(value: object) -> str:
    """A value in words."""
    return str(value) or "(nothing)"
