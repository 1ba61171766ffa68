"""Additions: fields of our records that others filled in and that we did not send, by their names.

They are lost with a record that is deleted. The ledger does not show whether a person entered a
dimension or the ledger took it from the employee or vendor, so either counts.
"""

from collections.abc import Callable, Collection, Iterator, Sequence

from ledgerlink.connectors.intacct.documents.content import document_lines
from ledgerlink.connectors.intacct.documents.kept_fields import USER_DIMENSION
from ledgerlink.connectors.intacct.documents.marker import find_marker
from ledgerlink.connectors.intacct.documents.owned_fields import LINE_ROLES, Ownership
from ledgerlink.connectors.intacct.documents.time_entry import FIELD_NAMES, OPTIONAL
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.connectors.shared.time_additions import additions_to_time
from ledgerlink.domain.model.references import Body

DIMENSIONS = {name: FIELD_NAMES[name] for name in ("DEPARTMENT", "LOCATION", "CLASS")}
"""Dimensions of time entries, with their names on the screen."""
ENTERED_IN_HEADS = {"PONUMBER": "PO number", "DOCNUMBER": "reference number", "MEMO": "memo"}
"""Fields of heads that we never send, with their names on the screen."""

NOT_WRITABLE = {
    "ARINVOICE": {"DESCRIPTION2": "second description"},
    "SODOCUMENT": {"NOTE": "note"},
}
"""Fields of documents that an update makes anew and that no function can fill in, with their names
on the screen. The message of an invoice is none, because the ledger takes it from the customer
again. Source: the gateway's schema (create_invoice, create_sotransaction)."""


def lost_by_update(kind: str, row: Row) -> tuple[str, ...]:
    """The names of what a document has in fields that an update cannot keep."""
    names = NOT_WRITABLE.get(kind, {})
    return tuple(label for name, label in names.items() if text(row, name))


def never_sent(entry: Row) -> tuple[str, ...]:
    """The names of what a time entry has in fields that we never send."""
    description = text(entry, "DESCRIPTION")
    noted = ["description"] if description and not find_marker(description) else []
    return (*noted, *_user_dimensions(entry))


def of_time(body: Body, entry: Row) -> Callable[[str], Sequence[str]]:
    """The additions to a time entry that is held as this body, by the fingerprint of what we
    wrote."""
    return additions_to_time(body, OPTIONAL, DIMENSIONS, never_sent(entry))


def added_to_document(row: Row, recorded: str) -> Sequence[str]:
    """The additions to a document, in its head and its lines; none where the fingerprint does not
    tell which fields are ours."""
    if (ours := Ownership.parse(recorded)) is None:
        return ()
    found = [label for name, label in ENTERED_IN_HEADS.items() if text(row, name)]
    for line, roles in zip(document_lines(row), ours.lines, strict=False):
        found += [*_dimensions(line, roles), *_user_dimensions(line)]
    return tuple(dict.fromkeys(found))


def _dimensions(line: Row, ours: Collection[str]) -> Iterator[str]:
    for role in ("department", "location", "class"):
        if role not in ours and any(text(line, name) for name in LINE_ROLES[role]):
            yield role


def _user_dimensions(row: Row) -> Iterator[str]:
    names = (name for name in row if name.startswith(USER_DIMENSION) and text(row, name))
    return (name.removeprefix(USER_DIMENSION).lower() for name in names)
