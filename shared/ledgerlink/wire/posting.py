"""How time is posted, from JSON."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.posting import Posting
from ledgerlink.wire.records import Place, forbid_unknown, problems

REMEDY = "See the fields and their values at PostingChange in the API's description."


@cache
def _adapter() -> TypeAdapter[Posting]:
    forbid_unknown(Posting)
    return TypeAdapter(Posting)


def changed(before: Posting, patch: Mapping[str, Any]) -> Posting:
    """The settings with these fields changed. Raises Invalid naming each wrong one, with places
    below `/posting`."""
    try:
        return _adapter().validate_python(asdict(before) | dict(patch))
    except ValidationError as error:
        found = [replace(p, remedy=REMEDY) for p in problems(error, _place)]
        raise Invalid(
            "wrong_posting", "Time cannot be posted like this.", "See the problems.", found
        ) from None


def plain(posting: Posting) -> dict[str, Any]:
    """The settings as JSON values."""
    values: dict[str, Any] = _adapter().dump_python(posting, mode="json")
    return values


def _place(found: Place) -> Place:
    return ["posting", *found]
