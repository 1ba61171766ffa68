"""The lane: what a worker does with one message of a connection."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from ledgerlink.domain.connections import Connection, ConnectionState
from ledgerlink.domain.errors import AuthorizationLost, LedgerError, NotFound
from ledgerlink.domain.ports import Interrupted, Stop
from ledgerlink.domain.reasons import reason
from ledgerlink.domain.runs import Run, RunState
from ledgerlink.services.applying import apply_chunk
from ledgerlink.services.house import House
from ledgerlink.services.parking import (
    lose_authorization,
    messages_of,
    park,
    reason_of,
    resume_all,
)
from ledgerlink.services.planning import plan_run, read_company
from ledgerlink.services.stores import Message


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
    if run.generation != message.generation:
        return
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
        park(house, house.runs.get(run.firm, run.connection_id, run.id), reason_of(error))


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


UNDER_WAY = (RunState.QUEUED, RunState.APPLYING)
MAX_TURNS = 1000
"""How often a plan goes to the end of the lane because another run is being applied."""
MAX_IDLE = 5
"""Workers in a row that were cut short with nothing to show for it, before the run is parked."""


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
    ledger = house.open(connection)
    try:
        await read_company(house, connection, ledger, stop)
    except AuthorizationLost as lost:
        lose_authorization(house, connection, lost)
        return
    except (LedgerError, Interrupted):
        house.count("CompaniesUnread", 1)
    finally:
        house.memory.save(connection.firm, connection.id, ledger.lane_state())
        await ledger.close()
    resume_all(house, connection)


def _go_on_later(house: House, before: Run, message: Message) -> None:
    """Send the message of a worker that was cut short again; park a run that gets nowhere."""
    run = house.runs.get(before.firm, before.connection_id, before.id)
    idle = run.idle + 1 if run.advance() == before.advance() else 0
    if idle >= MAX_IDLE:
        park(house, run, reason("ledger_unavailable", detail=f"{idle} workers got no answer"))
        return
    if idle != run.idle:
        house.runs.save(replace(run, idle=idle))
    house.lane.send([replace(message, turn=message.turn + 1)])


async def _plan(
    house: House, connection: Connection, run: Run, message: Message, stop: Stop
) -> None:
    if run.state is RunState.QUEUED:
        if message.turn < MAX_TURNS and _busy(house, connection):
            house.lane.send([replace(message, turn=message.turn + 1)])
            return
        await plan_run(house, connection, run, stop)
    elif run.state is RunState.APPLYING:
        house.lane.send(messages_of(run))  # a repeat: it was stored, maybe not sent on


def _busy(house: House, connection: Connection) -> bool:
    """Whether another run is being applied: a plan must see what it will have written."""
    return bool(house.runs.in_state(connection.firm, connection.id, RunState.APPLYING))


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
    if chunk is not None and not await apply_chunk(house, connection, run, chunk, stop):
        raise Interrupted
    finish(house, house.runs.get(run.firm, run.connection_id, run.id))


def finish(house: House, run: Run) -> None:
    """Finish a run whose chunks are all done."""
    if run.state is RunState.APPLYING and not run.open_chunks():
        state = run.outcome_state()
        house.runs.save(replace(run, state=state, finished_at=house.clock.now()))


STEPS: dict[str, Callable[..., Awaitable[None]]] = {"plan": _plan, "apply": _apply}
