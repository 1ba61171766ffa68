"""The planning step of a run: read the records, plan, store the plan in chunks."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from ledgerlink.domain.connections import Connection
from ledgerlink.domain.documents import Company
from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.plan import ItemState, Operation
from ledgerlink.domain.planner import PlanInput, Rejected, linked_keys, plan
from ledgerlink.domain.ports import Interrupted, Ledger, Stop
from ledgerlink.domain.reasons import Reason, reason
from ledgerlink.domain.records import TimeEntry
from ledgerlink.domain.resolver import RuleBook, creatable_keys
from ledgerlink.domain.rules import RuleKind
from ledgerlink.domain.runs import Chunk, Run, RunState
from ledgerlink.services.house import House
from ledgerlink.services.parking import messages_of
from ledgerlink.services.settling import settle_parked
from ledgerlink.services.visits import visit
from ledgerlink.wire.records import key_of, time_entry


async def plan_run(house: House, connection: Connection, run: Run, stop: Stop) -> Run:
    """Plan the run, store the chunks and put their messages into the lane.

    What an earlier run sent without an answer is settled first, so that the plan sees it. Raises
    Interrupted when `stop` says so before the ledger has been asked everything.
    """
    async with visit(house, connection) as there:
        company = await read_company(house, connection, there.ledger, stop)
        await settle_parked(house, connection, there.ledger, stop)
    if stop():
        raise Interrupted
    run = replace(run, planning_calls=dict(there.ledger.calls))
    try:
        entries, rejected = read_records(house, run)
    except Invalid as unreadable:
        return fail(house, run, reason("unreadable_upload", detail=unreadable.message))
    operations = _plan(house, connection, run, entries, rejected, company)
    chunks = _store(house, run, operations, house.connector(connection.ledger).chunk_size)
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


def read_records(house: House, run: Run) -> tuple[list[TimeEntry], list[Rejected]]:
    """The staged records; those that are not valid come apart with their reasons."""
    entries: list[TimeEntry] = []
    rejected: list[Rejected] = []
    for number, line in enumerate(house.staging.records(run.staged), start=1):
        try:
            entries.append(time_entry(line))
        except Invalid as invalid:
            rejected.append(_rejected(key_of(line) or f"record {number}", invalid))
    return entries, rejected


def _rejected(key: str, invalid: Invalid) -> Rejected:
    places = [(p.pointer.strip("/") or "the record", p.message) for p in invalid.problems]
    fields = ", ".join(field for field, _ in places)
    words = "; ".join(f"{field}: {message}" for field, message in places)
    return Rejected(key, reason("invalid_record", field=fields, detail=words))


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
            carried=house.links.carriers(run.firm, run.connection_id, (e.key for e in entries)),
            rank=run.id,
        )
    )


def rule_book(house: House, connection: Connection) -> RuleBook:
    """All rules of the connection."""
    return {
        (kind, rule.key): rule
        for kind in RuleKind
        for rule in house.rules.list(connection.firm, connection.id, kind)
    }


def _store(house: House, run: Run, operations: Sequence[Operation], size: int) -> tuple[Chunk, ...]:
    chunks = []
    for number, part in enumerate(slices(operations, size)):
        house.staging.put_chunk(run, number, part)
        settled = Counter(op.state.value for op in part if op.state is not ItemState.PENDING)
        pending = len(part) - settled.total()
        chunks.append(
            Chunk(
                number=number,
                first=part[0].seq,
                count=len(part),
                pending=pending,
                settled=dict(settled),
            )
        )
    return tuple(chunks)


def slices(operations: Sequence[Operation], size: int) -> Iterator[Sequence[Operation]]:
    """Slices of at most `size` operations that do not wait for each other."""
    for _, same in groupby(operations, key=lambda op: (op.state is ItemState.PENDING, op.level)):
        level = list(same)
        for start_at in range(0, len(level), size):
            yield level[start_at : start_at + size]
