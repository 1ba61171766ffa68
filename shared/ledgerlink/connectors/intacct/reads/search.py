"""Searches for documents other than time: by their ledger ids, and by what we named them.

A document that we created is found by its id or number, if that is ours; else by our marker in its
text.
"""

from collections.abc import Iterable, Mapping, Sequence

from ledgerlink.connectors.intacct.documents import content, list_records, list_updates, marker
from ledgerlink.connectors.intacct.documents.document_elements import ELEMENTS
from ledgerlink.connectors.intacct.documents.document_types import DOCUMENT_TYPES
from ledgerlink.connectors.intacct.documents.invoice import INVOICE, SALE
from ledgerlink.connectors.intacct.protocol import queries, values
from ledgerlink.connectors.intacct.protocol.error_codes import function_error, require_success
from ledgerlink.connectors.intacct.protocol.faults import main_fault
from ledgerlink.connectors.intacct.protocol.record_ids import Ref, parse_ref
from ledgerlink.connectors.intacct.protocol.requests import Function
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.connectors.intacct.transport.paging import all_rows, legacy_rows, read_whole
from ledgerlink.connectors.shared import errors
from ledgerlink.domain.errors import LedgerStopped
from ledgerlink.domain.model.plan import Action, Write
from ledgerlink.domain.ports import Stop

MARKED_FIELD = "DESCRIPTION"
"""The field of a document that holds our marker; of sales it is another."""
OF_DOCUMENT, OF_SALE = "RECORDKEY", "DOCHDRNO"
"""Fields of lines that name their document."""
SALE_ID, RECEIVABLE, PAID = "DOCID", "PRRECORDKEY", "TOTALPAID"

Rows = Mapping[str, Row]
"""Documents by their ids."""


async def by_ids(client: Client, kind: str, ids: Iterable[str], stop: Stop) -> Rows:
    """The documents with these ids, with their lines; of list records our fields and the status.
    Those that do not exist are left out. Raises as the client's `read`."""
    wanted = sorted(set(ids))
    if DOCUMENT_TYPES[kind].is_list_record:
        return await _list_records(client, kind, [parse_ref(each).id for each in wanted], stop)
    if kind == SALE:
        return await _with_payments(client, await _sales(client, wanted, stop), stop)
    found = await read_whole(client, kind, wanted, stop)
    return {number: row for row in found if (number := text(row, queries.RECORDNO))}


async def with_lines(client: Client, kind: str, rows: Rows, stop: Stop) -> Rows:
    """Documents that were read, each with its lines: where a `read` brings none, they are asked for
    apart, because a document always has some. Raises as the client's `read`."""
    elements = ELEMENTS[kind]
    number_of = {text(row, queries.RECORDNO): each for each, row in rows.items()}
    without = {n: i for n, i in number_of.items() if n and not _has_lines(rows[i])}
    parent = OF_SALE if kind == SALE else OF_DOCUMENT
    lines: dict[str, list[Row]] = {}
    async for line in legacy_rows(client, elements.line_object, parent, list(without), stop):
        lines.setdefault(text(line, parent) or "", []).append(line)
    container, element = elements.rows
    apart = {
        without[number]: {**rows[without[number]], container: {element: _in_order(some)}}
        for number, some in lines.items()
        if number in without
    }
    return {**rows, **apart}


def _has_lines(row: Row) -> bool:
    return any(True for _ in content.document_lines(row))


def _in_order(lines: Sequence[Row]) -> list[Row]:
    return sorted(lines, key=lambda line: values.decimal(line, "LINE_NO") or 0)


async def find_created(
    client: Client, kind: str, writes: Sequence[Write], stop: Stop
) -> Mapping[int, tuple[str, Row]]:
    """The id and row of each of these writes that has created its document, or changed it, by seq.
    Raises as `by_ids`, and LedgerUnavailable if the ledger lists a document with our marker and
    does not return it, because that would be taken for one that was not written."""
    id_of = _list_record_id if DOCUMENT_TYPES[kind].is_list_record else _sale_id
    ids = {write.seq: id_of(write) for write in writes}
    by_marker = [write for write in writes if ids[write.seq] is None]
    if by_marker:
        marked = await _ids_by_marker(client, kind, by_marker, stop)
        ids |= {write.seq: marked.get(marker.marker_for(write.key)) for write in by_marker}
    rows = await by_ids(client, kind, [each for each in ids.values() if each], stop)
    _require_rows(kind, [each for write in by_marker if (each := ids[write.seq])], rows)
    found = {
        seq: (ledger_id, rows[ledger_id])
        for seq, ledger_id in ids.items()
        if ledger_id and ledger_id in rows
    }
    _require_markers(kind, by_marker, found)
    return found


def _require_rows(kind: str, listed: Iterable[str], rows: Rows) -> None:
    for each in listed:
        if each not in rows:
            raise errors.unavailable(f"it does not show {kind} {each}, which it lists")


def _number(kind: str, row: Row) -> str:
    """The RECORDNO of a row that was found. Raises LedgerUnavailable without one."""
    number = queries.number(text(row, queries.RECORDNO) or "")
    if not number:
        raise errors.unavailable(f"it listed a {kind} without its number")
    return number


def _require_markers(
    kind: str, writes: Sequence[Write], found: Mapping[int, tuple[str, Row]]
) -> None:
    for write in writes:
        if write.seq not in found:
            continue
        _, row = found[write.seq]
        if marker.marker_for(write.key) not in content.markers_of(row):
            raise errors.unavailable(f"it returned another {kind} than the one that was requested")


def _list_record_id(write: Write) -> str | None:
    if write.action is not Action.CREATE:
        return write.ledger_id or ""
    body = write.body or {}
    return str(Ref(write.kind.lower(), str(body[DOCUMENT_TYPES[write.kind].id_field])))


def _sale_id(write: Write) -> str | None:
    """The id of a sale that has a number of ours; None for documents that have only a marker."""
    body = write.body or {}
    if write.kind != SALE or "documentno" not in body:
        return None
    return f"{body['transactiontype']}-{body['documentno']}"


async def _list_records(client: Client, kind: str, ids: Sequence[str], stop: Stop) -> Rows:
    id_field = DOCUMENT_TYPES[kind].id_field
    name_field = list_records.name_field(kind)
    own = [id_field, name_field, *list_updates.READ[kind]]
    fields = [queries.RECORDNO, *own, "STATUS", queries.WHENMODIFIED]
    found: dict[str, Row] = {}
    for some in queries.batches_of(ids):
        condition = queries.is_in(id_field, some)
        async for row in all_rows(client, kind, fields, condition, stop=stop):
            found[str(Ref(kind.lower(), text(row, id_field) or ""))] = row
    return found


async def _sales(client: Client, ids: Sequence[str], stop: Stop) -> Rows:
    """Sales by id, each in a function of its own, because an id that does not exist fails all of a
    function. That a read fails does not prove that its sale is gone, so the ledger is asked whether
    it lists it."""
    found: dict[str, Row] = {}
    unread: list[str] = []
    for some in queries.batches_of(ids, queries.MAX_FUNCTIONS_PER_READ):
        functions = [
            Function(f"{SALE}-{n}", "read", {"object": SALE, "keys": each, "fields": "*"})
            for n, each in enumerate(some)
        ]
        results = await client.read(functions, stop) if functions else []
        for each, result in zip(some, results, strict=True):
            if result.succeeded and result.rows:
                found[each] = result.rows[0]
            elif not result.succeeded and function_error(main_fault(result.faults)):
                require_success(result)
            else:
                unread.append(each)
    await _require_unlisted(client, unread, stop)
    return found


async def _require_unlisted(client: Client, ids: Sequence[str], stop: Stop) -> None:
    """Raise LedgerUnavailable if the ledger lists one of these sales, which it did not show."""
    for some in queries.batches_of(ids):
        condition = queries.is_in(SALE_ID, some)
        async for row in all_rows(client, SALE, [queries.RECORDNO, SALE_ID], condition, stop=stop):
            raise errors.unavailable(f"it does not show {text(row, SALE_ID)}, which it has")


async def _with_payments(client: Client, sales: Rows, stop: Stop) -> Rows:
    """The sales, each with the total that was paid, which only its receivable knows. Where the user
    may not read receivables, the ledger itself has to reject a change of a paid sale."""
    numbers = {number for row in sales.values() if (number := text(row, RECEIVABLE))}
    try:
        paid = await _paid_totals(client, sorted(numbers), stop)
    except LedgerStopped:
        return sales
    totals = {ledger_id: paid.get(text(row, RECEIVABLE) or "") for ledger_id, row in sales.items()}
    return {ledger_id: {**row, PAID: totals[ledger_id] or ""} for ledger_id, row in sales.items()}


async def _paid_totals(client: Client, numbers: Sequence[str], stop: Stop) -> Mapping[str, str]:
    """The paid totals of receivables, by RECORDNO."""
    found: dict[str, str] = {}
    for some in queries.batches_of(numbers):
        condition = queries.is_in(queries.RECORDNO, some)
        async for row in all_rows(client, INVOICE, [queries.RECORDNO, PAID], condition, stop=stop):
            found[text(row, queries.RECORDNO) or ""] = text(row, PAID) or ""
    return found


async def _ids_by_marker(
    client: Client, kind: str, writes: Sequence[Write], stop: Stop
) -> Mapping[str, str]:
    """The ids of documents with our markers, by marker; of several the newest."""
    if kind == SALE:
        return await _sales_by_marker(client, writes, stop)
    found: dict[str, str] = {}
    for some in queries.batches_of(writes, queries.MAX_FUNCTIONS_PER_READ):
        patterns = [f"%[{marker.marker_for(write.key)}]%" for write in some]
        like = [queries.like(MARKED_FIELD, pattern) for pattern in patterns]
        where = like[0] if len(like) == 1 else queries.either(*like)
        fields = [queries.RECORDNO, MARKED_FIELD, "STATE"]
        async for row in all_rows(client, kind, fields, where, stop=stop):
            if not content.is_void(row):
                found |= dict.fromkeys(content.markers_of(row), _number(kind, row))
    return found


async def _sales_by_marker(
    client: Client, writes: Sequence[Write], stop: Stop
) -> Mapping[str, str]:
    """The same of sales: all sales of their days are read, because it is not documented whether
    their messages can be queried."""
    days = [write.day for write in writes if write.day]
    when = queries.day_range("WHENCREATED", min(days), max(days))
    rows = [
        row async for row in all_rows(client, SALE, [queries.RECORDNO, SALE_ID], when, stop=stop)
    ]
    sales = await _sales(client, [each for row in rows if (each := text(row, SALE_ID))], stop)
    return {
        mark: ledger_id
        for ledger_id, row in sales.items()
        if not content.is_void(row)
        for mark in content.markers_of(row)
    }
