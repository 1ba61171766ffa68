"""References to ledger records, and the bodies that hold them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

Body = Mapping[str, Any]
"""A ledger's request body as JSON values; a reference may be a `Pending` in its stored form."""

PENDING = "$pending"


@dataclass(frozen=True, slots=True)
class ExistingRecord:
    """A record that exists in the ledger, by its id."""

    ledger_id: str


@dataclass(frozen=True, slots=True)
class Pending:
    """A record that the same plan creates, by its posting key; its id is known once it exists."""

    key: str


Target = ExistingRecord | Pending


@lru_cache(maxsize=10_000)
def reference(target: Target) -> str | Mapping[str, str]:
    """The JSON form of a target inside a body: the id, or `{"$pending": key}`. All documents share
    one object for each target, because plans hold very many of them."""
    return target.ledger_id if isinstance(target, ExistingRecord) else {PENDING: target.key}


def needs(body: Any) -> list[str]:
    """The posting keys of the pending references in a body, in their order."""
    found: list[str] = []
    _collect_needs(body, found)
    return found


def _collect_needs(part: Any, found: list[str]) -> None:
    """Add what is found in a part of a body. The types are those of JSON, because an abstract
    `Mapping` takes ten times as long to recognise, and a plan has 100,000 bodies."""
    if isinstance(part, dict):
        if PENDING in part:
            found.append(part[PENDING])
            return
        part = part.values()
    elif not isinstance(part, list | tuple):
        return
    for each in part:
        if not isinstance(each, str):  # as most are
            _collect_needs(each, found)


def resolve(body: Any, id_of: Callable[[str], str]) -> Any:
    """The body with every pending reference replaced by the id that `id_of` gives for its key."""
    if isinstance(body, str):
        return body
    if isinstance(body, dict):
        if PENDING in body:
            return id_of(body[PENDING])
        return {name: resolve(value, id_of) for name, value in body.items()}
    if isinstance(body, list | tuple):
        return [resolve(value, id_of) for value in body]
    return body
