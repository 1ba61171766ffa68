"""Cutting a plan into chunks: what one worker applies before others have their turn. Its parts come
sorted and are merged line by line, because a plan of a million operations does not fit into memory.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from operator import attrgetter
from typing import TypeVar

from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.plan import ItemState, Operation
from ledgerlink.domain.model.runs import Chunk, Run
from ledgerlink.domain.planning.ordering import GOING
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.wire.stored import dump, numbered

T = TypeVar("T")
PENDING = ItemState.PENDING.value


@dataclass(frozen=True, slots=True)
class PlanLine:
    """The line of an operation in a part of a plan."""

    level: bytes
    """Its place in the order of the plan: by dependency, and settled ones last."""
    state: str
    text: bytes
    """The operation, whose number is not known yet."""

    @classmethod
    def read(cls, line: bytes) -> "PlanLine":
        level, _, _, _, state, text = line.split(b" ", 5)
        return cls(level, state.decode(), text)


def part_lines(operations: Iterable[Operation], part: int) -> list[bytes]:
    """The lines of a part of a plan, sorted. Operations of one level stand in the order of their
    groups, then of their parts, then in the given order."""
    return sorted(_line(op, part, place) for place, op in enumerate(operations))


def _line(operation: Operation, part: int, place: int) -> bytes:
    settled = operation.state is not ItemState.PENDING
    level = b"%d%06d" % (settled, operation.level - GOING)
    where = (level, operation.group.encode().hex().encode(), b"%06d" % part, b"%07d" % place)
    return b" ".join((*where, operation.state.encode(), dump(operation)))


def store_chunks(
    deps: Dependencies, connection: Connection, run: Run, parts: Iterable[Iterable[bytes]]
) -> tuple[Chunk, ...]:
    """Store the operations of all parts of the run's plan, numbered from 0, a file per chunk."""
    size = deps.connector(connection.ledger).chunk_size
    chunks: list[Chunk] = []
    first = 0
    lines = map(PlanLine.read, heapq.merge(*parts))
    for number, part in enumerate(slices(lines, size, attrgetter("level"))):
        texts = (numbered(line.text, seq) for seq, line in enumerate(part, start=first))
        deps.staging.put_chunk(run, number, texts)
        decided = Counter(line.state for line in part if line.state != PENDING)
        chunk = Chunk(
            number=number,
            first=first,
            count=len(part),
            pending=len(part) - decided.total(),
            settled=dict(decided),
        )
        chunks.append(chunk)
        first += len(part)
    return tuple(chunks)


def slices(
    operations: Iterable[T], size: int, level: Callable[[T], object]
) -> Iterator[Sequence[T]]:
    """Slices of at most `size` operations, in order. The operations of a slice have one level, so
    that none depends on another."""
    for _, same in groupby(operations, key=level):
        while some := list(islice(same, size)):
            yield some
