"""Cutting a plan into chunks: what one worker applies before others have their turn."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.plan import ItemState, Operation
from ledgerlink.domain.model.runs import Chunk, Run
from ledgerlink.services.dependencies import Dependencies


def store_chunks(
    deps: Dependencies, connection: Connection, run: Run, operations: Sequence[Operation]
) -> tuple[Chunk, ...]:
    """Store the operations of the run's plan, a file per chunk."""
    size = deps.connector(connection.ledger).chunk_size
    chunks = []
    for number, part in enumerate(slices(operations, size)):
        deps.staging.put_chunk(run, number, part)
        decided = Counter(op.state.value for op in part if op.state is not ItemState.PENDING)
        chunk = Chunk(
            number=number,
            first=part[0].seq,
            count=len(part),
            pending=len(part) - decided.total(),
            settled=dict(decided),
        )
        chunks.append(chunk)
    return tuple(chunks)


def slices(operations: Sequence[Operation], size: int) -> Iterator[Sequence[Operation]]:
    """Slices of at most `size` operations, in order. The operations of a slice have one level, so
    that none depends on another."""
    for _, group in groupby(operations, key=lambda op: (op.state is ItemState.PENDING, op.level)):
        level = list(group)
        for start in range(0, len(level), size):
            yield level[start : start + size]
