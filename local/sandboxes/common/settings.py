"""Every switch of a sandbox: what it may be, and how it is changed."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar, Self, get_args, get_type_hints


class UnknownSetting(ValueError):
    """A name that is no setting, or a value of the wrong type or not one of its words."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Times are ledger seconds or ledger milliseconds; the clock's scale divides them. CHOICES
    says what a setting of words may be, the default first."""

    CHOICES: ClassVar[dict[str, tuple[str, ...]]] = {}

    throttle: bool = True
    journal_size: int = 50_000
    journal_bodies: bool = False

    def changed(self, changes: dict[str, Any]) -> Self:
        """A copy with the changes; raises UnknownSetting for a wrong name, type or word."""
        hints = get_type_hints(type(self))
        names = {field.name for field in dataclasses.fields(self)}
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

    def as_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def _fits(value: object, hint: Any) -> bool:
    allowed = get_args(hint) or (hint,)
    if hint == tuple[str, ...]:
        return isinstance(value, list | tuple) and all(isinstance(v, str) for v in value)
    if isinstance(value, bool):
        return bool in allowed
    if isinstance(value, int):
        return int in allowed or float in allowed
    return isinstance(value, tuple(t for t in allowed if isinstance(t, type)))
