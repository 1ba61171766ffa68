"""Whether an operation may still be sent when its turn comes.

A plan is made some time before it is applied. Meanwhile a document that the operation refers to may
have failed, or another run may have written the same records.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Action, ItemState, Operation, Outcome
from ledgerlink.domain.model.posting_keys import posting_key
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.references import needs
from ledgerlink.domain.model.runs import Run
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.services.applying.writes import as_write, posted_before
from ledgerlink.services.ports import Links

EXCLUSIVE_KINDS = (RecordKind.TIME, RecordKind.EXPENSE)
"""Kinds of records that may be in one ledger document only."""


@dataclass(frozen=True, slots=True)
class Preconditions:
    """What is checked before operations are sent, as it is stored now."""

    run: Run
    links: Mapping[str, Link]
    """Links of the operations and of all documents that they depend on, by posting key."""
    owner_documents: Mapping[str, Link]
    """The document that each member is in now, by the posting key that the member has alone."""

    @classmethod
    def load(cls, stored: Links, run: Run, operations: Collection[Operation]) -> "Preconditions":
        """Read what these operations depend on."""
        exclusive = {kind: _exclusive_members(operations, kind) for kind in EXCLUSIVE_KINDS}
        keys = {key for operation in operations for key in needs(operation.body)}
        keys |= {operation.key for operation in operations}
        keys |= {key for operation in operations for key in operation.after}
        keys |= {key for members in exclusive.values() for key in members}
        links = stored.get(run.connection_key, keys)
        owners: dict[str, Link] = {}
        for kind, members in exclusive.items():
            owners |= {key: links[key] for key in members if key in links}
            grouped = stored.owner_documents(run.connection_key, members.values(), kind)
            owners |= {posting_key(kind, member): link for member, link in grouped.items()}
        return cls(run, links, owners)

    def outcome(self, operation: Operation) -> Outcome | None:
        """The outcome of an operation that is not sent; None for one that is."""
        missing = next((key for key in needs(operation.body) if key not in self.links), None)
        if missing is not None:
            return _blocked(operation, "dependency_failed", key=missing)
        link = self.links.get(operation.key)
        if link is not None and link.run_id == self.run.id:
            return posted_before(operation, link)
        if holder := self._still_holds_a_member(operation):
            return _blocked(operation, "stays_in_ledger", key=holder)
        if waited := self._was_not_written(operation):
            return _blocked(operation, "dependency_failed", key=waited)
        if self._in_another_document(operation):
            return _blocked(operation, "overtaken")
        ledger_id = operation.was.ledger_id if operation.was else operation.ledger_id
        planned = (ledger_id, operation.base_version)
        if link is None or (link.ledger_id, link.version) == planned:
            return None
        return self._rewritten_by_another_run(operation, link)

    def _still_holds_a_member(self, operation: Operation) -> str | None:
        """The posting key of a document that should have released a member to this one."""
        members = set(operation.members)
        for key in operation.after:
            if key in self.links and members.intersection(self.links[key].members):
                return key
        return None

    def _was_not_written(self, operation: Operation) -> str | None:
        """The posting key of the invoice that an e-mail waits for and that this run has not
        written: mailed as it is, it would say something else than the product."""
        if operation.record is not RecordKind.EMAIL:
            return None
        links = {key: self.links.get(key) for key in operation.after}
        unwritten = (k for k, link in links.items() if link is None or link.run_id != self.run.id)
        return next(unwritten, None)

    def _in_another_document(self, operation: Operation) -> bool:
        """Whether another run has put a member into a different document since the plan."""
        if operation.action is Action.DELETE or not _is_exclusive(operation, operation.record):
            return False
        keys = (posting_key(operation.record, member) for member in operation.members)
        owners = (self.owner_documents.get(key) for key in keys)
        return any(owner is not None and owner.key != operation.key for owner in owners)

    def _rewritten_by_another_run(self, operation: Operation, link: Link) -> Outcome:
        """The run that was started later wins. An equal body is no conflict at all."""
        same = as_write(operation, self.links).fingerprint == link.fingerprint
        superseded = same or link.rank > (self.run.rank or self.run.id)
        return Outcome(
            seq=operation.seq,
            state=ItemState.UNCHANGED if superseded else ItemState.BLOCKED,
            ledger_id=link.ledger_id,
            version=link.version,
            reason=reason("superseded" if superseded else "overtaken"),
        )


def _exclusive_members(operations: Collection[Operation], kind: RecordKind) -> Mapping[str, str]:
    """Members of that kind, by the posting key that each has alone."""
    documents = [operation for operation in operations if _is_exclusive(operation, kind)]
    return {posting_key(kind, member): member for one in documents for member in one.members}


def _is_exclusive(operation: Operation, kind: RecordKind) -> bool:
    """Whether its members are records of that kind and may be in no other document."""
    if operation.record is not kind:
        return False
    return kind is RecordKind.EXPENSE or operation.source is not None


def _blocked(operation: Operation, code: str, **details: str) -> Outcome:
    return Outcome(seq=operation.seq, state=ItemState.BLOCKED, reason=reason(code, **details))
