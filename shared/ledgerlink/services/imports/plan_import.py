"""Planning an import or its undo. A user reviews the plan before it is started."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.mapping.resolver import RuleBook, creatable_keys
from ledgerlink.domain.model.company import Company
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.imports import Import, totals
from ledgerlink.domain.model.plan import ItemState, Operation
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.domain.model.settings import Settings
from ledgerlink.domain.model.time_settings import TimeSettings
from ledgerlink.domain.planning.inputs import PlanInput
from ledgerlink.domain.planning.planner import plan
from ledgerlink.domain.planning.time import entry_attributes, linked_keys
from ledgerlink.domain.planning.undo import UndoInput, undo
from ledgerlink.domain.ports import Ledger, Stop
from ledgerlink.services.defects import report_defect
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.posting.chunks import store_chunks
from ledgerlink.services.posting.default_dimensions import defaults_for
from ledgerlink.services.posting.known_targets import known_targets, used_by_plan
from ledgerlink.services.posting.ledger_names import foreign_customers, names_in_use
from ledgerlink.services.posting.rule_book import stored_rules
from ledgerlink.services.posting.snapshots import read_snapshots
from ledgerlink.services.posting.staged_records import Records, time_records
from ledgerlink.services.runs.history import Item, items_of_chunk
from ledgerlink.wire.posting import plain as plain_posting
from ledgerlink.wire.rules import plain as plain_rule

MOST_LINKS = 200_000
"""Links that an undo reads to find out whether a list record is still used."""


def basis_notes(run: Run) -> str:
    """The name of the notes with the rules and settings that the run's newest plan was made
    with."""
    return f"chosen-{run.plan}"


@dataclass(frozen=True, slots=True)
class ImportPlanner:
    """What the plan of an import is made from."""

    deps: Dependencies
    connection: Connection
    run: Run
    imported: Import
    company: Company
    """The company as the ledger describes it now."""
    ledger: Ledger
    stop: Stop

    @property
    def settings(self) -> Settings:
        """The connection's settings."""
        return self.deps.settings.get(self.run.connection_key)

    @property
    def posting(self) -> TimeSettings:
        """The settings for time of this import."""
        return self.imported.posting or self.settings.posting


async def plan_import(planner: ImportPlanner) -> Run:
    """Plan the import, or the undo, and store the plan for its user to review."""
    deps, run = planner.deps, planner.run
    rules = stored_rules(deps, planner.connection)
    left_out = 0
    imported = planner.imported
    if imported.undoes:
        before = deps.runs.get(run.connection_key, imported.undoes)
        imported = replace(imported, undoes_generation=before.generation)
        operations = await _undo(planner, before)
    else:
        try:
            operations, left_out = await _operations(planner, rules)
        except Invalid as unreadable:
            why = reason("unreadable_upload", detail=unreadable.message)
            return _keep(deps, replace(run, state=RunState.DRAFT, reason=why))
    run = replace(run, plan=run.plan + 1)
    deps.staging.put_notes(run, basis_notes(run), _basis(rules, planner.posting))
    chunks = store_chunks(deps, planner.connection, run, operations)
    imported = replace(
        imported,
        planned_at=deps.clock.now(),
        left_out=left_out,
        totals=totals(operations),
    )
    ready = replace(run, state=RunState.READY, chunks=chunks, imported=imported, reason=None)
    return _keep(deps, ready)


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


async def _operations(planner: ImportPlanner, rules: RuleBook) -> tuple[tuple[Operation, ...], int]:
    """The plan of an import, and how many records are outside its scope."""
    deps, connection, scope = planner.deps, planner.connection, planner.imported.scope
    connector, settings = deps.connector(connection.ledger), planner.settings
    records, rejected = time_records(deps, planner.run)
    entries = [entry for entry in records if scope.includes(entry_attributes(entry))]
    near = {
        link.key: link
        for link in deps.links.between(connection.key, scope.first_day, scope.last_day)
    }
    wanted = linked_keys(entries) | creatable_keys(rules)
    links = {**deps.links.get(connection.key, wanted - near.keys()), **near}
    imported = [link for link in near.values() if link.imported and link.source]
    scoped = [link for link in imported if link.source and scope.includes(link.source)]
    owners = deps.links.owner_documents(connection.key, [entry.key for entry in entries])
    existing_links = {link.key: link for link in scoped} | {
        link.key: link for link in owners.values()
    }
    existing_links |= {key: links[key] for key in linked_keys(entries) if key in links}
    given = PlanInput(
        entries=entries,
        rejected=rejected,
        rules=rules,
        links=links,
        composer=connector.composer_for(planner.company.features, settings.ledger),
        posting=planner.posting,
        features=planner.company.features,
        defaults=defaults_for(deps, connection, entries, rules, links),
        names=names_in_use(deps, connection),
        owners=owners,
        whole=True,
        scope=scoped,
        snapshots=await read_snapshots(planner.ledger, existing_links.values(), planner.stop),
        currencies=foreign_customers(deps, connection, planner.company.features),
        report_defect=partial(report_defect, deps),
        targets=known_targets(
            deps, connection, settings, used_by_plan(Records(times=entries), rules, links, settings)
        ),
    )
    return plan(given), len(records) - len(entries)


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
