"""From bytes to a request that fits the schema, or to the words of libxml2."""

from __future__ import annotations

from typing import Final

from lxml import etree

from local.sandboxes.intacct.grammar.schema import compiled
from local.sandboxes.intacct.protocol.errors import ControlRefusal, Problem

MOST_ERRORS: Final = 10
PARSE_ERROR: Final = "XL03000003"


def parsed(body: bytes) -> etree._Element:
    """The request element; raises ControlRefusal XL03000003 for what is no XML."""
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, recover=False
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise ControlRefusal(*_problems(parser.error_log, "Fatal Error")) from error
    if root.getroottree().docinfo.internalDTD is not None:
        words = "XML Parse schema error: Error 522: A document type is not allowed."
        raise ControlRefusal(Problem(PARSE_ERROR, f"{words} Line: 1, column: 0."))
    if root.tag != "request":
        words = f"Error 1845: Element '{root.tag}': No matching global declaration available."
        raise ControlRefusal(
            Problem(PARSE_ERROR, f"XML Parse schema error: {words} Line: 1, column: 0.")
        )
    return root


def check(root: etree._Element) -> None:
    """Raises ControlRefusal XL03000003 for elements that are unknown, missing or out of order."""
    schema = compiled()
    if not schema.validate(root):
        raise ControlRefusal(*_problems(schema.error_log, "Error"))


def _problems(log: etree._ListErrorLog, kind: str) -> list[Problem]:
    found = [
        Problem(
            PARSE_ERROR,
            f"XML Parse schema error: {kind} {entry.type}: {entry.message} "
            f"Line: {entry.line}, column: {entry.column}.",
        )
        for entry in list(log)[:MOST_ERRORS]
    ]
    words = f"XML Parse schema error: {kind} 4: Start tag expected, '<' not found"
    return found or [Problem(PARSE_ERROR, f"{words} Line: 1, column: 1.")]


def salvaged_control(body: bytes) -> dict[str, str]:
    """What can still be read of the control block of a request that is broken further on."""
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        return {}
    control = root.find("control") if root is not None else None
    if control is None:
        return {}
    return {str(child.tag): child.text or "" for child in control}
