"""Queries read to the end, page by page."""

from collections.abc import AsyncIterator, Sequence

from ledgerlink.connectors.intacct.protocol import queries
from ledgerlink.connectors.intacct.protocol.error_codes import require_success
from ledgerlink.connectors.intacct.protocol.queries import Condition
from ledgerlink.connectors.intacct.protocol.requests import Function
from ledgerlink.connectors.intacct.protocol.response import Result
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.connectors.intacct.protocol.xml import Value
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.connectors.shared import errors
from ledgerlink.domain.ports import Stop

MAX_PAGES = 200
KEYS_PER_READ = 100
"""Records of one `read`."""
READS_PER_REQUEST = 5
"""`read`s of one request: with their lines, 500 records may have 20 MB."""
LEGACY_PAGE_SIZE = 1000
"""Records of one page of `readByQuery`, whose pages are smaller than those of `query`."""
MAX_RESTARTS = 3
"""How often a `readByQuery` is started whose session ends between two pages."""


async def all_rows(
    client: Client, entity: str, fields: Sequence[str], *conditions: Condition, stop: Stop
) -> AsyncIterator[Row]:
    """The records of an object that meet the conditions, in the order of RECORDNO. Raises as the
    client's `read`, LedgerStopped where the ledger refuses, LedgerUnavailable after MAX_PAGES."""
    after = "0"
    for _ in range(MAX_PAGES):
        following = queries.greater_than(queries.RECORDNO, after)
        function = queries.query(entity, entity, fields, *conditions, following)
        (result,) = await client.read([function], stop)
        for row in require_success(result).rows:
            yield row
        if not result.remaining or not result.rows:
            return
        after = text(result.rows[-1], queries.RECORDNO) or after
    raise errors.unavailable(f"it has too many {entity} records to search")


async def read_whole(client: Client, entity: str, keys: Sequence[str], stop: Stop) -> list[Row]:
    """The records with these RECORDNOs, with all fields, and mostly with their lines. Those that do
    not exist are left out. Raises as the client's `read`."""
    rows, _ = await read_whole_with(client, entity, keys, (), stop)
    return rows


async def read_whole_with(
    client: Client, entity: str, keys: Sequence[str], others: Sequence[Function], stop: Stop
) -> tuple[list[Row], Sequence[Result]]:
    """The same, and the results of other functions in the same requests. Without keys nothing is
    sent, and there are no results."""
    if not keys:
        return [], []
    reads = _reads(entity, keys)
    results = await _results(client, [*reads, *others], stop)
    records, other_results = results[: len(reads)], results[len(reads) :]
    if not all(result.succeeded for result in records):
        rows = [row async for row in _existing(client, entity, keys, stop)]
        existing = [number for row in rows if (number := text(row, queries.RECORDNO))]
        records = await _results(client, _reads(entity, existing), stop)
    return [row for result in records for row in require_success(result).rows], other_results


def _reads(entity: str, keys: Sequence[str]) -> list[Function]:
    return [
        Function(f"{entity}-{number}", "read", _keys(entity, some))
        for number, some in enumerate(queries.batches_of(keys, KEYS_PER_READ))
    ]


async def _results(client: Client, functions: Sequence[Function], stop: Stop) -> list[Result]:
    parts = queries.batches_of(functions, READS_PER_REQUEST)
    return [result for part in parts for result in await client.read(part, stop)]


async def _existing(
    client: Client, entity: str, keys: Sequence[str], stop: Stop
) -> AsyncIterator[Row]:
    """The RECORDNOs that exist, because a `read` fails if one of its records does not."""
    for some in queries.batches_of(keys):
        condition = queries.is_in(queries.RECORDNO, some)
        async for row in all_rows(client, entity, [queries.RECORDNO], condition, stop=stop):
            yield row


async def legacy_rows(
    client: Client, entity: str, field: str, keys: Sequence[str], stop: Stop
) -> AsyncIterator[Row]:
    """The records of an object that refer to these keys in a field. Only `readByQuery` returns all
    of their fields. Raises as `all_rows`."""
    for some in queries.batches_of(keys, KEYS_PER_READ):
        numbers = ", ".join(f"'{key}'" for key in some)
        content: dict[str, Value] = {
            "object": entity,
            "query": f"{field} in ({numbers})",
            "fields": "*",
            "pagesize": str(LEGACY_PAGE_SIZE),
        }
        for row in await _all_pages(client, Function(entity, "readByQuery", content), stop):
            yield row


async def _all_pages(client: Client, first: Function, stop: Stop) -> list[Row]:
    """The rows of all pages of a `readByQuery`. Its later pages belong to one session; if that ends
    in between, the query starts again."""
    for _ in range(MAX_RESTARTS):
        sessions = client.calls["session"]
        results = [result async for result in _pages(client, first, stop)]
        if results[-1].succeeded or len(results) == 1 or client.calls["session"] == sessions:
            break
    return [row for result in results for row in require_success(result).rows]


async def _pages(client: Client, function: Function, stop: Stop) -> AsyncIterator[Result]:
    """The results of the pages, until one is the last or fails. Raises LedgerUnavailable after
    MAX_PAGES."""
    entity = function.control_id
    for _ in range(MAX_PAGES):
        (result,) = await client.read([function], stop)
        yield result
        if not result.succeeded or not result.remaining:
            return
        if not result.result_id:
            raise errors.unavailable(f"it did not say how to read more {entity} records")
        function = Function(entity, "readMore", {"resultId": result.result_id})
    raise errors.unavailable(f"it has too many {entity} records to search")


def _keys(entity: str, keys: Sequence[str]) -> dict[str, str]:
    return {"object": entity, "keys": ",".join(keys), "fields": "*"}
