"""Runs and their items as CSV, for a spreadsheet."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.runs import Run
from ledgerlink.services.runs import history
from ledgerlink.services.runs.history import Item

from functions.api.app import app, dependencies, who
from functions.api.caller import Right
from functions.api.views.common import ReasonView

MOST_RUNS, MOST_ITEMS = 500, 10_000
RUN_COLUMNS = [
    "id",
    "kind",
    "state",
    "created_by",
    "created_at",
    "started_at",
    "finished_at",
    "from",
    "to",
    "records",
]
STATES = [state.value for state in ItemState]
ITEM_COLUMNS = [
    "number",
    "action",
    "kind",
    "key",
    "members",
    "person",
    "project",
    "work_date",
    "day",
    "minutes",
    "state",
    "ledger_id",
    "reason",
    "message",
    "remedy",
    "record",
    "total",
    "currency",
    "ledger_total",
]
FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20\t\r\n")
"""What a spreadsheet takes for the beginning of a formula: the signs, also as wide as Chinese
characters, and the whitespace behind which it looks for one."""


@app.get("/v1/connections/<connection_id>/exports/runs", summary="Runs as CSV", tags=["runs"])
def export_runs(
    connection_id: str, after: Annotated[str | None, Query(max_length=100)] = None
) -> Response[str]:
    """Newest first, at most 500; the header `Next` has the cursor of the rest."""
    caller = who(Right.READ)
    wanted = history.RunFilter(viewer=caller.user)
    page = history.list_runs(
        dependencies(), caller.connection_key(connection_id), wanted, after, MOST_RUNS
    )
    return _csv([*RUN_COLUMNS, *STATES], map(_run_row, page.items), page.after)


@app.get(
    "/v1/connections/<connection_id>/exports/runs/<run_id>",
    summary="Items of a run as CSV",
    tags=["runs"],
)
def export_items(
    connection_id: str, run_id: str, after: Annotated[int, Query(ge=0)] = 0
) -> Response[str]:
    """In the order of its plan, at most 10,000; the header `Next` has the cursor of the rest."""
    caller = who(Right.READ)
    run = history.get_run(dependencies(), caller.connection_key(connection_id), run_id, caller.user)
    page = history.list_items(dependencies(), run, after, MOST_ITEMS)
    return _csv(ITEM_COLUMNS, [_item_row(item, run.ledger) for item in page.items], page.after)


def _run_row(run: Run) -> Sequence[object]:
    counts = run.counts()
    scope = run.imported.scope if run.imported else None
    days = (scope.first_day, scope.last_day) if scope else ("", "")
    values = [run.id, run.kind, run.state, run.created_by, run.created_at, run.started_at]
    return [*values, run.finished_at, *days, run.records, *(counts.get(s, 0) for s in STATES)]


def _item_row(item: Item, ledger: str) -> Sequence[object]:
    operation, outcome, source = item.operation, item.outcome, item.operation.source
    why, total = ReasonView.of(outcome.reason, ledger), operation.total
    project = (source.project_key or source.client_key) if source else None
    return [
        operation.seq,
        operation.action,
        operation.kind,
        operation.key,
        " ".join(operation.members),
        source.staff_key if source else None,
        project,
        source.work_date if source else None,
        operation.day,
        operation.minutes,
        outcome.state,
        outcome.ledger_id,
        why.code if why else None,
        why.message if why else None,
        why.remedy if why else None,
        operation.record,
        total.amount if total else None,
        total.currency if total else None,
        outcome.total,
    ]


def _csv(
    columns: Sequence[str], rows: Iterable[Sequence[object]], after: str | None
) -> Response[str]:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    headers = {"Content-Disposition": "attachment"} | ({"Next": after} if after else {})
    return Response(200, "text/csv; charset=utf-8", text.getvalue(), headers=headers)


def _cell(value: object) -> object:
    text = "" if value is None else str(value)
    begins = text.startswith(FORMULA) or text.lstrip().startswith(FORMULA)
    return f"'{text}" if isinstance(value, str) and begins else text
