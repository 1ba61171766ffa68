"""Faults as the ledger words them: two JSON shapes and XML."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml import etree


@dataclass(frozen=True, slots=True)
class Fault:
    """One error of a fault. `code` never changes with the company's language; the words do."""

    code: str
    message: str = ""
    detail: str = ""
    element: str = ""
    type: str = ""

    def __str__(self) -> str:
        words = self.detail or self.message or self.type or "no explanation given"
        return f"{words} (QuickBooks error {self.code})" if self.code else words


def in_json(payload: Mapping[str, Any]) -> tuple[Fault, ...]:
    """The faults of a decoded body or batch item; business and gateway faults differ in case."""
    fault = payload.get("Fault") or payload.get("fault")
    if not isinstance(fault, Mapping):
        return ()
    errors = fault.get("Error") or fault.get("error") or [{}]
    return tuple(_from_json(error, str(fault.get("type") or "")) for error in errors)


def in_xml(content: bytes) -> tuple[Fault, ...]:
    """The faults of an XML body; none when it is no XML (an HTML page of a gateway)."""
    from lxml import etree  # here, because almost no run ever meets XML

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


def _from_json(error: Mapping[str, Any], kind: str) -> Fault:
    lower = {name.lower(): value for name, value in error.items()}
    code, message, detail, element = (
        str(lower.get(name) or "") for name in ("code", "message", "detail", "element")
    )
    return Fault(code, message, detail, element, kind)


def _from_xml(error: "etree._Element", kind: str) -> Fault:
    return Fault(
        code=error.get("code", ""),
        message=error.findtext("{*}Message") or "",
        detail=error.findtext("{*}Detail") or "",
        element=error.get("element", ""),
        type=kind,
    )
