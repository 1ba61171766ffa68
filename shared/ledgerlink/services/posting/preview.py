"""Previewing a post: the plan that posting these records now would apply. Nothing is written."""

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
    RecordsRestored,
)
from ledgerlink.domain.model.connections import Connection, ConnectionKey, ConnectionState
from ledgerlink.domain.model.plan import Operation
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.posting.plan_post import PostPlanner
from ledgerlink.services.posting.staged_records import Kinds, Records, read_records
from ledgerlink.services.runs.ledger_session import ledger_session

MOST_RECORDS = 2_000
"""Records that may be previewed in one call."""
LONGEST_PLAN = 5_000_000
"""Characters that a plan may have, about, because Lambda answers with 6 MB at most."""
CHARACTERS_EACH = 800
"""Characters of an operation in an answer, about, without its bodies."""
RECONNECT = "Reconnect the company, then preview again."
FEWER_OR_LATER = "Preview fewer records, or try again later."
LATER = "Preview again later, or post: the run waits until the ledger answers."
READ_SECONDS = 22.0
"""Seconds that the ledger may take, because an API call may take 29 in all."""


def preview(
    deps: Dependencies,
    connection_key: ConnectionKey,
    user: str,
    records: Sequence[Any] | str,
    kinds: Kinds = None,
) -> tuple[Operation, ...]:
    """The operations in the order in which they would be applied.

    The preview does not include what queued or parked runs will still write. Raises NotFound,
    Conflict for a connection that cannot post or has to be reconnected, Invalid for too many
    records, and what the ledger raises.
    """
    connection = deps.connections.get(connection_key)
    _require_readable(connection)
    deps.settings.get(connection_key).require_posting()
    lines = list(islice(_lines(deps, connection, records), MOST_RECORDS + 1))
    if len(lines) > MOST_RECORDS:
        raise _too_much(f"A preview takes at most {MOST_RECORDS:,} records; these are more.")
    given = read_records(lines, user, kinds)
    operations = _plan_in_time(deps, connection, given, user)
    if sum(map(_length, operations)) > LONGEST_PLAN:
        raise _too_much("The plan of these records is too large for one answer.")
    return operations


def _require_readable(connection: Connection) -> None:
    connection.require_authorized()
    if connection.state is ConnectionState.NEEDS_RECONNECT:
        message = "The accounting system no longer accepts our authorisation."
        raise Conflict("needs_reconnect", message, RECONNECT)


def _length(operation: Operation) -> int:
    """How many characters the operation has in an answer, about."""
    bodies = [operation.members, operation.body, operation.before]
    return CHARACTERS_EACH * (1 + len(operation.warnings)) + len(json.dumps(bodies))


def _lines(
    deps: Dependencies, connection: Connection, records: Sequence[Any] | str
) -> Iterable[bytes]:
    if isinstance(records, str):
        name = deps.staging.uploaded(connection.key, records)
        return deps.staging.records(name)
    return (json.dumps(record).encode() for record in records)


def _plan_in_time(
    deps: Dependencies, connection: Connection, records: Records, user: str
) -> tuple[Operation, ...]:
    try:
        return asyncio.run(_plan(deps, connection, records, user))
    except Interrupted:
        message = "The accounting system took too long to answer."
        raise LedgerUnavailable("ledger_unavailable", message, FEWER_OR_LATER) from None
    except RecordsRestored:
        raise
    except LedgerError as error:
        error.remedy = RECONNECT if isinstance(error, AuthorizationLost) else LATER
        raise


async def _plan(
    deps: Dependencies, connection: Connection, records: Records, user: str
) -> tuple[Operation, ...]:
    ends_at = deps.clock.monotonic() + READ_SECONDS

    def stop() -> bool:
        return deps.clock.monotonic() > ends_at

    async with ledger_session(deps, connection, saves_state=False) as session:
        session.require_known_marks()
        company = await session.ledger.company(stop)
        planner = PostPlanner(deps, connection, session.ledger, company, deps.clock.now(), stop)
        operations, _ = await planner.plan_records(records, user, None)
        return operations


def _too_much(message: str) -> Invalid:
    remedy = "Preview fewer records at once."
    return Invalid.at("", message, remedy, code="too_many_records")
