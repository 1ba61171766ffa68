"""The texts of documents: how long a field may be, names, notes."""

from collections.abc import Mapping

from ledgerlink.connectors.shared.text import Parts, TextFitter, one_line, require_length
from ledgerlink.domain.model.reasons import Blocked, reason

LENGTHS: Mapping[str, int] = {
    "Description": 4000,
    "DisplayName": 500,
    "GivenName": 100,
    "FamilyName": 100,
    "Name": 100,
    "PrimaryEmailAddr": 100,
    "DocNumber": 21,
    "PrivateNote": 4000,
    "CustomerMemo": 1000,
    "BillEmail": 100,
    "StringValue": 31,
    "FileName": 1000,
    "Note": 2000,
}
"""Characters that each field holds. Source: Intuit's API reference; for a custom field's value,
its schema."""


def name(text: str, wire_field: str, field: str = "name") -> str:
    """The name of a list record, without surrounding blanks. Raises Blocked."""
    plain = one_line(text, field)
    if not plain:
        raise Blocked(reason("invalid_record", field=field, detail="The name is empty."))
    if ":" in plain:
        detail = f"The name {plain} has a colon, which QuickBooks keeps for sub-records."
        raise Blocked(reason("invalid_record", field=field, detail=detail))
    return require_length(plain, LENGTHS[wire_field], field)


class Wording(TextFitter):
    """The texts of one document."""

    def line(self, text: str, limit: int, field: str) -> str:
        """The text, of one line. Raises Blocked."""
        return self.fit(one_line(text, field), limit, field)

    def note(self, parts: Parts, reference: str) -> str:
        """A private note whose last line is the posting key in brackets. The key is never cut,
        because the document is recognised by it. Raises Blocked."""
        mark = f"[{one_line(reference, 'key')}]"
        text = self.join(parts, LENGTHS["PrivateNote"] - len(mark) - 1)
        return f"{text}\n{mark}" if text else mark
