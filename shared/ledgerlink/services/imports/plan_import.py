"""Planning an import or its undo. A user reviews the plan before it is started."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ledgerlink.domain.errors import Expired, Invalid
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.model.rules import RuleBook
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.domain.model.time_settings import TimeSettings
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.imports.plan_sheet import ImportPlanner, plan_sheet
from ledgerlink.services.imports.plan_undo import plan_undo
from ledgerlink.services.posting.rule_book import stored_rules
from ledgerlink.wire.posting import plain as plain_posting
from ledgerlink.wire.rules import plain as plain_rule


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
    try:
        if undoes := planner.imported.undoes:
            imported, chunks = await plan_undo(planner, numbered, undoes)
        else:
            imported, chunks = await plan_sheet(planner, rules, numbered)
    except Invalid as unreadable:
        return _keep_draft(deps, run, reason("unreadable_upload", detail=unreadable.message))
    except Expired:
        return _keep_draft(deps, run, reason("undo_expired"))
    deps.staging.put_notes(numbered, basis_notes(numbered), _basis(rules, planner.posting))
    imported = replace(imported, planned_at=deps.clock.now())
    ready = replace(numbered, state=RunState.READY, chunks=chunks, imported=imported)
    return _keep(deps, ready)


def _keep_draft(deps: Dependencies, run: Run, why: Reason) -> Run:
    return _keep(deps, replace(run, state=RunState.DRAFT, parts=0, reason=why))


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
