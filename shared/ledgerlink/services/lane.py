"""The lane: what a worker does with one message of a connection."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from ledgerlink.domain.connections import Connection, ConnectionState
from ledgerlink.domain.errors import AuthorizationLost, LedgerError, NotFound
from ledgerlink.domain.reasons import reason
from ledgerlink.domain.runs import Chunk, Run, RunState
from ledgerlink.services.applying import Stop, apply_chunk
from ledgerlink.services.house import House
from ledgerlink.services.parking import (
    chunk_message,
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
        await _welcome(house, connection)
        return
    run = house.runs.get(message.firm, message.connection_id, message.run_id)
    if run.generation != message.generation:
        return
    if connection.state is not ConnectionState.CONNECTED:
        _park_unfinished(house, connection, run)
        return
    try:
        await STEPS[message.step](house, connection, run, message, stop)
    except LedgerError as error:
        if isinstance(error, AuthorizationLost):
            lose_authorization(house, connection, error)
        park(house, house.runs.get(run.firm, run.connection_id, run.id), reason_of(error))


def give_up(house: House, message: Message) -> None:
    """The queue has delivered this message too often: set its run aside for a person."""
    if not message.run_id:
        return
    run = house.runs.get(message.firm, message.connection_id, message.run_id)
    if run.generation == message.generation and run.state in UNFINISHED:
        park(house, run, reason("worker_failed"))


UNFINISHED = (RunState.QUEUED, RunState.PLANNING, RunState.APPLYING)


def _park_unfinished(house: House, connection: Connection, run: Run) -> None:
    if run.state in UNFINISHED:
        park(house, run, connection.reason or reason("needs_reconnect", detail=connection.state))


async def _welcome(house: House, connection: Connection) -> None:
    """Read the company back after a connect and let parked runs go on."""
    if connection.state is not ConnectionState.CONNECTED:
        return
    ledger = house.open(connection)
    try:
        await read_company(house, connection, ledger)
    except AuthorizationLost as lost:
        lose_authorization(house, connection, lost)
        return
    finally:
        house.memory.save(connection.firm, connection.id, ledger.lane_state())
        await ledger.close()
    resume_all(house, connection)


async def _plan(
    house: House, connection: Connection, run: Run, _message: Message, _stop: Stop
) -> None:
    if run.state is RunState.QUEUED:
        await plan_run(house, connection, run)
    elif run.state is RunState.APPLYING:
        house.lane.send(messages_of(run))  # a repeat: it was stored, maybe not sent on


async def _apply(
    house: House, connection: Connection, run: Run, message: Message, stop: Stop
) -> None:
    chunk = _chunk(run, message.chunk)
    if run.state is not RunState.APPLYING:
        return
    if chunk in run.open_chunks() and not await apply_chunk(house, connection, run, chunk, stop):
        house.lane.send([chunk_message(run, chunk, message.turn + 1)])
        return
    finish(house, house.runs.get(run.firm, run.connection_id, run.id))


def _chunk(run: Run, number: int) -> Chunk:
    for chunk in run.chunks:
        if chunk.number == number:
            return chunk
    raise NotFound("no_chunk", f"Run {run.id} has no chunk {number}.")


def finish(house: House, run: Run) -> None:
    """Finish a run whose chunks are all done."""
    if run.state is RunState.APPLYING and not run.open_chunks():
        state = run.outcome_state()
        house.runs.save(replace(run, state=state, finished_at=house.clock.now()))


STEPS: dict[str, Callable[..., Awaitable[None]]] = {"plan": _plan, "apply": _apply}
