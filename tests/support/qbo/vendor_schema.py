"""Intuit's XML schema, kept beside the project: the properties of each of its types."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from lxml import etree

SCHEMAS = Path(__file__).parents[4] / "shared" / "schemas" / "qbo"
FILES = ("IntuitBaseTypes.xsd", "IntuitNamesTypes.xsd", "SalesTax.xsd", "Finance.xsd")
XS = "{http://www.w3.org/2001/XMLSchema}"
Types = dict[str, dict[str, str]]


class VendorSchema:
    """The schema, read once."""

    @cached_property
    def types(self) -> Mapping[str, "etree._Element"]:
        roots = [etree.parse(SCHEMAS / name).getroot() for name in FILES]
        found = (each for root in roots for each in root.iter(f"{XS}complexType"))
        return {name: each for each in found if (name := each.get("name"))}

    def properties(self, type_name: str) -> dict[str, str]:
        """The properties of a type and of those that it extends, with their types; a value with
        attributes has a `value`."""
        node = self.types[type_name]
        told = {"value": "string"} if node.find(f"{XS}simpleContent") is not None else {}
        for extension in node.iter(f"{XS}extension"):
            if (base := _plain(extension.get("base"))) in self.types:
                told |= self.properties(base)
        for tag in ("element", "attribute"):
            for each in node.iter(f"{XS}{tag}"):
                name = each.get("name") or _plain(each.get("ref"))
                told[name] = _plain(each.get("type") or each.get("ref"))
        return told

    def unknown(self, type_name: str, value: Any, path: str = "") -> Iterator[str]:
        """The paths of what is not in the schema."""
        path = path or type_name
        if isinstance(value, list):
            for each in value:
                yield from self.unknown(type_name, each, path)
        elif isinstance(value, Mapping):
            known = self.properties(type_name) if type_name in self.types else {}
            for name, inner in value.items():
                if name not in known:
                    yield f"{path}.{name}"
                else:
                    yield from self.unknown(known[name], inner, f"{path}.{name}")


def _plain(name: str | None) -> str:
    return (name or "").rpartition(":")[2]
