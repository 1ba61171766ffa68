"""Everything that a question has for an answer, page by page."""

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
"""Records that one `read` gives."""
READS_PER_REQUEST = 5
"""So many `read`s go in one request: with their lines, five hundred records may have 20 MB."""
LEGACY_PAGE_SIZE = 1000
"""Records of one page of `readByQuery`, which has smaller ones than `query`."""
MAX_RESTARTS = 3
"""How often a question is put whose pages break off with their session."""


async def all_rows(
    client: Client, entity: str, fields: Sequence[str], *conditions: Condition, stop: Stop
) -> AsyncIterator[Row]:
    """The records of an object, in the order of RECORDNO. Raises as the client's `read`,
    LedgerStopped where the ledger refuses, LedgerUnavailable past the last allowed page."""
    after = "0"
    for _ in range(MAX_PAGES):
        further = queries.above(queries.RECORDNO, after)
        function = queries.query(entity, entity, fields, *conditions, further)
        (result,) = await client.read([function], stop)
        for row in require_success(result).rows:
            yield row
        if not result.left or not result.rows:
            return
        after = text(result.rows[-1], queries.RECORDNO) or after
    raise errors.unavailable(f"it has too many {entity} records to search")


async def read_whole(client: Client, entity: str, keys: Sequence[str], stop: Stop) -> list[Row]:
    """The records with these RECORDNOs, with all their fields and most with their lines; those
    that are gone are left out. Raises as the client's `read`."""
    rows, _ = await read_whole_with(client, entity, keys, (), stop)
    return rows


async def read_whole_with(
    client: Client, entity: str, keys: Sequence[str], others: Sequence[Function], stop: Stop
) -> tuple[list[Row], Sequence[Result]]:
    """The same, with the results of other functions that go along; none without any keys."""
    asked = [*_reads(entity, keys), *others] if keys else []
    results = await _results(client, asked, stop)
    count = len(asked) - len(others) if keys else 0
    told, beside = results[:count], results[count:]
    if not all(result.succeeded for result in told):
        there = [row async for row in _there(client, entity, keys, stop)]
        left = [number for row in there if (number := text(row, queries.RECORDNO))]
        told = await _results(client, _reads(entity, left), stop)
    return [row for result in told for row in require_success(result).rows], beside


def _reads(entity: str, keys: Sequence[str]) -> list[Function]:
    return [
        Function(f"{entity}-{number}", "read", _keys(entity, some))
        for number, some in enumerate(queries.batches_of(keys, KEYS_PER_READ))
    ]


async def _results(client: Client, functions: Sequence[Function], stop: Stop) -> list[Result]:
    parts = queries.batches_of(functions, READS_PER_REQUEST)
    return [result for part in parts for result in await client.read(part, stop)]


async def _there(
    client: Client, entity: str, keys: Sequence[str], stop: Stop
) -> AsyncIterator[Row]:
    """Which of them there are: one that is gone fails a read as a whole."""
    for some in queries.batches_of(keys):
        among = queries.among(queries.RECORDNO, some)
        async for row in all_rows(client, entity, [queries.RECORDNO], among, stop=stop):
            yield row


async def legacy_rows(
    client: Client, entity: str, field: str, keys: Sequence[str], stop: Stop
) -> AsyncIterator[Row]:
    """The lines that name these records in a field, with all their fields, by the older way of
    asking, which alone gives all. Raises as `everything`."""
    for some in queries.batches_of(keys, KEYS_PER_READ):
        numbers = ", ".join(f"'{key}'" for key in some)
        asked: dict[str, Value] = {"object": entity, "query": f"{field} in ({numbers})"}
        content = {**asked, "fields": "*", "pagesize": str(LEGACY_PAGE_SIZE)}
        for row in await _all(client, Function(entity, "readByQuery", content), stop):
            yield row


async def _all(client: Client, first: Function, stop: Stop) -> list[Row]:
    """The rows of a question of the older kind. Where they go on is known to one session; when it
    ends in between, all is asked for anew."""
    for _ in range(MAX_RESTARTS):
        sessions = client.calls["session"]
        told = [result async for result in _pages(client, first, stop)]
        if told[-1].succeeded or len(told) == 1 or client.calls["session"] == sessions:
            break
    return [row for result in told for row in require_success(result).rows]


async def _pages(client: Client, function: Function, stop: Stop) -> AsyncIterator[Result]:
    """The pages in a row, until one is the last or has failed. Raises LedgerUnavailable past the
    last allowed page."""
    entity = function.control_id
    for _ in range(MAX_PAGES):
        (result,) = await client.read([function], stop)
        yield result
        if not result.succeeded or not result.left:
            return
        if not result.result_id:
            raise errors.unavailable(f"it does not say where more {entity} records are")
        function = Function(entity, "readMore", {"resultId": result.result_id})
    raise errors.unavailable(f"it has too many {entity} records to search")


def _keys(entity: str, keys: Sequence[str]) -> dict[str, str]:
    return {"object": entity, "keys": ",".join(keys), "fields": "*"}
