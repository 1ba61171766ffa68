"""The vendor's documents and schema, kept beside the project; tests say when they are absent."""

from pathlib import Path

import pytest
from lxml import etree

SCHEMAS = Path(__file__).parents[4] / "shared" / "schemas" / "intacct"
needs_schemas = pytest.mark.skipif(
    not SCHEMAS.is_dir(), reason="no documents of the vendor beside the project"
)


def expected(name: str) -> "etree._Element":
    """A document that the vendor's own client writes."""
    return etree.fromstring((SCHEMAS / "expected" / f"{name}.xml").read_bytes())


def sample(name: str) -> bytes:
    """An answer that was once given."""
    return (SCHEMAS / "gateway_samples" / f"{name}.xml").read_bytes()


def response(name: str) -> bytes:
    """An answer that the vendor's own client reads."""
    return (SCHEMAS / "expected" / f"{name}.xml").read_bytes()


def plain(node: "etree._Element") -> bytes:
    """The document without blank text, in one form."""
    for each in node.iter():
        each.text = each.text if (each.text or "").strip() else None
        each.tail = None
    return etree.tostring(node, method="c14n")
