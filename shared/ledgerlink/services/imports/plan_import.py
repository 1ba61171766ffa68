"""Planning an import, and planning its undo: both are plans that a person looks at first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

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
from ledgerlink.domain.planning.time import linked_keys, source_of
from ledgerlink.domain.planning.undo import UndoInput, undo
from ledgerlink.domain.ports import Ledger, Stop
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.posting.chunks import store_chunks
from ledgerlink.services.posting.default_dimensions import defaults_for
from ledgerlink.services.posting.ledger_names import foreign_customers, names_in_use
from ledgerlink.services.posting.rule_book import stored_rules
from ledgerlink.services.posting.snapshots import read_snapshots
from ledgerlink.services.posting.staged_records import time_records
from ledgerlink.services.runs.history import Item, items_of_chunk
from ledgerlink.wire.posting import plain as plain_posting
from ledgerlink.wire.rules import plain as plain_rule

MOST_LINKS = 200_000
"""Links that are looked through for what still uses a list record."""


def chosen(run: Run) -> str:
    """The notes beside a plan that say with which rules and settings it was made."""
    return f"chosen-{run.plan}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A plan that was asked for, and whom it asks."""

    deps: Dependencies
    connection: Connection
    run: Run
    imported: Import
    company: Company
    ledger: Ledger
    stop: Stop

    @property
    def settings(self) -> Settings:
        """What the firm chose for the connection."""
        return self.deps.settings.get(self.run.connection_key)

    @property
    def posting(self) -> TimeSettings:
        """How time goes out in this import."""
        return self.imported.posting or self.settings.posting


async def plan_import(asked: Asked) -> Run:
    """Plan the import, or the undo, and keep the plan for a person to look at."""
    deps, run = asked.deps, asked.run
    rules = stored_rules(deps, asked.connection)
    left_out = 0
    imported = asked.imported
    if imported.undoes:
        before = deps.runs.get(run.connection_key, imported.undoes)
        imported = replace(imported, undoes_generation=before.generation)
        operations = await _undo(asked, before)
    else:
        try:
            operations, left_out = await _operations(asked, rules)
        except Invalid as unreadable:
            why = reason("unreadable_upload", detail=unreadable.message)
            return _keep(deps, replace(run, state=RunState.DRAFT, reason=why))
    run = replace(run, plan=run.plan + 1)
    deps.staging.put_notes(run, chosen(run), _chosen(rules, asked.posting))
    chunks = store_chunks(deps, asked.connection, run, operations)
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


def _chosen(rules: RuleBook, posting: TimeSettings) -> Sequence[Mapping[str, object]]:
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


async def _operations(asked: Asked, rules: RuleBook) -> tuple[tuple[Operation, ...], int]:
    """The plan of an import, and how many records lie outside its scope."""
    deps, connection, scope = asked.deps, asked.connection, asked.imported.scope
    connector, settings = deps.connector(connection.ledger), asked.settings
    records, rejected = time_records(deps, asked.run)
    entries = [entry for entry in records if scope.holds(source_of(entry))]
    near = {
        link.key: link
        for link in deps.links.between(connection.key, scope.first_day, scope.last_day)
    }
    wanted = linked_keys(entries) | creatable_keys(rules)
    links = {**deps.links.get(connection.key, wanted - near.keys()), **near}
    ours = [link for link in near.values() if link.imported and link.source]
    scoped = [link for link in ours if link.source and scope.holds(link.source)]
    carried = deps.links.owner_documents(connection.key, [entry.key for entry in entries])
    held = {link.key: link for link in scoped} | {link.key: link for link in carried.values()}
    held |= {key: links[key] for key in linked_keys(entries) if key in links}
    given = PlanInput(
        entries=entries,
        rejected=rejected,
        rules=rules,
        links=links,
        composer=connector.composer_for(asked.company.features, settings.ledger),
        posting=asked.posting,
        features=asked.company.features,
        defaults=defaults_for(deps, connection, entries, rules, links),
        taken=names_in_use(deps, connection),
        carried=carried,
        whole=True,
        scope=scoped,
        copies=await read_snapshots(asked.ledger, held.values(), asked.stop),
        currencies=foreign_customers(deps, connection, asked.company.features),
    )
    return plan(given), len(records) - len(entries)


async def _undo(asked: Asked, before: Run) -> tuple[Operation, ...]:
    """The plan that takes back what a run wrote."""
    deps, run = asked.deps, asked.run
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
            copies=await read_snapshots(asked.ledger, times, asked.stop),
            in_use=_in_use(asked, created, {link.key for link in times}),
            closed_through=asked.company.features.books_closed_through,
        )
    )


def _was_sent(item: Item) -> bool:
    return item.operation.state is ItemState.PENDING and item.state is ItemState.POSTED


def _in_use(asked: Asked, created: set[str], own: set[str]) -> set[str]:
    """Which of these list records other time points at, as far as we wrote it. Beyond MOST_LINKS
    all of them may be."""
    if not created:
        return set()
    connection = asked.connection
    links = asked.deps.links.between(connection.key, date.min, date.max)
    used: set[str] = set()
    for number, link in enumerate(links):
        if number == MOST_LINKS:
            return created
        if link.key not in own:
            used.update(target for target in link.targets if target in created)
    return used
