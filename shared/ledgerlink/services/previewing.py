"""Previewing a post: the plan that posting these records now would apply, and nothing sent."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from typing import Any

from ledgerlink.domain.connections import Connection
from ledgerlink.domain.errors import Invalid, Problem
from ledgerlink.domain.plan import Operation
from ledgerlink.domain.ports import Interrupted
from ledgerlink.services.house import House
from ledgerlink.services.plans import Kinds, Records, read_records
from ledgerlink.services.post_plans import PostPlan
from ledgerlink.services.posts import require_authorized
from ledgerlink.services.visits import visit

MOST = 2_000
"""Records that one answer holds the plan of."""
SECONDS = 22.0
"""How long the ledger is read for one answer."""


def preview(
    house: House,
    firm: str,
    user: str,
    connection_id: str,
    records: Sequence[Any] | str,
    kinds: Kinds = None,
) -> tuple[Operation, ...]:
    """The operations in the order in which they would be applied.

    Runs that wait or rest are not seen, as nothing of them is in the ledger yet. Raises NotFound,
    Conflict for a connection that cannot post, Invalid for too many records, and what the ledger
    raises.
    """
    connection = house.connections.get(firm, connection_id)
    require_authorized(connection)
    house.settings.get(firm, connection_id).require_posting()
    given = read_records(_lines(house, connection, records), user, kinds)
    if len(given) > MOST:
        raise _too_much(f"{len(given)} records are too many for a preview; {MOST} is the most.")
    return asyncio.run(_planned(house, connection, given, user))


def _lines(house: House, connection: Connection, records: Sequence[Any] | str) -> Iterable[bytes]:
    if isinstance(records, str):
        name = house.staging.uploaded(connection.firm, connection.id, records)
        return house.staging.records(name)
    return (json.dumps(record).encode() for record in records)


async def _planned(
    house: House, connection: Connection, records: Records, user: str
) -> tuple[Operation, ...]:
    ends_at = house.clock.monotonic() + SECONDS

    def stop() -> bool:
        return house.clock.monotonic() > ends_at

    async with visit(house, connection) as there:
        try:
            company = await there.ledger.company(stop)
            asked = PostPlan(house, connection, there.ledger, company, stop)
            rules, _ = asked.new_rules(records, user)
            return await asked.operations(records, rules, None)
        except Interrupted:
            raise _too_much("The ledger could not be read in time.") from None


def _too_much(message: str) -> Invalid:
    remedy = "Preview fewer records at once, or plan an import."
    return Invalid("too_many_records", message, remedy, [Problem("", message, remedy)])
