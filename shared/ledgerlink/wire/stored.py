"""The domain's types as JSON text, for tables and files."""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")


class Unreadable(ValueError):
    """What is stored is not such a thing. Says where, and nothing of the text: it may be secret."""

    def __init__(
        self, kind: type[Any], places: Sequence[tuple[tuple[int | str, ...], str]]
    ) -> None:
        wrong = "; ".join(f"{'/'.join(map(str, place))}: {what}" for place, what in places)
        super().__init__(f"stored {getattr(kind, '__name__', kind)}: {wrong}")


_adapters: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def dump(value: Any) -> bytes:
    """The value as one line of JSON; what is at its default is left out."""
    return _adapter(type(value)).dump_json(value, exclude_defaults=True)


def load(kind: type[T], text: str | bytes) -> T:
    """The value that `dump` wrote. Raises Unreadable."""
    try:
        loaded: T = _adapter(kind).validate_json(text)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise Unreadable(kind, [(one["loc"], one["msg"]) for one in found]) from None
    return loaded
