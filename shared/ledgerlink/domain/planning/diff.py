"""What a document needs, against what was written before and what the ledger holds of it now."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from ledgerlink.domain.model.documents import Document, Snapshot, fingerprint
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Action, ItemState, Operation
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.domain.model.time_settings import LedgerEdits


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of a document in the ledger."""

    link: Link
    """What we last wrote."""
    copy: Snapshot | None = None
    """What the ledger holds; None when it is gone or was not read."""
    looked: bool = False
    """Whether it was read."""

    @property
    def gone(self) -> bool:
        return self.looked and self.copy is None

    @property
    def edited(self) -> bool:
        return self.copy is not None and self.link.stands_for not in self.copy.forms

    def says(self, document: Document | None) -> bool:
        """Whether it is known to hold what this document says."""
        return self.copy is not None and document is not None and self.copy.holds(document.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Differ:
    """Compares documents with what the ledger holds of them."""

    edits: LedgerEdits = LedgerEdits.ASK
    """Which side wins where somebody changed a document in the ledger."""
    closed_through: date | None = None
    """The last day of the closed books."""
    rank: str | None = None
    """Place of this run in the order of runs, if a later run may have written before it is
    planned."""
    anew: bool = False
    """Whether a record whose rule now points elsewhere is deleted and created again instead of
    updated."""
    record: RecordKind = RecordKind.TIME
    """The kind of the documents' members."""
    date_field: str = "work_date"
    """The field that dates them."""

    def wanted(
        self,
        document: Document,
        held: Held | None,
        *,
        again: bool = False,
    ) -> Iterator[Operation]:
        """The operations that bring the ledger to this document: one, or a delete and a create
        where it becomes another kind of document, where the same source now goes to another record
        of the ledger, or where it has to be made `again`."""
        create = Operation(
            seq=0,
            action=Action.CREATE,
            key=document.key,
            kind=document.kind,
            level=0,
            body=document.body,
            warnings=document.warnings,
            **document.facts() | {"record": self.record},
        )
        if held is None:
            yield self._open(create)
            return
        operation = _based(create, held)
        if self._says_the_same(document, held):
            yield _kept(operation)
        elif self.rank is not None and held.link.rank > self.rank:
            yield _kept(operation, reason("superseded"))
        elif held.gone:
            yield from self._anew(create, held, again)
        elif why := self._against(held, document):
            yield why_not(operation, why)
        elif held.edited and self.edits is LedgerEdits.THEIRS:
            yield _kept(operation, reason("kept_theirs"))
        elif again or self._of_another_kind(document, held):
            yield from self.replaced(create, [held])
        else:
            yield self._open(replace(operation, action=Action.UPDATE), held.link)

    def unwanted(self, held: Held) -> Operation:
        """The operation that takes this document out of the ledger."""
        link = held.link
        operation = _based(
            Operation(
                seq=0,
                action=Action.DELETE,
                key=link.key,
                kind=link.kind,
                level=0,
                **link.facts() | {"restored": ""},
            ),
            held,
        )
        if held.gone:
            return _kept(operation, reason("gone_in_ledger"))
        if why := self._against(held):
            return why_not(operation, why)
        if held.edited and self.edits is LedgerEdits.THEIRS:
            return _kept(operation, reason("kept_theirs"))
        return self._open(operation, link)

    def replaced(self, create: Operation, old: list[Held]) -> Iterator[Operation]:
        """Deletes of what stood for it before, and its creation after them."""
        deletes = [self.unwanted(held) for held in old]
        yield from deletes
        stays = next((d for d in deletes if d.state is ItemState.BLOCKED), None)
        if stays is not None:
            yield why_not(create, stays.reason or reason("stays_in_ledger", key=stays.key))
            return
        yield self._open(replace(create, after=tuple(held.link.key for held in old)))

    def _of_another_kind(self, document: Document, held: Held) -> bool:
        """Whether no change of the record makes this document of it."""
        if held.link.kind != document.kind:
            return True
        if held.copy is not None and held.copy.fixed != document.fixed:
            return True
        return self.anew and _goes_elsewhere(held.link, document)

    def _says_the_same(self, document: Document, held: Held) -> bool:
        same = (held.link.kind, set(held.link.members)) == (document.kind, set(document.members))
        if not same:
            return False
        wanted = fingerprint(document.body)
        if held.looked and (held.copy is None or wanted in held.copy.forms):
            return held.copy is not None
        return wanted == held.link.fingerprint and not held.edited

    def _anew(self, create: Operation, held: Held, again: bool) -> Iterator[Operation]:
        why = reason("gone_in_ledger")
        if self.edits is LedgerEdits.OURS and again:
            yield from self.replaced(create, [held])
        elif self.edits is LedgerEdits.OURS:
            yield self._open(replace(create, base_version=held.link.version, was=held.link))
        elif self.edits is LedgerEdits.THEIRS:
            yield replace(
                create, action=Action.NONE, body=None, state=ItemState.SKIPPED, reason=why
            )
        else:
            yield why_not(create, why)

    def _against(self, held: Held, document: Document | None = None) -> Reason | None:
        """Why a record that is there may not be touched; that somebody made it say what the
        document says is no reason."""
        if held.copy is not None and held.copy.locked:
            return held.copy.locked
        if held.edited and self.edits is LedgerEdits.ASK and not held.says(document):
            return reason("changed_in_ledger")
        return None

    def _open(self, operation: Operation, link: Link | None = None) -> Operation:
        """The operation, unless it touches closed books."""
        days = [operation.day, link.day if link else None]
        closed = [day for day in days if day and self.closed_through and day <= self.closed_through]
        if not closed:
            return operation
        words = {"day": closed[0], "closed": self.closed_through}
        return why_not(operation, reason("closed_period", field=self.date_field, **words))


def _based(operation: Operation, held: Held) -> Operation:
    """The operation, on what the ledger holds."""
    link, copy = held.link, held.copy
    return replace(
        operation,
        ledger_id=link.ledger_id,
        version=copy.version if copy else link.version,
        base_version=link.version,
        base_fingerprint=_base(held),
        before=copy.body if copy else None,
        was=link,
    )


def _base(held: Held) -> str:
    """What the record stands at when it is changed, as a look at it shows."""
    edited = held.copy is not None and held.edited and held.copy.body
    return fingerprint(held.copy.body) if held.copy and edited else held.link.stands_for


def _goes_elsewhere(link: Link, document: Document) -> bool:
    """Whether the product says what it said, and a rule now points at another record."""
    same_source = document.source is not None and link.source == document.source
    return same_source and link.targets != document.targets


def _kept(operation: Operation, why: Reason | None = None) -> Operation:
    return replace(
        operation,
        action=Action.NONE,
        body=None,
        before=None,
        was=None,
        state=ItemState.UNCHANGED,
        reason=why,
    )


def why_not(operation: Operation, why: Reason) -> Operation:
    """The operation, blocked. Of one that would have changed a record both sides are kept."""
    return replace(operation, action=Action.NONE, was=None, state=ItemState.BLOCKED, reason=why)
