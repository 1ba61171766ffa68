"""Going on with a post whose rules were changed after a part of it was sent.

What is still open is planned again by the rules as they are now. An operation that would be
another one now is blocked, because it was planned by a rule that holds no more; the others are sent
as they were planned.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import ItemState, Operation, Outcome
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.references import needs, resolve
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.domain.ports import Stop
from ledgerlink.services.applying.chunk import ChunkRun, load_chunk
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.messages import remaining_messages
from ledgerlink.services.posting.plan_post import PostPlanner
from ledgerlink.services.posting.staged_records import bounded, read_records, staged_lines
from ledgerlink.services.runs.ledger_session import LedgerSession, ledger_session
from ledgerlink.services.runs.read_company import read_company


async def review_plan(deps: Dependencies, connection: Connection, run: Run, stop: Stop) -> None:
    """Block the open operations of a post that the rules no longer give, then apply the rest.

    Raises Interrupted, Conflict when a user has cancelled the run meanwhile, and Invalid for more
    records than fit into memory and for records that were deleted because of their age.
    """
    async with ledger_session(deps, connection) as session:
        read_at = deps.clock.now()
        now = await _planned_now(deps, connection, run, session, stop)
        for chunk in open_chunks(deps, connection, run, session):
            _block_outdated(deps, chunk, now)
    run = replace(run, state=RunState.APPLYING, idle=0, planned_at=read_at)
    deps.runs.save(run, of_generation=run.generation)
    deps.lane.send(remaining_messages(run))


async def search_unanswered(
    deps: Dependencies, connection: Connection, run: Run, stop: Stop
) -> Run:
    """The run, once it is recorded what the ledger holds of its unanswered writes. Raises
    Interrupted."""
    if not run.unanswered():
        return run
    async with ledger_session(deps, connection) as session:
        for chunk in open_chunks(deps, connection, run, session):
            await chunk.search_unanswered(stop)
    return deps.runs.get(run.connection_key, run.id)


def open_chunks(
    deps: Dependencies, connection: Connection, run: Run, session: LedgerSession
) -> list[ChunkRun]:
    """The chunks of the run in which something is left to be sent."""
    ledger = session.ledger
    return [load_chunk(deps, connection, run, each, ledger, calls={}) for each in run.open_chunks()]


async def _planned_now(
    deps: Dependencies, connection: Connection, run: Run, session: LedgerSession, stop: Stop
) -> Mapping[str, Operation]:
    """The operations of the same records by the rules as they are now, by posting key."""
    company = await read_company(deps, connection, session.ledger, stop)
    lines = bounded(staged_lines(deps, run))
    records = read_records(lines, run.created_by, run.kinds)
    planner = PostPlanner(deps, connection, session.ledger, company, run.created_at, stop)
    operations, _ = await planner.plan_records(records, run.created_by, run.id)
    return {operation.key: operation for operation in operations}


def _block_outdated(deps: Dependencies, chunk: ChunkRun, now: Mapping[str, Operation]) -> None:
    still_open = [op for seq, op in chunk.operations.items() if seq not in chunk.recorder.outcomes]
    links = deps.links.get(chunk.run.connection_key, set(_referred([*still_open, *now.values()])))
    outdated = [op for op in still_open if not _is_same(op, now.get(op.key), links)]
    why = reason("plan_old")
    outcomes = [Outcome(seq=op.seq, state=ItemState.BLOCKED, reason=why) for op in outdated]
    chunk.recorder.store_outcomes(outcomes)
    chunk.recorder.store_progress()


def _referred(operations: Iterable[Operation]) -> Iterator[str]:
    """The posting keys of the documents that these refer to."""
    for operation in operations:
        yield from needs(operation.body)


def _is_same(before: Operation, now: Operation | None, links: Mapping[str, Link]) -> bool:
    """Whether a plan made now has the same operation. A record that was created meanwhile is
    referred to by its id; one that another run has written meanwhile is left to be compared when
    its turn comes."""
    if now is not None and now.state is ItemState.UNCHANGED:
        return True
    if now is None or (before.action, before.kind) != (now.action, now.kind):
        return False

    def id_of(key: str) -> str:
        return links[key].ledger_id if key in links else f"${key}"

    return bool(resolve(before.body, id_of) == resolve(now.body, id_of))
