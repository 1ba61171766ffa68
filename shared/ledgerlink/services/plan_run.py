"""The planning step of a run: read the company and the records, plan, store the plan in chunks."""

from dataclasses import replace

from ledgerlink.domain.errors import Interrupted, Invalid
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.domain.ports import Stop
from ledgerlink.services.applying.recover import recover_unanswered
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.imports.plan_import import plan_import
from ledgerlink.services.imports.plan_sheet import ImportPlanner
from ledgerlink.services.messages import remaining_messages
from ledgerlink.services.posting.plan_post import PostPlanner
from ledgerlink.services.posting.plan_posted import plan_posted
from ledgerlink.services.posting.post_sheet import PostSheet
from ledgerlink.services.posting.sorted_lines import SortedLines
from ledgerlink.services.runs.ledger_session import ledger_session
from ledgerlink.services.runs.next_step import count_settled
from ledgerlink.services.runs.read_company import read_company
from ledgerlink.services.settings.rules import keep_created_rules


async def plan_run(deps: Dependencies, connection: Connection, run: Run, stop: Stop) -> Run:
    """Plan the run and store its chunks. A post is started at once; an import waits for its user.

    The unanswered writes of earlier runs are recovered first, so that the plan sees them. Raises
    Interrupted when `stop` is true before everything is read from the ledger.
    """
    async with ledger_session(deps, connection) as session:
        session.require_known_marks()
        company = await read_company(deps, connection, session.ledger, stop)
        await recover_unanswered(deps, connection, session.ledger, stop)
        if stop():
            raise Interrupted
        run = replace(run, planning_calls=dict(session.ledger.calls))
        if run.imported is not None:
            return await plan_import(
                ImportPlanner(deps, connection, run, run.imported, company, session.ledger, stop)
            )
        planner = PostPlanner(deps, connection, session.ledger, company, run.created_at, stop)
        with SortedLines() as lines:
            try:
                planned = await plan_posted(planner, run, PostSheet.read(deps, run, lines))
            except Invalid as unreadable:
                return fail(deps, run, reason("unreadable_upload", detail=unreadable.message))
        run = replace(run, planning_calls=dict(session.ledger.calls), parts=0)
    keep_created_rules(deps, connection.key, planned.created)
    deps.links.delete(connection.key, planned.gone)
    run = replace(run, records=planned.records, chunks=planned.chunks, planned_at=planned.read_at)
    return start(deps, run)


def fail(deps: Dependencies, run: Run, why: Reason) -> Run:
    """End a run whose records cannot be read."""
    failed = replace(run, state=RunState.FAILED, reason=why, finished_at=deps.clock.now())
    deps.runs.save(failed, of_generation=run.generation)
    return failed


def start(deps: Dependencies, run: Run) -> Run:
    """Start applying a planned run; one with nothing to send is finished at once. Raises Conflict
    when a user has cancelled it meanwhile."""
    now = deps.clock.now()
    count_settled(deps, run)
    begun = deps.retention.begun(run, now)
    run = replace(begun, state=RunState.APPLYING, idle=0)
    if not run.open_chunks():
        run = replace(run, state=run.outcome_state(), finished_at=now)
    deps.runs.save(run, of_generation=run.generation)
    deps.lane.send(remaining_messages(run))
    return run
