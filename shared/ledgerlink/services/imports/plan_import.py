"""Planning an import or its undo. A user reviews the plan before it is started."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.model.imports import Import, totals
from ledgerlink.domain.model.plan import ItemState, Operation
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.rules import RuleBook
from ledgerlink.domain.model.runs import Chunk, Run, RunState
from ledgerlink.domain.model.time_settings import TimeSettings
from ledgerlink.domain.planning.undo import UndoInput, undo
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.imports.plan_sheet import ImportPlanner, plan_sheet
from ledgerlink.services.posting.chunks import part_lines, store_chunks
from ledgerlink.services.posting.rule_book import stored_rules
from ledgerlink.services.posting.snapshots import read_snapshots
from ledgerlink.services.runs.history import Item, items_of_chunk
from ledgerlink.wire.posting import plain as plain_posting
from ledgerlink.wire.rules import plain as plain_rule

MOST_LINKS = 200_000
"""Links that an undo reads to find out whether a list record is still used."""


def basis_notes(run: Run) -> str:
    """The name of the notes with the rules and settings that the run's newest plan was made
    with."""
    return f"chosen-{run.plan}"


async def plan_import(planner: ImportPlanner) -> Run:
    """Plan the import, or the undo, and store the plan for its user to review. Raises Interrupted
    when `stop` is true before all is planned; what is planned by then is kept."""
    deps, run = planner.deps, planner.run
    rules = stored_rules(deps, planner.connection)
    numbered = replace(run, plan=run.plan + 1, parts=0, reason=None)
    if planner.imported.undoes:
        imported, chunks = await _undo_planned(planner, numbered)
    else:
        try:
            imported, chunks = await plan_sheet(planner, rules, numbered)
        except Invalid as unreadable:
            why = reason("unreadable_upload", detail=unreadable.message)
            return _keep(deps, replace(run, state=RunState.DRAFT, parts=0, reason=why))
    deps.staging.put_notes(numbered, basis_notes(numbered), _basis(rules, planner.posting))
    imported = replace(imported, planned_at=deps.clock.now())
    ready = replace(numbered, state=RunState.READY, chunks=chunks, imported=imported)
    return _keep(deps, ready)


async def _undo_planned(planner: ImportPlanner, run: Run) -> tuple[Import, tuple[Chunk, ...]]:
    deps = planner.deps
    before = deps.runs.get(run.connection_key, planner.imported.undoes or "")
    operations = await _undo(planner, before)
    chunks = store_chunks(deps, planner.connection, run, [part_lines(operations, 0)])
    generation = before.generation
    found = totals(operations)
    return replace(planner.imported, undoes_generation=generation, totals=found), chunks


def _keep(deps: Dependencies, run: Run) -> Run:
    deps.runs.save(run, of_generation=run.generation)
    return run


def _basis(rules: RuleBook, posting: TimeSettings) -> Sequence[Mapping[str, object]]:
    lines: list[Mapping[str, object]] = [{"posting": plain_posting(posting)}]
    return lines + [
        {
            "kind": kind,
            "key": key,
            "mapping": plain_rule(kind, rule.mapping),
            "version": rule.version,
            "set_by": rule.set_by,
            "set_at": rule.set_at.isoformat(),
        }
        for (kind, key), rule in sorted(rules.items())
    ]


async def _undo(planner: ImportPlanner, before: Run) -> tuple[Operation, ...]:
    """The plan that reverses what a run wrote."""
    deps, run = planner.deps, planner.run
    items = [item for chunk in before.chunks for item in items_of_chunk(deps, before, chunk)]
    done = [(item.operation, item.outcome) for item in items if _was_sent(item)]
    keys = [operation.key for operation, _ in done]
    links = deps.links.get(run.connection_key, keys)
    times = [links[op.key] for op, _ in done if op.source is not None and op.key in links]
    created = {
        link.ledger_id for op, _ in done if op.source is None and (link := links.get(op.key))
    }
    return undo(
        UndoInput(
            run_id=before.id,
            done=done,
            links=links,
            snapshots=await read_snapshots(planner.ledger, times, planner.stop),
            in_use=_in_use(planner, created, {link.key for link in times}),
            closed_through=planner.company.features.books_closed_through,
        )
    )


def _was_sent(item: Item) -> bool:
    return item.operation.state is ItemState.PENDING and item.state is ItemState.POSTED


def _in_use(planner: ImportPlanner, created: set[str], own: set[str]) -> set[str]:
    """Which of these list records are used by other time that we wrote. With more than MOST_LINKS
    links, all of them count as used."""
    if not created:
        return set()
    connection = planner.connection
    links = planner.deps.links.between(connection.key, date.min, date.max)
    used: set[str] = set()
    for number, link in enumerate(links):
        if number == MOST_LINKS:
            return created
        if link.key not in own:
            used.update(target for target in link.targets if target in created)
    return used
