"""The sections of the settings from and to JSON: time, expenses, invoices."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from ledgerlink.domain.errors import FieldError, Invalid
from ledgerlink.domain.model.money_settings import ExpenseSettings, InvoiceSettings
from ledgerlink.domain.model.time_settings import TimeSettings
from ledgerlink.wire.records import forbid_unknown, problems

Section = TypeVar("Section", TimeSettings, ExpenseSettings, InvoiceSettings)
"""A section of the settings."""

NAMES: Mapping[type[Any], str] = {
    TimeSettings: "posting",
    ExpenseSettings: "expenses",
    InvoiceSettings: "invoices",
}
"""The name of each section in the settings."""

for _section in NAMES:
    forbid_unknown(_section)


@cache
def _adapter(form: Any) -> TypeAdapter[Any]:
    return TypeAdapter(form)


def _form(section: object) -> Any:
    return type(section)


def changed(before: Section, patch: Mapping[str, Any]) -> Section:
    """The section with these fields changed. Raises Invalid naming each wrong one by a pointer
    below the section's name."""
    name, left, wrong = NAMES[type(before)], dict(patch), list[FieldError]()
    for _ in range(len(patch) + 1):
        try:
            after = _read(before, left)
        except Invalid as invalid:  # what else is wrong is found without the fields it names
            wrong += invalid.problems
            named = {problem.pointer.split("/")[2] for problem in invalid.problems}
            left = {field: value for field, value in left.items() if field not in named}
        else:
            break
    if wrong:
        words = f"The {name} settings cannot be like this."
        raise Invalid(f"wrong_{name}", words, "See the problems.", wrong)
    return after


def _read(before: Section, patch: Mapping[str, Any]) -> Section:
    name = NAMES[type(before)]
    try:
        after: Section = _adapter(_form(before)).validate_python(asdict(before) | dict(patch))
    except ValidationError as error:
        remedy = f"See the fields and their values at {name} in the API's description of settings."
        found = [replace(p, remedy=remedy) for p in problems(error, lambda at: [name, *at])]
        words = f"The {name} settings cannot be like this."
        raise Invalid(f"wrong_{name}", words, "See the problems.", found) from None
    return after


def plain(section: TimeSettings | ExpenseSettings | InvoiceSettings) -> dict[str, Any]:
    """The section as JSON values."""
    values: dict[str, Any] = _adapter(_form(section)).dump_python(section, mode="json")
    return values
