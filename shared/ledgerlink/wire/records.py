"""Source records from JSON."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from ledgerlink.domain.errors import FieldError, Invalid
from ledgerlink.domain.model.source_records import (
    ClientRecord,
    Deleted,
    ExpenseEntry,
    Invoice,
    InvoiceLine,
    ProjectRecord,
    Receipt,
    Record,
    RecordKind,
    StaffRecord,
    TimeEntry,
)

Place = Sequence[str | int]

FORMS: dict[RecordKind, type[Any]] = {
    RecordKind.TIME: TimeEntry,
    RecordKind.EXPENSE: ExpenseEntry,
    RecordKind.INVOICE: Invoice,
    RecordKind.CLIENT: ClientRecord,
    RecordKind.PROJECT: ProjectRecord,
    RecordKind.STAFF: StaffRecord,
}
"""The records that can be posted; a receipt can only be deleted by itself."""


def forbid_unknown(kind: type[Any], title: str | None = None) -> None:
    """Have pydantic refuse fields that this dataclass does not have. `title` is what its schema is
    called, where that is not the name of the class."""
    kind.__pydantic_config__ = ConfigDict(extra="forbid", title=title)


for _form in (*FORMS.values(), Receipt, InvoiceLine, Deleted):
    forbid_unknown(_form)


@cache
def adapter(form: Any) -> TypeAdapter[Any]:
    """The adapter of one kind of record; unknown fields are refused."""
    return TypeAdapter(form)


def source_record(line: bytes) -> Record:
    """A record from a line of JSON. Its `kind` says which kind, time if it is missing; with
    `deleted` it is a record that no longer exists. Raises Invalid naming each wrong field."""
    found: Record = _read(line, _form_of(line))
    return found


def _form_of(line: bytes) -> type[Any]:
    if b'"kind"' not in line and b'"deleted"' not in line:
        return TimeEntry
    record = _object(line)
    if "deleted" in record:
        return Deleted
    kind = str(record.get("kind", RecordKind.TIME))
    if kind in FORMS:
        return FORMS[RecordKind(kind)]
    problem = FieldError("/kind", f"Input should be one of: {', '.join(FORMS)}.")
    raise Invalid("invalid_record", "Not a record.", problems=[problem])


def _read(line: bytes, form: Any) -> Any:
    try:
        return adapter(form).validate_json(line, strict=True)
    except ValidationError as error:
        raise Invalid("invalid_record", "Not a record.", problems=problems(error)) from None


def key_of(line: bytes) -> str | None:
    """The key of a record that may otherwise be wrong."""
    key = _object(line).get("key")
    return key[:200].encode(errors="replace").decode() or None if isinstance(key, str) else None


def kind_of(line: bytes) -> RecordKind:
    """The kind of a record that may otherwise be wrong; time if it is missing or unknown."""
    with suppress(ValueError):
        return RecordKind(_object(line).get("kind", RecordKind.TIME))
    return RecordKind.TIME


def _object(line: bytes) -> dict[str, Any]:
    with suppress(ValueError, RecursionError):
        record = json.loads(line)
        if isinstance(record, dict):
            return record
    return {}


def _same(place: Place) -> Place:
    return place


def problems(
    error: ValidationError, place_of: Callable[[Place], Place] = _same
) -> list[FieldError]:
    """Each wrong field with words for it. `place_of` turns pydantic's place into the input's."""
    return [
        FieldError(pointer(place_of(found["loc"])), found["msg"])
        for found in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def pointer(places: Place) -> str:
    """The JSON pointer (RFC 6901) of a place."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in places)
