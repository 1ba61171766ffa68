"""Faults: the errors in a response, which come in two JSON shapes and in XML."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml import etree


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

    def __str__(self) -> str:
        words = self.detail or self.message or self.type or "no explanation given"
        return f"{words} (QuickBooks error {self.code})" if self.code else words


def faults_in_json(payload: Mapping[str, Any]) -> tuple[Fault, ...]:
    """The faults of a JSON body or batch item. Those of the gateway have names in lower case."""
    fault = payload.get("Fault") or payload.get("fault")
    if not isinstance(fault, Mapping):
        return ()
    errors = fault.get("Error") or fault.get("error") or [{}]
    return tuple(_from_json(error, str(fault.get("type") or "")) for error in errors)


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


def _from_json(error: Mapping[str, Any], fault_type: str) -> Fault:
    lower = {name.lower(): value for name, value in error.items()}
    code, message, detail, element = (
        str(lower.get(name) or "") for name in ("code", "message", "detail", "element")
    )
    return Fault(code, message, detail, element, fault_type)


def _from_xml(error: "etree._Element", fault_type: str) -> Fault:
    return Fault(
        code=error.get("code", ""),
        message=error.findtext("{*}Message") or "",
        detail=error.findtext("{*}Detail") or "",
        element=error.get("element", ""),
        type=fault_type,
    )
