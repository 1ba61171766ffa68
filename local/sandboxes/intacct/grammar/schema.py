"""The content models as an XML Schema, compiled once; libxml2's words for what breaks it."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from lxml import etree

from local.sandboxes.intacct.grammar.models import ENVELOPE, GENERIC, LEGACY, PARTS

X: Final = "http://www.w3.org/2001/XMLSchema"
FUNCTIONS: Final = frozenset(GENERIC | LEGACY)
MODELS: Final = {
    **ENVELOPE,
    **GENERIC,
    **LEGACY,
    **PARTS,
    "function": " | ".join(sorted(FUNCTIONS)) + " @controlid!",
}
_TOKEN: Final = re.compile(r"\w+|[(),|&?*+]")
_ATTRIBUTE: Final = re.compile(r"@(\w+)(!?)")
_OCCURS: Final = {"?": ("0", "1"), "*": ("0", "unbounded"), "+": ("1", "unbounded")}
_GROUPS: Final = {",": "sequence", "|": "choice", "&": "all"}
# Text in read*, but content of its own as a function.
_ALSO_TEXT: Final = {"readByQuery/query": "TEXT"}


def _x(parent: etree._Element, kind: str, /, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{X}}}{kind}", attributes)


class _Reader:
    """Reads one content model into the particles of a complex type."""

    def __init__(self, owner: str, model: str) -> None:
        self._owner, self._tokens = owner, _TOKEN.findall(model)

    def group(self) -> etree._Element:
        """Particles up to the end or a closing bracket, joined by one kind of sign."""
        particles, sign = [self._particle()], ","
        while self._tokens and self._tokens[0] in _GROUPS:
            sign = self._tokens.pop(0)
            particles.append(self._particle())
        made = etree.Element(f"{{{X}}}{_GROUPS[sign]}")
        made.extend(particles)
        return made

    def _particle(self) -> etree._Element:
        token = self._tokens.pop(0)
        if token == "(":  # noqa: S105 - a bracket
            made = self.group()
            self._tokens.pop(0)
        else:
            made = self._named(token)
        if self._tokens and self._tokens[0] in _OCCURS:
            least, most = _OCCURS[self._tokens.pop(0)]
            made.set("minOccurs", least)
            made.set("maxOccurs", most)
        return made

    def _named(self, name: str) -> etree._Element:
        own = f"{self._owner}/{name}"
        model = _ALSO_TEXT.get(own) or MODELS.get(own)
        if model is None:
            return etree.Element(f"{{{X}}}element", {"ref": name})
        made = etree.Element(f"{{{X}}}element", {"name": name})
        _fill(made, own, model)
        return made


def _fill(element: etree._Element, owner: str, model: str) -> None:
    """Gives an element declaration its type."""
    attributes = _ATTRIBUTE.findall(model)
    content = _ATTRIBUTE.sub("", model).strip()
    if content == "TEXT" and not attributes:
        element.set("type", "xs:string")
        return
    kind = _x(element, "complexType")
    if content == "TEXT":
        kind = _x(_x(kind, "simpleContent"), "extension", base="xs:string")
    elif content == "ANY":
        inner = _x(kind, "sequence", minOccurs="0", maxOccurs="unbounded")
        kind.set("mixed", "true")
        _x(inner, "any", processContents="skip")
    elif content:
        kind.append(_Reader(owner, content).group())
    for name, must in attributes:
        _x(kind, "attribute", name=name, type="xs:string", use="required" if must else "optional")


def _names() -> set[str]:
    """Every element that a model names."""
    found = {name for name in MODELS if "/" not in name}
    for model in MODELS.values():
        words = _TOKEN.findall(_ATTRIBUTE.sub("", model))
        found |= {word for word in words if word.isidentifier()}
    return found - {"ANY", "TEXT"}


@cache
def compiled() -> etree.XMLSchema:
    root = etree.Element(f"{{{X}}}schema", nsmap={"xs": X})
    for name in sorted(_names()):
        _fill(_x(root, "element", name=name), name, MODELS.get(name, "TEXT"))
    # A tree that was put together by hand has no line numbers; libxml2 wants a parsed one.
    return etree.XMLSchema(etree.fromstring(etree.tostring(root)))
