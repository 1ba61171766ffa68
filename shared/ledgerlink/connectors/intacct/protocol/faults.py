"""Faults as the gateway words them."""

import html
import re
from dataclasses import dataclass

from ledgerlink.connectors.intacct.protocol.xml import Element

SUPPORT_IDS = re.compile(r"\s*\[(?:Support|Request) ID: [^\]]*\]")
"""What the gateway appends for its own support."""

BLANKS = re.compile(r"\s+")

ROLLED_BACK = "XL03000009"
"""Said of all functions of a transaction, beside the fault that is to blame."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One error. `words` are plain text without support ids."""

    errorno: str
    words: str = ""
    correction: str = ""

    def __str__(self) -> str:
        said = " ".join(part for part in (self.words, self.correction) if part)
        said = said or "no explanation given"
        return f"{said} (Sage Intacct error {self.errorno})" if self.errorno else said


def faults(node: Element | None) -> tuple[Fault, ...]:
    """The faults below an element that has an `errormessage`."""
    if node is None:
        return ()
    return tuple(_fault(error) for error in node.iterfind("errormessage/error"))


def main_fault(some: tuple[Fault, ...]) -> Fault:
    """The fault that says most: the first, unless it only says that others were rolled back. Later
    ones repeat that the record could not be created."""
    own = [fault for fault in some if fault.errorno != ROLLED_BACK]
    return next(iter(own or some), Fault(""))


def _fault(error: Element) -> Fault:
    said = [_plain(error, name) for name in ("description", "description2")]
    words = " ".join(dict.fromkeys(part for part in said if part))
    return Fault(_plain(error, "errorno"), words, _plain(error, "correction"))


def _plain(error: Element, name: str) -> str:
    told = html.unescape(error.findtext(name) or "")
    return BLANKS.sub(" ", SUPPORT_IDS.sub("", told)).strip()
