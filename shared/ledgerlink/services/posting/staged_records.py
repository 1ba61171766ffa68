"""What plans are made of and kept in: staged records, rules, chunks."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.mapping.resolver import RuleBook
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.reasons import Reason, reason
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
from ledgerlink.wire.records import key_of, kind_of, source_record


@dataclass(slots=True)
class Records:
    """Source records by what becomes of them; those that are not valid come apart with their
    reasons."""

    times: list[TimeEntry] = field(default_factory=list)
    expenses: list[ExpenseEntry] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    listed: list[ListPost] = field(default_factory=list)
    deleted: list[Deleted] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    def add(self, record: Record) -> None:
        """Put a record with its like."""
        match record:
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

    def __len__(self) -> int:
        """How many there are, the invalid ones among them."""
        valid = len(self.times) + len(self.expenses) + len(self.invoices) + len(self.listed)
        return valid + len(self.deleted) + len(self.rejected)


Kinds = Collection[RecordKind] | None
"""Kinds of records that somebody may post; None is all."""


def read_records(lines: Iterable[bytes], user: str, kinds: Kinds = None) -> Records:
    """Source records, a line each; those of other kinds than this user may post are refused."""
    records = Records()
    for number, line in enumerate(lines, start=1):
        try:
            record = source_record(line)
        except Invalid as invalid:
            key = key_of(line) or f"record {number}"
            records.rejected.append(Rejected(key, invalid_record(invalid), kind_of(line)))
            continue
        right = right_to(record.kind, record.key)
        if may_post(kinds, right):
            records.add(record)
        else:
            why = reason("kind_not_allowed", field="kind", user=user, kind=right)
            records.rejected.append(Rejected(record.key, why, RecordKind(record.kind)))
    return records


def may_post(kinds: Kinds, kind: str) -> bool:
    """Whether records of that kind may be posted."""
    return kinds is None or kind in kinds


def right_to(kind: str, key: object) -> str:
    """The kind that one has to be allowed to post for such a record: a receipt's key begins with
    the kind of what it belongs to."""
    return str(key).partition("/")[0] if kind == RecordKind.RECEIPT else kind


def time_records(deps: Dependencies, run: Run) -> tuple[list[TimeEntry], list[Rejected]]:
    """The staged records of an import, which takes time alone."""
    records = read_records(deps.staging.records(run.staged), run.created_by)
    others = [*records.expenses, *records.invoices, *records.listed, *records.deleted]
    refused = [Rejected(one.key, _not_imported(one), RecordKind(one.kind)) for one in others]
    return records.times, [*records.rejected, *refused]


def _not_imported(record: Record) -> Reason:
    field, words = "kind", "An import takes time alone."
    if record.kind == RecordKind.TIME:
        field = "deleted"
        words = "An import says what there is; what it leaves out is taken out of the ledger."
    return reason("invalid_record", field=field, detail=words)


def invalid_record(invalid: Invalid) -> Reason:
    """Why a record is not valid, with every field that is wrong."""
    places = [(p.pointer.strip("/") or "the record", p.message) for p in invalid.problems]
    fields = ", ".join(field for field, _ in places)
    words = "; ".join(f"{field}: {message}" for field, message in places)
    return reason("invalid_record", field=fields, detail=words)


def rule_book(deps: Dependencies, connection: Connection) -> RuleBook:
    """All rules of the connection."""
    found = deps.rules.list(connection.key)
    return {(rule.kind, rule.key): rule for rule in found}
