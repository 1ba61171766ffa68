"""What others entered in a record of ours in fields that we did not send, by its names for them.

It is lost with a record that is deleted. The ledger does not show whether a person entered a
dimension or the ledger took it from the employee or vendor, so either counts.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial

from ledgerlink.connectors.intacct.documents.content import document_lines
from ledgerlink.connectors.intacct.documents.kept_fields import USER_DIMENSION
from ledgerlink.connectors.intacct.documents.marker import find_marker
from ledgerlink.connectors.intacct.documents.owned_fields import LINE_ROLES, Ownership
from ledgerlink.connectors.intacct.documents.time_entry import FIELD_NAMES, OPTIONAL
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.domain.model.documents import Body, fields_sent, nothing_added

DIMENSIONS = ("DEPARTMENT", "LOCATION", "CLASS")
ENTERED_IN_HEADS = {"PONUMBER": "PO number", "DOCNUMBER": "reference number", "MEMO": "memo"}
"""Fields of heads that we never send, with their names on the screen."""


def never_sent(entry: Row) -> tuple[str, ...]:
    """The names of what a time entry has in fields that we never send."""
    description = text(entry, "DESCRIPTION")
    noted = ["description"] if description and not find_marker(description) else []
    return (*noted, *_user_dimensions(entry))


def added_to_time(body: Body, others: Sequence[str], recorded: str) -> Sequence[str]:
    """What others added to a time entry that is held as this body, by the fingerprint of what we
    wrote. `others` are the names of what we never send."""
    sent = fields_sent(body, OPTIONAL, recorded)
    if sent is None:
        return others
    return [*(FIELD_NAMES[n] for n in DIMENSIONS if n in body and n not in sent), *others]


def of_time(body: Body, entry: Row) -> Callable[[str], Sequence[str]]:
    """`added_to_time` of this entry; the same function for all to which nothing can have been
    added, because memory holds 100,000 of them."""
    others = never_sent(entry)
    may_be_added = others or body.keys() & set(DIMENSIONS)
    return partial(added_to_time, body, others) if may_be_added else nothing_added


def added_to_document(row: Row, recorded: str) -> Sequence[str]:
    """What others added to a document, in its head and its lines; nothing where the fingerprint
    does not tell which fields are ours."""
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
