"""Settling what resting runs sent without an answer, before anything else is planned."""

from collections.abc import Iterator

from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.runs import RESTING, Chunk, Run
from ledgerlink.domain.ports import Ledger, Stop
from ledgerlink.services.applying.chunk import open_work
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.runs.ledger_session import ledger_session


async def recover_unanswered(
    deps: Dependencies, connection: Connection, run: Run, stop: Stop
) -> None:
    """As `settle_parked`, before something is written that was planned earlier. The ledger is only
    gone to when there is something to look up. Raises Interrupted."""
    if any(True for other, _ in _unsettled(deps, connection) if other.id != run.id):
        async with ledger_session(deps, connection) as there:
            await recover_parked(deps, connection, there.ledger, stop)


async def recover_parked(
    deps: Dependencies, connection: Connection, ledger: Ledger, stop: Stop
) -> None:
    """Look up the open requests of every run that rests and record what the ledger holds of them.

    The calls count for the run that is being planned. Raises Interrupted.
    """
    for run, chunk in list(_unsettled(deps, connection)):
        await open_work(deps, connection, run, chunk, ledger, calls={}).look_up(stop)


def _unsettled(deps: Dependencies, connection: Connection) -> Iterator[tuple[Run, Chunk]]:
    """Chunks of resting runs that have requests under way."""
    for state in sorted(RESTING):
        for run in deps.runs.in_state(connection.key, state):
            for chunk in run.open_chunks():
                progress = run.progress.get(chunk.number)
                if progress is not None and progress.opened_at is not None:
                    yield run, chunk
