"""Which operations go together into one request."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from ledgerlink.connectors.intacct.documents.attachment import ATTACHMENT
from ledgerlink.connectors.intacct.documents.time_entry import TIME_ENTRY
from ledgerlink.connectors.intacct.protocol.requests import MAX_FUNCTIONS
from ledgerlink.domain.model.plan import Operation, Write

MAX_ENTRIES = 35 * MAX_FUNCTIONS
"""Entries of one request: as many sheets as it holds, with five entries on each day of a week."""
CHUNK_SIZE = 4 * MAX_ENTRIES
"""Operations of one chunk: several requests, so that what was answered is recorded while the next
is on its way."""
MAX_DOCUMENTS = 50
"""Documents of one request. Some need two functions."""

Numbered = tuple[int, Operation | Write]


def batch(operations: Sequence[Operation | Write]) -> list[list[int]]:
    """Positions of the operations that go together: whole sheets, as many as a request holds; as
    many documents of one kind; files one by one. A level is never mixed with another."""
    packed: list[list[int]] = []
    for (_, kind), group in groupby(enumerate(operations), key=_apart):
        some = list(group)
        packed += _sheets(some) if kind == TIME_ENTRY else _documents(kind, some)
    return packed


def _apart(numbered: Numbered) -> tuple[int, str]:
    """What is never mixed."""
    operation = numbered[1]
    return (operation.level if isinstance(operation, Operation) else 0), operation.kind


def _documents(kind: str, some: Sequence[Numbered]) -> Iterator[list[int]]:
    size = 1 if kind == ATTACHMENT else MAX_DOCUMENTS
    positions = [position for position, _ in some]
    return (positions[start : start + size] for start in range(0, len(positions), size))


def _sheets(some: Sequence[Numbered]) -> Iterator[list[int]]:
    groups: dict[str, list[int]] = {}
    for position, operation in some:
        groups.setdefault(operation.group or operation.key, []).append(position)
    request: list[int] = []
    count = 0
    for group in groups.values():
        if request and (count >= MAX_FUNCTIONS or len(request) + len(group) > MAX_ENTRIES):
            yield request
            request, count = [], 0
        request, count = request + group, count + 1
    if request:
        yield request
