"""Imports: created, changed, planned, started, interrupted, resumed, discarded, undone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ledgerlink.domain.errors import Conflict, Forbidden, Invalid, NotFound
from ledgerlink.domain.model.connections import Connection, ConnectionKey, ConnectionState
from ledgerlink.domain.model.imports import NAMES, Import, Scope
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.retention import CLOSED_BEFORE
from ledgerlink.domain.model.runs import DRAFTS, NEVER_STARTED, RESTING, UNDOABLE, Run, RunState
from ledgerlink.services.applying.recorder import IMPORT
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.newest import repeat_until_stored, require_version
from ledgerlink.services.runs import parking
from ledgerlink.services.runs.history import visible
from ledgerlink.services.runs.idempotency import digest
from ledgerlink.services.runs.next_step import END, WAIT, drive, next_step, start_waiting_import
from ledgerlink.wire.posting import changed

LONGEST_FILTERS = 100_000
"""Characters of all keys in an import's filters, because they are stored with the run."""
INVALID_IMPORT = "invalid_import"
"""The code of a request for an import that cannot be created."""
NOT_PULLED = ""
"""The file name of records that are not pulled from their source yet."""
Names = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""What the product knows of users, projects, labor codes and leave types, by kind and key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """What an import is created from."""

    scope: Scope
    records: Sequence[Any] | str | None = None
    """The records themselves, the id of an upload, or None if they are pulled from `adapter`."""
    adapter: str | None = None
    """The source that the records are pulled from."""
    names: Names = field(default_factory=dict)
    posting: Mapping[str, Any] | None = None
    """Changes to the connection's settings for time that hold for this import only."""


@dataclass(frozen=True, slots=True)
class User:
    """The user who calls."""

    firm: str
    name: str
    administrator: bool = False
    """Whether the user may interrupt and resume imports that others started."""

    def connection_key(self, connection_id: str) -> ConnectionKey:
        """The key of one of the firm's connections."""
        return ConnectionKey(self.firm, connection_id)


def create(
    deps: Dependencies, user: User, connection_id: str, key: str, wanted: ImportRequest
) -> Run:
    """Create a draft, once per idempotency key. Its records are read in the background.

    Raises NotFound for an unknown connection or upload, Conflict for a connection that is not
    authorised or only syncs lists, Invalid for a scope, source or setting that cannot be used.
    """
    connection = deps.connections.get(user.connection_key(connection_id))
    connection.require_authorized()
    settings = deps.settings.get(user.connection_key(connection_id))
    settings.require_posting()
    _check(deps, wanted)
    posting = changed(settings.posting, wanted.posting) if wanted.posting is not None else None
    imported = Import(scope=wanted.scope, adapter=wanted.adapter, posting=posting)
    run = _new(deps, user, connection_id, connection.ledger, imported)
    run = replace(run, staged=_staged(deps, connection, wanted))
    deps.staging.put_notes(run, NAMES, named(wanted.names))
    run = deps.runs.create(run, key, _digest(user, wanted))
    if run.state is RunState.DRAFT:
        drive(deps, run)
    return run


def _new(deps: Dependencies, user: User, connection_id: str, ledger: str, imported: Import) -> Run:
    now = deps.clock.now()
    return Run(
        firm=user.firm,
        connection_id=connection_id,
        id=deps.ids.new(now),
        kind=IMPORT,
        state=RunState.DRAFT,
        created_by=user.name,
        created_at=now,
        ledger=ledger,
        imported=imported,
    )


def _check(deps: Dependencies, wanted: ImportRequest) -> None:
    scope = wanted.scope
    if scope.last_day < scope.first_day:
        raise Invalid.at(
            "/to",
            "The period ends before it begins.",
            "Give the later day as to.",
            code=INVALID_IMPORT,
        )
    filters = (scope.people, scope.projects, scope.labor_codes, scope.leave_types)
    if sum(len(name) for names in filters for name in names or ()) > LONGEST_FILTERS:
        words = f"The keys in the filters have more than {LONGEST_FILTERS:,} characters together."
        raise Invalid.at(
            "/filters", words, "Use fewer filters, or several imports.", code=INVALID_IMPORT
        )
    given = sum(one is not None for one in (wanted.records, wanted.adapter))
    if given != 1:
        words = "Give exactly one of time_entries, upload_id and source."
        raise Invalid.at("", "An import needs one source of records.", words, code=INVALID_IMPORT)
    if wanted.adapter is not None and wanted.adapter not in deps.sources:
        known = ", ".join(sorted(deps.sources)) or "none is connected here; push the records"
        raise Invalid.at(
            "/source",
            f"There is no source {wanted.adapter}.",
            f"Sources: {known}.",
            code=INVALID_IMPORT,
        )


def _staged(deps: Dependencies, connection: Connection, wanted: ImportRequest) -> str:
    if isinstance(wanted.records, str):
        return deps.staging.accept_upload(connection.key, wanted.records).name
    if wanted.records is None:
        return NOT_PULLED
    return deps.staging.put_records(connection.key, wanted.records)


def named(names: Names) -> Iterable[Mapping[str, Any]]:
    """The lines in which names are stored beside a draft."""
    for kind, entities in names.items():
        for key, known in entities.items():
            yield {**known, "kind": kind, "key": key}


def _digest(user: User, wanted: ImportRequest) -> str:
    asked = [
        user.name,
        repr(wanted.scope),
        wanted.records,
        wanted.adapter,
        wanted.names,
        wanted.posting,
    ]
    return digest(asked)


def get_import(
    deps: Dependencies, user: User, connection_id: str, run_id: str
) -> tuple[Run, Import]:
    """The run with its import. Raises NotFound for an unknown import and another user's draft."""
    deps.connections.get(user.connection_key(connection_id))
    run = deps.runs.get(user.connection_key(connection_id), run_id)
    if run.imported is None or not visible(run, user.name):
        raise NotFound("no_import", f"There is no import {run_id}.", "See your list of imports.")
    return run, run.imported


def change(
    deps: Dependencies,
    user: User,
    connection_id: str,
    run_id: str,
    patch: Mapping[str, Any],
    of_generation: int | None = None,
) -> Run:
    """Change the `scope` (some of its fields), `posting`, `records` or `names` of a draft, which
    then has to be planned again. A change of other fields at the same moment is kept, too. Raises
    Conflict once it was started, PreconditionFailed when it is no longer `of_generation`."""

    def change_newest() -> Run:
        run, imported = get_import(deps, user, connection_id, run_id)
        require_version(of_generation, run.generation)
        drafted = _changed_draft(deps, run, imported, patch)
        deps.runs.save(drafted, of_generation=run.generation)
        return drafted

    drafted = repeat_until_stored(change_newest)
    drive(deps, drafted)
    return drafted


def _changed_draft(deps: Dependencies, run: Run, imported: Import, patch: Mapping[str, Any]) -> Run:
    _require(run, {RunState.DRAFT, RunState.READY}, "changed")
    if imported.undoes is not None:
        remedy = "Plan it again, or discard it."
        raise Conflict("not_changed", "An undo always reverses the whole import.", remedy)
    if "posting" in patch:
        given = patch["posting"]
        own = deps.settings.get(run.connection_key).posting
        posting = None if given is None else changed(imported.posting or own, given)
        imported = replace(imported, posting=posting)
    connection = deps.connections.get(run.connection_key)
    scope = replace(imported.scope, **patch.get("scope", {}))
    wanted = ImportRequest(
        scope=scope,
        records=patch.get("records", "" if imported.adapter is None else None),
        adapter=None if "records" in patch else imported.adapter,
        names=patch.get("names", {}),
    )
    _check(deps, wanted)
    if "records" in patch:
        run = replace(run, staged=_staged(deps, connection, wanted))
    if "names" in patch:
        # Under a new name, so that a draft that is not stored leaves the names as they are.
        notes = f"{NAMES}-{deps.ids.new(deps.clock.now())}"
        deps.staging.put_notes(run, notes, named(wanted.names))
        imported = replace(imported, names=notes)
    return replace(
        run,
        state=RunState.DRAFT,
        generation=run.generation + 1,
        imported=replace(imported, scope=scope, adapter=wanted.adapter, staged_at=None, totals={}),
        chunks=(),
        reason=None,
    )


def order_plan(deps: Dependencies, user: User, connection_id: str, run_id: str) -> Run:
    """Plan the import, or plan it again, with the current rules and settings."""
    run, imported = get_import(deps, user, connection_id, run_id)
    if run.state is RunState.PLANNING:
        drive(deps, run)  # the earlier call may have died before it did
        return run
    _require(run, {RunState.DRAFT, RunState.READY}, "planned")
    if imported.staged_at is None and run.reason is None:
        message = "The records of this import are still being read."
        raise Conflict("not_planned", message, "Plan it once staged_at is set.")
    _require_connected(deps, user.connection_key(connection_id))
    ordered = replace(
        run,
        state=RunState.PLANNING,
        generation=run.generation + 1,
        idle=0,
        reason=None,
        chunks=(),
    )
    deps.runs.save(ordered, of_generation=run.generation)
    drive(deps, ordered)
    return ordered


def start(deps: Dependencies, user: User, connection_id: str, run_id: str, plan: int) -> Run:
    """Start a planned import. `plan` is the number of the plan that the user has reviewed. Raises
    Conflict when there is a newer plan, or none."""
    run, imported = get_import(deps, user, connection_id, run_id)
    if run.state in (RunState.QUEUED, RunState.APPLYING) and run.plan == plan:
        drive(deps, run)
        return run
    _require(run, {RunState.READY}, "started")
    _require_connected(deps, user.connection_key(connection_id))
    if run.plan != plan:
        message = f"The import was planned again: its newest plan is number {run.plan}, not {plan}."
        raise Conflict("plan_changed", message, "Review the newest plan, then start it.")
    if imported.undoes is not None:
        _end_undone(deps, run, imported, imported.undoes)
    started = replace(
        run,
        state=RunState.QUEUED,
        generation=run.generation + 1,
        idle=0,
        rank=deps.ids.new(deps.clock.now()),
    )
    deps.runs.save(started, of_generation=run.generation)
    drive(deps, started)
    return started


def _end_undone(deps: Dependencies, run: Run, imported: Import, undoes: str) -> None:
    """End the import that is undone. Raises Conflict when it has changed since the undo was
    planned."""
    before = deps.runs.get(run.connection_key, undoes)
    if before.imported is not None and before.imported.undone_by == run.id:
        return
    if before.state not in UNDOABLE or before.generation != imported.undoes_generation:
        message = f"The import has changed since this undo was planned; it is {before.state} now."
        raise Conflict("plan_changed", message, "Plan the undo again, review it, then start it.")
    if before.state not in RESTING or before.imported is None:
        return
    ended = replace(
        before,
        state=RunState.FAILED,
        reason=reason("undo_begun"),
        generation=before.generation + 1,
        imported=replace(before.imported, undone_by=run.id),
        finished_at=deps.clock.now(),
    )
    deps.runs.save(ended, of_generation=before.generation)
    drive(deps, ended)


def interrupt(deps: Dependencies, user: User, connection_id: str, run_id: str) -> Run:
    """Stop an import. Requests that were sent already are completed and recorded.

    Raises Forbidden for everybody but its creator and administrators.
    """
    run, _ = get_import(deps, user, connection_id, run_id)
    require_owner(run, user)
    if run.state is RunState.INTERRUPTED:
        drive(deps, run)
        start_waiting_import(deps, run)
        return run
    _require(run, {RunState.QUEUED, RunState.APPLYING}, "interrupted")
    stopped = replace(run, state=RunState.INTERRUPTED, generation=run.generation + 1)
    deps.runs.save(stopped, of_generation=run.generation)
    drive(deps, stopped)
    start_waiting_import(deps, stopped)
    return stopped


def resume(deps: Dependencies, user: User, connection_id: str, run_id: str) -> Run:
    """Resume an interrupted or parked import."""
    run, _ = get_import(deps, user, connection_id, run_id)
    require_owner(run, user)
    return parking.resume(deps, run)


def discard(
    deps: Dependencies,
    user: User,
    connection_id: str,
    run_id: str,
    of_generation: int | None = None,
) -> Run:
    """Discard a draft. Raises Conflict once it was started, PreconditionFailed when it is no longer
    `of_generation`."""
    run, _ = get_import(deps, user, connection_id, run_id)
    require_version(of_generation, run.generation)
    if run.state is RunState.DISCARDED:
        drive(deps, run)
        return run
    _require(run, DRAFTS, "discarded")
    return end(deps, run, RunState.DISCARDED)


def end(deps: Dependencies, run: Run, state: RunState) -> Run:
    """End a draft in a state of runs that were never started."""
    assert state in NEVER_STARTED
    ended = replace(run, state=state, generation=run.generation + 1, finished_at=deps.clock.now())
    deps.runs.save(ended, of_generation=run.generation)
    drive(deps, ended)
    return ended


def undo(deps: Dependencies, user: User, connection_id: str, run_id: str, key: str) -> Run:
    """Create an import that reverses what this one wrote. It is planned at once, and reviewed and
    started like any other. Raises Conflict while the import cannot be undone."""
    before, imported = get_import(deps, user, connection_id, run_id)
    if imported.undoes is not None:
        remedy = "To write the time again, import the period again."
        raise Conflict("not_undoable", "An undo cannot be undone.", remedy)
    _require_connected(deps, user.connection_key(connection_id))
    if before.state not in UNDOABLE:
        running = before.state is RunState.APPLYING
        words = "Interrupt it first." if running else "Undo it once it has ended or is interrupted."
        raise Conflict("not_undoable", f"The import is {before.state}.", words)
    if not deps.retention.lets_go_on(before, deps.clock.now()):
        days = (deps.retention.history - CLOSED_BEFORE).days
        message = f"An import can be undone for {days} days after it was started."
        raise Conflict("undo_expired", message, "Correct its time in the accounting system.")
    taking = Import(scope=imported.scope, undoes=before.id, staged_at=deps.clock.now())
    run = replace(_new(deps, user, connection_id, before.ledger, taking), state=RunState.PLANNING)
    run = deps.runs.create(run, key, f"undo {before.id} by {user.name}")
    if run.state is RunState.PLANNING:
        drive(deps, run)
    return run


def keep_going(deps: Dependencies, run: Run) -> None:
    """Start the next step of a run again if it should be at work, because the worker that was to do
    it may have died."""
    if next_step(run) not in (WAIT, END):
        drive(deps, run)


def require_owner(run: Run, user: User) -> None:
    """Raises Forbidden for everybody but the import's creator and administrators."""
    if run.created_by != user.name and not user.administrator:
        raise Forbidden(
            "not_yours",
            f"{run.created_by} started this import.",
            f"Ask {run.created_by} or an administrator of the connection.",
        )


def _require(run: Run, states: Iterable[RunState], done: str) -> None:
    if run.state not in states:
        known = ", ".join(sorted(states))
        raise Conflict(
            f"not_{done}",
            f"The import is {run.state} and cannot be {done} now.",
            f"It can be {done} while it is {known}.",
        )


def _require_connected(deps: Dependencies, connection_key: ConnectionKey) -> None:
    connection = deps.connections.get(connection_key)
    connection.require_authorized()
    if connection.state is not ConnectionState.CONNECTED:
        why = connection.reason
        words = why.message if why else "The accounting system no longer accepts our authorisation."
        raise Conflict("needs_reconnect", words, "Reconnect the company, then try again.")
