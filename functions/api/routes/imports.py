"""Imports: create a draft, map its entities, plan, preview, start, interrupt, resume, undo."""

from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Header, Query
from ledgerlink.domain.errors import FieldError, Invalid
from ledgerlink.domain.model.imports import Import
from ledgerlink.domain.model.plan import Action, ItemState
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.services.applying.recorder import IMPORT
from ledgerlink.services.imports import mapping, reconciliation, service
from ledgerlink.services.imports.plan_import import basis_notes
from ledgerlink.services.runs import history
from ledgerlink.services.runs.next_step import run_ahead

from functions.api.app import answers, app, dependencies, who
from functions.api.caller import Caller, Right
from functions.api.etags import IfMatch, allowed_version, etag
from functions.api.routes.rules import rule_kind
from functions.api.routes.runs import Limit, asking, shown_items
from functions.api.views.import_mapping import MappingView
from functions.api.views.imports import (
    ChosenView,
    ImportChange,
    ImportList,
    ImportView,
    NewImport,
    PreviewView,
    StartImport,
)
from functions.api.views.reconciliation import ReconciliationView

Key = Annotated[str, Header(alias="idempotency-key", min_length=1, max_length=200)]
PATH = "/v1/connections/<connection_id>/imports"
ONE = f"{PATH}/<import_id>"


def _view(run: Run) -> ImportView:
    assert run.imported is not None
    waits = run_ahead(dependencies(), run) if run.state is RunState.QUEUED else None
    return ImportView.of(run, run.imported, waits, dependencies().clock.now())


def _answer(run: Run) -> Response[ImportView]:
    return Response(200, "application/json", _view(run), headers=dict(etag(run.generation)))


def _found(caller: Caller, connection_id: str, import_id: str) -> tuple[Run, Import]:
    return service.get_import(dependencies(), asking(caller), connection_id, import_id)


def _accepted(run: Run) -> Response[ImportView]:
    view = _view(run)
    headers = {"Location": view.href, **etag(run.generation)}
    return Response(202, "application/json", view, headers=headers)


@app.post(
    PATH,
    summary="Create a draft of an import",
    tags=["imports"],
    responses=answers(202, "The draft", ImportView),
)
def new_import(connection_id: str, body: NewImport, idempotency_key: Key) -> Response[ImportView]:
    """Nothing is written until the import is planned and started. Only you see the draft."""
    caller = who(Right.POST)
    caller.require_kinds([RecordKind.TIME])
    if body.time_entries is not None and body.upload_id is not None:
        problem = FieldError("/upload_id", "Send time_entries or upload_id, not both.")
        raise Invalid("invalid_request", problem.message, "Send one of the two.", [problem])
    wanted = service.ImportRequest(
        scope=body.scope(),
        records=body.upload_id or body.time_entries,
        adapter=body.source,
        names=body.names_as_json(),
        posting=body.posted(),
    )
    run = service.create(dependencies(), asking(caller), connection_id, idempotency_key, wanted)
    return _accepted(run)


@app.get(PATH, summary="Imports, newest first", tags=["imports"])
def list_imports(
    connection_id: str,
    state: RunState | None = None,
    user: Annotated[str | None, Query(max_length=200)] = None,
    sort: history.Sort = history.Sort.NEWEST,
    after: Annotated[str | None, Query(max_length=100)] = None,
    limit: Limit = 50,
) -> ImportList:
    """The firm's imports, and drafts of your own. A page may hold fewer than `limit` although more
    follow."""
    caller = who(Right.READ)
    wanted = history.RunFilter(viewer=caller.user, kind=IMPORT, state=state, user=user)
    page = history.list_runs(
        dependencies(), caller.connection_key(connection_id), wanted, after, limit, sort
    )
    return ImportList(imports=[_view(run) for run in page.items], next=page.after)


@app.get(ONE, summary="An import, with its progress", tags=["imports"])
def get_import(connection_id: str, import_id: str) -> Response[ImportView]:
    """The ETag changes whenever somebody changes, plans, starts, interrupts or resumes it."""
    run, _ = _found(who(Right.READ), connection_id, import_id)
    service.keep_going(dependencies(), run)
    return _answer(run)


@app.patch(ONE, summary="Change a draft", tags=["imports"])
def change_import(
    connection_id: str, import_id: str, body: ImportChange, if_match: IfMatch = None
) -> Response[ImportView]:
    """A plan made before has to be made again."""
    user, allowed = asking(who(Right.POST)), allowed_version(if_match)
    patch = body.patch()
    return _answer(service.change(dependencies(), user, connection_id, import_id, patch, allowed))


@app.delete(ONE, summary="Discard a draft", tags=["imports"])
def discard_import(
    connection_id: str, import_id: str, if_match: IfMatch = None
) -> Response[ImportView]:
    user, allowed = asking(who(Right.POST)), allowed_version(if_match)
    return _answer(service.discard(dependencies(), user, connection_id, import_id, allowed))


@app.get(
    f"{ONE}/mapping/<kind>",
    summary="Users, projects, codes, classes, departments or locations of an import, with rules",
    tags=["imports"],
)
def get_mapping(
    connection_id: str,
    import_id: str,
    kind: str,
    after: Annotated[str | None, Query(max_length=200)] = None,
    limit: Limit = 200,
) -> MappingView:
    """For an entity without a rule, records of the ledger that it may be."""
    caller = who(Right.READ)
    run, _ = _found(caller, connection_id, import_id)
    history.require_items(dependencies(), run)
    connection = dependencies().connections.get(caller.connection_key(connection_id))
    wanted = rule_kind(kind)
    page = mapping.mapping_of(dependencies(), connection, run, wanted, after, limit)
    return MappingView.of(wanted, page)


@app.post(f"{ONE}/refresh", summary="Read the records again", tags=["imports"])
def refresh_import(connection_id: str, import_id: str) -> ImportView:
    """Suggestions then come from the lists as they are now."""
    caller = who(Right.POST)
    return _view(service.change(dependencies(), asking(caller), connection_id, import_id, {}))


@app.post(
    f"{ONE}/plan",
    summary="Plan an import",
    tags=["imports"],
    responses=answers(202, "The import, being planned", ImportView),
)
def plan_import(connection_id: str, import_id: str) -> Response[ImportView]:
    """Uses the rules and settings as they are now. Nothing is written to the ledger."""
    caller = who(Right.POST)
    return _accepted(service.order_plan(dependencies(), asking(caller), connection_id, import_id))


@app.get(f"{ONE}/preview", summary="What the plan would do", tags=["imports"])
def preview_import(
    connection_id: str,
    import_id: str,
    state: ItemState | None = None,
    action: Action | None = None,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Limit = 100,
) -> PreviewView:
    caller = who(Right.READ)
    run, imported = _found(caller, connection_id, import_id)
    page = history.list_items(dependencies(), run, after, limit, state, action)
    return PreviewView(
        plan=run.plan,
        totals={name: dict(numbers) for name, numbers in imported.totals.items()},
        items=shown_items(run, page.items),
        next=page.after,
    )


@app.get(
    f"{ONE}/rules", summary="The rules and settings that the plan was made with", tags=["imports"]
)
def get_chosen(
    connection_id: str,
    import_id: str,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
) -> ChosenView:
    """In the order of kind and key."""
    caller = who(Right.READ)
    run, _ = _found(caller, connection_id, import_id)
    history.require_items(dependencies(), run)
    first, *rules = dependencies().staging.notes(run, basis_notes(run)) or ({"posting": {}},)
    end = after + limit
    rest = str(end) if len(rules) > end else None
    page = list(rules[after:end])
    return ChosenView(plan=run.plan, posting=first["posting"], rules=page, next=rest)


@app.post(
    f"{ONE}/start",
    summary="Start a planned import",
    tags=["imports"],
    responses=answers(202, "The import, waiting for its turn or being applied", ImportView),
)
def start_import(connection_id: str, import_id: str, body: StartImport) -> Response[ImportView]:
    caller = who(Right.POST)
    caller.require_kinds([RecordKind.TIME])
    run = service.start(dependencies(), asking(caller), connection_id, import_id, body.plan)
    return _accepted(run)


@app.post(f"{ONE}/interrupt", summary="Stop an import", tags=["imports"])
def interrupt_import(connection_id: str, import_id: str) -> ImportView:
    """Requests that were already sent are finished and recorded. Only its starter or an
    administrator may interrupt it."""
    caller = who(Right.POST)
    return _view(service.interrupt(dependencies(), asking(caller), connection_id, import_id))


@app.post(f"{ONE}/resume", summary="Resume an import", tags=["imports"])
def resume_import(connection_id: str, import_id: str) -> ImportView:
    caller = who(Right.POST)
    caller.require_kinds([RecordKind.TIME])
    return _view(service.resume(dependencies(), asking(caller), connection_id, import_id))


@app.post(
    f"{ONE}/undo",
    summary="Undo an import",
    tags=["imports"],
    responses=answers(202, "A new import that undoes it, being planned", ImportView),
)
def undo_import(connection_id: str, import_id: str, idempotency_key: Key) -> Response[ImportView]:
    """The undo is an import of its own: preview it and start it like any other."""
    caller = who(Right.POST)
    caller.require_kinds([RecordKind.TIME])
    run = service.undo(dependencies(), asking(caller), connection_id, import_id, idempotency_key)
    return _accepted(run)


@app.get(
    "/v1/connections/<connection_id>/reconciliation",
    summary="Compare what was written with what the ledger holds",
    tags=["imports"],
)
def get_reconciliation(
    connection_id: str,
    first_day: Annotated[date, Query(alias="from")],
    last_day: Annotated[date, Query(alias="to")],
) -> ReconciliationView:
    """Sums by person and project, and every difference. At most 92 days at once."""
    caller = who(Right.READ)
    found = reconciliation.reconcile(
        dependencies(), caller.connection_key(connection_id), first_day, last_day
    )
    return ReconciliationView.of(found)
