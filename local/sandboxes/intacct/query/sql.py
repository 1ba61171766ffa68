"""The language of readByQuery: `STATUS = 'T' AND (NAME like 'A%' OR RECORDNO in (1,2))`."""

from __future__ import annotations

import re
from typing import Final

from local.sandboxes.intacct.query.filters import Language, Predicate, every, negated, some

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>'(?:\\.|''|[^'\\])*')|(?P<op><=|>=|!=|<>|=|<|>)|(?P<mark>[(),])"
    r"|(?P<word>[^\s(),=<>!']+))"
)
MOST_TOKENS: Final = 20_000


class BadQuery(ValueError):
    """A condition that cannot be read."""


def condition(language: Language, text: str) -> Predicate | None:
    """None for an empty condition; raises BadQuery, UnknownPath or BadValue."""
    tokens = _tokens(text)
    if not tokens:
        return None
    reader = _Reader(language, tokens)
    found = reader.either()
    if reader.tokens:
        raise BadQuery(f"unexpected {reader.tokens[0][1]}")
    return found


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at, text = 0, text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or len(found) >= MOST_TOKENS:
            raise BadQuery(f"cannot read {text[at : at + 20]!r}")
        kind = str(match.lastgroup)
        value = match.group(kind)
        found.append((kind, re.sub(r"\\(.)", r"\1", value[1:-1]) if kind == "text" else value))
        at = match.end()
    return found


class _Reader:
    def __init__(self, language: Language, tokens: list[tuple[str, str]]) -> None:
        self._language, self.tokens = language, tokens

    def either(self) -> Predicate:
        found = [self._both()]
        while self._taken("OR"):
            found.append(self._both())
        return some(found) if len(found) > 1 else found[0]

    def _both(self) -> Predicate:
        found = [self._one()]
        while self._taken("AND"):
            found.append(self._one())
        return every(found) if len(found) > 1 else found[0]

    def _one(self) -> Predicate:
        if self._taken("NOT"):
            return negated(self._one())
        if self._taken("("):
            found = self.either()
            self._must(")")
            return found
        path = self._next("word").upper()
        if self._taken("IS"):
            wanted = "not null" if self._taken("NOT") else "null"
            self._must("NULL")
            return self._language.condition(path, wanted, [])
        negative = "not " if self._taken("NOT") else ""
        if self._taken("LIKE"):
            return self._language.condition(path, f"{negative}like", [self._value()])
        if self._taken("IN"):
            return self._language.condition(path, f"{negative}in", self._values())
        operator = self._next("op").replace("<>", "!=")
        return self._language.condition(path, operator, [self._value()])

    def _values(self) -> list[str]:
        self._must("(")
        found = [self._value()]
        while self._taken(","):
            found.append(self._value())
        self._must(")")
        return found

    def _value(self) -> str:
        if self.tokens and self.tokens[0][0] in ("text", "word"):
            return self.tokens.pop(0)[1]
        raise BadQuery("a value is missing")

    def _next(self, kind: str) -> str:
        if self.tokens and self.tokens[0][0] == kind:
            return self.tokens.pop(0)[1]
        raise BadQuery(f"a {'field' if kind == 'word' else 'comparison'} is missing")

    def _taken(self, word: str) -> bool:
        if self.tokens and self.tokens[0][0] != "text" and self.tokens[0][1].upper() == word:
            self.tokens.pop(0)
            return True
        return False

    def _must(self, word: str) -> None:
        if not self._taken(word):
            raise BadQuery(f"{word} is missing")
