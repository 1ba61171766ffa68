"""Batches: which writes share a request, the call that sends it, and the result of each write."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Any
from urllib.parse import quote

from ledgerlink.connectors.qbo.documents.attachment import ATTACHMENT
from ledgerlink.connectors.qbo.documents.email import EMAIL, mailed_invoice_id
from ledgerlink.connectors.qbo.documents.invoice import INVOICE
from ledgerlink.connectors.qbo.documents.updates import INACTIVE, is_deactivation, is_sparse
from ledgerlink.connectors.qbo.outcomes.time_billing import billed_time_ids
from ledgerlink.connectors.qbo.posting.uploads import has_file, upload_call
from ledgerlink.connectors.qbo.protocol.faults import Fault, faults_in_json
from ledgerlink.connectors.qbo.protocol.json_body import encode
from ledgerlink.connectors.qbo.protocol.response import Response
from ledgerlink.connectors.qbo.protocol.shape import is_well_formed
from ledgerlink.connectors.qbo.protocol.values import Entity, block, blocks, is_record
from ledgerlink.connectors.qbo.transport.client import MINOR_VERSION, Call
from ledgerlink.domain.model.plan import Action, Operation, Request, Write

BATCH_SIZE = 30
"""Writes in one batch; the most that QuickBooks takes."""

SENT_ALONE = frozenset({ATTACHMENT, EMAIL})
"""Kinds that no batch takes."""

BATCHES = 40
SINGLES = 460
MINUTE_SIZE = BATCH_SIZE * BATCHES + SINGLES
"""Writes that the 500 requests of a minute carry, 40 of which may be batches."""

NO_CONTENT = "application/octet-stream"
"""The content type of the order to mail an invoice, whose body is empty."""

CHUNK_SIZE = 2 * MINUTE_SIZE
"""Two minutes' work: long enough that the change of chunks costs little, short enough for the five
minutes of a worker with one pause in between."""


def group_by_request(operations: Sequence[Operation | Write]) -> list[list[int]]:
    """The operations that share a request, by their indexes.

    Records that are created share none with others, because the content of an update, and with it
    the id of its request, depends on what QuickBooks holds. Invoices that bill time have requests
    of their own, too: if their links are rejected the request is sent again with another id.
    Under another id QuickBooks would create everything else in it twice.
    """
    kinds = [
        (each.action is not Action.CREATE, any(True for _ in billed_time_ids(each)))
        for each in operations
    ]
    groups: list[list[int]] = []
    for wanted in sorted(set(kinds)):
        indexes = [index for index, kind in enumerate(kinds) if kind == wanted]
        sizes = request_sizes([operations[index].kind for index in indexes])
        ends = zip(sizes, accumulate(sizes), strict=True)
        groups += [indexes[end - size : end] for size, end in ends]
    return groups


def request_sizes(kinds: Sequence[str]) -> list[int]:
    """The sizes of the requests for operations of these kinds: batches, then single calls for what
    exceeds a minute's batches. Each attachment and each e-mail has its own request."""
    sizes: list[int] = []
    for alone, run in groupby(kinds, key=SENT_ALONE.__contains__):
        count = len(list(run))
        sizes += [1] * count if alone else _sizes(count)
    return sizes


def call_for(request: Request) -> Call:
    """The call that sends a request; byte for byte the same each time."""
    query = f"requestid={quote(request.id, safe='')}&{MINOR_VERSION}"
    if len(request.writes) > 1:
        return Call("batch", "POST", f"/batch?{query}", _batch_body(request.writes).encode())
    (write,) = request.writes
    if has_file(write):
        return upload_call(request.id, write)
    if write.kind == EMAIL:
        path = f"/invoice/{mailed_invoice_id(write.body or {})}/send?{query}"
        return Call("single", "POST", path, content_type=NO_CONTENT)
    operation = "operation=delete&" if _verb(write) is Action.DELETE else ""
    path = f"/{write.kind.lower()}?{operation}{query}"
    return Call("single", "POST", path, encode(_body(write)).encode())


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What a response says about one write."""

    write: Write
    entity: Entity
    """The stored record; empty if there are faults."""
    faults: tuple[Fault, ...]


def write_results(request: Request, response: Response) -> Iterator[WriteResult]:
    """The result of each write. Faults of the whole call are those of every write. A write that the
    response does not mention has none."""
    if response.faults or response.status != 200:
        faults = response.faults or (Fault("", message=str(response)),)
        yield from (WriteResult(write, {}, faults) for write in request.writes)
    elif len(request.writes) == 1:
        yield from _result(request.writes[0], _single_item(response.payload))
    else:
        items = blocks(response.payload, "BatchItemResponse")
        by_id = {str(item.get("bId")): item for item in items}
        for index, write in enumerate(request.writes):
            yield from _result(write, by_id.get(str(index), {}))


def _sizes(count: int) -> list[int]:
    minutes, rest = divmod(count, MINUTE_SIZE)
    return _sizes_in_minute(MINUTE_SIZE) * minutes + _sizes_in_minute(rest)


def _sizes_in_minute(count: int) -> list[int]:
    batched = min(count, BATCH_SIZE * BATCHES)
    full, rest = divmod(batched, BATCH_SIZE)
    return [BATCH_SIZE] * full + [rest] * bool(rest) + [1] * (count - batched)


def _verb(write: Write) -> Action:
    return Action.UPDATE if is_deactivation(write) else write.action


def _batch_body(writes: Sequence[Write]) -> str:
    items = (
        f'{{"bId":"{index}","operation":"{_verb(write).value}",'
        f'"{write.kind}":{encode(_body(write))}}}'
        for index, write in enumerate(writes)
    )
    return f'{{"BatchItemRequest":[{",".join(items)}]}}'


def _body(write: Write) -> Mapping[str, Any]:
    """What a write sends: a new record, its changes, or only its id and version."""
    if write.action is Action.CREATE:
        return write.body or {}
    identity = {"Id": write.ledger_id, "SyncToken": write.version}
    if is_deactivation(write):
        return {**INACTIVE, **identity, "sparse": True}
    if write.action is Action.DELETE:
        return identity
    return {**(write.body or {}), "sparse": is_sparse(write.kind), **identity}


def _single_item(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """The result of a request of one write; that of an upload is in a list."""
    return next(iter(blocks(payload, "AttachableResponse")), payload)


def _result(write: Write, item: Mapping[str, Any]) -> Iterator[WriteResult]:
    faults = faults_in_json(item)
    entity = block(item, INVOICE if write.kind == EMAIL else write.kind)
    if faults or (is_record(entity) and is_well_formed(entity)):
        yield WriteResult(write, entity, faults)
