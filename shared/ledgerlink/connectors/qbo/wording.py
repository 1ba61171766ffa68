"""The words of a document, fit for the ledger; what had to be cut is said."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ledgerlink.connectors.qbo import texts
from ledgerlink.domain.reasons import Reason

SEPARATOR = " - "
"""Between the parts of a text."""

Parts = Iterable[tuple[str, str]]
"""Parts of a text, each with the record's field that it is from."""


@dataclass(slots=True)
class Wording:
    """The texts of one document. `shorten` allows them to be cut, of which `warnings` tell."""

    shorten: bool
    warnings: list[Reason] = field(default_factory=list)

    def text(self, parts: Parts, wire_field: str, kept: int = 0) -> str:
        """The parts as one text, empty when there is nothing in them; `kept` characters of the
        field are spoken for. Raises Blocked."""
        given = ((name, texts.free_text(part, name)) for name, part in parts)
        some = [(name, part) for name, part in given if part]
        if not some:
            return ""
        joined = SEPARATOR.join(part for _, part in some)
        return self._within(joined, wire_field, some[-1][0], kept)

    def line(self, text: str, wire_field: str, name: str) -> str:
        """A text of one line. Raises Blocked."""
        return self._within(texts.one_line(text, name), wire_field, name)

    def note(self, parts: Parts, reference: str) -> str:
        """A private note that ends in a line of our own name for the document, in brackets, which
        is never cut: the document is known again by it. Raises Blocked."""
        mark = f"[{texts.one_line(reference, 'key')}]"
        text = self.text(parts, "PrivateNote", kept=len(mark) + 1)
        return f"{text}\n{mark}" if text else mark

    def _within(self, text: str, wire_field: str, name: str, kept: int = 0) -> str:
        if not self.shorten:
            return texts.fitting(text, wire_field, name, kept)
        cut, warnings = texts.cut(text, wire_field, name, kept)
        self.warnings += warnings
        return cut
