"""Failures on demand: which requests they meet, what happens, before or after the commit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

Facts: TypeAlias = dict[str, str]


class BadFault(ValueError):
    """A description of a failure that makes no sense."""


@dataclass(slots=True)
class Injection:
    """Waits for `skip` requests that match, then acts on the next `times`.

    A ledger's own kind names its actions with the moments at which each may come, what can be
    matched on, and what more a failure says.
    """

    ACTIONS: ClassVar[dict[str, tuple[str, ...]]]
    MATCHES: ClassVar[frozenset[str]]

    name: str
    action: str
    match: Facts
    when: str = "before"
    skip: int = 0
    times: int = 1
    over_rows: int | None = None
    """Meets only queries that ask for more rows than this in one page."""
    seen: int = 0
    hits: int = 0

    def shown(self) -> dict[str, Any]:
        return asdict(self)

    def meets(self, facts: Facts) -> bool:
        if self.over_rows is not None and int(facts.get("rows") or 0) <= self.over_rows:
            return False
        return all(_fits(key, wanted, facts) for key, wanted in self.match.items())


def _fits(key: str, wanted: str, facts: Facts) -> bool:
    """`path_prefix` is what the path begins with; anything else is the whole of its fact."""
    if key == "path_prefix":
        return facts.get("path", "").startswith(wanted)
    return facts.get(key, "").casefold() == wanted.casefold()


Kind = TypeVar("Kind", bound=Injection)


class Injections(Generic[Kind]):
    def __init__(self, kind: type[Kind]) -> None:
        self._kind = kind
        self.all: list[Kind] = []

    def add(self, body: dict[str, Any]) -> Kind:
        """Arms the failure that the JSON describes; raises BadFault."""
        injection = self._described(body)
        self.all.append(injection)
        return injection

    def clear(self) -> None:
        self.all.clear()

    def due(self, facts: list[Facts], chosen: Callable[[Kind], bool]) -> Kind | None:
        """The first failure that meets any of these facts now; counts it as seen and hit."""
        for injection in self.all:
            if not chosen(injection) or injection.hits >= injection.times:
                continue
            if not any(map(injection.meets, facts)):
                continue
            injection.seen += 1
            if injection.seen > injection.skip:
                injection.hits += 1
                return injection
        return None

    def _described(self, body: dict[str, Any]) -> Kind:
        kind = self._kind
        known = {field.name for field in fields(kind)} - {"seen", "hits"}
        if unknown := body.keys() - known:
            raise BadFault(f"unknown members: {', '.join(sorted(unknown))}")
        whens = kind.ACTIONS.get(body.get("action", ""))
        if whens is None:
            raise BadFault(f"action must be one of {', '.join(sorted(kind.ACTIONS))}")
        if body.get("when", "before") not in whens:
            raise BadFault(f"when must be {' or '.join(whens)}")
        match = {key: str(value) for key, value in (body.get("match") or {}).items()}
        if unknown := match.keys() - kind.MATCHES:
            raise BadFault(f"cannot match on {', '.join(sorted(unknown))}")
        name = body.get("name") or f"fault-{len(self.all) + 1}"
        return kind(**{**body, "match": match, "name": name})
