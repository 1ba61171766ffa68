"""Every switch of a sandbox: what it may be, and how it is changed."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar, Self, get_args, get_type_hints


class UnknownSetting(ValueError):
    """A name that is no setting, or a value of the wrong type or not one of its words."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Times are ledger seconds or ledger milliseconds; the clock's scale divides them. CHOICES
    says what a setting of words may be, the default first; VARIABLE names the variable of the
    environment with other defaults for a process, as `NAME=VALUE NAME=VALUE`; SHARED are the
    settings that no company can have for itself."""

    CHOICES: ClassVar[dict[str, tuple[str, ...]]] = {}
    VARIABLE: ClassVar[str] = ""
    SHARED: ClassVar[frozenset[str]] = frozenset({"journal_size", "journal_bodies"})

    throttle: bool = True
    journal_size: int = 50_000
    journal_bodies: bool = False

    @classmethod
    def usual(cls) -> Self:
        """The defaults of this process; raises UnknownSetting."""
        return cls().changed(pairs(os.environ.get(cls.VARIABLE, "").split()))

    def changed(self, changes: dict[str, Any]) -> Self:
        """A copy with the changes; raises UnknownSetting for a wrong name, type or word."""
        hints = _hints(type(self))  # type: ignore[arg-type] # mypy looks at the instances' hash
        names = {field.name for field in dataclasses.fields(self)}
        changes = {
            # A stored state has its numbers with a point as Decimal.
            name: float(value) if isinstance(value, Decimal) else value
            for name, value in changes.items()
        }
        for name, value in changes.items():
            if name not in names:
                raise UnknownSetting(f"no setting is called {name}")
            if not _fits(value, hints[name]) or value not in self.CHOICES.get(name, (value,)):
                raise UnknownSetting(f"{name} cannot be {value!r}")
        cleaned: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in changes.items()
        }
        return dataclasses.replace(self, **cleaned)

    def of_company(self, own: dict[str, Any]) -> Self:
        """The settings of a company that has some of its own; raises UnknownSetting."""
        if shared := sorted(own.keys() & self.SHARED):
            raise UnknownSetting(f"no company can have for itself: {', '.join(shared)}")
        return self.changed(own) if own else self

    def as_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def pairs(texts: Iterable[str]) -> dict[str, Any]:
    """Settings written as NAME=VALUE; a value is JSON or else text."""
    named = (text.partition("=") for text in texts)
    return {name: _value(value) for name, _, value in named}


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


@cache
def _hints(kind: type[Settings]) -> dict[str, Any]:
    return get_type_hints(kind)


def _fits(value: object, hint: Any) -> bool:
    allowed = get_args(hint) or (hint,)
    if hint == tuple[str, ...]:
        return isinstance(value, list | tuple) and all(isinstance(v, str) for v in value)
    if isinstance(value, bool):
        return bool in allowed
    if isinstance(value, int):
        return int in allowed or float in allowed
    return isinstance(value, tuple(t for t in allowed if isinstance(t, type)))
