"""Compares a document with its link and with what the ledger holds now: which operations it
needs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import UNORDERED, Action, ItemState, Operation
from ledgerlink.domain.model.reasons import TO_BE_DELETED, Reason, named, reason, reason_in_case
from ledgerlink.domain.model.snapshots import Snapshot
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.domain.model.time_settings import LedgerEdits


@dataclass(frozen=True, slots=True)
class LinkedDocument:
    """A document in the ledger: its link, and its snapshot if it was read."""

    link: Link
    """The link, with what was last written."""
    copy: Snapshot | None = None
    """The ledger's present values; None when it is gone or was not read."""
    was_read: bool = False
    """Whether it was read."""

    @property
    def gone(self) -> bool:
        return self.was_read and self.copy is None

    @property
    def edited_copy(self) -> Snapshot | None:
        """The ledger's present values, if a user has edited it there since it was written."""
        expected = self.link.expected_fingerprint
        return None if self.copy is None or self.copy.has(expected) else self.copy

    @property
    def edited(self) -> bool:
        return self.edited_copy is not None

    @property
    def additions(self) -> Sequence[str]:
        """The fields that others filled in and that were not sent, in the ledger's words, and the
        lines that they added."""
        if self.copy is None:
            return ()
        entered, ours = self.copy.added(self.link.expected_fingerprint), len(self.link.line_ids)
        has_lines_of_others = 0 < ours < self.copy.line_count
        return (*entered, "added lines") if has_lines_of_others else entered

    def already_contains(self, document: Document | None) -> bool:
        """Whether the ledger is known to hold the values of this document."""
        return self.copy is not None and document is not None and self.copy.contains(document.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Differ:
    """Compares documents with what the ledger holds of them."""

    edits: LedgerEdits = LedgerEdits.ASK
    """The side that wins if a user changed a document in the ledger."""
    closed_through: date | None = None
    """The last day of the closed books."""
    rank: str | None = None
    """Place of this run in the order of runs, if a later run may have written before it is
    planned."""
    anew: bool = False
    """Whether a record whose rule now points elsewhere is deleted and created again instead of
    updated. It is updated where others have added to it, because that would be lost."""
    record: RecordKind = RecordKind.TIME
    """The kind of the documents' members."""
    date_field: str = "work_date"
    """The field that dates them."""

    def to_write(
        self,
        document: Document,
        linked: LinkedDocument | None,
        *,
        again: bool = False,
    ) -> Iterator[Operation]:
        """The operations that bring the ledger to this document: one, or a delete and a create
        where it becomes another kind of document, where the same source now goes to another record
        of the ledger, or where it has to be made `again`."""
        if linked is not None and (unchanged := self.unchanged(document, linked)) is not None:
            yield unchanged
            return
        create = Operation(
            seq=UNORDERED,
            action=Action.CREATE,
            key=document.key,
            kind=document.kind,
            level=UNORDERED,
            body=document.body,
            warnings=document.warnings,
            title=document.title,
            **document.facts() | {"record": self.record},
        )
        if linked is None:
            yield self._open(create)
            return
        operation = _based(create, linked)
        if self.rank is not None and linked.link.rank > self.rank:
            yield _unchanged(operation, reason("superseded"))
        elif linked.gone:
            yield from self._recreated(create, linked, again)
        elif why := self._why_untouchable(linked, document):
            yield blocked_by(operation, why)
        elif linked.edited and self.edits is LedgerEdits.THEIRS:
            yield _unchanged(operation, reason("kept_theirs"))
        elif again or self._needs_recreation(document, linked):
            yield from self.replaced(create, [linked])
        else:
            yield self._updated(operation, linked)

    def _updated(self, operation: Operation, linked: LinkedDocument) -> Operation:
        """The update, unless it would remove what others entered."""
        lost = linked.copy.lost_by_update if linked.copy else ()
        if lost and self.edits is not LedgerEdits.OURS:
            return blocked_by(operation, reason("would_be_lost", fields=named(lost)))
        told = [reason("additions_lost", fields=named(lost))] if lost else []
        warnings = (*operation.warnings, *told)
        update = replace(operation, action=Action.UPDATE, warnings=warnings)
        return self._open(update, linked.link)

    def unchanged(self, document: Document, linked: LinkedDocument) -> Operation | None:
        """The operation of a document that the ledger has just like this; None for any other."""
        if not self._is_equal(document, linked):
            return None
        link, copy = linked.link, linked.copy
        return Operation(
            seq=UNORDERED,
            action=Action.NONE,
            key=document.key,
            kind=document.kind,
            level=UNORDERED,
            ledger_id=link.ledger_id,
            version=copy.version if copy else link.version,
            base_version=link.version,
            base_fingerprint=_base(linked),
            warnings=document.warnings,
            title=document.title,
            state=ItemState.UNCHANGED,
            **document.facts() | {"record": self.record},
        )

    def to_delete(self, linked: LinkedDocument) -> Operation:
        """The operation that deletes this document."""
        link = linked.link
        operation = _based(
            Operation(
                seq=UNORDERED,
                action=Action.DELETE,
                key=link.key,
                kind=link.kind,
                level=UNORDERED,
                **link.facts() | {"restored": ""},
            ),
            linked,
        )
        if linked.gone:
            return _unchanged(operation, reason("gone_in_ledger"))
        if why := self._why_untouchable(linked):
            return blocked_by(operation, why)
        if linked.edited and self.edits is LedgerEdits.THEIRS:
            return _unchanged(operation, reason("kept_theirs"))
        if added := linked.additions:
            lost = reason("additions_lost", fields=named(added))
            operation = replace(operation, warnings=(lost,))
        return self._open(operation, link)

    def replaced(self, create: Operation, old: list[LinkedDocument]) -> Iterator[Operation]:
        """Deletes of the old documents, then the create."""
        deletes = [self.to_delete(linked) for linked in old]
        yield from deletes
        why = next((d.reason for d in deletes if d.state is ItemState.BLOCKED), None)
        if why is not None:
            yield blocked_by(create, why)
            return
        yield self._open(replace(create, after=tuple(linked.link.key for linked in old)))

    def _needs_recreation(self, document: Document, linked: LinkedDocument) -> bool:
        """Whether no update can turn the record into this document, or `anew` asks for it: a rule
        now points at another record, because the product's values are the same."""
        if linked.link.kind != document.kind:
            return True
        if linked.copy is not None and linked.copy.fixed != document.fixed:
            return True
        same_source = linked.link.source == document.source
        target_changed = same_source and linked.link.targets != document.targets
        return self.anew and target_changed and not linked.additions

    def _is_equal(self, document: Document, linked: LinkedDocument) -> bool:
        link = linked.link
        if link.kind != document.kind or set(link.members) != set(document.members):
            return False
        expected = fingerprint(document.body)
        if linked.edited_copy is not None:
            return expected in linked.edited_copy.forms
        return expected == linked.link.fingerprint and not linked.gone

    def _recreated(
        self, create: Operation, linked: LinkedDocument, again: bool
    ) -> Iterator[Operation]:
        why = reason("gone_in_ledger")
        if self.edits is LedgerEdits.OURS and again:
            yield from self.replaced(create, [linked])
        elif self.edits is LedgerEdits.OURS:
            yield self._open(replace(create, base_version=linked.link.version, was=linked.link))
        elif self.edits is LedgerEdits.THEIRS:
            yield replace(
                create, action=Action.NONE, body=None, state=ItemState.SKIPPED, reason=why
            )
        else:
            yield blocked_by(create, why)

    def _why_untouchable(
        self, linked: LinkedDocument, document: Document | None = None
    ) -> Reason | None:
        """The reason why an existing record may not be touched. A user's edit is none if it equals
        the document."""
        if linked.copy is not None and linked.copy.locked:
            return linked.copy.locked
        if (
            linked.edited
            and self.edits is LedgerEdits.ASK
            and not linked.already_contains(document)
        ):
            return reason_in_case("changed_in_ledger", "" if document else TO_BE_DELETED)
        return None

    def _open(self, operation: Operation, link: Link | None = None) -> Operation:
        """The operation, unless it touches closed books."""
        days = [operation.day, link.day if link else None]
        closed = [day for day in days if day and self.closed_through and day <= self.closed_through]
        if not closed:
            return operation
        words = {"day": closed[0], "closed": self.closed_through}
        return blocked_by(operation, reason("closed_period", field=self.date_field, **words))


UNCHANGED: Mapping[str, Any] = {
    "action": Action.NONE,
    "body": None,
    "before": None,
    "was": None,
    "state": ItemState.UNCHANGED,
}
"""The fields of an operation for which nothing is sent, because the ledger holds it already."""


def _based(operation: Operation, linked: LinkedDocument) -> Operation:
    """The operation, based on what the ledger holds."""
    link, copy = linked.link, linked.copy
    return replace(
        operation,
        ledger_id=link.ledger_id,
        version=copy.version if copy else link.version,
        base_version=link.version,
        base_fingerprint=_base(linked),
        before=copy.body if copy else None,
        was=link,
    )


def _base(linked: LinkedDocument) -> str:
    """Fingerprint of what the ledger holds before the change."""
    forms = linked.edited_copy.forms if linked.edited_copy else ()
    return forms[0] if forms else linked.link.expected_fingerprint


def _unchanged(operation: Operation, why: Reason) -> Operation:
    return replace(operation, reason=why, **UNCHANGED)


def blocked_by(operation: Operation, why: Reason) -> Operation:
    """The operation, blocked. It keeps both bodies of a record that it would have changed, so that
    they can be shown."""
    return replace(operation, action=Action.NONE, was=None, state=ItemState.BLOCKED, reason=why)
