"""Planning the records of a post: some entries at a time, then everything else."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ledgerlink.domain.errors import Interrupted
from ledgerlink.domain.model.plan import ItemState, Operation
from ledgerlink.domain.model.posting_keys import time_key_of
from ledgerlink.domain.model.rules import Rule, RuleBook
from ledgerlink.domain.model.runs import Chunk, Run
from ledgerlink.domain.planning.inputs import OtherParts, PlanInput
from ledgerlink.domain.planning.planner import Planner
from ledgerlink.services.posting.chunks import store_chunks
from ledgerlink.services.posting.given_keys import digest_of
from ledgerlink.services.posting.plan_parts import PlanParts
from ledgerlink.services.posting.plan_post import PostPlanner
from ledgerlink.services.posting.post_sheet import PostSheet, entry_of
from ledgerlink.services.posting.rule_book import created_rules, stored_rules, with_rules
from ledgerlink.services.posting.sheet_lines import AFTER_ALL_DAYS, SheetLine

PARTS_FORM = 2
"""How parts are stored; those of another form are planned again. In the first, what invoices bill
was one line with everything else that is known of the parts."""

TIME_ONLY: Mapping[str, Any] = {
    "rejected": (),
    "expenses": (),
    "invoices": (),
    "listed": (),
    "deleted": (),
    "attached": {},
    "expense_owners": {},
}
"""The input of a part that has time only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPost:
    """The plan of a post."""

    records: int
    """How many records it has."""
    chunks: tuple[Chunk, ...]
    created: Sequence[Rule]
    """The rules that the records create."""
    gone: Sequence[str]
    """Posting keys of documents to be deleted that the ledger no longer has."""
    read_at: datetime
    """When its rules were read."""


async def plan_posted(planner: PostPlanner, run: Run, sheet: PostSheet) -> PlannedPost:
    """Plan the records and store the chunks. Raises Interrupted when `stop` is true before all is
    planned, where what is planned by then is kept, and Invalid for more than can be planned."""
    deps, connection, user = planner.deps, planner.connection, run.created_by
    read_at = deps.clock.now()
    stored = stored_rules(deps, connection)
    created = created_rules(deps, connection, stored, sheet.rest, user, read_at)
    basis = _basis(planner, run, stored)
    parts = PlanParts(deps, run, basis, has_several=bool(sheet.times))
    records = len(sheet.rest) + sheet.times
    entities = sheet.entities if sheet.times else ()
    given = await planner.plan_input(
        sheet.rest, with_rules(stored, created), run.id, others=entities
    )
    try:
        making = await _plan_parts(planner, sheet, given, parts)
    except Interrupted:
        parts.interrupt()
    chunks = store_chunks(deps, connection, run, parts.lines(making.list_records()))
    return PlannedPost(
        records=records, chunks=chunks, created=created, gone=parts.done.gone, read_at=read_at
    )


def _basis(planner: PostPlanner, run: Run, stored: RuleBook) -> str:
    """A digest of what all parts have to be planned from."""
    version = planner.deps.settings.get(run.connection_key).version
    versions = sorted((*key, rule.version) for key, rule in stored.items())
    return digest_of((PARTS_FORM, run.generation, run.staged, version, versions), 16).hex()


async def _plan_parts(
    planner: PostPlanner, sheet: PostSheet, given: PlanInput, parts: PlanParts
) -> Planner:
    making = Planner(given)
    done = parts.done
    making.restore(done.new_lists, done.needed, done.asked, done.highest)
    billed = {key for one in given.invoices for line in one.lines for key in line.time_keys}
    for lines in sheet.parts(done.through):
        if planner.stop():
            raise Interrupted
        making, operations = await planner.part(making, _of_times(planner, sheet, given, lines))
        needed = _carrying(operations, billed)
        parts.add(making, operations, lines[-1].place, needed)
    if parts.done.through < AFTER_ALL_DAYS:
        keys = [*(one.key for one in given.deleted), *(one.key for one in given.rejected)]
        others = OtherParts(doubled=sheet.keys.doubled(keys), times=parts.billed())
        last = replace(given, others=others) if sheet.times else given
        making, operations = await planner.part(making, last)
        parts.add(making, operations, AFTER_ALL_DAYS)
    return making


def _of_times(
    planner: PostPlanner, sheet: PostSheet, given: PlanInput, lines: Iterable[SheetLine]
) -> PlanInput:
    """The input of a part with these entries."""
    links, key = planner.deps.links, planner.connection.key
    entries = [entry_of(line) for line in lines]
    names = [entry.key for entry in entries]
    return replace(
        given,
        entries=entries,
        links={**given.links, **links.get(key, map(time_key_of, names))},
        owners=links.owner_documents(key, names),
        others=OtherParts(doubled=sheet.keys.doubled(names)),
        **TIME_ONLY,
    )


def _carrying(operations: Iterable[Operation], billed: set[str]) -> Iterator[Operation]:
    """The operations that change time which invoices bill."""
    for operation in operations:
        if operation.state is ItemState.PENDING and not billed.isdisjoint(operation.members):
            yield operation
