"""XML: parsed without entities, DTDs and network, serialized in the order of the gateway's schema.

Source: the gateway's documents have neither namespaces nor a DOCTYPE; one that has is rejected.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element
Value: TypeAlias = "str | Mapping[str, Value] | Sequence[Value] | None"
"""The content of an element: text (`""` clears the field), children by name, or a list for several
elements of this name. None leaves the element out. A name that begins with `@` is an attribute."""

MAX_RESPONSE_BYTES = 100_000_000
"""The largest response that is parsed."""

ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 does not allow."""

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


class Unreadable(ValueError):
    """The bytes are not a response of the gateway."""


@dataclass(frozen=True, slots=True)
class ElementOrder:
    """The order of the children of an element."""

    names: tuple[str, ...] = ()
    """The names of the children in their order."""
    parts: Mapping[str, "ElementOrder"] = field(default_factory=dict)
    """The orders of children that have children."""
    open: bool = False
    """Whether other children may follow, sorted by name."""

    def position(self, name: str) -> tuple[int, str]:
        """A key that sorts children. Raises KeyError for a child that is not allowed."""
        if name in self.names:
            return self.names.index(name), ""
        if not self.open:
            raise KeyError(name)
        return len(self.names), name


ANY = ElementOrder(open=True)


def parse(content: bytes) -> Element:
    """The root element of a document. Raises Unreadable."""
    if len(content) > MAX_RESPONSE_BYTES:
        raise Unreadable(f"it has {len(content)} bytes")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(str(error)) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("it has a DOCTYPE")
    return root


def element(name: str, value: Value = "", order: ElementOrder = ANY) -> Element:
    """An element with this content. Raises ValueError for an invalid name, KeyError for a child
    that the order does not allow."""
    node = etree.Element(_checked_name(name))
    _fill(node, value, order)
    return node


def serialize(root: Element) -> bytes:
    """The document as bytes, with its declaration."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


@lru_cache(maxsize=4096)
def _checked_name(name: str) -> str:
    """The name, if it is valid. Raises ValueError."""
    if not NAME.fullmatch(name):
        raise ValueError(f"{name} is no name of an element")
    return name


def _fill(node: Element, value: Value, order: ElementOrder) -> None:
    if isinstance(value, str):
        node.text = ILLEGAL.sub("", value) or None
    elif isinstance(value, Mapping):
        for child, inner in _sorted(value, order):
            _add(node, child, inner, order)


def _add(node: Element, name: str, value: Value, order: ElementOrder) -> None:
    if name.startswith("@"):
        node.set(name[1:], ILLEGAL.sub("", str(value)))
        return
    several = not isinstance(value, str) and isinstance(value, Sequence)
    for each in value if several else [value]:  # type: ignore[union-attr]
        if each is not None:
            _fill(etree.SubElement(node, _checked_name(name)), each, order.parts.get(name, ANY))


def _sorted(value: Mapping[str, Value], order: ElementOrder) -> Iterator[tuple[str, Value]]:
    attributes = [name for name in value if name.startswith("@")]
    children = [name for name in value if not name.startswith("@") and value[name] is not None]
    for name in [*sorted(attributes), *sorted(children, key=order.position)]:
        yield name, value[name]
