"""Batching: which operations go into one request."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from ledgerlink.connectors.intacct.documents.attachment import ATTACHMENT
from ledgerlink.connectors.intacct.documents.time_entry import TIME_ENTRY
from ledgerlink.connectors.intacct.protocol.requests import MAX_FUNCTIONS
from ledgerlink.domain.model.plan import Operation, Write

MAX_ENTRIES = 35 * MAX_FUNCTIONS
"""Entries of one request: as many timesheets as it may hold functions, with five entries on each
day of a week."""
CHUNK_SIZE = 4 * MAX_ENTRIES
"""Operations of one chunk: several requests, so that the outcomes of one are stored while the next
one is on its way."""
MAX_DOCUMENTS = 50
"""Documents of one request. Some need two functions."""

Numbered = tuple[int, Operation | Write]
"""An operation with its position."""


def group_by_request(operations: Sequence[Operation | Write]) -> list[list[int]]:
    """The positions of the operations that go into each request: whole timesheets, documents of one
    kind, or a single file. Operations of different levels are never mixed."""
    batches: list[list[int]] = []
    for (_, kind), group in groupby(enumerate(operations), key=_level_and_kind):
        numbered = list(group)
        batches += _timesheets(numbered) if kind == TIME_ENTRY else _documents(kind, numbered)
    return batches


def _level_and_kind(numbered: Numbered) -> tuple[int, str]:
    operation = numbered[1]
    return (operation.level if isinstance(operation, Operation) else 0), operation.kind


def _documents(kind: str, numbered: Sequence[Numbered]) -> Iterator[list[int]]:
    size = 1 if kind == ATTACHMENT else MAX_DOCUMENTS
    positions = [position for position, _ in numbered]
    return (positions[start : start + size] for start in range(0, len(positions), size))


def _timesheets(numbered: Sequence[Numbered]) -> Iterator[list[int]]:
    sheets: dict[str, list[int]] = {}
    for position, operation in numbered:
        sheets.setdefault(operation.group or operation.key, []).append(position)
    request: list[int] = []
    count = 0
    for positions in sheets.values():
        is_full = count >= MAX_FUNCTIONS or len(request) + len(positions) > MAX_ENTRIES
        if request and is_full:
            yield request
            request, count = [], 0
        request, count = request + positions, count + 1
    if request:
        yield request
