"""The worker's entry: what is done with one message from a connection's queue (its lane)."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from ledgerlink.domain.errors import (
    DEFECTS,
    AuthorizationLost,
    Conflict,
    Interrupted,
    Invalid,
    LedgerError,
    LedgerStopped,
    LedgerUnavailable,
    NotFound,
)
from ledgerlink.domain.model.connections import Connection, ConnectionState
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Operation
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.domain.model.schedule import FIRST_INTERVAL
from ledgerlink.domain.model.settings import Direction
from ledgerlink.domain.ports import Stop
from ledgerlink.services.applying.chunk import apply_chunk
from ledgerlink.services.applying.recover import recover_other_runs
from ledgerlink.services.defects import report_defect
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.messages import Message, remaining_messages, run_message
from ledgerlink.services.plan_run import plan_run
from ledgerlink.services.review_plan import review_plan, search_unanswered
from ledgerlink.services.runs.ledger_session import ledger_session
from ledgerlink.services.runs.next_step import finish, report
from ledgerlink.services.runs.parking import (
    lose_authorization,
    park,
    reason_of,
    resume,
    resume_all,
)
from ledgerlink.services.runs.read_company import read_company
from ledgerlink.services.sync import scheduler
from ledgerlink.services.sync.pull import pull_and_merge
from ledgerlink.services.sync.request import start_sync, waiting_sync
from ledgerlink.wire.stored import Unreadable


async def handle(deps: Dependencies, message: Message, stop: Stop) -> None:
    """Do the step that the message asks for; a message whose step is done already does nothing.

    A lost authorisation, an outage of the ledger or a mistake of our own program (`DEFECTS`) parks
    the run and raises nothing. Whatever is raised is unexpected, such as the failure of a store,
    and the queue delivers the message again.
    """
    key = message.connection_key
    connection = deps.connections.get(key)
    deps.metrics.add_up_per_ledger(connection.ledger)
    if message.step == "read_company":
        await _after_connect(deps, connection, stop)
        return
    run = deps.runs.get(key, message.run_id)
    if run.generation == message.generation:
        await _do_step(deps, connection, run, message, StopOrInterrupt(deps, run, stop))
    report(deps, run)


async def _do_step(
    deps: Dependencies, connection: Connection, run: Run, message: Message, stop: Stop
) -> None:
    if connection.state is not ConnectionState.CONNECTED:
        _park_unfinished(deps, connection, run)
        return
    try:
        await STEPS[message.step](deps, connection, run, message, stop)
    except Interrupted:
        _send_again(deps, run, message)
    except DEFECTS as defect:
        report_defect(deps, f"run {run.id}", defect)
        _set_aside(deps, run, _why_failed(defect))
    except LedgerError as error:
        if isinstance(error, AuthorizationLost):
            lose_authorization(deps, connection, error)
        with suppress(Conflict):  # a user interrupted it meanwhile
            newest = deps.runs.get(run.connection_key, run.id)
            park(deps, replace(newest, generation=run.generation), reason_of(error))
        if run.sync is not None and isinstance(error, LedgerStopped):
            deps.metrics.count("SyncsFailed", 1)
        if isinstance(error, LedgerUnavailable):
            scheduler.bring_forward(deps, connection, deps.clock.now() + FIRST_INTERVAL)


def give_up(deps: Dependencies, message: Message) -> None:
    """Park the run of a message that failed too often, so that a person decides what to do."""
    if not message.run_id:
        deps.metrics.count("MessagesDropped", 1)
        return
    try:
        run = deps.runs.get(message.connection_key, message.run_id)
    except NotFound:
        deps.metrics.count("MessagesDropped", 1)
        return
    if run.generation == message.generation:
        _set_aside(deps, run, reason("worker_failed"))
        report(deps, run)


STORED = {Link: "a record of an earlier post", Operation: "the plan", Run: "a run"}
"""What people call the things that are stored, where there is a word."""


def _why_failed(defect: BaseException) -> Reason:
    """The reason of a run on which our program fails each time."""
    if isinstance(defect, Unreadable):
        return reason("stored_unreadable", what=STORED.get(defect.kind, "something about this run"))
    return reason("worker_failed")


def _set_aside(deps: Dependencies, run: Run, why: Reason) -> None:
    """Park a run on which our program fails each time, so that the lane goes on with others."""
    run = replace(deps.runs.get(run.connection_key, run.id), generation=run.generation)
    if run.state in AT_WORK:
        with suppress(Conflict):  # a user interrupted it meanwhile
            park(deps, run, why)
            deps.metrics.count("RunsSetAside", 1)


AT_WORK = (RunState.PLANNING, RunState.QUEUED, RunState.APPLYING)
"""The states in which a worker has something to do for a run."""
MAX_TURNS = 1000
"""How often a run gives way to another one by going to the end of the queue."""
MAX_IDLE_WORKERS = 5
"""So many workers in a row that achieved nothing before they were stopped park the run."""
NOT_CONNECTED = "the company is not connected"
"""Why runs of a connection without authorisation wait, if the connection has no reason itself."""
INTERRUPT_CHECK_SECONDS = 2.0
"""Seconds between two reads of the run that find out whether a user has interrupted it."""


class StopOrInterrupt:
    """A stop that is also true once a user has interrupted the import."""

    def __init__(self, deps: Dependencies, run: Run, stop: Stop) -> None:
        self._deps, self._run, self._stop = deps, run, stop
        self._checked_at = deps.clock.monotonic()
        self._interrupted = False

    def __call__(self) -> bool:
        if self._stop():
            return True
        if self._run.imported is not None and not self._interrupted:
            self._interrupted = self._is_interrupted_now()
        return self._interrupted

    def _is_interrupted_now(self) -> bool:
        now = self._deps.clock.monotonic()
        if now - self._checked_at < INTERRUPT_CHECK_SECONDS:
            return False
        self._checked_at = now
        stored = self._deps.runs.get(self._run.connection_key, self._run.id)
        return stored.generation != self._run.generation


def _park_unfinished(deps: Dependencies, connection: Connection, run: Run) -> None:
    if run.state in AT_WORK:
        park(deps, run, connection.reason or reason("needs_reconnect", detail=NOT_CONNECTED))


async def _after_connect(deps: Dependencies, connection: Connection, stop: Stop) -> None:
    """Read the company after a connect, resume parked runs and start the first sync.

    Runs are resumed even if the ledger cannot be read, because they read the company themselves
    and report the same error with their own reason.
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
            deps.metrics.count("CompaniesUnread", 1)
    resume_all(deps, connection)
    _first_sync(deps, connection)


def _first_sync(deps: Dependencies, connection: Connection) -> None:
    """Sync all lists after every connect; from then on the schedule does."""
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


def _send_again(deps: Dependencies, before: Run, message: Message) -> None:
    """Send the message of a stopped worker again. A run on which several workers in a row achieved
    nothing is parked instead."""
    run = deps.runs.get(before.connection_key, before.id)
    if run.generation != before.generation:
        return
    idle = run.idle + 1 if run.advance() == before.advance() else 0
    if idle >= MAX_IDLE_WORKERS:
        park(
            deps,
            run,
            reason("ledger_unavailable", detail=f"it gave no answer {idle} times in a row"),
        )
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
        if message.turn < MAX_TURNS and _must_wait(deps, connection, run, message):
            deps.lane.send([replace(message, turn=message.turn + 1)])
            return
        with suppress(Conflict):  # a user cancelled it meanwhile
            await _plan_post(deps, connection, run, stop)
    elif run.state is RunState.CANCELLING:
        await _cancel(deps, connection, run, stop)
    elif run.state is RunState.APPLYING:
        deps.lane.send(remaining_messages(run))  # the worker before may have died before sending


async def _plan_post(deps: Dependencies, connection: Connection, run: Run, stop: Stop) -> None:
    """Plan a post, anew if its plan is older than its rules; what was posted of it stays."""
    run = await search_unanswered(deps, connection, run, stop)
    if run.untouched():
        await plan_run(deps, connection, replace(run, chunks=()), stop)
    else:
        try:
            await review_plan(deps, connection, run, stop)
        except Invalid as unreadable:  # it can be cancelled, and what is missing be posted again
            park(deps, run, reason("unreadable_upload", detail=unreadable.message))


async def _cancel(deps: Dependencies, connection: Connection, run: Run, stop: Stop) -> None:
    """End a run that was given up, once it is known what the ledger has of it."""
    run = await search_unanswered(deps, connection, run, stop)
    ended = replace(run, state=RunState.CANCELLED, finished_at=deps.clock.now())
    deps.runs.save(ended, of_generation=run.generation)


def _must_wait(deps: Dependencies, connection: Connection, run: Run, message: Message) -> bool:
    """Whether another run is being applied, or an earlier post is not planned yet, because its
    worker was stopped or it had to wait. Planned before it, this one would find nothing to delete
    of what the earlier one then creates."""
    if _is_applying_another(deps, connection):
        return True
    queued = deps.runs.in_state(connection.key, RunState.QUEUED)
    earlier = [one for one in queued if one.id < run.id and not (one.sync or one.imported)]
    if earlier and not message.turn:
        # Its first message may have been lost; the queue would drop the same again.
        deps.lane.send([replace(run_message(earlier[0]), turn=1)])
    return bool(earlier)


def _is_applying_another(deps: Dependencies, connection: Connection) -> bool:
    """Whether a run is being applied. A plan is made after it, because it must see its links."""
    applying = deps.runs.in_state(connection.key, RunState.APPLYING)
    return any(run.sync is None for run in applying)


async def _apply(
    deps: Dependencies, connection: Connection, run: Run, _message: Message, stop: Stop
) -> None:
    """Apply the first open chunk, whichever chunk the message names.

    There is a message per chunk, and a stopped worker's message is sent again behind the others.
    Going by the message would therefore apply a chunk before the chunks that it depends on.
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
    if run.state not in AT_WORK:
        return
    older = waiting_sync(deps, connection)
    if older is not None and older.id != run.id:
        _give_way(deps, older, run, message)
        return
    await pull_and_merge(deps, connection, run, stop)


def _give_way(deps: Dependencies, older: Run, run: Run, message: Message) -> None:
    """Put the sync behind an older one, which is resumed first, because two syncs of a connection
    must not overlap."""
    waited = message.turn > 0
    if waited and (older.state is RunState.PARKED or message.turn >= MAX_TURNS):
        park(deps, run, older.reason or reason("worker_failed"))
        return
    if not waited:
        with suppress(Conflict):  # somebody else resumed it
            resume(deps, older)
    deps.lane.send([replace(message, turn=message.turn + 1)])


STEPS: dict[str, Callable[..., Awaitable[None]]] = {"plan": _plan, "apply": _apply, "sync": _sync}
"""What is done for a message, by its step."""
