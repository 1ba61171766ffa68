"""The domain's types as JSON text, for tables and files."""

from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


_adapters: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def dump(value: Any) -> bytes:
    """The value as one line of JSON; what is at its default is left out."""
    return _adapter(type(value)).dump_json(value, exclude_defaults=True)


def load(kind: type[T], text: str | bytes) -> T:
    """The value that `dump` wrote."""
    loaded: T = _adapter(kind).validate_json(text)
    return loaded
