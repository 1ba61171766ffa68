"""Choices that a ledger offers to a company, and the company's values."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ledgerlink.domain.errors import FieldError
from ledgerlink.domain.model.list_records import ListType


class Use(NamedTuple):
    """The list that an id is of, and the role that its record has to have; None is any."""

    list: ListType
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing that can be chosen, a text."""

    about: str
    """What it is for, in the words of the reader."""
    default: str | None = None
    """Its value where nothing is chosen; None for nothing."""
    one_of: tuple[str, ...] = ()
    """All values that there are; empty for others."""
    ids: Mapping[str, Use] = field(default_factory=dict)
    """Makes it the id of a list record: which list, by how the id begins."""
    longest: int = 200
    """The most characters of a text."""
    form: str = ""
    """A regular expression that the whole text has to match."""
    example: str = ""
    """A text that does."""

    def use(self, record_id: str) -> Use | None:
        """What the record with this id is to be used for; None where nothing is known of it."""
        return next((use for start, use in self.ids.items() if record_id.startswith(start)), None)

    def wrong(self, value: object) -> tuple[str, str] | None:
        """What is wrong with a value, and the remedy; None is always right: the default."""
        if value is None:
            return None
        if self.one_of:
            if value in self.one_of:
                return None
            return f"{value} cannot be chosen.", f"Use one of: {', '.join(self.one_of)}."
        if not isinstance(value, str) or not _is_line(value, self.longest):
            return (
                "It cannot be chosen like this.",
                f"Give one line of 1 to {self.longest} characters.",
            )
        if self.form and not re.fullmatch(self.form, value):
            return f"{value} cannot be chosen.", f"Give one such as {self.example}."
        if self.ids and self.use(value) is None:
            starts = " or ".join(self.ids)
            return f"{value} is no such id.", f"Give the id of the lists; it begins with {starts}."
        return None


Offered = Mapping[str, Choice]
"""All that a ledger lets a company choose, by name."""

Chosen = Mapping[str, str]
"""What a company chose, by name; what is missing is at its default."""

NOTHING: Chosen = {}


def in_effect(offered: Offered, chosen: Chosen) -> dict[str, str | None]:
    """All choices as they are. One that the ledger does not take any more is at its default."""
    values = {name: chosen.get(name) for name in offered}
    return {
        name: choice.default if values[name] is None or choice.wrong(values[name]) else values[name]
        for name, choice in offered.items()
    }


def problems(offered: Offered, given: Mapping[str, Any]) -> Iterator[FieldError]:
    """What is wrong with what a company wants to choose; None takes a choice back."""
    for name, value in given.items():
        pointer = f"/ledger/{name.replace('~', '~0').replace('/', '~1')}"
        if name not in offered:
            some = f"Use some of: {', '.join(offered)}." if offered else "Leave it out."
            yield FieldError(pointer, "This ledger has no such choice.", some)
        elif wrong := offered[name].wrong(value):
            yield FieldError(pointer, *wrong)


def changed(chosen: Chosen, given: Mapping[str, str | None]) -> Chosen:
    """What is chosen when this is chosen, too."""
    return {name: value for name, value in {**chosen, **given}.items() if value is not None}


def _is_line(text: str, longest: int) -> bool:
    return 0 < len(text.strip()) == len(text) <= longest and not re.search(r"[\x00-\x1f\x7f]", text)
