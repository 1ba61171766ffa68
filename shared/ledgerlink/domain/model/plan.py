"""A plan: the operations that make the ledger hold what the product says, and what became of
them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

from ledgerlink.domain.model.document_facts import DocumentFacts
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.reasons import Reason
from ledgerlink.domain.model.source_records import RecordKind


class Action(StrEnum):
    """What an operation does to the ledger."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    NONE = "none"


class ItemState(StrEnum):
    """Where an item stands. Every item ends in exactly one of the last five."""

    PENDING = "pending"
    POSTED = "posted"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    BLOCKED = "blocked"
    FAILED = "failed"


UNORDERED = 0
"""The `seq` and `level` of an operation until all operations are put in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(DocumentFacts):
    """One item of a plan."""

    seq: int
    """Its place in the run, from 0."""
    action: Action
    """What is sent to the ledger; NONE where the plan itself is the outcome."""
    key: str
    """The posting key of its document."""
    kind: str
    """The ledger's own name of such documents; the record's kind where there is no document."""
    level: int
    """Its place in the order of dependency: it may refer only to documents of a lower level."""
    body: Mapping[str, Any] | None = None
    """What is sent; it may hold pending references. None for a delete."""
    ledger_id: str | None = None
    """The ledger's id of the record that is updated or deleted."""
    version: str | None = None
    """The version that the update or delete is based on, as the ledger has it now."""
    base_version: str | None = None
    """The version that we had last written when the plan was made."""
    base_fingerprint: str | None = None
    """Fingerprint of the body that the update or delete replaces."""
    before: Mapping[str, Any] | None = None
    """The body that it replaces, where that is known."""
    after: tuple[str, ...] = ()
    """Posting keys of documents that must release shared members before this one is written."""
    was: Link | None = None
    """The link as it stood when the plan was made."""
    warnings: tuple[Reason, ...] = ()
    """What a person should know about it though it is posted."""
    state: ItemState = ItemState.PENDING
    """PENDING for what will be sent; any other state is final already."""
    reason: Reason | None = None
    """Why it is not sent."""
    upload_id: str | None = None
    """Names the uploaded file that is attached."""
    title: str = ""
    """The name of a new list record."""

    @classmethod
    def not_sent(
        cls,
        key: str,
        state: ItemState,
        why: Reason,
        *,
        kind: str = RecordKind.TIME,
        record: RecordKind = RecordKind.TIME,
        minutes: int = 0,
    ) -> Self:
        """The operation of a record that is its own outcome, because nothing is sent for it. `kind`
        is the document that it would have become, or the record's own kind."""
        return cls(
            seq=UNORDERED,
            action=Action.NONE,
            key=key,
            kind=kind,
            level=UNORDERED,
            minutes=minutes,
            members=(key.partition(":")[2],),
            state=state,
            reason=why,
            record=record,
        )

    def set_level(self, level: int) -> None:
        """Set its level, in place. Only the planner that made it may do so, as long as nobody else
        has it: to copy 100,000 operations takes seconds."""
        object.__setattr__(self, "level", level)

    def set_seq(self, seq: int) -> None:
        """Set its place in the run, as `set_level` does."""
        object.__setattr__(self, "seq", seq)

    @property
    def writes_document(self) -> bool:
        """Whether it creates or updates the document."""
        return self.state is ItemState.PENDING and self.action is not Action.DELETE

    @property
    def was_already_gone(self) -> bool:
        """Whether it would have deleted a document that was gone from the ledger already."""
        gone = self.reason is not None and self.reason.code == "gone_in_ledger"
        return gone and self.state is ItemState.UNCHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class Write(DocumentFacts):
    """An operation ready to send: every pending reference is resolved to the ledger's id."""

    seq: int
    """The operation's place in the run."""
    action: Action
    """What is sent."""
    key: str
    """The posting key of its document."""
    kind: str
    """The ledger's own name of such documents."""
    body: Mapping[str, Any] | None
    """What is sent; None for a delete."""
    ledger_id: str | None = None
    """The ledger's id of the record that is updated or deleted."""
    version: str | None = None
    """The version that the update or delete is based on."""
    base_fingerprint: str | None = None
    """Fingerprint of the body that the update or delete replaces."""
    targets: tuple[str | None, ...] = ()
    """The ledger's ids of its person, customer and item."""
    was: Link | None = None
    """The link as it stood when the plan was made, which tells what we wrote last."""
    file: Callable[[], bytes] | None = None
    """Reads the bytes of the file that is attached. Raises NotFound or Invalid where it cannot be
    attached."""

    @property
    def fingerprint(self) -> str:
        """The fingerprint of what is sent; a delete sends an empty body."""
        return fingerprint(self.body or {})


@dataclass(frozen=True, slots=True)
class Request:
    """One call that writes. The same request under the same id is safe to repeat.

    `id` has at most 36 characters. `writes` keeps its order and content over every repeat.
    """

    id: str
    writes: tuple[Write, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one operation."""

    seq: int
    """The operation's place in the run."""
    state: ItemState
    """One of the five final states."""
    ledger_id: str | None = None
    """The ledger's id of what was posted; of a deleted document, its last one."""
    version: str | None = None
    """The ledger's version of what was posted; a deleted document has none."""
    reason: Reason | None = None
    """Why it was not posted (FAILED always has one), or what about a posted one to look at."""
    trace_id: str = ""
    """The ledger's own id of the call."""
    content: str = ""
    """Fingerprint of what the ledger answered that it holds."""
    total: Decimal | None = None
    """What the ledger says that a money document comes to."""
    line_ids: tuple[str, ...] = ()
    """The ledger's ids of the lines that we wrote, in their order, where it keeps some."""
