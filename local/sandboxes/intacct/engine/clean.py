"""Sent values made sure of by the field tables."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from local.sandboxes.intacct.books.rows import Values
from local.sandboxes.intacct.engine.context import Context
from local.sandboxes.intacct.protocol.errors import Refusal, broken, malformed
from local.sandboxes.intacct.protocol.timestamps import day_of, day_text, moment_of
from local.sandboxes.intacct.query.paths import number_of
from local.sandboxes.intacct.schema.fields import (
    BOOLEAN,
    DATE,
    DECIMAL,
    ENUM,
    INTEGER,
    TIMESTAMP,
    Field,
    Object,
)
from local.sandboxes.intacct.schema.lengths import longest

MOST_DIGITS: Final = 14
EMAIL: Final = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")
TRUE: Final = {"true": "true", "false": "false", "t": "true", "f": "false"}


def clean(context: Context, entry: Object, sent: Values) -> Values:
    """The values in the form in which they are kept; raises Refusal for what does not fit.

    Fields that no table knows, and those that only the ledger fills, are noted and left out.
    """
    fields = context.company.fields(entry)
    kept: Values = {}
    for name, value in sent.items():
        field = fields.get(name)
        if field is None or ((field.readonly or field.meta) and not context.by_hand):
            _ignore(context, entry, name, known=field is not None)
            continue
        kept[name] = "" if value == "" else shaped(context, entry, field, value)
    return kept


def _ignore(context: Context, entry: Object, name: str, *, known: bool) -> None:
    if known:
        return
    if context.settings.unknown_fields == "refuse":
        raise malformed(f"Invalid field {name} for {entry.name}")
    context.note.ignored.append(f"{entry.name}.{name}")


def shaped(context: Context, entry: Object, field: Field, value: str) -> str:
    """One value, in the form in which it is kept."""
    if field.kind == BOOLEAN:
        if value.lower() not in TRUE:
            raise _wrong(entry, field, value)
        return TRUE[value.lower()]
    if field.kind in (INTEGER, DECIMAL):
        return _number(entry, field, value)
    if field.kind in (DATE, TIMESTAMP):
        return _moment(context, entry, field, value)
    if field.kind == ENUM:
        return _word(entry, field, value)
    if entry.document and context.settings.header_text == "one_line":
        value = " ".join(value.split())
    return _text(context, entry, field, value)


def _number(entry: Object, field: Field, value: str) -> str:
    number = number_of(value.strip())
    if number is None or number.adjusted() > MOST_DIGITS:
        raise _wrong(entry, field, value)
    if field.kind == INTEGER:
        if number != number.to_integral_value():
            raise _wrong(entry, field, value)
        return str(int(number))
    return money(number, field.places)


def money(amount: Decimal, places: int = 2) -> str:
    """A number with at most so many decimals, more are rounded; no exponent, no idle zeros
    beyond two decimals."""
    rounded = amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{rounded:f}"
    if places > 2 and "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "-0.00") else text


def _moment(context: Context, entry: Object, field: Field, value: str) -> str:
    if field.kind == DATE:
        day = day_of(value.strip())
        if day is None:
            raise _wrong(entry, field, value)
        return day_text(day)
    if moment_of(value, context.zone) is None:
        raise _wrong(entry, field, value)
    return value.strip()


def _word(entry: Object, field: Field, value: str) -> str:
    for choice in field.choices:
        if choice.casefold() == value.casefold():
            return choice
    for choice, code in field.codes:
        if code == value:
            return choice
    valid = ", ".join(field.choices)
    raise broken(f"Invalid value '{value}' for {field.name} of {entry.word}", f"Use {valid}.")


def _text(context: Context, entry: Object, field: Field, value: str) -> str:
    if field.name.endswith(("EMAIL1", "EMAIL2")) and not EMAIL.fullmatch(value):
        which = "Primary" if field.name.endswith("EMAIL1") else "Secondary"
        words = f"Illegal format for Contactversion : {which} Email Address {value}"
        raise malformed(words)
    most = longest(entry, field, context.settings.lengths)
    if most and len(value) > most:
        if context.settings.overlong == "refuse":
            raise malformed(f"{field.name} of {entry.word} is longer than {most} characters")
        return value[:most]
    return value


def _wrong(entry: Object, field: Field, value: str) -> Refusal:
    return malformed(f"Illegal format for {entry.word} : {field.name} {value}")
