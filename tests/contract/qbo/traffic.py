"""What went over the wire, and whether it fits the vendor's schema: names and kinds of values."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, cached_property
from itertools import chain
from typing import Any, NamedTuple

from lxml import etree

from tests.support.qbo.vendor_schema import FILES, SCHEMAS, XS, VendorSchema

ROWS = 20
"""Rows of one answer that are looked at; the others are of the same list."""
METADATA = re.compile(r"Content-Type: application/json\r\n\r\n(.*?)\r\n--", re.DOTALL)

Said = tuple[str, Any]
"""The name of an entity, and one as it was said."""


class Element(NamedTuple):
    """A property: its type, and whether there may be several."""

    type: str
    many: bool


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_text(value: Any) -> bool:
    return isinstance(value, str)


def _matches(pattern: str) -> Callable[[Any], bool]:
    found = re.compile(pattern)
    return lambda value: isinstance(value, str) and found.fullmatch(value) is not None


KINDS: Mapping[str, Callable[[Any], bool]] = {
    "string": is_text,
    "decimal": is_number,
    "integer": lambda value: is_number(value) and value == int(value),
    "long": lambda value: is_number(value) and value == int(value),
    "int": lambda value: is_number(value) and value == int(value),
    "positiveInteger": lambda value: is_number(value) and value >= 1,
    "boolean": lambda value: isinstance(value, bool),
    "date": _matches(r"\d{4}-\d\d-\d\d"),
    "dateTime": _matches(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)"),
    "anyURI": is_text,
}
"""The kinds of values that JSON can tell apart."""


class Forms(VendorSchema):
    """The vendor's schema, as JSON has to follow it. `beyond` are properties of types that come
    besides."""

    def __init__(self, beyond: Mapping[str, Iterable[str]]) -> None:
        self._beyond = beyond
        self.elements = cache(self._elements)
        self.words = cache(self._words)

    @cached_property
    def enumerations(self) -> Mapping[str, "etree._Element"]:
        """The types that are one of a few words, and other simple ones."""
        roots = [etree.parse(SCHEMAS / name).getroot() for name in FILES]
        found = (each for root in roots for each in root.iter(f"{XS}simpleType"))
        return {name: each for each in found if (name := each.get("name"))}

    def misfits(self, type_name: str, value: Any, path: str = "") -> Iterator[str]:
        """The places that do not fit, with what is wrong there."""
        path = path or type_name
        if type_name not in self.types:
            yield from self._simple(type_name, value, path)
        elif not isinstance(value, Mapping):
            yield f"{path} is no object"
        else:
            known = self.elements(type_name)
            for name, inner in value.items():
                yield from self._member(known, type_name, name, inner, f"{path}.{name}")

    def _member(
        self, known: Mapping[str, Element], type_name: str, name: str, inner: Any, path: str
    ) -> Iterator[str]:
        element = known.get(name)
        if element is None:
            if name not in self._beyond.get(type_name, ()) and "*" not in known:
                yield f"{path} is not known"
        elif element.many != isinstance(inner, list):
            yield f"{path} is {'no' if element.many else 'a'} list"
        else:
            for each in inner if element.many else [inner]:
                yield from self.misfits(element.type, each, path)

    def _simple(self, type_name: str, value: Any, path: str) -> Iterator[str]:
        words = self.words(type_name)
        kind = KINDS.get(type_name, is_text)
        if words and value not in words:
            yield f"{path} cannot be {value!r}"
        elif not kind(value):
            yield f"{path} is no {type_name}: {value!r}"

    def _elements(self, type_name: str) -> Mapping[str, Element]:
        node = self.types[type_name]
        found = {}
        if node.find(f"{XS}simpleContent") is not None:
            found["value"] = Element("string", False)
        for extension in node.iter(f"{XS}extension"):
            if (base := _plain(extension.get("base"))) in self.types:
                found |= self.elements(base)
        for each in chain(node.iter(f"{XS}element"), node.iter(f"{XS}attribute")):
            said = each.get("name") or _plain(each.get("ref"))
            told = _plain(each.get("type") or each.get("ref"))
            found[said] = Element(told, each.get("maxOccurs") == "unbounded")
        if node.find(f".//{XS}any") is not None:
            found["*"] = Element("any", False)
        return found

    def _words(self, type_name: str) -> frozenset[str]:
        """The words of an enumeration; none of any other type."""
        node = self.enumerations.get(type_name)
        if node is None:
            return frozenset()
        return frozenset(str(each.get("value")) for each in node.iter(f"{XS}enumeration"))


def _plain(name: str | None) -> str:
    return (name or "").rpartition(":")[2]


def sent(entry: Mapping[str, Any]) -> Iterator[Said]:
    """The entities of a request that writes."""
    body = entry["request_body"]
    if entry["kind"] == "upload":
        yield from (("Attachable", json.loads(found)) for found in METADATA.findall(body))
    elif entry["kind"] == "batch":
        for item in json.loads(body)["BatchItemRequest"]:
            yield from _entities(item)
    elif entry["kind"] == "single" and entry["method"] == "POST":
        yield entry["entity"], json.loads(body)


def answered(entry: Mapping[str, Any]) -> Iterator[Said]:
    """The entities of an answer."""
    if entry["status"] == 200 and entry["answer_body"].startswith("{"):
        yield from _said(json.loads(entry["answer_body"]))


def _said(answer: Mapping[str, Any]) -> Iterator[Said]:
    told = chain(answer.get("BatchItemResponse", ()), answer.get("AttachableResponse", ()))
    for item in chain(told, *(each["QueryResponse"] for each in answer.get("CDCResponse", ()))):
        yield from _said(item)
    response = answer.get("QueryResponse")
    yield from _entities(response if isinstance(response, Mapping) else answer)


def _entities(item: Mapping[str, Any]) -> Iterator[Said]:
    for name, value in item.items():
        if name[0].isupper() and isinstance(value, list) and not name.endswith("Response"):
            yield from ((name, each) for each in value[:ROWS])
        elif name[0].isupper() and isinstance(value, Mapping) and name != "Fault":
            yield name, value
