"""Requests as calls: 40 batches of 30 a minute, singles beside them, and what came back apart."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Any
from urllib.parse import quote

from ledgerlink.connectors.qbo.documents import attachment, updates
from ledgerlink.connectors.qbo.documents.deletes import INACTIVE, deactivates
from ledgerlink.connectors.qbo.outcomes.time_billing import linked
from ledgerlink.connectors.qbo.posting.uploads import upload, uploads
from ledgerlink.connectors.qbo.protocol.faults import Fault, in_json
from ledgerlink.connectors.qbo.protocol.json_body import wire
from ledgerlink.connectors.qbo.protocol.response import Reply
from ledgerlink.connectors.qbo.transport.client import MINOR_VERSION, Call
from ledgerlink.domain.model.plan import Action, Operation, Request, Write

BATCH_SIZE = 30
BATCHES = 40
SINGLES = 460
MINUTE_SIZE = BATCH_SIZE * BATCHES + SINGLES
"""What 500 requests a minute carry, 40 of which may be batches."""
CHUNK_SIZE = 2 * MINUTE_SIZE
"""Two minutes' work: long enough that the change from chunk to chunk weighs little, short enough
for a worker's five minutes with a pause in between."""


def together(operations: Sequence[Operation | Write]) -> list[list[int]]:
    """Which of these share a request, by their places. What bills time is apart from the rest: a
    request that says its links another way has another id, and the ledger does all of it again but
    for time that is billed by then."""
    bills = [any(True for _ in linked(operation)) for operation in operations]
    found: list[list[int]] = []
    for kind in (False, True):
        places = [place for place, each in enumerate(bills) if each is kind]
        sizes = batch([operations[place].kind for place in places])
        ends = zip(sizes, accumulate(sizes), strict=True)
        found += [places[end - size : end] for size, end in ends]
    return found


def batch(kinds: Sequence[str]) -> list[int]:
    """Sizes of requests for operations of these kinds: batches, and beyond a minute's batches
    singles. What goes with a file goes by itself."""
    sizes: list[int] = []
    for alone, some in groupby(kinds, key=attachment.KIND.__eq__):
        count = len(list(some))
        sizes += [1] * count if alone else _spread(count)
    return sizes


def _spread(count: int) -> list[int]:
    minutes, rest = divmod(count, MINUTE_SIZE)
    return _minute(MINUTE_SIZE) * minutes + _minute(rest)


def _minute(count: int) -> list[int]:
    batches = min(count, BATCH_SIZE * BATCHES)
    full, rest = divmod(batches, BATCH_SIZE)
    return [BATCH_SIZE] * full + [rest] * bool(rest) + [1] * (count - batches)


def call_of(request: Request) -> Call:
    """The call that sends a request; byte for byte the same each time."""
    query = f"requestid={quote(request.id, safe='')}&{MINOR_VERSION}"
    if len(request.writes) > 1:
        return Call("batch", "POST", f"/batch?{query}", _batch(request.writes).encode())
    (write,) = request.writes
    if uploads(write):
        return upload(request.id, write)
    path = f"/{write.kind.lower()}?{_operation(write)}{query}"
    return Call("single", "POST", path, wire(_body(write)).encode())


def _operation(write: Write) -> str:
    return "operation=delete&" if _verb(write) is Action.DELETE else ""


def _verb(write: Write) -> Action:
    return Action.UPDATE if deactivates(write) else write.action


def _batch(writes: Sequence[Write]) -> str:
    items = ",".join(
        f'{{"bId":"{index}","operation":"{_verb(write).value}","{write.kind}":{wire(_body(write))}}}'
        for index, write in enumerate(writes)
    )
    return f'{{"BatchItemRequest":[{items}]}}'


def _body(write: Write) -> Mapping[str, Any]:
    """What is sent of a write: a new record, its changes, or its address alone."""
    if write.action is Action.CREATE:
        return write.body or {}
    address = {"Id": write.ledger_id, "SyncToken": write.version}
    if deactivates(write):
        return {**INACTIVE, **address, "sparse": True}
    if write.action is Action.DELETE:
        return address
    return {**updates.update(write.kind, write.body or {}), **address}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the ledger said about one write: the record, or faults."""

    write: Write
    entity: Mapping[str, Any]
    faults: tuple[Fault, ...]


def answers(request: Request, reply: Reply) -> Iterator[Answer]:
    """The answer to each write; a fault of the whole call is each one's, and a write that is not
    mentioned has none."""
    if reply.faults or reply.status != 200:
        faults = reply.faults or (Fault("", message=str(reply)),)
        yield from (Answer(write, {}, faults) for write in request.writes)
    elif len(request.writes) == 1:
        yield from _mentioned(request.writes[0], _alone(reply.payload))
    else:
        items = {str(item.get("bId")): item for item in reply.payload.get("BatchItemResponse", ())}
        for index, write in enumerate(request.writes):
            yield from _mentioned(write, items.get(str(index), {}))


def _alone(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer to a request of one write; that to a file is in a list."""
    files = payload.get("AttachableResponse")
    return files[0] if files else payload


def _mentioned(write: Write, item: Mapping[str, Any]) -> Iterator[Answer]:
    faults = in_json(item)
    entity = item.get(write.kind) or {}
    if faults or entity.get("Id"):
        yield Answer(write, entity, faults)
