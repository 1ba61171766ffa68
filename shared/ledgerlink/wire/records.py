"""Source records from JSON."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import MISSING, replace
from functools import cache
from typing import Any, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

from ledgerlink.domain.errors import FieldError, Invalid
from ledgerlink.domain.model.partial_records import NOTHING_READ, PartialRecord
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
from ledgerlink.domain.planning.hindering import MAY_BE_FILLED_IN, MUST_AGREE
from ledgerlink.wire.validation import in_words, worth_telling

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


def time_entry(line: bytes) -> TimeEntry | None:
    """The time entry of a line of JSON; None for every other line. It does not find out what is
    wrong, which takes eight times as long."""
    with suppress(Invalid, ValidationError):
        if _form_of(line) is TimeEntry:
            found: TimeEntry = adapter(TimeEntry).validate_json(line, strict=True)
            return found
    return None


def _form_of(line: bytes) -> type[Any]:
    if b'"kind"' not in line and b'"deleted"' not in line:
        return TimeEntry
    record = _object(line)
    if "deleted" in record:
        return Deleted
    kind = str(record.get("kind", RecordKind.TIME))
    if kind in FORMS:
        return FORMS[RecordKind(kind)]
    problem = FieldError("/kind", f"It must be one of: {', '.join(FORMS)}.")
    raise Invalid("invalid_record", "Not a record.", problems=[problem])


def _read(line: bytes, form: Any) -> Any:
    try:
        return adapter(form).validate_json(line, strict=True)
    except ValidationError as error:
        found = [_with_hint(form, each) for each in problems(error)]
        if not _is_utf8(line):
            found = [FieldError("", "It is not UTF-8 text.")]
        raise Invalid("invalid_record", "Not a record.", problems=found) from None


HINTS: dict[tuple[type[Any], str], str] = {
    (ExpenseEntry, "/amount"): "For money that comes back to a company card, send a positive amount"
    " and mark it as a refund. What a person gives back is taken off another expense.",
    (Invoice, "/lines"): "An invoice has from 1 to 750 lines.",
}
"""What helps where a field of a form is wrong, by its pointer."""


def _with_hint(form: Any, problem: FieldError) -> FieldError:
    hint = HINTS.get((form, problem.pointer))
    return replace(problem, message=f"{problem.message} {hint}") if hint else problem


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def key_of(line: bytes) -> str | None:
    """The key of a record that may otherwise be wrong."""
    key = _object(line).get("key")
    return key[:200].encode(errors="replace").decode() or None if isinstance(key, str) else None


def kind_of(line: bytes) -> RecordKind:
    """The kind of a record that may otherwise be wrong; time if it is missing or unknown."""
    with suppress(ValueError):
        return RecordKind(_object(line).get("kind", RecordKind.TIME))
    return RecordKind.TIME


SHARED_FIELDS: dict[RecordKind, tuple[str, ...]] = {
    RecordKind.EXPENSE: ("paid_with", "staff_key", "spent_on", "report_key"),
    RecordKind.TIME: (*MUST_AGREE, *MAY_BE_FILLED_IN),
}
"""The fields by which records share a document, for the kinds that do."""

ONLY_EXPENSES_HAVE = frozenset({"spent_on", "report_key", "expense_code_key", "paid_with"})
"""Fields that show that a record is meant as an expense, whatever kind it says it is."""


def readable_as(line: bytes) -> dict[RecordKind, PartialRecord]:
    """What can be read of a record that its form refuses, for each kind that it may be and that
    shares documents with others. A deletion shares none."""
    record = _object(line)
    if not record.keys() - {"kind", "key", "deleted"}:
        alone = "deleted" in record
        return {} if alone else dict.fromkeys(_possible_kinds(record), NOTHING_READ)
    return {kind: _partial(record, kind) for kind in _possible_kinds(record)}


def _possible_kinds(record: dict[str, Any]) -> list[RecordKind]:
    """The kinds with shared documents that the record may be of."""
    said = record.get("kind", RecordKind.TIME if record else None)
    if said not in tuple(RecordKind):
        return [*SHARED_FIELDS]
    meant = {said, *([RecordKind.EXPENSE] if ONLY_EXPENSES_HAVE.intersection(record) else [])}
    return [kind for kind in SHARED_FIELDS if kind in meant]


def _partial(record: dict[str, Any], kind: RecordKind) -> PartialRecord:
    """The fields by which the record shares a document. One that is left out cannot be read where
    the record has an unknown field, which may be meant for it."""
    fields = FORMS[kind].__dataclass_fields__
    misspelt = bool(record.keys() - fields.keys() - {"deleted"})
    values: dict[str, Any] = {}
    for name in SHARED_FIELDS[kind]:
        if name in record:
            with suppress(ValidationError):
                text = json.dumps(record[name])
                values[name] = _field(kind, name).validate_json(text, strict=True)
        elif not misspelt and fields[name].default is not MISSING:
            values[name] = fields[name].default
    return PartialRecord(values=values)


@cache
def _field(kind: RecordKind, name: str) -> TypeAdapter[Any]:
    return TypeAdapter(get_type_hints(FORMS[kind], include_extras=True)[name])


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
    found = worth_telling(error.errors(include_url=False, include_input=False))
    return [FieldError(pointer(place_of(each["loc"])), in_words(each)) for each in found]


def pointer(places: Place) -> str:
    """The JSON pointer (RFC 6901) of a place."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in places)
