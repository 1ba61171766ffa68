"""Posting marks: how a table is noticed that was lost or restored to an earlier point.

Before a worker writes to a company, it stores the company's next mark in the bucket, and the number
of the last one in the connector state. Where the bucket has a mark that the table does not know,
the table lacks the links of what was posted under it, and posting it again would write everything a
second time. So nothing is posted until an operator has decided (docs/adr/0022).
"""

from dataclasses import dataclass

from ledgerlink.domain.errors import RecordsRestored
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.ports import ConnectorState
from ledgerlink.services.dependencies import Dependencies

FIELD = "posting_mark"
"""The name of the mark in the connector state, beside what the connector keeps there."""


@dataclass(frozen=True, slots=True)
class PostingMark:
    """The last mark that the table knows."""

    number: int = 0
    """How many marks the company has."""
    pending: str = ""
    """The text of the next mark, while it is not known that the bucket has it."""

    @classmethod
    def of(cls, state: ConnectorState) -> "PostingMark":
        """The mark in a connector's stored state; a new one where there is none."""
        stored = state.get(FIELD)
        return cls(int(stored[0]), str(stored[1])) if stored else cls()

    def state(self) -> ConnectorState:
        """The mark as JSON values, for the connector state."""
        return {FIELD: [self.number, self.pending]}


def without_mark(state: ConnectorState) -> ConnectorState:
    """What the connector itself has stored in its state."""
    return {name: value for name, value in state.items() if name != FIELD}


def require_known(deps: Dependencies, connection: Connection, mark: PostingMark) -> None:
    """Raises RecordsRestored when the bucket has a mark that the table does not know."""
    if _next_in_bucket(deps, connection, mark) not in ("", mark.pending):
        raise _restored()


def settled(deps: Dependencies, connection: Connection, mark: PostingMark) -> PostingMark:
    """The mark without a pending one: it counts if the bucket has it, because a worker died after
    it had stored it there. Raises RecordsRestored."""
    if not mark.pending:
        return mark
    stored = _next_in_bucket(deps, connection, mark)
    if stored not in ("", mark.pending):
        raise _restored()
    return PostingMark(mark.number + bool(stored))


def store_next(deps: Dependencies, connection: Connection, mark: PostingMark) -> PostingMark:
    """Store the pending mark in the bucket; the mark that then is the last. Raises RecordsRestored
    when the bucket has another one of this number."""
    stored = deps.staging.fix_mark(connection, mark.number + 1, mark.pending)
    if stored != mark.pending:
        raise _restored()
    return PostingMark(mark.number + 1)


def _next_in_bucket(deps: Dependencies, connection: Connection, mark: PostingMark) -> str:
    return deps.staging.mark(connection, mark.number + 1)


def _restored() -> RecordsRestored:
    why = reason("records_restored")
    return RecordsRestored(why.code, why.message, why.remedy)
