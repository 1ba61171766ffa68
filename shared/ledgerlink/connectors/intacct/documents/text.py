"""Texts of documents: their lengths in the ledger, and our marker in them."""

from ledgerlink.connectors.intacct.documents.marker import MAX_MARKER_LENGTH, with_marker
from ledgerlink.connectors.shared import text as texts
from ledgerlink.connectors.shared.text import Parts, TextFitter
from ledgerlink.domain.model.reasons import Blocked, reason

MAX_NOTES = 1000
"""Characters that are sent as notes of a time entry. The real limit is not documented; this is what
the ledger's other long texts hold."""
CERTAIN_NOTES = 100
"""Characters of the notes that even the ledger's oldest interface stores."""
MAX_LINE_TEXT = 500
"""Characters of the description of a line."""
MAX_DESCRIPTION = 1000
"""Characters of the description of a document."""
CERTAIN_DESCRIPTION = 80
"""Characters of the description that even the ledger's oldest interface stores."""
MAX_MESSAGE = 4000
"""Characters of the message of a sales document."""
MAX_NAME, MAX_NUMBER, MAX_EMAIL, MAX_FILE_NAME = 100, 20, 200, 200


class Wording(TextFitter):
    """The texts of one document, some of which carry our marker."""

    def with_marker(self, parts: Parts, limit: int, key: str, certain: int | None = None) -> str:
        """The parts as one text with the marker of the document, which is never cut: neither here,
        nor by a ledger that stores only the `certain` first characters. Raises Blocked."""
        return with_marker(self.join(parts, limit - MAX_MARKER_LENGTH - 3), key, certain)

    def description(self, parts: Parts, key: str) -> str:
        """The description of a document, with its marker. Raises Blocked."""
        return self.with_marker(parts, MAX_DESCRIPTION, key, CERTAIN_DESCRIPTION)


def required_line(text: str, field: str, limit: int) -> str:
    """A text of one line that is neither empty nor cut. Raises Blocked."""
    plain = texts.one_line(text, field)
    if not plain:
        raise Blocked(reason("invalid_record", field=field, detail="It is empty."))
    return texts.require_length(plain, limit, field)
