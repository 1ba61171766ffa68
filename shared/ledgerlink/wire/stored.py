"""The domain's types as JSON text, for tables and files."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import GetCoreSchemaHandler, TypeAdapter, ValidationError
from pydantic_core import CoreSchema

from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Operation

T = TypeVar("T")

ROWS: Mapping[type[Any], str] = {
    Link: "key kind ledger_id version fingerprint run_id written_at rank imported members day"
    " minutes rate source targets record content total ledger_total restored group listed line_ids",
    Operation: "seq action key kind level members body ledger_id version base_version"
    " base_fingerprint before after was source targets day minutes rate warnings state reason"
    " record total upload_id restored group title",
}
"""The order in which the fields of these are written: pydantic would begin with those that they
inherit, and a row must not change because classes do. A field that is not named here comes last."""


def _write_in_order(kind: type[Any], names: Sequence[str]) -> None:
    places = {name: place for place, name in enumerate(names)}

    def ordered(source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        fields = handler.resolve_ref_schema(schema)
        fields["fields"].sort(key=lambda name: places.get(name, len(places)))
        return schema

    kind.__get_pydantic_core_schema__ = ordered


for _kind, _names in ROWS.items():
    _write_in_order(_kind, _names.split())


class Unreadable(ValueError):
    """What is stored is not such a value. Says where it is wrong and never quotes it, because it
    may be secret."""

    def __init__(
        self, kind: type[Any], places: Sequence[tuple[tuple[int | str, ...], str]]
    ) -> None:
        self.kind = kind
        """What it should be."""
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


def numbered(line: bytes, seq: int) -> bytes:
    """The line of an operation with this number, which is its first field."""
    return b'{"seq":%d' % seq + line[line.index(b",") :]


def load(kind: type[T], text: str | bytes) -> T:
    """The value that `dump` wrote. Raises Unreadable."""
    try:
        loaded: T = _adapter(kind).validate_json(text)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise Unreadable(kind, [(one["loc"], one["msg"]) for one in found]) from None
    return loaded
