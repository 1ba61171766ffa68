"""Invoices that we wrote, with what was paid of them.

Payments are recorded only in the receivable (ARINVOICE). A sale of Order Entry names its receivable
(`PRRECORDKEY`), and may get a new one when it is edited. Because a company may change its choice,
ours can be of both kinds: the id of a sale is its transaction type and number, that of an invoice
of Receivables is a RECORDNO.
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
from ledgerlink.connectors.intacct.reads.reader import TIME_ZONE_MARGIN
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
"""Changed invoices beyond which it is less work to read all that we know."""


class InvoicePayments:
    """The invoices of one open ledger. `module` is where new ones are created."""

    def __init__(self, client: Client, module: InvoiceModule) -> None:
        self._client = client
        self._module = module

    async def read(self, list_read: ListRead, as_of: datetime, stop: Stop) -> ListBatch:
        """The next batch of the invoices with the given ids; those that are not found are gone.
        Raises as the client's `read`, and Invalid for a position of something else."""
        ids = list_read.ids or ()
        done = _ids_done(list_read.position, ids)
        some = ids[done : done + IDS_PER_BATCH]
        records = await self._by_ids(some, stop)
        found = {record.id for record in records}
        gone = [Gone(id=each) for each in some if each not in found]
        following = done + IDS_PER_BATCH
        position = str(following) if following < len(ids) else None
        return ListBatch(records=records, as_of=as_of, gone=gone, position=position)

    async def changed(self, since: datetime, as_of: datetime, stop: Stop) -> ListBatch | None:
        """The invoices that were changed or paid since that moment. None when they are too many,
        or the ledger refuses to show them. Raises as the client's `read`."""
        try:
            receivables = await self._changed_receivables(since, stop)
            if receivables is None:
                return None
            ids = await self._document_ids(receivables, stop)
        except LedgerStopped:
            return None
        records = [_record(ledger_id, receivables[number]) for number, ledger_id in ids.items()]
        return ListBatch(records=records, as_of=as_of)

    async def _changed_receivables(self, since: datetime, stop: Stop) -> Mapping[str, Row] | None:
        """Receivables by RECORDNO; None when they are too many."""
        found: dict[str, Row] = {}
        when = queries.at_or_after(queries.WHENMODIFIED, since - TIME_ZONE_MARGIN)
        async for row in all_rows(self._client, INVOICE, INVOICE_FIELDS, when, stop=stop):
            found[text(row, queries.RECORDNO) or ""] = row
            if len(found) > MAX_CHANGED:
                return None
        return found

    async def _document_ids(self, receivables: Collection[str], stop: Stop) -> Mapping[str, str]:
        """The ids of the documents behind receivables, by RECORDNO: of a sale, or of the receivable
        itself."""
        found = {number: number for number in receivables}
        try:
            async for row in self._sales_of(receivables, stop):
                found[text(row, RECEIVABLE) or ""] = text(row, "DOCID") or ""
        except LedgerStopped:
            # A company without Order Entry cannot query sales, and has none.
            if self._module is InvoiceModule.ORDER_ENTRY:
                raise
        return found

    async def _sales_of(self, receivables: Collection[str], stop: Stop) -> AsyncIterator[Row]:
        fields = [queries.RECORDNO, "DOCID", RECEIVABLE]
        for some in queries.batches_of(sorted(receivables)):
            condition = queries.is_in(RECEIVABLE, some)
            async for row in all_rows(self._client, SALE, fields, condition, stop=stop):
                yield row

    async def _by_ids(self, ids: Sequence[str], stop: Stop) -> list[ListRecord]:
        invoices = await self._find(INVOICE, [each for each in ids if each.isdecimal()], stop)
        sales = await self._find(SALE, [each for each in ids if not each.isdecimal()], stop)
        numbers = {ledger_id: text(row, RECEIVABLE) for ledger_id, row in sales.items()}
        receivables = await self._receivables([each for each in numbers.values() if each], stop)
        with_payments = {
            ledger_id: receivables.get(numbers[ledger_id] or "", row)
            for ledger_id, row in sales.items()
        }
        return [_record(each, row) for each, row in {**invoices, **with_payments}.items()]

    async def _find(self, kind: str, ids: Sequence[str], stop: Stop) -> Mapping[str, Row]:
        return await search.by_ids(self._client, kind, ids, stop) if ids else {}

    async def _receivables(self, numbers: Sequence[str], stop: Stop) -> Mapping[str, Row]:
        found: dict[str, Row] = {}
        for some in queries.batches_of(sorted(set(numbers))):
            condition = queries.is_in(queries.RECORDNO, some)
            async for row in all_rows(self._client, INVOICE, INVOICE_FIELDS, condition, stop=stop):
                found[text(row, queries.RECORDNO) or ""] = row
        return found


def _record(ledger_id: str, row: Row) -> ListRecord:
    """An invoice as a list record; amounts are in its own currency."""
    total, due = _amount(row, "TOTALENTERED"), _amount(row, "TOTALDUE")
    number = text(row, "RECORDID") or text(row, "DOCNO")
    paid_on = values.day(row, "WHENPAID")
    status = invoice_status(row)
    fields = {
        "number": number,
        "date": _iso_day(row, "WHENCREATED"),
        "due_date": _iso_day(row, "WHENDUE"),
        "total": None if total is None else values.canonical_decimal(total),
        "balance": None if due is None else values.canonical_decimal(due),
        "currency": text(row, "CURRENCY"),
        "customer_id": ref("customer", text(row, "CUSTOMERID")),
        "status": status,
        "paid_on": paid_on.isoformat() if paid_on and status == "paid" else None,
    }
    return ListRecord(
        type=ListType.INVOICE,
        id=ledger_id,
        name=number or ledger_id,
        version=text(row, queries.WHENMODIFIED),
        changed_at=values.moment(row, queries.WHENMODIFIED),
        fields=fields,
    )


def invoice_status(row: Row) -> str:
    """The status of an invoice: void, paid, partly_paid or open."""
    total, due = _amount(row, "TOTALENTERED"), _amount(row, "TOTALDUE")
    if is_void(row):
        return "void"
    if due is None or total is None:
        return "paid" if (text(row, "STATE") or "").lower() == "paid" else "open"
    if due == 0 and total != 0:
        return "paid"
    return "open" if due == total else "partly_paid"


def _amount(row: Row, name: str) -> Decimal | None:
    """An amount in the invoice's own currency, which companies with a single currency may not
    have apart."""
    own = values.decimal(row, f"TRX_{name}")
    return values.decimal(row, name) if own is None else own


def _iso_day(row: Row, name: str) -> str | None:
    day = values.day(row, name)
    return day.isoformat() if day else None


def _ids_done(position: str | None, ids: Sequence[str]) -> int:
    """How many ids have been read. Raises Invalid for a position of something else."""
    for done in range(0, max(len(ids), 1), IDS_PER_BATCH):
        if position == (str(done) if done else None):
            return done
    raise Invalid("unknown_position", "The position does not belong to these invoices.")
