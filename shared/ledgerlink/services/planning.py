"""The planning step of a run: read the records, plan, store the plan in chunks."""

from collections.abc import Sequence
from dataclasses import replace

from ledgerlink.domain.connections import Connection
from ledgerlink.domain.documents import Company
from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.plan import Operation
from ledgerlink.domain.planner import PlanInput, Rejected, linked_keys, plan
from ledgerlink.domain.ports import Interrupted, Ledger, Stop
from ledgerlink.domain.reasons import Reason, reason
from ledgerlink.domain.records import TimeEntry
from ledgerlink.domain.resolver import creatable_keys
from ledgerlink.domain.runs import Run, RunState
from ledgerlink.services.house import House
from ledgerlink.services.import_plans import Asked, plan_import
from ledgerlink.services.messages import messages_of
from ledgerlink.services.names import foreign_customers, names_in_use
from ledgerlink.services.plans import read_records, rule_book, store_chunks
from ledgerlink.services.settling import settle_parked
from ledgerlink.services.visits import visit


async def plan_run(house: House, connection: Connection, run: Run, stop: Stop) -> Run:
    """Plan the run and store the chunks. A post is let loose at once, an import is looked at first.

    What an earlier run sent without an answer is settled first, so that the plan sees it. Raises
    Interrupted when `stop` says so before the ledger has been asked everything.
    """
    async with visit(house, connection) as there:
        company = await read_company(house, connection, there.ledger, stop)
        await settle_parked(house, connection, there.ledger, stop)
        if stop():
            raise Interrupted
        run = replace(run, planning_calls=dict(there.ledger.calls))
        if run.imported is not None:
            asked = Asked(house, connection, run, run.imported, company, there.ledger, stop)
            return await plan_import(asked)
    try:
        entries, rejected = read_records(house, run)
    except Invalid as unreadable:
        return fail(house, run, reason("unreadable_upload", detail=unreadable.message))
    operations = _plan(house, connection, run, entries, rejected, company)
    chunks = store_chunks(house, connection, run, operations)
    return start(house, replace(run, records=len(entries) + len(rejected), chunks=chunks))


async def read_company(house: House, connection: Connection, ledger: Ledger, stop: Stop) -> Company:
    """Read the company and its features back and keep them with the connection as it is now: it
    may have been disconnected meanwhile."""
    company = await ledger.company(stop)
    now = house.connections.get(connection.firm, connection.id)
    house.connections.save(replace(now, company=company, read_at=house.clock.now()))
    return company


def fail(house: House, run: Run, why: Reason) -> Run:
    """Finish a run of which nothing can be planned."""
    failed = replace(run, state=RunState.FAILED, reason=why, finished_at=house.clock.now())
    house.runs.save(failed)
    return failed


def start(house: House, run: Run) -> Run:
    """Let a planned run be applied; one with nothing to send is finished at once."""
    now = house.clock.now()
    run = replace(run, state=RunState.APPLYING, idle=0, started_at=run.started_at or now)
    if not run.open_chunks():
        run = replace(run, state=run.outcome_state(), finished_at=now)
    house.runs.save(run)
    house.lane.send(messages_of(run))
    return run


def _plan(
    house: House,
    connection: Connection,
    run: Run,
    entries: Sequence[TimeEntry],
    rejected: Sequence[Rejected],
    company: Company,
) -> tuple[Operation, ...]:
    rules = rule_book(house, connection)
    keys = linked_keys(entries) | creatable_keys(rules)
    return plan(
        PlanInput(
            entries=entries,
            rejected=rejected,
            rules=rules,
            links=house.links.get(run.firm, run.connection_id, keys),
            composer=house.connector(connection.ledger).composer,
            posting=house.settings.get(run.firm, run.connection_id).posting,
            features=company.features,
            taken=names_in_use(house, connection),
            currencies=foreign_customers(house, connection, company.features),
            carried=house.links.carriers(run.firm, run.connection_id, (e.key for e in entries)),
            rank=run.id,
        )
    )
