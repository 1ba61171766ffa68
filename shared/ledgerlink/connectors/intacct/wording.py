"""The words of a document, fit for the ledger; what had to be cut is said."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ledgerlink.connectors.intacct.marks import LONGEST, marked
from ledgerlink.connectors.qbo import texts
from ledgerlink.connectors.qbo.wording import SEPARATOR
from ledgerlink.domain.ports import Blocked
from ledgerlink.domain.reasons import Reason, reason

NOTES = 1000
NOTES_CERTAIN = 100
"""What the ledger's oldest interface holds of an entry's notes; nobody knows how much it is now, so
no more is sent than its other long texts hold."""
LINE_TEXT, HEAD_TEXT, MESSAGE = 500, 1000, 4000
HEAD_CERTAIN = 80
"""The same of the description of a document."""
NAME, NUMBER, EMAIL, FILE_NAME = 100, 20, 200, 200

Parts = Iterable[tuple[str, str]]
"""Parts of a text, each with the record's field that it is from."""


@dataclass(slots=True)
class Wording:
    """The texts of one document. `shorten` allows them to be cut, of which `warnings` tell."""

    shorten: bool
    warnings: list[Reason] = field(default_factory=list)

    def text(self, parts: Parts, limit: int) -> str:
        """The parts as one text, empty when there is nothing in them. Raises Blocked."""
        given = ((name, texts.free_text(part, name)) for name, part in parts)
        some = [(name, part) for name, part in given if part]
        if not some:
            return ""
        joined = SEPARATOR.join(part for _, part in some)
        return self._within(joined, limit, some[-1][0])

    def marked(self, parts: Parts, limit: int, key: str, certain: int | None = None) -> str:
        """As `text`, with the mark of the document, which is never cut: not here, and not by a
        ledger that holds no more than the `certain` characters. Raises Blocked."""
        return marked(self.text(parts, limit - LONGEST - 3), key, certain)

    def head(self, parts: Parts, key: str) -> str:
        """The description of a document. Raises Blocked."""
        return self.marked(parts, HEAD_TEXT, key, HEAD_CERTAIN)

    def _within(self, text: str, limit: int, name: str) -> str:
        if len(text) <= limit:
            return text
        words = {"length": len(text), "limit": limit}
        if not self.shorten:
            raise Blocked(reason("text_too_long", field=name, **words))
        self.warnings.append(reason("text_cut", field=name, **words))
        return text[:limit]


def line(text: str, field: str, limit: int) -> str:
    """A text of one line that the ledger takes whole. Raises Blocked."""
    plain = texts.one_line(text, field)
    if not plain:
        raise Blocked(reason("invalid_record", field=field, detail="It is empty."))
    if len(plain) > limit:
        raise Blocked(reason("text_too_long", field=field, length=len(plain), limit=limit))
    return plain


def email(text: str) -> str:
    """An address that the ledger takes for one. Raises Blocked."""
    plain = line(text, "email", EMAIL)
    if not texts.EMAIL.fullmatch(plain):
        detail = f"{plain} is not an e-mail address."
        raise Blocked(reason("invalid_record", field="email", detail=detail))
    return plain
