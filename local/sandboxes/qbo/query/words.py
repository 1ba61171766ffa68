"""Splits a statement into words; refuses what the language does not have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from local.sandboxes.qbo.protocol.errors import Fault

_WORD = re.compile(
    r"\s*(?:(?P<string>'(?:\\.|[^'\\])*')"
    r"|(?P<number>-?\d+(?:\.\d+)?)(?![\w.])"
    r"|(?P<name>[A-Za-z_][\w.]*)"
    r"|(?P<sign><=|>=|!=|=|<|>|\(|\)|,|\*))"
)
KEYWORDS: Final = frozenset(
    (
        *("select", "from", "where", "and", "or", "not", "group", "order", "orderby", "by"),
        *("asc", "desc", "startposition", "maxresults", "in", "like", "count", "join", "having"),
    )
)


@dataclass(frozen=True, slots=True)
class Word:
    """`kind` is string, number, name, sign, keyword or end; `at` its column, from 1."""

    kind: str
    text: str
    at: int

    @property
    def lower(self) -> str:
        return self.text.lower()


def words(statement: str) -> list[Word]:
    """Raises Fault 4000 at the first character that belongs to no word."""
    found: list[Word] = []
    position, end = 0, len(statement.rstrip())
    while position < end:
        match = _WORD.match(statement, position)
        if match is None or match.lastgroup is None:
            raise _lexical(statement, position)
        text = match[match.lastgroup]
        kind = match.lastgroup
        if kind == "name" and text.lower() in KEYWORDS:
            kind = "keyword"
        found.append(Word(kind, text, match.start(match.lastgroup) + 1))
        position = match.end()
    found.append(Word("end", "<EOF>", end + 1))
    return found


def _lexical(statement: str, position: int) -> Fault:
    rest = statement[position:]
    at = position + len(rest) - len(rest.lstrip())
    character = statement[at]
    return Fault(
        "4000",
        f"QueryParserError: Invalid content. Lexical error at line 1, column {at + 1}.  "
        f'Encountered: "{character}" ({ord(character)}), after : ""',
    )


def encountered(word: Word, expected: str) -> Fault:
    """What the parser says of a word in the wrong place."""
    shown = '"<EOF>"' if word.kind == "end" else f'" <{_token(word)}> "{word.text} ""'
    return Fault(
        "4000",
        f"QueryParserError: Encountered {shown} at line 1, column {word.at}.\n"
        f"Was expecting one of:\n    {expected}",
    )


def _token(word: Word) -> str:
    return word.text.upper() if word.kind == "keyword" else "IDENTIFIER"
