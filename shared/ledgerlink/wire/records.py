"""Source records from JSON."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from ledgerlink.domain.errors import Invalid, Problem
from ledgerlink.domain.records import TimeEntry

Place = Sequence[str | int]


@cache
def time_entries() -> TypeAdapter[TimeEntry]:
    """The adapter of time entries; unknown fields are refused."""
    forbid_unknown(TimeEntry)
    return TypeAdapter(TimeEntry)


def forbid_unknown(kind: type[Any]) -> None:
    """Have pydantic refuse fields that this dataclass does not have."""
    kind.__pydantic_config__ = ConfigDict(extra="forbid")


def time_entry(line: bytes) -> TimeEntry:
    """A time entry from a line of JSON. Raises Invalid naming each wrong field."""
    try:
        return time_entries().validate_json(line, strict=True)
    except ValidationError as error:
        raise Invalid("invalid_record", "Not a time entry.", problems=problems(error)) from None


def key_of(line: bytes) -> str | None:
    """The key of a record that may otherwise be wrong."""
    with suppress(ValueError, RecursionError):
        record = json.loads(line)
        if isinstance(record, dict) and isinstance(record.get("key"), str):
            return str(record["key"])[:200].encode(errors="replace").decode() or None
    return None


def _same(place: Place) -> Place:
    return place


def problems(error: ValidationError, place_of: Callable[[Place], Place] = _same) -> list[Problem]:
    """Each wrong field with words for it. `place_of` turns pydantic's place into the input's."""
    return [
        Problem(pointer(place_of(found["loc"])), found["msg"])
        for found in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def pointer(places: Place) -> str:
    """The JSON pointer (RFC 6901) of a place."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in places)
