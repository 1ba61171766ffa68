"""Lost writes: which writes without an answer the ledger has carried out."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Hashable, Iterator, Mapping, Sequence
from datetime import datetime

from ledgerlink.connectors.qbo.documents import comparable, content, updates
from ledgerlink.connectors.qbo.documents.attachment import ATTACHMENT
from ledgerlink.connectors.qbo.documents.content import matching_key
from ledgerlink.connectors.qbo.documents.email import EMAIL, is_sent, mailed_invoice_id
from ledgerlink.connectors.qbo.documents.invoice import INVOICE
from ledgerlink.connectors.qbo.documents.time_entry import TIME_ENTRY
from ledgerlink.connectors.qbo.outcomes.accepted import adopted, differences
from ledgerlink.connectors.qbo.protocol import queries
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.qbo.transport.client import Client
from ledgerlink.domain.errors import Refused
from ledgerlink.domain.model.plan import Action, Outcome, Write
from ledgerlink.domain.ports import CLOCK_TOLERANCE, RecordKey, Stop

MAX_SEARCH_PAGES = 50
"""Pages of one search; more take longer than a worker may run."""

MAX_VALUES = 50
"""Values in one list of a statement."""

NAME_FIELD = {"Customer": "DisplayName", "Vendor": "DisplayName", "Employee": "DisplayName"}
"""The field that holds the name; `Name` for other lists."""

Matches = AsyncIterator[tuple[Write, Entity]]
"""Writes with the record that each of them has created or changed."""


class LostWrites:
    """One search for lost writes. No record is matched twice."""

    def __init__(
        self, client: Client, since: datetime, known: Collection[RecordKey], stop: Stop
    ) -> None:
        """`since` is when the writes may have been sent first; `known` are the records that belong
        to other writes."""
        self._client = client
        self._stop = stop
        created_since = since - CLOCK_TOLERANCE
        self._created_since = queries.at_or_after("MetaData.CreateTime", created_since)
        self._known = frozenset(known)

    async def find(self, writes: Sequence[Write]) -> dict[int, Outcome]:
        """Outcomes, by seq, of the writes that were carried out. Raises as the client's `rows`."""
        found: dict[int, Outcome] = {}
        for (action, kind), group in _grouped(writes).items():
            async for write, entity in self._matches(action, kind, group):
                found[write.seq] = adopted(write, entity)
        return found

    def _matches(self, action: Action, kind: str, writes: Sequence[Write]) -> Matches:
        if action is Action.CREATE:
            return self._created(kind, writes)
        return (self._deleted if action is Action.DELETE else self._updated)(kind, writes)

    def _created(self, kind: str, writes: Sequence[Write]) -> Matches:
        if kind == TIME_ENTRY:
            return self._time_entries(writes)
        if kind in content.MONEY_DOCUMENTS:
            return self._by_marker(kind, writes)
        if kind == EMAIL:
            return self._emails(writes)
        return self._attachments(writes) if kind == ATTACHMENT else self._by_name(kind, writes)

    async def _emails(self, writes: Sequence[Write]) -> Matches:
        """By the status of the invoices. One that had been mailed before was not mailed again."""
        by_id = {mailed_invoice_id(write.body or {}): write for write in writes}
        for batch in queries.batches_of([*by_id], MAX_VALUES):
            async for invoice in self._rows(INVOICE, queries.is_in("Id", batch)):
                if is_sent(invoice):
                    yield by_id[str(invoice["Id"])], invoice

    async def _by_marker(self, kind: str, writes: Sequence[Write]) -> Matches:
        """By the posting key in the note, whatever else differs."""
        waiting = list(writes)
        async for entity in self._new_records(kind):
            candidates = (w for w in waiting if content.has_marker_of(w.body or {}, entity))
            match = next(candidates, None)
            if match is not None:
                waiting.remove(match)
                yield match, entity

    async def _attachments(self, writes: Sequence[Write]) -> Matches:
        """By file name and document, and by size where both sides state it. Of several equal
        writes as many are matched as there are records."""
        waiting: dict[tuple[str, str], list[Write]] = defaultdict(list)
        for write in writes:
            waiting[_attachment_key(write.body or {})].append(write)
        names = {name for _, name in waiting}
        async for row in self._new_records(ATTACHMENT):
            if comparable.text(row.get("FileName")) not in names:
                continue
            attachment = await self._with_document(row)
            candidates = waiting.get(_attachment_key(attachment), [])
            match = next((w for w in candidates if _may_have_size(w, attachment)), None)
            if match is not None:
                candidates.remove(match)
                yield match, attachment

    async def _with_document(self, row: Entity) -> Entity:
        """The attachment with its documents, which queries have been seen to leave out."""
        if "AttachableRef" in row:
            return row
        path = f"/{ATTACHMENT.lower()}/{row['Id']}"
        return await self._client.read(ATTACHMENT, path, self._stop)

    async def _time_entries(self, writes: Sequence[Write]) -> Matches:
        """By content. Of several equal writes as many are matched as there are records.

        Records that agree in every field are matched first; the others may be writes that
        QuickBooks stored with another item, status or rate.
        """
        waiting: dict[Hashable, list[Write]] = defaultdict(list)
        for write in writes:
            waiting[matching_key(write.body or {})].append(write)
        rows = [r async for r in self._new_records(TIME_ENTRY) if matching_key(r) in waiting]
        for exactly in (True, False):
            unmatched: list[Entity] = []
            for row in rows:
                candidates = waiting[matching_key(row)]
                match = next((w for w in candidates if not exactly or _agrees(w, row)), None)
                if match is None:
                    unmatched.append(row)
                else:
                    candidates.remove(match)
                    yield match, row
            rows = unmatched

    async def _by_name(self, kind: str, writes: Sequence[Write]) -> Matches:
        """By name and parent, whatever else differs, because QuickBooks holds each name only once.
        Among new records only, because an older one of that name is not ours."""
        field = NAME_FIELD.get(kind, "Name")
        for batch in _batches(writes):
            by_name = {str((write.body or {})[field]): write for write in batch}
            async for entity in self._new_records(kind, queries.is_in(field, by_name)):
                write = by_name.get(entity[field])
                if write and _has_same_parent(write, entity):
                    yield write, entity

    async def _updated(self, kind: str, writes: Sequence[Write]) -> Matches:
        """Records with a newer version and our content."""
        async for write, entity in self._by_id(kind, writes):
            if entity is None or str(entity.get("SyncToken")) == write.version:
                continue
            if _agrees(write, entity) and not updates.has_unused_fields(write, entity):
                yield write, entity

    async def _deleted(self, kind: str, writes: Sequence[Write]) -> Matches:
        """Records that are deleted or inactive."""
        async for write, entity in self._by_id(kind, writes):
            if updates.is_removed(entity):
                yield write, entity or {}

    async def _by_id(
        self, kind: str, writes: Sequence[Write]
    ) -> AsyncIterator[tuple[Write, Entity | None]]:
        for batch in _batches(writes):
            ids = [write.ledger_id or "" for write in batch]
            rows = {row["Id"]: row async for row in self._rows(kind, queries.is_in("Id", ids))}
            for write in batch:
                yield write, rows.get(write.ledger_id or "")

    async def _new_records(self, entity: str, *conditions: str) -> AsyncIterator[Entity]:
        """Records created since then that are not known, each once even if pages shift."""
        seen = set(self._known)
        async for row in self._rows(entity, *conditions, self._created_since):
            if (entity, row["Id"]) not in seen:
                seen.add((entity, row["Id"]))
                yield row

    async def _rows(self, entity: str, *conditions: str) -> AsyncIterator[Entity]:
        async for rows in self._client.pages(
            entity, *conditions, most=MAX_SEARCH_PAGES, stop=self._stop
        ):
            for row in rows:
                yield row


def _agrees(write: Write, entity: Entity) -> bool:
    sent_only = write.action is Action.UPDATE
    return not differences(write.kind, write.body or {}, entity, sent_only=sent_only)


def _has_same_parent(write: Write, entity: Entity) -> bool:
    sent = (write.body or {}).get("ParentRef")
    return comparable.id_in(sent) == comparable.id_in(entity.get("ParentRef"))


def _attachment_key(attachment: Entity) -> tuple[str, str]:
    documents = comparable.attached_to(attachment.get("AttachableRef"))
    return documents, comparable.text(attachment.get("FileName"))


def _may_have_size(write: Write, row: Entity) -> bool:
    """Whether an attachment has the size of the file that was sent, as far as both are known."""
    try:
        sent = len(write.file()) if write.file and row.get("Size") is not None else None
    except Refused:
        return True
    return sent is None or sent == int(row["Size"])


def _grouped(writes: Sequence[Write]) -> Mapping[tuple[Action, str], list[Write]]:
    groups: dict[tuple[Action, str], list[Write]] = defaultdict(list)
    for write in writes:
        groups[write.action, write.kind].append(write)
    return groups


def _batches(writes: Sequence[Write]) -> Iterator[Sequence[Write]]:
    return (writes[start : start + MAX_VALUES] for start in range(0, len(writes), MAX_VALUES))
