"""Change data capture: one call for all lists that have it.

Source: Intuit's reference, change data capture. An answer holds at most 1000 records; whether it
covers the company and its preferences nobody could verify, so a refusal is taken for a no.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from ledgerlink.connectors.qbo.protocol import error_codes, values
from ledgerlink.connectors.qbo.protocol.response import Response
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.qbo.reads import company
from ledgerlink.connectors.qbo.reads.catalog import ENTITY, LISTS, READERS
from ledgerlink.connectors.qbo.reads.invoice_payments import InvoicePayments
from ledgerlink.connectors.qbo.reads.map_lists import deletion, is_deleted
from ledgerlink.connectors.qbo.reads.reader import ListReader
from ledgerlink.connectors.qbo.transport.client import MINOR_VERSION, Call, Client
from ledgerlink.connectors.shared import errors
from ledgerlink.connectors.shared.errors import Disposition
from ledgerlink.domain.errors import LedgerStopped
from ledgerlink.domain.model.list_records import ListBatch, ListRecord, ListType
from ledgerlink.domain.ports import ConnectorState, Stop

MAX_RECORDS = 1000
"""Records in an answer from which on some may be missing."""

SETTINGS_ENTITIES = ("CompanyInfo", "Preferences")
"""Entities that the ledger may refuse to tell changes of."""

EXTRA_ENTITIES: Mapping[ListType, tuple[str, ...]] = {
    ListType.COMPANY: SETTINGS_ENTITIES,
    ListType.CUSTOM_FIELD: ("Preferences",),
    ListType.INVOICE: ("Invoice", "Payment"),
}
"""What is asked for a list beyond, or instead of, its own entity."""

STATE_KEY = "without_changes"


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What changed, by entity. `told` are the entities that the answer is sure to speak of;
    `cut` are those of which there is more than it holds."""

    rows: Mapping[str, Sequence[Entity]]
    as_of: datetime
    told: Collection[str]
    cut: Collection[str]

    @property
    def full(self) -> bool:
        """Whether some of it may be missing."""
        return bool(self.cut) or sum(map(len, self.rows.values())) >= MAX_RECORDS


class Changes:
    """The changes of one open ledger. It remembers, also between invocations, that the ledger
    refuses to tell those of its settings."""

    def __init__(self, client: Client, readings: ListReader, state: ConnectorState) -> None:
        self._client = client
        self._readings = readings
        self._payments = InvoicePayments(client)
        self._refused = bool(state.get(STATE_KEY))

    def state(self) -> dict[str, bool]:
        """The memory as JSON values."""
        return {STATE_KEY: True} if self._refused else {}

    async def since(
        self, wanted: Sequence[ListType], moment: datetime, stop: Stop
    ) -> Mapping[ListType, ListBatch]:
        """What changed in these lists, as the port describes. Raises as the client's `call`."""
        told: dict[ListType, ListBatch] = {}
        waiting = [[kind for kind in LISTS if kind in wanted and LISTS[kind].by_changes]]
        while waiting:
            some = self._askable(waiting.pop())
            answer = await self._ask(some, moment, stop) if some else None
            if answer is None:
                continue
            if answer.full:
                waiting += _smaller(some, answer)
            else:
                told.update(await self._batches(some, answer, stop))
        return told

    def _askable(self, lists: Sequence[ListType]) -> Sequence[ListType]:
        """Those of which the ledger has not refused to tell."""
        return [
            k for k in lists if not (self._refused and set(SETTINGS_ENTITIES) & set(entities_of(k)))
        ]

    async def _ask(
        self, lists: Sequence[ListType], moment: datetime, stop: Stop
    ) -> ChangeSet | None:
        """The answer; None when the ledger refuses. Where it may refuse only because of its
        settings, it is asked again without them; that they are the cause is known once that
        succeeds."""
        entities = list(dict.fromkeys(entity for kind in lists for entity in entities_of(kind)))
        answer = await self._call(entities, moment, stop)
        others = [entity for entity in entities if entity not in SETTINGS_ENTITIES]
        if answer is not None or len(others) == len(entities):
            return answer
        if not others:
            return None
        answer = await self._call(others, moment, stop)
        self._refused = answer is not None
        return answer

    async def _call(
        self, entities: Sequence[str], moment: datetime, stop: Stop
    ) -> ChangeSet | None:
        parameters = {
            "entities": ",".join(entities),
            "changedSince": moment.isoformat(timespec="seconds"),
        }
        path = f"/cdc?{urlencode(parameters, safe=',:')}&{MINOR_VERSION}"
        try:
            reply = await self._client.call(Call("cdc", "GET", path), stop)
        except LedgerStopped:
            return None  # a plan without one of the lists; a company that is closed says so again
        accepted = error_codes.disposition(reply) is Disposition.ACCEPTED
        return _answer(reply, entities) if accepted else None

    async def _batches(
        self, lists: Sequence[ListType], answer: ChangeSet, stop: Stop
    ) -> Mapping[ListType, ListBatch]:
        """What the answer says of each list that it can tell in full."""
        batches: dict[ListType, ListBatch] = {}
        for kind in lists:
            if not set(entities_of(kind)) <= set(answer.told):
                continue
            rows = answer.rows.get(ENTITY[kind], ())
            if kind in (ListType.COMPANY, ListType.CUSTOM_FIELD):
                records: Sequence[ListRecord] | None = await self._settings(kind, answer, stop)
            elif kind is ListType.INVOICE:
                payments = answer.rows.get("Payment", ())
                records = await self._payments.concerned(rows, payments, stop)
            else:
                records = _records(kind, rows)
            if records is not None:
                stubs = [deletion(row) for row in rows if is_deleted(row)]
                batches[kind] = ListBatch(records=records, as_of=answer.as_of, gone=stubs)
        return batches

    async def _settings(
        self, kind: ListType, answer: ChangeSet, stop: Stop
    ) -> Sequence[ListRecord]:
        """The company's record when either part of it changed; the other one is read. Or the
        custom fields when the preferences changed."""
        info, preferences = (
            next(iter(answer.rows.get(name, ())), None) for name in SETTINGS_ENTITIES
        )
        if kind is ListType.CUSTOM_FIELD:
            return company.custom_field_records(preferences) if preferences else []
        if info is None and preferences is None:
            return []
        info = info or (await self._readings.info(stop))[0]
        preferences = preferences or (await self._readings.preferences(stop))[0]
        return [company.company_record(info, preferences)]


def entities_of(kind: ListType) -> tuple[str, ...]:
    """The entities of which a list consists."""
    return EXTRA_ENTITIES.get(kind, (ENTITY[kind],))


def _answer(reply: Response, entities: Collection[str]) -> ChangeSet:
    """The elements by their keys: their order and number are not to be relied on."""
    rows: dict[str, list[Entity]] = defaultdict(list)
    cut, elements = set(), _elements(reply)
    for element in elements:
        for name in entities:
            found = values.blocks(element, name)
            rows[name] += found
            if (
                len(found) >= MAX_RECORDS
                or (values.whole(element, "totalCount") or 0) > len(found) > 0
            ):
                cut.add(name)
    # An element that is missing says that nothing changed, or that the ledger tells nothing of
    # that entity; which one is certain only for those that it is known to tell of.
    complete = len(elements) >= len(entities)
    told = {name for name in entities if complete or rows[name] or name not in SETTINGS_ENTITIES}
    return ChangeSet(rows, values.as_of(reply), told, cut)


def _elements(reply: Response) -> list[Mapping[str, object]]:
    """One element for each entity. Raises LedgerUnavailable for an answer of another shape."""
    responses = values.blocks(reply.payload, "CDCResponse")
    if not responses:
        raise errors.unavailable("its answer has no CDCResponse", trace_id=reply.trace_id)
    return [each for response in responses for each in values.blocks(response, "QueryResponse")]


def _smaller(lists: Sequence[ListType], answer: ChangeSet) -> Iterable[list[ListType]]:
    """What to ask instead of a full answer: what is not full by itself, together; and one by one
    when that is all of it. A list that fills an answer alone is not asked for again."""
    left = [kind for kind in lists if not set(entities_of(kind)) & set(answer.cut)]
    if len(left) < len(lists):
        return [left] if left else []
    return [[kind] for kind in lists] if len(lists) > 1 else []


def _records(kind: ListType, rows: Iterable[Entity]) -> list[ListRecord]:
    return [READERS[kind](row) for row in rows if not is_deleted(row)]
