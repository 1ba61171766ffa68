"""Version conflicts: updates and deletes of documents that a user may have changed, checked before
sending.

Sage Intacct has no version that a write could be conditional on, so the document is read and
compared with what was last written.
"""

from collections.abc import Mapping

from ledgerlink.connectors.intacct.documents import content, list_records
from ledgerlink.connectors.intacct.documents.document_types import DOCUMENT_TYPES
from ledgerlink.connectors.intacct.outcomes.accepted import (
    accepted,
    accepted_list_record,
    accepted_unread,
)
from ledgerlink.connectors.intacct.outcomes.rejected import failed
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.domain.model.plan import Action, Outcome, Write
from ledgerlink.domain.model.reasons import TO_BE_DELETED, reason, reason_in_case


def outcome_before_sending(write: Write, row: Row | None) -> Outcome | None:
    """The outcome of a change or delete that need not, or must not, be sent, by what the ledger
    holds; None for one to send."""
    if row is None or (write.action is Action.DELETE and content.is_void(row)):
        return _outcome_of_missing(write)
    if DOCUMENT_TYPES[write.kind].is_list_record:
        return _outcome_of_list_record(write, row)
    if write.action is not Action.DELETE and was_applied(write, row):
        return accepted(write, write.ledger_id or "", row, reason("already_written"))
    if (why := content.lock_reason(row)) is not None:
        return failed(write, why)
    return _changed_in_ledger(write, has_base=content.has_content(row, write.base_fingerprint))


def list_record_was_applied(write: Write, row: Row) -> Outcome | None:
    """The outcome of a list record that is already inactive, or already has its new values."""
    if write.action is Action.DELETE:
        inactive = (text(row, "STATUS") or "") == "inactive"
        return accepted_unread(write, write.ledger_id or "") if inactive else None
    if list_records.has_content(write.kind, row, write.base_fingerprint):
        return None
    held = list_records.content_fingerprint(write, row)
    if held != list_records.sent_fingerprint(write, write.ledger_id or ""):
        return None
    return accepted_list_record(write, write.ledger_id or "", row, reason("already_written"))


def was_applied(write: Write, row: Row) -> bool:
    """Whether a document has changed since it was last written, and now matches this update."""
    changed = not content.has_content(row, write.base_fingerprint)
    return changed and not content.is_void(row) and content.matches(write, row)


def may_have_been_remade(write: Write, rows: Mapping[str, Row]) -> bool:
    """Whether a document may be missing because this update has removed it and made it anew."""
    row = rows.get(write.ledger_id or "")
    remakes = write.action is Action.UPDATE and bool(DOCUMENT_TYPES[write.kind].create)
    return remakes and (row is None or content.is_void(row))


def _outcome_of_missing(write: Write) -> Outcome:
    if write.action is Action.DELETE:
        return accepted_unread(write, write.ledger_id or "")
    return failed(write, reason("gone_in_ledger"))


def _outcome_of_list_record(write: Write, row: Row) -> Outcome | None:
    if (outcome := list_record_was_applied(write, row)) is not None:
        return outcome
    if write.action is Action.DELETE:
        return None  # a record may be made inactive whatever became of it
    has_base = list_records.has_content(write.kind, row, write.base_fingerprint)
    return _changed_in_ledger(write, has_base=has_base)


def _changed_in_ledger(write: Write, *, has_base: bool) -> Outcome | None:
    """The outcome of a write whose record a user changed since we wrote it; None if it still has
    what the write is based on."""
    if write.base_fingerprint is None or has_base:
        return None
    case = TO_BE_DELETED if write.action is Action.DELETE else ""
    return failed(write, reason_in_case("changed_in_ledger", case))
