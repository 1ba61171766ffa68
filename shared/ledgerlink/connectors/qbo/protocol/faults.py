"""Faults: the errors in a response, which come in two JSON shapes and in XML."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml import etree

MAX_FAULTS = 100
MAX_LENGTH = 2000
"""How many faults of a response, and characters of a text, are used."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One error of a response."""

    code: str
    """Does not depend on the company's language; the texts do."""
    message: str = ""
    detail: str = ""
    element: str = ""
    """The field that is wrong, where the fault names it."""
    type: str = ""
    """The class of error, as `ValidationFault`."""

    @property
    def text(self) -> str:
        """All words of the fault."""
        return f"{self.message} {self.detail} {self.element}"

    def __str__(self) -> str:
        words = self.detail or self.message or self.type or "no explanation given"
        return f"{words} (QuickBooks error {self.code})" if self.code else words


def faults_in_json(payload: Mapping[str, Any]) -> tuple[Fault, ...]:
    """The faults of a JSON body or batch item. Those of the gateway have names in lower case."""
    fault = payload.get("Fault") or payload.get("fault")
    if not isinstance(fault, Mapping):
        return ()
    found = fault.get("Error") or fault.get("error")
    errors = found if isinstance(found, list) else [found]
    kind = _text(fault.get("type"))
    return tuple(_from_json(error, kind) for error in errors[:MAX_FAULTS]) or (
        Fault("", type=kind),
    )


def faults_in_xml(content: bytes) -> tuple[Fault, ...]:
    """The faults of an XML body; none if it is not XML (as a gateway's HTML page)."""
    from lxml import etree  # imported here, because XML is rare and lxml slows the cold start

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return ()
    return tuple(
        _from_xml(error, fault.get("type", ""))
        for fault in root.iter("{*}Fault")
        for error in fault.iter("{*}Error")
    )


def _from_json(error: object, fault_type: str) -> Fault:
    """One error, which is an object; anything else is taken as its words."""
    if not isinstance(error, Mapping):
        return Fault("", _text(error), type=fault_type)
    lower = {str(name).lower(): value for name, value in error.items()}
    code, message, detail, element = (
        _text(lower.get(name)) for name in ("code", "message", "detail", "element")
    )
    return Fault(code, message, detail, element, fault_type)


def _text(value: object) -> str:
    """A text or number as text of bearable length; empty for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return ""
    return str(value)[:MAX_LENGTH]


def _from_xml(error: "etree._Element", fault_type: str) -> Fault:
    return Fault(
        code=error.get("code", ""),
        message=error.findtext("{*}Message") or "",
        detail=error.findtext("{*}Detail") or "",
        element=error.get("element", ""),
        type=fault_type,
    )
