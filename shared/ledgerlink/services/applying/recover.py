"""Recovering the writes that runs sent and got no answer for, before anything else is written."""

from collections.abc import Iterator

from ledgerlink.domain.errors import LedgerStopped
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.runs import RESTING, Chunk, Run, RunState
from ledgerlink.domain.ports import Ledger, Stop
from ledgerlink.services.applying.chunk import load_chunk
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.runs.ledger_session import ledger_session


async def recover_other_runs(
    deps: Dependencies, connection: Connection, run: Run, stop: Stop
) -> None:
    """Recover the unanswered writes of other runs before `run`, which was planned earlier, writes
    anything. Opens a ledger session only when there are some. Raises Interrupted."""
    if any(True for other, _ in _unanswered(deps, connection) if other.id != run.id):
        async with ledger_session(deps, connection) as session:
            await recover_unanswered(deps, connection, session.ledger, stop)


async def recover_unanswered(
    deps: Dependencies, connection: Connection, ledger: Ledger, stop: Stop
) -> None:
    """Search the ledger for the unanswered writes of every resting run and record what it holds.

    The calls count for the run that is being planned, because it is the one that needs the answer.
    Raises Interrupted.
    """
    for run, chunk in list(_unanswered(deps, connection)):
        chunk_run = load_chunk(deps, connection, run, chunk, ledger, calls={})
        await chunk_run.search_unanswered(stop)


def _unanswered(deps: Dependencies, connection: Connection) -> Iterator[tuple[Run, Chunk]]:
    """Chunks of resting runs with a series that was opened and not ended."""
    key = connection.key
    for state in (*sorted(RESTING), RunState.CANCELLING):
        for run in deps.runs.in_state(key, state):
            for chunk in run.open_chunks():
                progress = run.progress.get(chunk.number)
                if progress is not None and progress.opened_at is not None:
                    _require_plan(deps, run)
                    yield run, chunk


def _require_plan(deps: Dependencies, run: Run) -> None:
    """Raises LedgerStopped for a run whose plan was deleted before it was known what the ledger has
    of it: posting the same records again could write them twice."""
    if not deps.retention.keeps_items(run, deps.clock.now()):
        begun = f"{run.started_at:%d %B %Y}"
        why = reason("unanswered_expired", run=run.id, day=begun)
        raise LedgerStopped(why.code, why.message, why.remedy)
