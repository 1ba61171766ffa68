"""The words of a document, fit for the ledger."""

from ledgerlink.connectors.qbo.documents.text import LENGTHS
from ledgerlink.connectors.shared import text as texts
from ledgerlink.connectors.shared import wording
from ledgerlink.connectors.shared.wording import Parts


class Wording(wording.Wording):
    """The texts of one document, with what only this ledger has."""

    def line(self, text: str, limit: int, name: str) -> str:
        """A text of one line. Raises Blocked."""
        return self.within(texts.one_line(text, name), limit, name)

    def note(self, parts: Parts, reference: str) -> str:
        """A private note that ends in a line of our own name for the document, in brackets, which
        is never cut: the document is known again by it. Raises Blocked."""
        mark = f"[{texts.one_line(reference, 'key')}]"
        text = self.text(parts, LENGTHS["PrivateNote"] - len(mark) - 1)
        return f"{text}\n{mark}" if text else mark
