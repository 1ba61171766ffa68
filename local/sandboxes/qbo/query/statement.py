"""A statement as data, and the parser that makes it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from local.sandboxes.qbo.protocol.errors import Fault
from local.sandboxes.qbo.query.words import Word, encountered, words

_ESCAPE = re.compile(r"\\(.)")
OPERATORS = frozenset({"=", "!=", "<", ">", "<=", ">="})


@dataclass(frozen=True, slots=True)
class Condition:
    """`operator` is a comparison, `in` or `like`; bare true and false arrive as text."""

    name: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    entity: str
    fields: tuple[str, ...]
    count: bool
    where: tuple[Condition, ...]
    order: tuple[tuple[str, bool], ...]
    start: int
    limit: int | None


class _Parser:
    def __init__(self, statement: str) -> None:
        self._words = words(statement)
        self._at = 0

    def word(self) -> Word:
        return self._words[self._at]

    def take(self) -> Word:
        word = self.word()
        self._at += 1
        return word

    def at(self, *texts: str) -> bool:
        word = self.word()
        return word.kind in ("keyword", "sign") and word.lower in texts

    def accept(self, *texts: str) -> bool:
        found = self.at(*texts)
        self._at += found
        return found

    def expect(self, *texts: str) -> Word:
        if not self.at(*texts):
            raise encountered(self.word(), " ... ".join(f'"{t}"' for t in texts))
        return self.take()

    def name(self) -> str:
        if self.word().kind != "name":
            raise encountered(self.word(), "<IDENTIFIER> ...")
        return self.take().text

    def value(self) -> str:
        word = self.word()
        if word.kind == "string":
            return _ESCAPE.sub(r"\1", self.take().text[1:-1])
        if word.kind == "number" or (word.kind == "name" and word.lower in ("true", "false")):
            return self.take().lower
        raise encountered(word, "<STRING_LITERAL> ...")


def parse(statement: str) -> Statement:
    """Raises Fault 4000 for what is not the language, 4001 for a page of less than one row."""
    parser = _Parser(statement)
    parser.expect("select")
    fields, count = _fields(parser)
    parser.expect("from")
    entity = parser.name()
    where = _where(parser)
    order = _order(parser)
    start, limit = _page(parser)
    if parser.word().kind != "end":
        raise encountered(parser.word(), '<EOF> "startposition" "maxresults" ...')
    return Statement(entity, fields, count, where, order, start, limit)


def _fields(parser: _Parser) -> tuple[tuple[str, ...], bool]:
    if parser.accept("count"):
        parser.expect("(")
        parser.expect("*")
        parser.expect(")")
        return (), True
    names = [_field(parser)]
    while parser.accept(","):
        names.append(_field(parser))
    return tuple(names), False


def _field(parser: _Parser) -> str:
    return "*" if parser.accept("*") else parser.name()


def _where(parser: _Parser) -> tuple[Condition, ...]:
    if not parser.accept("where"):
        return ()
    found = [_condition(parser)]
    while parser.accept("and"):
        found.append(_condition(parser))
    return tuple(found)


def _condition(parser: _Parser) -> Condition:
    name = parser.name()
    if parser.accept("in"):
        parser.expect("(")
        values = [parser.value()]
        while parser.accept(","):
            values.append(parser.value())
        parser.expect(")")
        return Condition(name, "in", tuple(values))
    if parser.accept("like"):
        return Condition(name, "like", (parser.value(),))
    operator = parser.expect(*sorted(OPERATORS)).text
    return Condition(name, operator, (parser.value(),))


def _order(parser: _Parser) -> tuple[tuple[str, bool], ...]:
    """(property, descending) pairs of `ORDERBY` or `ORDER BY`."""
    if parser.accept("order"):
        parser.expect("by")
    elif not parser.accept("orderby"):
        return ()
    found = [_ordering(parser)]
    while parser.accept(","):
        found.append(_ordering(parser))
    return tuple(found)


def _ordering(parser: _Parser) -> tuple[str, bool]:
    name = parser.name()
    if parser.accept("desc"):
        return name, True
    parser.accept("asc")
    return name, False


def _page(parser: _Parser) -> tuple[int, int | None]:
    given: dict[str, int] = {}
    while parser.at("startposition", "maxresults"):
        key = parser.take().lower
        word = parser.take()
        if word.kind != "number" or key in given:
            raise encountered(word, "<INTEGER> ...")
        given[key] = int(float(word.text))
        if given[key] < 1:
            raise Fault(
                "4001",
                f"QueryValidationError: value {word.text} is too small. Min allowed value is 1",
            )
    return given.get("startposition", 1), given.get("maxresults")
