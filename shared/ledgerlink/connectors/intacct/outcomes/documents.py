"""What becomes of a document beside time, by what a look into the ledger shows of it."""

from collections.abc import Mapping

from ledgerlink.connectors.intacct.documents import content as papers
from ledgerlink.connectors.intacct.documents import list_record_prints
from ledgerlink.connectors.intacct.documents.document_types import DOCUMENT_TYPES
from ledgerlink.connectors.intacct.outcomes.rejected import failed, taken
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.domain.model.plan import Action, ItemState, Outcome, Write
from ledgerlink.domain.model.reasons import reason


def posted(write: Write, ledger_id: str) -> Outcome:
    """The outcome of a write that was accepted, without a look."""
    new = DOCUMENT_TYPES[write.kind].listed and write.action is not Action.DELETE
    content = list_record_prints.sent_content(write, ledger_id) if new else ""
    return Outcome(seq=write.seq, state=ItemState.POSTED, ledger_id=ledger_id, content=content)


def found(write: Write, ledger_id: str, row: Row) -> Outcome | None:
    """The outcome of a write of unknown fate, of which the ledger holds this; None where that says
    nothing of it."""
    if write.action is Action.CREATE:
        return adopted(write, ledger_id, row)
    if DOCUMENT_TYPES[write.kind].listed:
        return _listed(write, row)
    if write.action is Action.UPDATE and _holds(write, row):
        return papers.posted(write, ledger_id, row, reason("already_written"))
    return None


def gone(write: Write, row: Row | None) -> Outcome | None:
    """The outcome of a delete of unknown fate, by what is left; None where it is all there."""
    left = row is not None and not papers.is_void(row)
    return None if left else posted(write, write.ledger_id or "")


def adopted(write: Write, ledger_id: str, row: Row) -> Outcome:
    """The outcome of a write that the ledger turned out to hold already, or of one whose number
    somebody else's document has."""
    why = reason("already_written")
    if DOCUMENT_TYPES[write.kind].listed:
        return list_record_prints.posted(write, ledger_id, row, why)
    if not papers.is_ours(write, row):
        return failed(write, taken(f"{(write.body or {}).get('documentno')} by {ledger_id}"))
    return papers.posted(write, ledger_id, row, why)


def stale(write: Write, row: Row | None) -> Outcome | None:
    """The outcome of a change that what the ledger holds now decides."""
    deleting = write.action is Action.DELETE
    if row is None or (deleting and papers.is_void(row)):
        gone = failed(write, reason("gone_in_ledger"))
        return posted(write, write.ledger_id or "") if deleting else gone
    kind = DOCUMENT_TYPES[write.kind]
    if kind.listed:
        done = _listed(write, row)
        return done or (
            None if deleting else _edited(write, list_record_prints.content(write.kind, row))
        )
    if not deleting and _holds(write, row):
        return papers.posted(write, write.ledger_id or "", row, reason("already_written"))
    if (why := papers.locked(row)) is not None:
        return failed(write, why)
    return _edited(write, papers.content(row))


def _listed(write: Write, row: Row) -> Outcome | None:
    """The outcome of a list record that is as it was to become: inactive, or with its new name."""
    if write.action is Action.DELETE:
        inactive = (text(row, "STATUS") or "") == "inactive"
        return posted(write, write.ledger_id or "") if inactive else None
    held = list_record_prints.content(write.kind, row)
    renamed = held != write.base_fingerprint
    if not renamed or held != list_record_prints.sent_content(write, write.ledger_id or ""):
        return None
    return list_record_prints.posted(write, write.ledger_id or "", row, reason("already_written"))


def _holds(write: Write, row: Row) -> bool:
    """Whether it is another than what was to be changed, and says what was to come of it."""
    changed = papers.content(row) != write.base_fingerprint
    return changed and not papers.is_void(row) and papers.says(write, row)


def _edited(write: Write, held: str) -> Outcome | None:
    """That somebody changed it since we wrote it."""
    if write.base_fingerprint in (None, held):
        return None
    return failed(write, reason("changed_in_ledger"))


def may_be_anew(write: Write, there: Mapping[str, Row]) -> bool:
    """Whether it may be gone because it was made anew."""
    row = there.get(write.ledger_id or "")
    made = write.action is Action.UPDATE and bool(DOCUMENT_TYPES[write.kind].create)
    return made and (row is None or papers.is_void(row))
