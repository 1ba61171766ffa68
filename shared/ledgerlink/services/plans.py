"""What plans are made of and kept in: staged records, rules, chunks."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from ledgerlink.domain.connections import Connection
from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.plan import ItemState, Operation
from ledgerlink.domain.planner import Rejected
from ledgerlink.domain.reasons import reason
from ledgerlink.domain.records import TimeEntry
from ledgerlink.domain.resolver import RuleBook
from ledgerlink.domain.rules import RuleKind
from ledgerlink.domain.runs import Chunk, Run
from ledgerlink.services.house import House
from ledgerlink.wire.records import key_of, time_entry


def read_records(house: House, run: Run) -> tuple[list[TimeEntry], list[Rejected]]:
    """The staged records; those that are not valid come apart with their reasons."""
    entries: list[TimeEntry] = []
    rejected: list[Rejected] = []
    for number, line in enumerate(house.staging.records(run.staged), start=1):
        try:
            entries.append(time_entry(line))
        except Invalid as invalid:
            rejected.append(_rejected(key_of(line) or f"record {number}", invalid))
    return entries, rejected


def _rejected(key: str, invalid: Invalid) -> Rejected:
    places = [(p.pointer.strip("/") or "the record", p.message) for p in invalid.problems]
    fields = ", ".join(field for field, _ in places)
    words = "; ".join(f"{field}: {message}" for field, message in places)
    return Rejected(key, reason("invalid_record", field=fields, detail=words))


def rule_book(house: House, connection: Connection) -> RuleBook:
    """All rules of the connection."""
    return {
        (kind, rule.key): rule
        for kind in RuleKind
        for rule in house.rules.list(connection.firm, connection.id, kind)
    }


def store_chunks(
    house: House, connection: Connection, run: Run, operations: Sequence[Operation]
) -> tuple[Chunk, ...]:
    """Keep the operations of the run's plan in chunks."""
    size = house.connector(connection.ledger).chunk_size
    chunks = []
    for number, part in enumerate(slices(operations, size)):
        house.staging.put_chunk(run, number, part)
        settled = Counter(op.state.value for op in part if op.state is not ItemState.PENDING)
        pending = len(part) - settled.total()
        chunks.append(
            Chunk(
                number=number,
                first=part[0].seq,
                count=len(part),
                pending=pending,
                settled=dict(settled),
            )
        )
    return tuple(chunks)


def slices(operations: Sequence[Operation], size: int) -> Iterator[Sequence[Operation]]:
    """Slices of at most `size` operations that do not wait for each other."""
    for _, same in groupby(operations, key=lambda op: (op.state is ItemState.PENDING, op.level)):
        level = list(same)
        for start_at in range(0, len(level), size):
            yield level[start_at : start_at + size]
