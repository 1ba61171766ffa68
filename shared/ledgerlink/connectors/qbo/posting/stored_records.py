"""The records that updates change, as QuickBooks holds them now, and the requests made of them."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ledgerlink.connectors.qbo.documents.attachment import ATTACHMENT
from ledgerlink.connectors.qbo.documents.email import EMAIL, is_sent, mailed_invoice_id
from ledgerlink.connectors.qbo.documents.invoice import INVOICE
from ledgerlink.connectors.qbo.documents.updates import merged_body
from ledgerlink.connectors.qbo.protocol import queries
from ledgerlink.connectors.qbo.protocol.json_body import encode
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.qbo.transport.client import Client
from ledgerlink.connectors.shared.request_id import derived_id
from ledgerlink.domain.model.plan import Action, Operation, Request, Write
from ledgerlink.domain.model.references import needs
from ledgerlink.domain.ports import RecordKey, Stop


class StoredRecords:
    """Reads the records that are updated, many in one call, shortly before they are.

    An update is made of the record as it was read, and sent with the version of that read. So
    QuickBooks refuses it if anybody has changed the record since.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._rows: dict[RecordKey, Entity] = {}

    async def read(self, operations: Iterable[Operation | Write], stop: Stop) -> None:
        """Read what these operations update or mail and was not read yet. Raises as the
        client's `rows`."""
        wanted: dict[str, list[str]] = defaultdict(list)
        for each in operations:
            key = _needed(each)
            if key is not None and key not in self._rows:
                wanted[key[0]].append(key[1])
        for kind, ids in wanted.items():
            for batch in queries.batches_of(ids):
                statement = queries.select(kind, queries.is_in("Id", batch))
                rows = await self._client.rows(kind, statement, stop)
                self.add({(kind, row["Id"]): await self._whole(kind, row, stop) for row in rows})

    def mailed(self, write: Write) -> Entity | None:
        """The invoice of an order to mail it, if QuickBooks has mailed it already."""
        row = self._rows.get(_needed(write) or ("", ""))
        return row if write.kind == EMAIL and row is not None and is_sent(row) else None

    def add(self, rows: Mapping[RecordKey, Entity]) -> None:
        """Take over records that were read for another reason."""
        self._rows |= rows

    def forget(self) -> None:
        """Forget all records, because they are written."""
        self._rows.clear()

    def merged(self, request: Request) -> Request:
        """The request with updates that keep what others wrote. Its id depends on their content,
        because the same id stands for the same request. An update whose record was changed or
        deleted since the plan stays as it is, and QuickBooks refuses it for its version."""
        writes = tuple(self._merged(write) for write in request.writes)
        changed = [write for write, old in zip(writes, request.writes, strict=True) if write != old]
        if not changed or any(write.action is Action.CREATE for write in writes):
            return Request(request.id, writes)
        bodies = "".join(encode(write.body or {}) for write in changed)
        digest = hashlib.sha256(bodies.encode()).hexdigest()
        return Request(derived_id(request.id, digest), writes)

    def _merged(self, write: Write) -> Write:
        row = self._rows.get((write.kind, write.ledger_id or ""))
        if write.action is not Action.UPDATE or row is None:
            return write
        if str(row.get("SyncToken")) != write.version:
            return write
        return replace(write, body=merged_body(write, row))

    async def _whole(self, kind: str, row: Entity, stop: Stop) -> Entity:
        """The record with the documents of an attachment, which queries have been seen to leave
        out."""
        if kind != ATTACHMENT or "AttachableRef" in row:
            return row
        return await self._client.read(kind, f"/{kind.lower()}/{row['Id']}", stop)


def _needed(operation: Operation | Write) -> RecordKey | None:
    """The record to read before this is sent: what it updates, or the invoice that it mails. None
    for anything else, and for an invoice that is still to be created."""
    if operation.action is Action.UPDATE:
        return operation.kind, operation.ledger_id or ""
    if operation.kind != EMAIL or any(needs(operation.body)):
        return None
    return INVOICE, mailed_invoice_id(operation.body or {})
