"""Searching the ledger for documents beside time, by their ids and by our names of them."""

from collections.abc import Iterable, Mapping, Sequence

from ledgerlink.connectors.intacct.documents import content, list_records, marker
from ledgerlink.connectors.intacct.documents.document_types import DOCUMENT_TYPES
from ledgerlink.connectors.intacct.documents.invoice import INVOICE, SALE
from ledgerlink.connectors.intacct.protocol import error_codes, queries
from ledgerlink.connectors.intacct.protocol.error_codes import require_success
from ledgerlink.connectors.intacct.protocol.faults import main_fault
from ledgerlink.connectors.intacct.protocol.record_ids import Ref, parse_ref
from ledgerlink.connectors.intacct.protocol.requests import Function
from ledgerlink.connectors.intacct.protocol.response import Result
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.connectors.intacct.transport.paging import all_rows, read_whole
from ledgerlink.connectors.shared import errors
from ledgerlink.domain.errors import LedgerStopped
from ledgerlink.domain.model.plan import Action, Write
from ledgerlink.domain.ports import Stop

MARKED = "DESCRIPTION"
"""The text that ends in our mark."""
MISSING = frozenset({"target_missing", "ledger_failed"})
"""What a read may mean that finds no record."""
SALE_ID, RECEIVABLE, PAID = "DOCID", "PRRECORDKEY", "TOTALPAID"

Found = Mapping[str, Row]
"""Records by their ids."""


async def by_ids(client: Client, kind: str, ids: Iterable[str], stop: Stop) -> Found:
    """The documents with these ids, with their lines; list records with their states. What is gone
    is left out. Raises as the client's `read`."""
    wanted = sorted(set(ids))
    if DOCUMENT_TYPES[kind].is_list_record:
        return await _listed(client, kind, [parse_ref(each).id for each in wanted], stop)
    if kind == SALE:
        return await _with_payments(client, await _sales(client, wanted, stop), stop)
    found = await read_whole(client, kind, wanted, stop)
    return {number: row for row in found if (number := text(row, queries.RECORDNO))}


async def find_created(
    client: Client, kind: str, writes: Sequence[Write], stop: Stop
) -> Mapping[int, tuple[str, Row]]:
    """What the ledger holds of writes that make something, by seq: its id and itself. Raises as
    `by_ids`, LedgerUnavailable where it gives another record than the one that has our mark."""
    named = _list_id if DOCUMENT_TYPES[kind].is_list_record else _sale_id
    ids = {write.seq: named(write) for write in writes}
    unnamed = [write for write in writes if ids[write.seq] is None]
    marked = await _marked(client, kind, unnamed, stop) if unnamed else {}
    ids |= {write.seq: marked.get(marker.marker_for(write.key)) for write in unnamed}
    there = await by_ids(client, kind, [each for each in ids.values() if each], stop)
    named_rows = ((seq, name, there.get(name or "")) for seq, name in ids.items())
    found = {seq: (name, row) for seq, name, row in named_rows if name and row is not None}
    for write in unnamed:
        if write.seq in found and content.marker_in(found[write.seq][1]) != marker.marker_for(
            write.key
        ):
            raise errors.unavailable(f"it gives another {kind} than was asked for")
    return found


def _list_id(write: Write) -> str | None:
    """The id that a new list record gets."""
    if write.action is not Action.CREATE:
        return write.ledger_id or ""
    body = write.body or {}
    return str(Ref(write.kind.lower(), str(body[DOCUMENT_TYPES[write.kind].id_field])))


def _sale_id(write: Write) -> str | None:
    """The id of a sale that has a number of ours; None for what is known by its mark alone."""
    body = write.body or {}
    if write.kind != SALE or "documentno" not in body:
        return None
    return f"{body['transactiontype']}-{body['documentno']}"


async def _listed(client: Client, kind: str, ids: Sequence[str], stop: Stop) -> Found:
    field = DOCUMENT_TYPES[kind].id_field
    found: dict[str, Row] = {}
    for some in queries.batches_of(ids):
        fields = [
            queries.RECORDNO,
            field,
            list_records.name_field(kind),
            "STATUS",
            queries.WHENMODIFIED,
        ]
        among = queries.among(field, some)
        async for row in all_rows(client, kind, fields, among, stop=stop):
            found[str(Ref(kind.lower(), text(row, field) or ""))] = row
    return found


async def _sales(client: Client, ids: Sequence[str], stop: Stop) -> Found:
    """One by one: an id that is gone would fail the others."""
    found: dict[str, Row] = {}
    for some in queries.batches_of(ids, queries.MAX_FUNCTIONS_PER_READ):
        asked = [
            Function(f"{SALE}-{n}", "read", {"object": SALE, "keys": each, "fields": "*"})
            for n, each in enumerate(some)
        ]
        results = await client.read(asked, stop) if asked else []
        for each, result in zip(some, results, strict=True):
            if result.succeeded and result.rows:
                found[each] = result.rows[0]
            elif not _is_missing(result):
                require_success(result)
    return found


async def _with_payments(client: Client, sales: Found, stop: Stop) -> Found:
    """The sales, each with what was paid of its receivable, which alone knows; where the user may
    not see that, the ledger has to tell when a sale is changed."""
    numbers = {number for row in sales.values() if (number := text(row, RECEIVABLE))}
    try:
        paid = await _paid(client, sorted(numbers), stop)
    except LedgerStopped:
        return sales
    told = {name: paid.get(text(row, RECEIVABLE) or "") for name, row in sales.items()}
    return {name: {**row, PAID: told[name] or ""} for name, row in sales.items()}


async def _paid(client: Client, numbers: Sequence[str], stop: Stop) -> Mapping[str, str]:
    """What was paid of each receivable, by RECORDNO."""
    found: dict[str, str] = {}
    for some in queries.batches_of(numbers):
        among = queries.among(queries.RECORDNO, some)
        async for row in all_rows(client, INVOICE, [queries.RECORDNO, PAID], among, stop=stop):
            found[text(row, queries.RECORDNO) or ""] = text(row, PAID) or ""
    return found


async def _marked(
    client: Client, kind: str, writes: Sequence[Write], stop: Stop
) -> Mapping[str, str]:
    """The ids of the documents that have our marks; the newest, should there be several."""
    if kind == SALE:
        return await _marked_sales(client, writes, stop)
    found: dict[str, str] = {}
    for some in queries.batches_of(writes, queries.MAX_FUNCTIONS_PER_READ):
        like = [queries.like(MARKED, f"%[{marker.marker_for(write.key)}]%") for write in some]
        where = like[0] if len(like) == 1 else queries.either(*like)
        fields = [queries.RECORDNO, MARKED, "STATE"]
        async for row in all_rows(client, kind, fields, where, stop=stop):
            if not content.is_void(row):
                found[content.marker_in(row)] = text(row, queries.RECORDNO) or ""
    return found


async def _marked_sales(client: Client, writes: Sequence[Write], stop: Stop) -> Mapping[str, str]:
    """By reading what is of those days: nobody knows whether their texts can be asked for."""
    days = [write.day for write in writes if write.day]
    when = queries.between("WHENCREATED", min(days), max(days))
    fields = [queries.RECORDNO, SALE_ID]
    of_days = [row async for row in all_rows(client, SALE, fields, when, stop=stop)]
    there = await _sales(client, [each for row in of_days if (each := text(row, SALE_ID))], stop)
    return {content.marker_in(row): name for name, row in there.items() if not content.is_void(row)}


def _is_missing(result: Result) -> bool:
    """Whether a read says that there is no such record, which it may in the words of a fault."""
    return result.succeeded or error_codes.meaning(main_fault(result.faults)).code in MISSING
