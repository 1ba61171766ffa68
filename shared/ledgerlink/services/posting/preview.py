"""Previewing a post: the plan that posting these records now would apply, and nothing sent."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from ledgerlink.domain.errors import (
    AuthorizationLost,
    Conflict,
    Interrupted,
    Invalid,
    LedgerError,
    LedgerUnavailable,
)
from ledgerlink.domain.model.connections import Connection, ConnectionKey, ConnectionState
from ledgerlink.domain.model.plan import Operation
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.posting.plan_post import PostPlanner
from ledgerlink.services.posting.staged_records import Kinds, Records, read_records
from ledgerlink.services.runs.ledger_session import ledger_session

MOST = 2_000
"""Records that one answer holds the plan of."""
LONGEST = 5_000_000
"""Characters that a plan may have, about; an answer has 6 MB at most."""
EACH = 800
"""Characters that are told of an operation beside its bodies, about."""
RECONNECT = "Reconnect the company, then preview again."
SOONER = "Preview fewer records at once, or again later."
LATER = "Preview again later, or post: the run waits until the ledger answers."
SECONDS = 22.0
"""How long the ledger is read for one answer."""


def preview(
    deps: Dependencies,
    connection_key: ConnectionKey,
    user: str,
    records: Sequence[Any] | str,
    kinds: Kinds = None,
) -> tuple[Operation, ...]:
    """The operations in the order in which they would be applied.

    Runs that wait or rest are not seen, as nothing of them is in the ledger yet. Raises NotFound,
    Conflict for a connection that cannot post or whose ledger cannot be read, Invalid for too many
    records, and what the ledger raises.
    """
    connection = deps.connections.get(connection_key)
    _require_reading(connection)
    deps.settings.get(connection_key).require_posting()
    lines = list(islice(_lines(deps, connection, records), MOST + 1))
    if len(lines) > MOST:
        raise _too_much(f"A preview takes at most {MOST:,} records, and these are more.")
    given = read_records(lines, user, kinds)
    operations = _asked(deps, connection, given, user)
    if sum(map(_length, operations)) > LONGEST:
        raise _too_much("The plan is too long for one answer.")
    return operations


def _require_reading(connection: Connection) -> None:
    connection.require_authorized()
    if connection.state is ConnectionState.NEEDS_RECONNECT:
        message = "The ledger no longer accepts our authorisation, so it cannot be read."
        raise Conflict("needs_reconnect", message, RECONNECT)


def _length(operation: Operation) -> int:
    """About how many characters it has in an answer."""
    bodies = [operation.members, operation.body, operation.before]
    return EACH * (1 + len(operation.warnings)) + len(json.dumps(bodies))


def _lines(
    deps: Dependencies, connection: Connection, records: Sequence[Any] | str
) -> Iterable[bytes]:
    if isinstance(records, str):
        name = deps.staging.uploaded(connection.key, records)
        return deps.staging.records(name)
    return (json.dumps(record).encode() for record in records)


def _asked(
    deps: Dependencies, connection: Connection, records: Records, user: str
) -> tuple[Operation, ...]:
    try:
        return asyncio.run(_planned(deps, connection, records, user))
    except Interrupted:
        message = "The ledger could not be read in time."
        raise LedgerUnavailable("ledger_unavailable", message, SOONER) from None
    except LedgerError as error:
        error.remedy = RECONNECT if isinstance(error, AuthorizationLost) else LATER
        raise


async def _planned(
    deps: Dependencies, connection: Connection, records: Records, user: str
) -> tuple[Operation, ...]:
    ends_at = deps.clock.monotonic() + SECONDS

    def stop() -> bool:
        return deps.clock.monotonic() > ends_at

    async with ledger_session(deps, connection, saves_state=False) as session:
        company = await session.ledger.company(stop)
        asked = PostPlanner(deps, connection, session.ledger, company, stop)
        rules, _ = asked.new_rules(records, user)
        return await asked.operations(records, rules, None)


def _too_much(message: str) -> Invalid:
    remedy = "Preview fewer records at once."
    return Invalid.at("", message, remedy, code="too_many_records")
