"""Faults as the gateway words them."""

import html
import re
from dataclasses import dataclass

from ledgerlink.connectors.intacct.protocol.xml import Element

SUPPORT_IDS = re.compile(r"\s*\[(?:Support|Request) ID: [^\]]*\]")
"""Ids that the gateway appends for its own support."""

BLANKS = re.compile(r"\s+")

ROLLED_BACK = "XL03000009"
"""The number of the fault that all functions of a rolled back transaction get, besides the one
that caused it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One error."""

    errorno: str
    words: str = ""
    """What went wrong, as plain text without support ids."""
    correction: str = ""
    """What the gateway advises."""

    def __str__(self) -> str:
        parts = [part for part in (self.words, self.correction) if part]
        words = " ".join(parts) or "no explanation given"
        return f"{words} (Sage Intacct error {self.errorno})" if self.errorno else words


def faults(node: Element | None) -> tuple[Fault, ...]:
    """The faults in the `errormessage` of an element."""
    if node is None:
        return ()
    return tuple(_fault(error) for error in node.iterfind("errormessage/error"))


def main_fault(some: tuple[Fault, ...]) -> Fault:
    """The fault that names the cause: the first one that is not about a roll-back, because later
    ones only repeat that the record could not be created."""
    causes = [fault for fault in some if fault.errorno != ROLLED_BACK]
    return next(iter(causes or some), Fault(""))


def _fault(error: Element) -> Fault:
    parts = [_plain(error, name) for name in ("description", "description2")]
    words = " ".join(dict.fromkeys(part for part in parts if part))
    return Fault(_plain(error, "errorno"), words, _plain(error, "correction"))


def _plain(error: Element, name: str) -> str:
    text = html.unescape(error.findtext(name) or "")
    return BLANKS.sub(" ", SUPPORT_IDS.sub("", text)).strip()
