"""List records of ours as the ledger holds them. They are known by id and name: all else of them is
the bookkeepers' own."""

from ledgerlink.connectors.intacct.documents.document_types import CONTACT, DOCUMENT_TYPES
from ledgerlink.connectors.intacct.protocol.queries import WHENMODIFIED
from ledgerlink.connectors.intacct.protocol.record_ids import parse
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.domain.model.documents import fingerprint
from ledgerlink.domain.model.plan import ItemState, Outcome, Write
from ledgerlink.domain.model.reasons import Reason

NAMED_BY = {"EMPLOYEE": "CONTACT.CONTACTNAME"}
"""The field that names a record; others have NAME."""


def name_field(kind: str) -> str:
    """The field that names a record."""
    return NAMED_BY.get(kind, "NAME")


def content(kind: str, row: Row) -> str:
    """The fingerprint of what a record is known by."""
    return _print(text(row, DOCUMENT_TYPES[kind].id_field) or "", text(row, name_field(kind)) or "")


def sent_content(write: Write, ledger_id: str) -> str:
    """The same of one that was sent."""
    body = write.body or {}
    name = body[CONTACT]["CONTACTNAME"] if CONTACT in body else body.get("NAME", "")
    return _print(parse(ledger_id).id, str(name))


def posted(write: Write, ledger_id: str, row: Row, why: Reason | None = None) -> Outcome:
    """The outcome of a write that the ledger holds."""
    return Outcome(
        seq=write.seq,
        state=ItemState.POSTED,
        ledger_id=ledger_id,
        version=text(row, WHENMODIFIED),
        reason=why,
        content=content(write.kind, row),
    )


def _print(record_id: str, name: str) -> str:
    return fingerprint({"id": record_id, "name": name})
