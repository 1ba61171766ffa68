"""Invoices that we wrote, with what was paid of them.

A sale of Order Entry has its receivable beside it, an invoice of its own (`PRRECORDKEY`), which
alone knows of payments; when the sale is edited, it may get a new one. What a company chooses may
change, so both kinds may be ours: the id of a sale is its definition and number, that of an invoice
of Receivables is digits alone.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from ledgerlink.connectors.intacct.config import InvoiceModule
from ledgerlink.connectors.intacct.documents.content import is_void
from ledgerlink.connectors.intacct.documents.invoice import INVOICE, SALE
from ledgerlink.connectors.intacct.protocol import queries, values
from ledgerlink.connectors.intacct.protocol.record_ids import ref
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.connectors.intacct.reads import search
from ledgerlink.connectors.intacct.reads.reader import ZONE_MARGIN
from ledgerlink.connectors.intacct.reads.search import RECEIVABLE
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.connectors.intacct.transport.paging import all_rows
from ledgerlink.domain.errors import Invalid, LedgerStopped
from ledgerlink.domain.model.list_records import Gone, ListBatch, ListRead, ListRecord, ListType
from ledgerlink.domain.ports import Stop

IDS_PER_BATCH = 50
INVOICE_FIELDS = (
    "RECORDNO", "RECORDID", "STATE", "CUSTOMERID", "WHENCREATED", "WHENDUE", "WHENPAID",
    "TRX_TOTALENTERED", "TRX_TOTALDUE", "TOTALENTERED", "TOTALDUE", "CURRENCY", "WHENMODIFIED",
)  # fmt: skip
MAX_CHANGED = 2000
"""Changed invoices beyond which reading all that we know is less."""


class InvoicePayments:
    """The invoices of one open ledger; `sales` is what new ones become."""

    def __init__(self, client: Client, sales: InvoiceModule) -> None:
        self._client = client
        self._sales = sales

    async def read(self, reading: ListRead, as_of: datetime, stop: Stop) -> ListBatch:
        """The next slice of ours, by their ids; what is not there is gone. Raises as the client's
        `read`, Invalid for a position of somebody else."""
        ids = reading.ids or ()
        done = _done(reading.position, ids)
        some = ids[done : done + IDS_PER_BATCH]
        records = await self._of(some, stop)
        there = {record.id for record in records}
        gone = [Gone(id=each) for each in some if each not in there]
        following = done + IDS_PER_BATCH
        position = str(following) if following < len(ids) else None
        return ListBatch(records=records, as_of=as_of, gone=gone, position=position)

    async def changed(self, since: datetime, as_of: datetime, stop: Stop) -> ListBatch | None:
        """The invoices that changed since then, by whatever clock, or were paid. None when they
        are too many, or the ledger refuses to tell. Raises as the client's `read`."""
        try:
            receivables = await self._changed(since, stop)
            if receivables is None:
                return None
            named = await self._named(receivables, stop)
        except LedgerStopped:
            return None
        records = [_record(name, receivables[number]) for number, name in named.items()]
        return ListBatch(records=records, as_of=as_of)

    async def _changed(self, since: datetime, stop: Stop) -> Mapping[str, Row] | None:
        found: dict[str, Row] = {}
        when = queries.since(queries.WHENMODIFIED, since - ZONE_MARGIN)
        async for row in all_rows(self._client, INVOICE, INVOICE_FIELDS, when, stop=stop):
            found[text(row, queries.RECORDNO) or ""] = row
            if len(found) > MAX_CHANGED:
                return None
        return found

    async def _named(self, receivables: Collection[str], stop: Stop) -> Mapping[str, str]:
        """The ids of the documents that these receivables stand for, by their numbers: a sale, or
        the receivable itself."""
        found = {number: number for number in receivables}
        try:
            async for row in self._sales_of(receivables, stop):
                found[text(row, RECEIVABLE) or ""] = text(row, "DOCID") or ""
        except LedgerStopped:
            if self._sales is InvoiceModule.ORDER_ENTRY:
                raise
            # A company without Order Entry is asked in vain.
        return found

    async def _sales_of(self, receivables: Collection[str], stop: Stop) -> AsyncIterator[Row]:
        for some in queries.batches_of(sorted(receivables)):
            fields = [queries.RECORDNO, "DOCID", RECEIVABLE]
            among = queries.among(RECEIVABLE, some)
            async for row in all_rows(self._client, SALE, fields, among, stop=stop):
                yield row

    async def _of(self, ids: Sequence[str], stop: Stop) -> list[ListRecord]:
        owed = await self._there(INVOICE, [each for each in ids if each.isdecimal()], stop)
        sold = await self._there(SALE, [each for each in ids if not each.isdecimal()], stop)
        numbers = {name: text(row, RECEIVABLE) for name, row in sold.items()}
        behind = await self._receivables([each for each in numbers.values() if each], stop)
        known = {name: behind.get(numbers[name] or "", row) for name, row in sold.items()}
        return [_record(name, row) for name, row in {**owed, **known}.items()]

    async def _there(self, kind: str, ids: Sequence[str], stop: Stop) -> Mapping[str, Row]:
        return await search.by_ids(self._client, kind, ids, stop) if ids else {}

    async def _receivables(self, numbers: Sequence[str], stop: Stop) -> Mapping[str, Row]:
        found: dict[str, Row] = {}
        for some in queries.batches_of(sorted(set(numbers))):
            among = queries.among(queries.RECORDNO, some)
            async for row in all_rows(self._client, INVOICE, INVOICE_FIELDS, among, stop=stop):
                found[text(row, queries.RECORDNO) or ""] = row
        return found


def _record(ledger_id: str, row: Row) -> ListRecord:
    """An invoice; amounts are in its own currency."""
    total, due = _money(row, "TOTALENTERED"), _money(row, "TOTALDUE")
    number = text(row, "RECORDID") or text(row, "DOCNO")
    paid_on = values.day(row, "WHENPAID")
    state = status(row)
    fields = {
        "number": number,
        "date": _day(row, "WHENCREATED"),
        "due_date": _day(row, "WHENDUE"),
        "total": None if total is None else values.plain(total),
        "balance": None if due is None else values.plain(due),
        "currency": text(row, "CURRENCY"),
        "customer_id": ref("customer", text(row, "CUSTOMERID")),
        "status": state,
        "paid_on": paid_on.isoformat() if paid_on and state == "paid" else None,
    }
    return ListRecord(
        type=ListType.INVOICE,
        id=ledger_id,
        name=number or ledger_id,
        version=text(row, queries.WHENMODIFIED),
        changed_at=values.moment(row, queries.WHENMODIFIED),
        fields=fields,
    )


def status(row: Row) -> str:
    """What became of an invoice: void, paid, partly_paid or open."""
    total, due = _money(row, "TOTALENTERED"), _money(row, "TOTALDUE")
    if is_void(row):
        return "void"
    if due is None or total is None:
        return "paid" if (text(row, "STATE") or "").lower() == "paid" else "open"
    if due == 0 and total != 0:
        return "paid"
    return "open" if due == total else "partly_paid"


def _money(row: Row, name: str) -> Decimal | None:
    """An amount in the invoice's own currency, which companies with one alone may not tell."""
    own = values.number(row, f"TRX_{name}")
    return values.number(row, name) if own is None else own


def _day(row: Row, name: str) -> str | None:
    day = values.day(row, name)
    return day.isoformat() if day else None


def _done(position: str | None, ids: Sequence[str]) -> int:
    """How many ids were read already. Raises Invalid for a position of something else."""
    for done in range(0, max(len(ids), 1), IDS_PER_BATCH):
        if position == (str(done) if done else None):
            return done
    raise Invalid("unknown_position", "A reading by ids goes on among its ids.")
