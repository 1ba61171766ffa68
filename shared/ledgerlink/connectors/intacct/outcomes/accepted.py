"""Outcomes of writes that Sage Intacct accepted, for documents other than time and files."""

from ledgerlink.connectors.intacct.documents import content, list_records
from ledgerlink.connectors.intacct.documents.document_types import DOCUMENT_TYPES
from ledgerlink.connectors.intacct.outcomes.rejected import failed, number_taken
from ledgerlink.connectors.intacct.protocol.queries import WHENMODIFIED
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.domain.model.plan import Action, ItemState, Outcome, Write
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.money import rounded


def accepted(write: Write, ledger_id: str, row: Row, why: Reason | None = None) -> Outcome:
    """The outcome of a document that the ledger now holds as this row. If the ledger's total is
    not the one that was sent, that is the reason instead of `why`."""
    return Outcome(
        seq=write.seq,
        state=ItemState.POSTED,
        ledger_id=ledger_id,
        version=text(row, WHENMODIFIED),
        reason=_other_total(write, row) or why,
        content=content.content_fingerprint(write.body, row),
        total=content.ledger_total(row),
        line_ids=content.line_ids(write.body, row),
    )


def accepted_list_record(
    write: Write, ledger_id: str, row: Row, why: Reason | None = None
) -> Outcome:
    """The outcome of a list record that the ledger now holds as this row."""
    return Outcome(
        seq=write.seq,
        state=ItemState.POSTED,
        ledger_id=ledger_id,
        version=text(row, WHENMODIFIED),
        reason=why,
        content=list_records.content_fingerprint(write, row),
    )


def accepted_unread(write: Write, ledger_id: str) -> Outcome:
    """The outcome of a write that was accepted, without reading what the ledger made of it."""
    written = DOCUMENT_TYPES[write.kind].is_list_record and write.action is not Action.DELETE
    sent = list_records.sent_fingerprint(write, ledger_id) if written else ""
    return Outcome(seq=write.seq, state=ItemState.POSTED, ledger_id=ledger_id, content=sent)


def adopted(write: Write, ledger_id: str, row: Row) -> Outcome:
    """The outcome of a create that found its document in the ledger: one that an earlier attempt
    made, or another document that has the same number."""
    why = reason("already_written")
    if DOCUMENT_TYPES[write.kind].is_list_record:
        return accepted_list_record(write, ledger_id, row, why)
    if not content.was_made_by(write, row):
        number = (write.body or {}).get("documentno")
        return failed(write, number_taken(f"{number} by {ledger_id}"))
    return accepted(write, ledger_id, row, why)


def _other_total(write: Write, row: Row) -> Reason | None:
    """The warning that the document has lines of others, or that its total is not the one that was
    sent."""
    held = content.ledger_total(row)
    if held is None or write.total is None:
        return None
    if added := content.added_lines(write.body, row):
        return reason("lines_kept", count=len(added))
    currency = write.total.currency
    theirs, ours = rounded(held, currency), abs(rounded(write.total.amount, currency))
    if theirs == ours:
        return None
    words: dict[str, object] = {"ledger": theirs, "ours": ours, "difference": theirs - ours}
    return reason("total_differs", None, tax="an unknown part", **words)
