"""The lane: what a worker does with one message of a connection."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from ledgerlink.domain.errors import (
    AuthorizationLost,
    Conflict,
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
from ledgerlink.domain.ports import Interrupted, Stop
from ledgerlink.services.applying.chunk import apply_chunk
from ledgerlink.services.applying.recover import settle_before
from ledgerlink.services.dependencies import House
from ledgerlink.services.ports import Message
from ledgerlink.services.posting.plan_run import plan_run, read_company
from ledgerlink.services.runs.ledger_session import visit
from ledgerlink.services.runs.messages import messages_of
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


async def handle(house: House, message: Message, stop: Stop) -> None:
    """Do what the message asks. A message whose work is already done does nothing.

    What concerns the whole company (lost authorisation, an outage) parks the run and is no
    error; anything raised is unexpected and the queue repeats the message.
    """
    connection = house.connections.get(message.firm, message.connection_id)
    if message.step == "read_company":
        await _welcome(house, connection, stop)
        return
    run = house.runs.get(message.firm, message.connection_id, message.run_id)
    if run.generation == message.generation:
        await _work(house, connection, run, message, Watch(house, run, stop))
    report(house, run)


async def _work(
    house: House, connection: Connection, run: Run, message: Message, stop: Stop
) -> None:
    if connection.state is not ConnectionState.CONNECTED:
        _park_unfinished(house, connection, run)
        return
    try:
        await STEPS[message.step](house, connection, run, message, stop)
    except Interrupted:
        _go_on_later(house, run, message)
    except LedgerError as error:
        if isinstance(error, AuthorizationLost):
            lose_authorization(house, connection, error)
        with suppress(Conflict):  # somebody interrupted it meanwhile
            met = replace(
                house.runs.get(run.firm, run.connection_id, run.id), generation=run.generation
            )
            park(house, met, reason_of(error))
        if run.sync is not None and isinstance(error, LedgerStopped):
            house.count("SyncsFailed", 1)
        if isinstance(error, LedgerUnavailable):
            scheduler.bring_forward(house, connection, house.clock.now() + FIRST_INTERVAL)


def give_up(house: House, message: Message) -> None:
    """The queue has delivered this message too often: set its run aside for a person."""
    if not message.run_id:
        house.count("MessagesDropped", 1)
        return
    try:
        run = house.runs.get(message.firm, message.connection_id, message.run_id)
    except NotFound:
        house.count("MessagesDropped", 1)
        return
    if run.generation == message.generation and run.state in UNDER_WAY:
        park(house, run, reason("worker_failed"))
        house.count("RunsSetAside", 1)
        report(house, run)


UNDER_WAY = (RunState.PLANNING, RunState.QUEUED, RunState.APPLYING)
MAX_TURNS = 1000
"""How often a plan goes to the end of the lane because another run is being applied."""
MAX_IDLE = 5
"""Workers in a row that were cut short with nothing to show for it, before the run is parked."""
ASK_EVERY = 2.0
"""Seconds between two questions whether somebody interrupted the run."""


class Watch:
    """A stop that also says so once a person has interrupted the run."""

    def __init__(self, house: House, run: Run, stop: Stop) -> None:
        self._house, self._run, self._stop = house, run, stop
        self._asked_at = house.clock.monotonic()
        self._over = False

    def __call__(self) -> bool:
        if self._run.imported is None or self._over or self._stop():
            return self._over or self._stop()
        now = self._house.clock.monotonic()
        if now - self._asked_at >= ASK_EVERY:
            self._asked_at = now
            run = self._run
            there = self._house.runs.get(run.firm, run.connection_id, run.id)
            self._over = there.generation != run.generation
        return self._over


def _park_unfinished(house: House, connection: Connection, run: Run) -> None:
    if run.state in UNDER_WAY:
        park(house, run, connection.reason or reason("needs_reconnect", detail=connection.state))


async def _welcome(house: House, connection: Connection, stop: Stop) -> None:
    """Read the company back after a connect and let parked runs go on.

    A ledger that cannot be read is no hindrance: the runs meet the same trouble, say what it is,
    and read the company before they are planned.
    """
    if connection.state is not ConnectionState.CONNECTED:
        return
    async with visit(house, connection) as there:
        try:
            await read_company(house, connection, there.ledger, stop)
        except AuthorizationLost as lost:
            lose_authorization(house, connection, lost)
            return
        except (LedgerError, Interrupted):
            house.count("CompaniesUnread", 1)
    resume_all(house, connection)
    _first_sync(house, connection)


def _first_sync(house: House, connection: Connection) -> None:
    """After every connect the lists come in by themselves, and from then on by schedule."""
    scheduler.begin_schedule(house, connection)
    incoming = house.settings.get(connection.firm, connection.id).direction is not Direction.OUT
    if incoming and house.connector(connection.ledger).lists:
        start_sync(
            house,
            connection,
            connection.created_by,
            "connect",
            f"connect#{connection.connected_at}",
        )


def _go_on_later(house: House, before: Run, message: Message) -> None:
    """Send the message of a worker that was cut short again; park a run that gets nowhere."""
    run = house.runs.get(before.firm, before.connection_id, before.id)
    if run.generation != before.generation:
        return
    idle = run.idle + 1 if run.advance() == before.advance() else 0
    if idle >= MAX_IDLE:
        park(house, run, reason("ledger_unavailable", detail=f"{idle} workers got no answer"))
        return
    if idle != run.idle:
        with suppress(Conflict):
            house.runs.save(replace(run, idle=idle), of_generation=run.generation)
    house.lane.send([replace(message, turn=message.turn + 1)])


async def _plan(
    house: House, connection: Connection, run: Run, message: Message, stop: Stop
) -> None:
    if run.imported is not None:
        if run.state is RunState.PLANNING:
            await plan_run(house, connection, run, stop)
    elif run.state is RunState.QUEUED:
        if message.turn < MAX_TURNS and _busy(house, connection):
            house.lane.send([replace(message, turn=message.turn + 1)])
            return
        await plan_run(house, connection, run, stop)
    elif run.state is RunState.APPLYING:
        house.lane.send(messages_of(run))  # a repeat: it was stored, maybe not sent on


def _busy(house: House, connection: Connection) -> bool:
    """Whether another run is being applied: a plan must see what it will have written."""
    applying = house.runs.in_state(connection.firm, connection.id, RunState.APPLYING)
    return any(run.sync is None for run in applying)


async def _apply(
    house: House, connection: Connection, run: Run, _message: Message, stop: Stop
) -> None:
    """Apply the first chunk that is not done, whichever chunk the message was sent for.

    There is a message for each chunk, and one that was cut short is sent again behind the
    others; going by the message would apply a chunk before what it depends on.
    """
    if run.state is not RunState.APPLYING:
        return
    chunk = next(iter(run.open_chunks()), None)
    if run.imported is not None:
        await settle_before(house, connection, run, stop)
    if chunk is not None and not await apply_chunk(house, connection, run, chunk, stop):
        raise Interrupted
    finish(house, house.runs.get(run.firm, run.connection_id, run.id))


async def _sync(
    house: House, connection: Connection, run: Run, message: Message, stop: Stop
) -> None:
    if run.state not in UNDER_WAY:
        return
    older = waiting_sync(house, connection)
    if older is not None and older.id != run.id:
        _wait_for(house, older, run, message)
        return
    await bring_in(house, connection, run, stop)


def _wait_for(house: House, older: Run, run: Run, message: Message) -> None:
    """Two syncs never overlap: let the older one go on, once, and come again behind it."""
    waited = message.turn > 0
    if waited and (older.state is RunState.PARKED or message.turn >= MAX_TURNS):
        park(house, run, older.reason or reason("worker_failed"))
        return
    if not waited:
        with suppress(Conflict):  # it goes on already
            resume(house, older)
    house.lane.send([replace(message, turn=message.turn + 1)])


STEPS: dict[str, Callable[..., Awaitable[None]]] = {"plan": _plan, "apply": _apply, "sync": _sync}
