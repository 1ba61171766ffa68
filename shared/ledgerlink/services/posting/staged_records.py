"""Reading the staged source records of a run."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from ledgerlink.domain.errors import FieldError, Invalid
from ledgerlink.domain.model.reasons import Reason, place_in_words, reason
from ledgerlink.domain.model.retention import STAGED
from ledgerlink.domain.model.runs import Run
from ledgerlink.domain.model.source_records import (
    Deleted,
    ExpenseEntry,
    Invoice,
    ListPost,
    Record,
    RecordKind,
    TimeEntry,
)
from ledgerlink.domain.planning.inputs import Rejected
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.ports import LARGEST_FILE
from ledgerlink.wire.records import key_of, kind_of, readable_as, source_record, time_entry


@dataclass(slots=True)
class Records:
    """The source records of a run, by how they are planned."""

    times: list[TimeEntry] = field(default_factory=list)
    expenses: list[ExpenseEntry] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    listed: list[ListPost] = field(default_factory=list)
    """Clients, projects and staff."""
    deleted: list[Deleted] = field(default_factory=list)
    """Records of any kind that the product no longer has."""
    rejected: list[Rejected] = field(default_factory=list)
    """Records that are invalid, or that the user may not post, with the reason."""

    def add(self, record: Record | Rejected) -> None:
        """Add a record."""
        match record:
            case Rejected():
                self.rejected.append(record)
            case TimeEntry():
                self.times.append(record)
            case ExpenseEntry():
                self.expenses.append(record)
            case Invoice():
                self.invoices.append(record)
            case Deleted():
                self.deleted.append(record)
            case _:
                self.listed.append(record)

    def with_dimensions(self) -> Iterator[TimeEntry | ExpenseEntry | Invoice]:
        """The records that can have a class, a department and a location."""
        yield from self.times
        yield from self.expenses
        yield from self.invoices

    def __len__(self) -> int:
        """How many records there are, rejected ones included."""
        valid = len(self.times) + len(self.expenses) + len(self.invoices) + len(self.listed)
        return valid + len(self.deleted) + len(self.rejected)


MOST_RECORDS = 200_000
"""Records that are held in memory together. Each takes some 2 KB, however short its line is."""

Kinds = Collection[RecordKind] | None
"""The kinds of records that a user may post; None means all."""


def staged_lines(deps: Dependencies, run: Run) -> Iterable[bytes]:
    """The records of a run as they were given, one line each. Raises Invalid for those that cannot
    be read, or were deleted because of their age: a run may be resumed for longer."""
    if deps.clock.now() >= run.created_at + STAGED:
        detail = f"they are older than {STAGED.days} days and were deleted"
        raise Invalid("unreadable_upload", detail, "Post them again.")
    return deps.staging.records(run.staged)


def bounded(lines: Iterable[bytes]) -> Iterator[bytes]:
    """These lines. Raises Invalid when they are more than fit into memory."""
    size = 0
    for number, line in enumerate(lines, start=1):
        size += len(line)
        if size > LARGEST_FILE or number > MOST_RECORDS:
            detail = f"it holds more than {LARGEST_FILE} bytes or {MOST_RECORDS:,} records"
            raise Invalid("unreadable_upload", detail, "Post the records in smaller files.")
        yield line


def read_records(lines: Iterable[bytes], user: str, kinds: Kinds = None) -> Records:
    """The records of these lines. Those that are invalid or of a kind outside `kinds` are
    rejected."""
    records = Records()
    for number, line in enumerate(lines, start=1):
        records.add(read_record(line, number, user, kinds))
    return records


def read_record(line: bytes, number: int, user: str, kinds: Kinds = None) -> Record | Rejected:
    """The record of line `number`, counted from 1. One that is invalid or of a kind outside `kinds`
    is rejected."""
    try:
        record = source_record(line)
    except Invalid as invalid:
        return _rejected(line, number, invalid)
    right = required_kind(record.kind, record.key)
    if is_kind_allowed(kinds, right):
        return record
    why = reason("kind_not_allowed", field="kind", user=user, kind=right)
    return Rejected(record.key, why, RecordKind(record.kind))


def _rejected(line: bytes, number: int, invalid: Invalid) -> Rejected:
    key = key_of(line)
    return Rejected(
        key or f"record {number}",
        invalid_record(invalid, number),
        kind_of(line),
        has_key=key is not None,
        readable_as=readable_as(line),
    )


def is_kind_allowed(kinds: Kinds, kind: str) -> bool:
    """Whether a user with these kinds may post records of that kind."""
    return kinds is None or kind in kinds


def required_kind(kind: str, key: object) -> str:
    """The kind that a user must be allowed to post for such a record. A receipt counts as the kind
    of its expense or invoice, with which its key begins."""
    return str(key).partition("/")[0] if kind == RecordKind.RECEIPT else kind


def time_entries(deps: Dependencies, run: Run) -> Iterator[TimeEntry | None]:
    """The time entries of an import, one by one, and None for each record that is rejected (see
    `time_record`, which says why). Raises Invalid for a file that cannot be read."""
    yield from map(time_entry, staged_lines(deps, run))


def time_record(line: bytes, number: int, user: str) -> TimeEntry | Rejected:
    """The time entry of line `number`, counted from 1."""
    record = read_record(line, number, user)
    if isinstance(record, TimeEntry | Rejected):
        return record
    return Rejected(record.key, _not_imported(record), RecordKind(record.kind))


def _not_imported(record: Record) -> Reason:
    if record.kind == RecordKind.TIME:
        message = "An import cannot contain an entry that was deleted."
        remedy = "Leave the entry out; the import then deletes it in the accounting system."
        return Reason("invalid_record", message, remedy, "deleted")
    message = "An import takes time entries only."
    return Reason("invalid_record", message, "Post this record instead of importing it.", "kind")


def invalid_record(invalid: Invalid, number: int) -> Reason:
    """The reason of an invalid record, which names every field that is wrong. `number` is its line,
    which is named where the line as a whole cannot be read."""
    fields = ", ".join(problem.pointer.strip("/") or "the record" for problem in invalid.problems)
    words = " ".join(
        f"{_place(problem, number)}: {problem.message}" for problem in invalid.problems
    )
    return reason("invalid_record", field=fields, detail=words)


def _place(problem: FieldError, number: int) -> str:
    return place_in_words(problem.pointer) if problem.pointer else f"Line {number}"
