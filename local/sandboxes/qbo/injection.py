"""Failures on demand: which requests they meet, what happens, before or after the commit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

ACTIONS: Final = frozenset(
    {
        "status500",
        "fault10000",
        "html502",
        "503",
        "429xml",
        "429json",
        "401",
        "timeout",
        "cut",
        "item_fault",
    }
)
MATCHES: Final = frozenset({"kind", "entity", "path_prefix", "operation", "realm"})


class BadFault(ValueError):
    """A description of a failure that makes no sense."""


@dataclass(slots=True)
class Injection:
    """Waits for `skip` matching requests, then acts on the next `times`."""

    name: str
    action: str
    match: dict[str, str]
    when: str = "before"
    skip: int = 0
    times: int = 1
    seconds: float = 130.0
    code: str = "6000"
    message: str = ""
    detail: str = "Business Validation Error: Unexpected Internal Error. (-30000)"
    seen: int = 0
    hits: int = field(default=0)

    def shown(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def described(body: dict[str, Any], number: int) -> Injection:
    """An Injection from its JSON; raises BadFault."""
    known = set(Injection.__slots__) - {"seen", "hits"}
    if unknown := body.keys() - known:
        raise BadFault(f"unknown members: {', '.join(sorted(unknown))}")
    if body.get("action") not in ACTIONS:
        raise BadFault(f"action must be one of {', '.join(sorted(ACTIONS))}")
    if body.get("when", "before") not in ("before", "after"):
        raise BadFault("when must be before or after")
    match = {key: str(value) for key, value in (body.get("match") or {}).items()}
    if unknown := match.keys() - MATCHES:
        raise BadFault(f"cannot match on {', '.join(sorted(unknown))}")
    return Injection(**{**body, "match": match, "name": body.get("name") or f"fault-{number}"})


class Injections:
    def __init__(self) -> None:
        self.all: list[Injection] = []

    def add(self, body: dict[str, Any]) -> Injection:
        injection = described(body, len(self.all) + 1)
        self.all.append(injection)
        return injection

    def clear(self) -> None:
        self.all.clear()

    def due(self, facts: dict[str, str], chosen: Callable[[Injection], bool]) -> Injection | None:
        """The first failure that meets these facts now; counts it as seen and hit."""
        for injection in self.all:
            if not chosen(injection) or injection.hits >= injection.times:
                continue
            if not _meets(injection.match, facts):
                continue
            injection.seen += 1
            if injection.seen > injection.skip:
                injection.hits += 1
                return injection
        return None


def _meets(match: dict[str, str], facts: dict[str, str]) -> bool:
    for key, wanted in match.items():
        if key == "path_prefix":
            if not facts.get("path", "").startswith(wanted):
                return False
        elif facts.get(key, "").casefold() != wanted.casefold():
            return False
    return True
