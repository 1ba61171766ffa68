"""The words of a document, fit for the ledger."""

from ledgerlink.connectors.intacct.documents.marker import MAX_MARK_LENGTH, marked
from ledgerlink.connectors.shared import text as texts
from ledgerlink.connectors.shared.text import Parts, TextFitter
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.ports import Blocked

NOTES = 1000
NOTES_CERTAIN = 100
"""What the ledger's oldest interface holds of an entry's notes; nobody knows how much it is now, so
no more is sent than its other long texts hold."""
LINE_TEXT, HEAD_TEXT, MESSAGE = 500, 1000, 4000
HEAD_CERTAIN = 80
"""The same of the description of a document."""
NAME, NUMBER, EMAIL, FILE_NAME = 100, 20, 200, 200


class Wording(TextFitter):
    """The texts of one document, with what only this ledger has."""

    def marked(self, parts: Parts, limit: int, key: str, certain: int | None = None) -> str:
        """As `text`, with the mark of the document, which is never cut: not here, and not by a
        ledger that holds no more than the `certain` characters. Raises Blocked."""
        return marked(self.join(parts, limit - MAX_MARK_LENGTH - 3), key, certain)

    def head(self, parts: Parts, key: str) -> str:
        """The description of a document. Raises Blocked."""
        return self.marked(parts, HEAD_TEXT, key, HEAD_CERTAIN)


def line(text: str, field: str, limit: int) -> str:
    """A text of one line that the ledger takes whole. Raises Blocked."""
    plain = texts.one_line(text, field)
    if not plain:
        raise Blocked(reason("invalid_record", field=field, detail="It is empty."))
    return texts.require_length(plain, limit, field)
