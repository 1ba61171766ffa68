"""Conditions on records, whatever language they were written in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from local.sandboxes.intacct.books.company import Company
from local.sandboxes.intacct.books.rows import Record
from local.sandboxes.intacct.query.paths import Reach, converter, reach
from local.sandboxes.intacct.schema.fields import TEXT, Object

Predicate: TypeAlias = Callable[[Record], bool]
COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


class BadValue(ValueError):
    """A value that is not of the field's kind."""


@dataclass(frozen=True, slots=True)
class Language:
    """How conditions are read: `codes` says whether enumerations are compared by their letters."""

    company: Company
    entry: Object
    zone: str
    codes: bool = False
    case_blind: bool = False

    def condition(self, path: str, operator: str, values: list[str]) -> Predicate:
        """One comparison; raises UnknownPath or BadValue."""
        found = reach(self.company, self.entry, path, self.zone)
        if operator in ("null", "not null"):
            wanted = operator == "null"
            text = found.text
            return lambda record: (text(record) == "") is wanted
        if operator in ("like", "not like"):
            return self._like(found, values[0], operator == "like")
        get = self._comparable(found)
        wants = [self._wanted(found, value) for value in values]
        if operator in ("in", "not in"):
            among, inside = set(wants), operator == "in"
            return lambda record: (get(record) in among) is inside
        if operator == "between":
            low, high = wants
            return lambda record: (v := get(record)) is not None and low <= v <= high
        return _compared(get, COMPARISONS[operator], operator, wants[0])

    def _comparable(self, found: Reach) -> Callable[[Record], Any]:
        field, get = found.field, found.value
        if self.codes and field.codes:
            codes = dict(field.codes)
            return lambda record: codes.get(get(record), get(record))
        if self.case_blind and field.kind not in ("INTEGER", "DECIMAL", "DATE", "TIMESTAMP"):
            return lambda record: None if (v := get(record)) is None else str(v).casefold()
        return get

    def _wanted(self, found: Reach, text: str) -> Any:
        if text == "":
            return None
        value = converter(found.field, self.zone)(text)
        if value is None:
            raise BadValue(f"'{text}' is no {found.field.kind.lower()} for {found.field.name}")
        return value.casefold() if self.case_blind and isinstance(value, str) else value

    def _like(self, found: Reach, pattern: str, wanted: bool) -> Predicate:
        parts = (".*" if c == "%" else "." if c == "_" else re.escape(c) for c in pattern)
        flags = re.DOTALL | (re.IGNORECASE if self.case_blind else 0)
        matches = re.compile("".join(parts), flags).fullmatch
        text = found.text
        return lambda record: (matches(text(record)) is not None) is wanted


def _compared(
    get: Callable[[Record], Any], compare: Callable[[Any, Any], bool], operator: str, wanted: Any
) -> Predicate:
    if operator in ("=", "!="):
        return lambda record: compare(get(record), wanted)
    return lambda record: (v := get(record)) is not None and compare(v, wanted)


def every(predicates: Iterable[Predicate]) -> Predicate:
    found = tuple(predicates)
    return lambda record: all(predicate(record) for predicate in found)


def some(predicates: Iterable[Predicate]) -> Predicate:
    found = tuple(predicates)
    return lambda record: any(predicate(record) for predicate in found)


def negated(predicate: Predicate) -> Predicate:
    return lambda record: not predicate(record)


def sort_key(found: Reach) -> Callable[[Record], Any]:
    """Records without a value come first."""
    get = found.value
    blank: Any = "" if found.field.kind == TEXT else None
    if blank == "":
        return lambda record: str(get(record) or "")
    return lambda record: ((v := get(record)) is not None, v if v is not None else 0)
