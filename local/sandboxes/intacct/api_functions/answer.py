"""What a function answers with, and how its elements are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

ODD: Final = "ODD-"
"""What stands before the name of an element in hexadecimal, where XML does not allow it."""


@dataclass(slots=True)
class Answer:
    """`key` is what legacy functions return; `listtype` its attributes and text; `whole` replaces
    the body of the response: media type and text of a query as JSON or CSV."""

    data: etree._Element | None = None
    key: str = ""
    listtype: tuple[Mapping[str, str], str] | None = None
    whole: tuple[str, str] | None = None


def child(parent: etree._Element, tag: str, text: str = "", **attributes: str) -> etree._Element:
    """A new last child; control characters that XML cannot carry are dropped. Raises ValueError
    for a tag that XML does not allow."""
    made = etree.SubElement(parent, tag, attributes)
    if text:
        try:
            made.text = text
        except ValueError:
            made.text = "".join(c for c in text if c in "\t\n\r" or c >= " ")
    return made


def data(**attributes: str) -> etree._Element:
    return etree.Element("data", attributes)
