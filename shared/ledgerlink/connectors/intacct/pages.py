"""Everything that a question has for an answer, page by page."""

from collections.abc import AsyncIterator, Sequence

from ledgerlink.connectors.intacct import errors, queries
from ledgerlink.connectors.intacct.answers import Result
from ledgerlink.connectors.intacct.client import Client
from ledgerlink.connectors.intacct.queries import Condition
from ledgerlink.connectors.intacct.reading import accepted
from ledgerlink.connectors.intacct.requests import MOST, Function
from ledgerlink.connectors.intacct.rows import Row, text
from ledgerlink.domain.ports import Stop

MAX_PAGES = 200
KEYS = 100
"""Records that one `read` gives."""


async def everything(
    client: Client, entity: str, fields: Sequence[str], *conditions: Condition, stop: Stop
) -> AsyncIterator[Row]:
    """The records of an object, in the order of RECORDNO. Raises as the client's `read`,
    LedgerStopped where the ledger refuses, LedgerUnavailable past the last allowed page."""
    after = "0"
    for _ in range(MAX_PAGES):
        further = queries.above(queries.KEY, after)
        function = queries.query(entity, entity, fields, *conditions, further)
        (result,) = await client.read([function], stop)
        for row in accepted(result).rows:
            yield row
        if not result.left or not result.rows:
            return
        after = text(result.rows[-1], queries.KEY) or after
    raise errors.unavailable(f"it has too many {entity} records to search")


async def whole(client: Client, entity: str, keys: Sequence[str], stop: Stop) -> list[Row]:
    """The records with these RECORDNOs, with all their fields and most with their lines; those
    that are gone are left out. Raises as the client's `read`."""
    results = await _read(client, entity, keys, stop)
    if not all(result.succeeded for result in results):
        there = [row async for row in _there(client, entity, keys, stop)]
        left = [number for row in there if (number := text(row, queries.KEY))]
        results = await _read(client, entity, left, stop)
    return [row for result in results for row in accepted(result).rows]


async def _read(client: Client, entity: str, keys: Sequence[str], stop: Stop) -> list[Result]:
    functions = [
        Function(f"{entity}-{number}", "read", _keys(entity, some))
        for number, some in enumerate(queries.portions(keys, KEYS))
    ]
    parts = queries.portions(functions, MOST)
    return [result for part in parts for result in await client.read(part, stop)]


async def _there(
    client: Client, entity: str, keys: Sequence[str], stop: Stop
) -> AsyncIterator[Row]:
    """Which of them there are: one that is gone fails a read as a whole."""
    for some in queries.portions(keys):
        among = queries.among(queries.KEY, some)
        async for row in everything(client, entity, [queries.KEY], among, stop=stop):
            yield row


async def lines(
    client: Client, entity: str, field: str, keys: Sequence[str], stop: Stop
) -> AsyncIterator[Row]:
    """The lines that name these records in a field, with all their fields, by the older way of
    asking, which alone gives all. Raises as `everything`."""
    for some in queries.portions(keys, KEYS):
        numbers = ", ".join(f"'{key}'" for key in some)
        asked: dict[str, str] = {"object": entity, "query": f"{field} in ({numbers})"}
        content = {**asked, "fields": "*", "pagesize": str(queries.PAGE)}
        function = Function(entity, "readByQuery", dict(content))
        for _ in range(MAX_PAGES):
            (result,) = await client.read([function], stop)
            for row in accepted(result).rows:
                yield row
            if not result.left:
                break
            if not result.result_id:
                raise errors.unavailable(f"it does not say where more {entity} records are")
            function = Function(entity, "readMore", {"resultId": result.result_id})
        else:
            raise errors.unavailable(f"it has too many {entity} records to search")


def _keys(entity: str, keys: Sequence[str]) -> dict[str, str]:
    return {"object": entity, "keys": ",".join(keys), "fields": "*"}
