"""The lane: what a worker does with one message of a connection."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from ledgerlink.domain.errors import (
    AuthorizationLost,
    Conflict,
    Interrupted,
    LedgerError,
    LedgerStopped,
    LedgerUnavailable,
    NotFound,
)
from ledgerlink.domain.model.connections import Connection, ConnectionState
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.domain.model.schedule import FIRST_INTERVAL
from ledgerlink.domain.model.settings import Direction
from ledgerlink.domain.ports import Stop
from ledgerlink.services.applying.chunk import apply_chunk
from ledgerlink.services.applying.recover import recover_other_runs
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.messages import Message, remaining_messages
from ledgerlink.services.posting.plan_run import plan_run, read_company
from ledgerlink.services.runs.ledger_session import ledger_session
from ledgerlink.services.runs.next_step import finish, report
from ledgerlink.services.runs.parking import (
    lose_authorization,
    park,
    reason_of,
    resume,
    resume_all,
)
from ledgerlink.services.sync import scheduler
from ledgerlink.services.sync.pull import bring_in
from ledgerlink.services.sync.request import start_sync, waiting_sync


async def handle(deps: Dependencies, message: Message, stop: Stop) -> None:
    """Do what the message asks. A message whose work is already done does nothing.

    What concerns the whole company (lost authorisation, an outage) parks the run and is no
    error; anything raised is unexpected and the queue repeats the message.
    """
    connection = deps.connections.get(message.connection_key)
    deps.count_for(connection.ledger)
    if message.step == "read_company":
        await _welcome(deps, connection, stop)
        return
    run = deps.runs.get(message.connection_key, message.run_id)
    if run.generation == message.generation:
        await _work(deps, connection, run, message, Watch(deps, run, stop))
    report(deps, run)


async def _work(
    deps: Dependencies, connection: Connection, run: Run, message: Message, stop: Stop
) -> None:
    if connection.state is not ConnectionState.CONNECTED:
        _park_unfinished(deps, connection, run)
        return
    try:
        await STEPS[message.step](deps, connection, run, message, stop)
    except Interrupted:
        _go_on_later(deps, run, message)
    except LedgerError as error:
        if isinstance(error, AuthorizationLost):
            lose_authorization(deps, connection, error)
        with suppress(Conflict):  # somebody interrupted it meanwhile
            met = replace(deps.runs.get(run.connection_key, run.id), generation=run.generation)
            park(deps, met, reason_of(error))
        if run.sync is not None and isinstance(error, LedgerStopped):
            deps.count("SyncsFailed", 1)
        if isinstance(error, LedgerUnavailable):
            scheduler.bring_forward(deps, connection, deps.clock.now() + FIRST_INTERVAL)


def give_up(deps: Dependencies, message: Message) -> None:
    """The queue has delivered this message too often: set its run aside for a person."""
    if not message.run_id:
        deps.count("MessagesDropped", 1)
        return
    try:
        run = deps.runs.get(message.connection_key, message.run_id)
    except NotFound:
        deps.count("MessagesDropped", 1)
        return
    if run.generation == message.generation and run.state in UNDER_WAY:
        park(deps, run, reason("worker_failed"))
        deps.count("RunsSetAside", 1)
        report(deps, run)


UNDER_WAY = (RunState.PLANNING, RunState.QUEUED, RunState.APPLYING)
MAX_TURNS = 1000
"""How often a plan goes to the end of the lane because another run is being applied."""
MAX_IDLE = 5
"""Workers in a row that were cut short with nothing to show for it, before the run is parked."""
ASK_EVERY = 2.0
"""Seconds between two questions whether somebody interrupted the run."""


class Watch:
    """A stop that also says so once a person has interrupted the run."""

    def __init__(self, deps: Dependencies, run: Run, stop: Stop) -> None:
        self._deps, self._run, self._stop = deps, run, stop
        self._asked_at = deps.clock.monotonic()
        self._over = False

    def __call__(self) -> bool:
        if self._run.imported is None or self._over or self._stop():
            return self._over or self._stop()
        now = self._deps.clock.monotonic()
        if now - self._asked_at >= ASK_EVERY:
            self._asked_at = now
            run = self._run
            there = self._deps.runs.get(run.connection_key, run.id)
            self._over = there.generation != run.generation
        return self._over


def _park_unfinished(deps: Dependencies, connection: Connection, run: Run) -> None:
    if run.state in UNDER_WAY:
        park(deps, run, connection.reason or reason("needs_reconnect", detail=connection.state))


async def _welcome(deps: Dependencies, connection: Connection, stop: Stop) -> None:
    """Read the company back after a connect and let parked runs go on.

    A ledger that cannot be read is no hindrance: the runs meet the same trouble, say what it is,
    and read the company before they are planned.
    """
    if connection.state is not ConnectionState.CONNECTED:
        return
    async with ledger_session(deps, connection) as session:
        try:
            await read_company(deps, connection, session.ledger, stop)
        except AuthorizationLost as lost:
            lose_authorization(deps, connection, lost)
            return
        except (LedgerError, Interrupted):
            deps.count("CompaniesUnread", 1)
    resume_all(deps, connection)
    _first_sync(deps, connection)


def _first_sync(deps: Dependencies, connection: Connection) -> None:
    """After every connect the lists come in by themselves, and from then on by schedule."""
    scheduler.begin_schedule(deps, connection)
    incoming = deps.settings.get(connection.key).direction is not Direction.OUT
    if incoming and deps.connector(connection.ledger).lists:
        start_sync(
            deps,
            connection,
            connection.created_by,
            "connect",
            f"connect#{connection.connected_at}",
        )


def _go_on_later(deps: Dependencies, before: Run, message: Message) -> None:
    """Send the message of a worker that was cut short again; park a run that gets nowhere."""
    run = deps.runs.get(before.connection_key, before.id)
    if run.generation != before.generation:
        return
    idle = run.idle + 1 if run.advance() == before.advance() else 0
    if idle >= MAX_IDLE:
        park(deps, run, reason("ledger_unavailable", detail=f"{idle} workers got no answer"))
        return
    if idle != run.idle:
        with suppress(Conflict):
            deps.runs.save(replace(run, idle=idle), of_generation=run.generation)
    deps.lane.send([replace(message, turn=message.turn + 1)])


async def _plan(
    deps: Dependencies, connection: Connection, run: Run, message: Message, stop: Stop
) -> None:
    if run.imported is not None:
        if run.state is RunState.PLANNING:
            await plan_run(deps, connection, run, stop)
    elif run.state is RunState.QUEUED:
        if message.turn < MAX_TURNS and _busy(deps, connection):
            deps.lane.send([replace(message, turn=message.turn + 1)])
            return
        await plan_run(deps, connection, run, stop)
    elif run.state is RunState.APPLYING:
        deps.lane.send(remaining_messages(run))  # a repeat: it was stored, maybe not sent on


def _busy(deps: Dependencies, connection: Connection) -> bool:
    """Whether another run is being applied: a plan must see what it will have written."""
    applying = deps.runs.in_state(connection.key, RunState.APPLYING)
    return any(run.sync is None for run in applying)


async def _apply(
    deps: Dependencies, connection: Connection, run: Run, _message: Message, stop: Stop
) -> None:
    """Apply the first chunk that is not done, whichever chunk the message was sent for.

    There is a message for each chunk, and one that was cut short is sent again behind the
    others; going by the message would apply a chunk before what it depends on.
    """
    if run.state is not RunState.APPLYING:
        return
    chunk = next(iter(run.open_chunks()), None)
    if run.imported is not None:
        await recover_other_runs(deps, connection, run, stop)
    if chunk is not None and not await apply_chunk(deps, connection, run, chunk, stop):
        raise Interrupted
    finish(deps, deps.runs.get(run.connection_key, run.id))


async def _sync(
    deps: Dependencies, connection: Connection, run: Run, message: Message, stop: Stop
) -> None:
    if run.state not in UNDER_WAY:
        return
    older = waiting_sync(deps, connection)
    if older is not None and older.id != run.id:
        _wait_for(deps, older, run, message)
        return
    await bring_in(deps, connection, run, stop)


def _wait_for(deps: Dependencies, older: Run, run: Run, message: Message) -> None:
    """Two syncs never overlap: let the older one go on, once, and come again behind it."""
    waited = message.turn > 0
    if waited and (older.state is RunState.PARKED or message.turn >= MAX_TURNS):
        park(deps, run, older.reason or reason("worker_failed"))
        return
    if not waited:
        with suppress(Conflict):  # it goes on already
            resume(deps, older)
    deps.lane.send([replace(message, turn=message.turn + 1)])


STEPS: dict[str, Callable[..., Awaitable[None]]] = {"plan": _plan, "apply": _apply, "sync": _sync}
