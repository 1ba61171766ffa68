"""Requesting syncs: check the request, create a run, queue it."""

from collections.abc import Sequence
from datetime import date, timedelta

from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.model.connections import Connection, ConnectionKey
from ledgerlink.domain.model.list_records import ListType, Sync
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.messages import run_message
from ledgerlink.services.runs.idempotency import digest

LONGEST_RANGE = timedelta(days=366)
"""The longest range of days of a list that is read on request."""
UNFINISHED = (RunState.APPLYING, RunState.QUEUED, RunState.PARKED)


def request_sync(
    deps: Dependencies,
    connection_key: ConnectionKey,
    user: str,
    idempotency_key: str,
    *,
    whole: bool = False,
    wanted: tuple[ListType, ...] | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
) -> Run:
    """Create a sync that a user has requested.

    Raises NotFound for an unknown connection, Conflict for one that is not authorised or whose
    direction is out. Raises Invalid for a list that the ledger does not have, and for a list on
    request without a range of days (at most 366).
    """
    connection = deps.connections.get(connection_key)
    connection.require_authorized()
    deps.settings.get(connection_key).require_syncing()
    _check_lists(deps, connection, wanted)
    _check_days(deps, connection, wanted or (), first_day, last_day)
    sync = Sync(
        trigger="request", whole=whole, wanted=wanted, first_day=first_day, last_day=last_day
    )
    return _start(deps, connection, user, idempotency_key, sync)


def _check_lists(
    deps: Dependencies, connection: Connection, wanted: tuple[ListType, ...] | None
) -> None:
    offered = deps.connector(connection.ledger).lists
    remedy = f"Use some of: {', '.join(offered)}."
    if wanted == ():
        raise Invalid.at(
            "/lists", "No list is named.", f"{remedy} Or leave the field out.", code="no_list"
        )
    for position, kind in enumerate(wanted or ()):
        if kind not in offered:
            message = f"{connection.ledger} has no list {kind}."
            raise Invalid.at(f"/lists/{position}", message, remedy, code="unknown_list")


def _check_days(
    deps: Dependencies,
    connection: Connection,
    wanted: Sequence[ListType],
    first_day: date | None,
    last_day: date | None,
) -> None:
    offered = deps.connector(connection.ledger).lists
    ranged = [kind for kind in wanted if offered[kind].on_request]
    if not ranged:
        if first_day or last_day:
            remedy = "Name a list that is read by days, such as time, or leave the days out."
            raise Invalid.at(
                "/from", "None of these lists is read by days.", remedy, code="range_unused"
            )
        return
    remedy = f"Give from and to, at most {LONGEST_RANGE.days} days."
    if first_day is None or last_day is None:
        place = "/from" if first_day is None else "/to"
        raise Invalid.at(
            place, f"{ranged[0]} is read by days, so it needs a range.", remedy, code="range_needed"
        )
    if last_day < first_day:
        raise Invalid.at("/to", "The range ends before it begins.", remedy, code="range_wrong")
    if last_day - first_day >= LONGEST_RANGE:
        raise Invalid.at(
            "/to",
            f"The range is longer than {LONGEST_RANGE.days} days.",
            remedy,
            code="range_too_long",
        )


def start_sync(
    deps: Dependencies,
    connection: Connection,
    user: str,
    trigger: str,
    idempotency_key: str,
    *,
    whole: bool = False,
    wanted: tuple[ListType, ...] | None = None,
    reviewed: tuple[str, ...] = (),
) -> Run:
    """Create a sync that no user has requested, once per idempotency key; `reviewed` are records
    (`type:id`) that are merged again as they are stored."""
    sync = Sync(trigger=trigger, whole=whole, wanted=wanted, reviewed=reviewed)
    return _start(deps, connection, user, idempotency_key, sync)


def _start(
    deps: Dependencies, connection: Connection, user: str, idempotency_key: str, sync: Sync
) -> Run:
    now = deps.clock.now()
    run = Run(
        firm=connection.firm,
        connection_id=connection.id,
        id=deps.ids.new(now),
        kind="sync",
        state=RunState.QUEUED,
        created_by=user,
        created_at=now,
        ledger=connection.ledger,
        sync=sync,
    )
    asked = [sync.whole, sync.wanted, sync.first_day, sync.last_day, sync.reviewed]
    run = deps.runs.create(run, idempotency_key, digest(["sync", asked]))
    if run.state is RunState.QUEUED:
        deps.lane.send([run_message(run)])
    return run


def waiting_sync(deps: Dependencies, connection: Connection) -> Run | None:
    """The oldest sync of the connection that is not finished."""
    return min(_unfinished(deps, connection), key=lambda run: run.id, default=None)


def _unfinished(deps: Dependencies, connection: Connection) -> list[Run]:
    runs = (deps.runs.in_state(connection.key, state) for state in UNFINISHED)
    return [run for some in runs for run in some if run.sync is not None]
