"""The words in which entities are described."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum, auto
from typing import Any


class Kind(Enum):
    TEXT = auto()
    WHOLE = auto()
    NUMBER = auto()
    FLAG = auto()
    DAY = auto()
    MOMENT = auto()
    CHOICE = auto()
    REF = auto()
    PART = auto()
    PARTS = auto()
    FREE = auto()


@dataclass(frozen=True, slots=True)
class Field:
    """One property: its type and limits, who may set it, whether a query may filter on it.

    `limit_by`: the setting that holds the length limit, where nobody could verify it. `find`: a
    WHERE clause may name it. `needs`: the preference that must be on to use it. `to`: the
    entities a reference may point to; empty means it is not checked here.
    """

    name: str
    kind: Kind
    limit: int | None = None
    limit_by: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    choices: frozenset[str] = frozenset()
    to: tuple[str, ...] = ()
    shape: Shape | None = None
    required: bool = False
    readonly: bool = False
    find: bool = False
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shape:
    """A named set of fields: an entity's body or a part of one."""

    name: str
    fields: tuple[Field, ...]
    by_name: dict[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {f.name: f for f in self.fields})


def text(name: str, limit: int | None = None, **more: Any) -> Field:
    return Field(name, Kind.TEXT, limit=limit, **more)


def whole(name: str, low: int | None = None, high: int | None = None, **more: Any) -> Field:
    return Field(name, Kind.WHOLE, low=_decimal(low), high=_decimal(high), **more)


def number(name: str, low: int | None = None, high: int | None = None, **more: Any) -> Field:
    return Field(name, Kind.NUMBER, low=_decimal(low), high=_decimal(high), **more)


def flag(name: str, **more: Any) -> Field:
    return Field(name, Kind.FLAG, **more)


def day(name: str, **more: Any) -> Field:
    return Field(name, Kind.DAY, **more)


def moment(name: str, **more: Any) -> Field:
    return Field(name, Kind.MOMENT, **more)


def choice(name: str, *values: str, **more: Any) -> Field:
    return Field(name, Kind.CHOICE, choices=frozenset(values), **more)


def ref(name: str, *to: str, **more: Any) -> Field:
    return Field(name, Kind.REF, to=to, **more)


def part(name: str, shape: Shape, **more: Any) -> Field:
    return Field(name, Kind.PART, shape=shape, **more)


def parts(name: str, shape: Shape, **more: Any) -> Field:
    return Field(name, Kind.PARTS, shape=shape, **more)


def free(name: str, **more: Any) -> Field:
    """A property that is known and taken as it is."""
    return Field(name, Kind.FREE, **more)


def calculated(*fields: Field) -> tuple[Field, ...]:
    """The same fields, set by QuickBooks alone; on input they are known but ignored."""
    return tuple(replace(f, readonly=True) for f in fields)


def _decimal(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def unfindable(fields: tuple[Field, ...], *names: str) -> tuple[Field, ...]:
    """The same fields, of which a query may not name these."""
    return tuple(replace(f, find=False) if f.name in names else f for f in fields)
