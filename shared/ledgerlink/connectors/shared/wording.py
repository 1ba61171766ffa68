"""The words of a document, fit for a ledger; what had to be cut is said."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ledgerlink.connectors.shared import text as texts
from ledgerlink.domain.model.reasons import Reason, reason

SEPARATOR = " - "
"""Between the parts of a text."""

Parts = Iterable[tuple[str, str]]
"""Parts of a text, each with the record's field that it is from."""


@dataclass(slots=True)
class Wording:
    """The texts of one document. `shorten` allows them to be cut, of which `warnings` tell."""

    shorten: bool
    warnings: list[Reason] = field(default_factory=list)

    def text(self, parts: Parts, limit: int) -> str:
        """The parts as one text of so many characters at most, empty when there is nothing in
        them. Raises Blocked."""
        given = ((name, texts.free_text(part, name)) for name, part in parts)
        some = [(name, part) for name, part in given if part]
        if not some:
            return ""
        joined = SEPARATOR.join(part for _, part in some)
        return self.within(joined, limit, some[-1][0])

    def within(self, text: str, limit: int, name: str) -> str:
        """As much of a text as there is room for. Raises Blocked where it may not be cut."""
        if not self.shorten or len(text) <= limit:
            return texts.fitting(text, limit, name)
        self.warnings.append(reason("text_cut", field=name, length=len(text), limit=limit))
        return text[:limit]
