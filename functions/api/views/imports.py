"""Imports: what a draft is made of, how far it is, and its plan."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from ledgerlink.domain.model.imports import Import, Scope
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import RuleKind
from ledgerlink.domain.model.runs import Run, RunState
from pydantic import Field, WithJsonSchema

from functions.api.views.common import Given, ReasonView, View
from functions.api.views.runs import ItemView
from functions.api.views.settings import PostingChange, PostingView

Keys = Annotated[list[str] | None, Field(max_length=5000)]
Entries = Annotated[
    list[Any] | None,
    WithJsonSchema({"type": "array", "items": {"$ref": "#/components/schemas/TimeEntry"}}),
]


class FiltersGiven(Given):
    """Which time to import, by the product's keys; null is all. `projects` may also name clients,
    for time without a project."""

    people: Keys = None
    projects: Keys = None
    labor_codes: Keys = None
    leave_types: Keys = None
    billable: bool | None = None
    approved_only: bool | None = None


class NameGiven(Given):
    """What the product knows of a user, project, labor code or leave type. Suggestions use it."""

    name: Annotated[str | None, Field(max_length=500)] = None
    email: Annotated[str | None, Field(max_length=200)] = None
    number: Annotated[str | None, Field(max_length=200)] = None
    client_key: Annotated[str | None, Field(max_length=200)] = None
    client_name: Annotated[str | None, Field(max_length=500)] = None
    billable: bool | None = None
    rate: Annotated[str | None, Field(max_length=40)] = None


NamesGiven = Annotated[
    dict[RuleKind, dict[str, NameGiven]] | None,
    Field(description="By kind of rule and by the product's key."),
]


class NewImport(Given):
    """A period (both days included), filters, and the records: in the call, from an upload, or
    pulled from a source."""

    first_day: Annotated[date, Field(alias="from")]
    last_day: Annotated[date, Field(alias="to")]
    filters: FiltersGiven = Field(default_factory=FiltersGiven)
    time_entries: Entries = None
    upload_id: str | None = None
    source: str | None = None
    names: NamesGiven = None
    posting: PostingChange | None = None

    def scope(self) -> Scope:
        return _scope(self.first_day, self.last_day, self.filters)

    def names_as_json(self) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
        return names_as_json(self.names)

    def posted(self) -> Mapping[str, Any] | None:
        return posted(self.posting, self.filters)


class ImportChange(Given):
    """Changes of a draft; a field that is left out stays as it is."""

    first_day: Annotated[date | None, Field(alias="from")] = None
    last_day: Annotated[date | None, Field(alias="to")] = None
    filters: FiltersGiven | None = None
    time_entries: Entries = None
    upload_id: str | None = None
    names: NamesGiven = None
    posting: PostingChange | None = None

    def patch(self) -> Mapping[str, Any]:
        """The fields in the request, as the import service takes them."""
        days = {"first_day": self.first_day, "last_day": self.last_day}
        scope: dict[str, Any] = {name: day for name, day in days.items() if day is not None}
        if self.filters is not None:
            scope |= _filters_of_scope(self.filters)
        patch: dict[str, Any] = {"scope": scope}
        if self.time_entries is not None or self.upload_id is not None:
            patch["records"] = self.upload_id or self.time_entries
        if self.names is not None:
            patch["names"] = names_as_json(self.names)
        if (given := posted(self.posting, self.filters or FiltersGiven())) is not None:
            patch["posting"] = given
        return patch


def names_as_json(
    names: Mapping[RuleKind, Mapping[str, NameGiven]] | None,
) -> dict[str, dict[str, Any]]:
    """Names as JSON values, without fields that were left out."""
    return {
        kind: {key: one.model_dump(exclude_none=True) for key, one in some.items()}
        for kind, some in (names or {}).items()
    }


def posted(posting: PostingChange | None, filters: FiltersGiven) -> Mapping[str, Any] | None:
    """The settings that differ from the connection's; None when there are none."""
    given = posting.model_dump(exclude_unset=True) if posting else {}
    if filters.approved_only is not None:
        given["approved_only"] = filters.approved_only
    return given or None


def _scope(first_day: date, last_day: date, filters: FiltersGiven) -> Scope:
    return Scope(first_day=first_day, last_day=last_day, **_filters_of_scope(filters))


def _filters_of_scope(filters: FiltersGiven) -> dict[str, Any]:
    return {
        "people": _names(filters.people),
        "projects": _names(filters.projects),
        "labor_codes": _names(filters.labor_codes),
        "leave_types": _names(filters.leave_types),
        "billable": filters.billable,
    }


def _names(given: list[str] | None) -> tuple[str, ...] | None:
    return None if given is None else tuple(given)


def _listed(names: tuple[str, ...] | None) -> list[str] | None:
    return None if names is None else list(names)


class StartImport(Given):
    """The number of the plan that the user previewed."""

    plan: int


class FiltersView(View):
    """Which time to import; null is all."""

    people: list[str] | None = None
    projects: list[str] | None = None
    labor_codes: list[str] | None = None
    leave_types: list[str] | None = None
    billable: bool | None = None


class AheadView(View):
    """The run that this import waits for, and who started it."""

    run_id: str
    user: str


class ProgressView(View):
    """How far an import is. `seconds_left` is estimated from its speed since it was last started or
    resumed. `calls` are requests to the ledger. `waiting` is what it waits for."""

    done: int
    left: int
    seconds_left: int | None = None
    calls: dict[str, int]
    waiting: Literal["no", "turn", "ledger", "person"]
    ahead: AheadView | None = None


class ImportView(View):
    """An import. `totals` are items and minutes of the plan by outcome; `counts` are items by
    state. `plan` is the number of the newest plan; send it to start the import."""

    id: str
    state: RunState
    created_by: str
    created_at: datetime
    first_day: date = Field(serialization_alias="from")
    last_day: date = Field(serialization_alias="to")
    filters: FiltersView
    source: str
    posting: PostingView | None = None
    staged_at: datetime | None = None
    planned_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    records: int
    left_out: int
    plan: int
    totals: dict[str, dict[str, int]]
    counts: dict[str, int]
    progress: ProgressView
    undoes: str | None = None
    undone_by: str | None = None
    reason: ReasonView | None = None
    href: str

    @classmethod
    def of(cls, run: Run, imported: Import, ahead: Run | None, now: datetime) -> "ImportView":
        scope, posting = imported.scope, imported.posting
        return cls(
            id=run.id,
            state=run.state,
            created_by=run.created_by,
            created_at=run.created_at,
            first_day=scope.first_day,
            last_day=scope.last_day,
            filters=FiltersView(
                people=_listed(scope.people),
                projects=_listed(scope.projects),
                labor_codes=_listed(scope.labor_codes),
                leave_types=_listed(scope.leave_types),
                billable=scope.billable,
            ),
            source=imported.adapter or "push",
            posting=PostingView.of(posting) if posting else None,
            staged_at=imported.staged_at,
            planned_at=imported.planned_at,
            started_at=run.started_at,
            finished_at=run.finished_at,
            records=run.records,
            left_out=imported.left_out,
            plan=run.plan,
            totals={name: dict(numbers) for name, numbers in imported.totals.items()},
            counts=run.counts(),
            progress=_progress(run, ahead, now),
            undoes=imported.undoes,
            undone_by=imported.undone_by,
            reason=ReasonView.of(run.why_it_waits(), run.ledger),
            href=f"/v1/connections/{run.connection_id}/imports/{run.id}",
        )


ASKS_A_PERSON = frozenset(
    {
        "needs_reconnect",
        "ledger_stopped",
        "list_unreadable",
        "no_permission",
        "not_subscribed",
        "worker_failed",
        "stored_unreadable",
    }
)


def _progress(run: Run, ahead: Run | None, now: datetime) -> ProgressView:
    counts = run.counts()
    left = counts.get(ItemState.PENDING, 0)
    return ProgressView(
        done=sum(counts.values()) - left,
        left=left,
        seconds_left=_seconds_left(run, left, now),
        calls=run.calls(),
        waiting=_waiting(run),
        ahead=AheadView(run_id=ahead.id, user=ahead.created_by) if ahead else None,
    )


def _waiting(run: Run) -> Literal["no", "turn", "ledger", "person"]:
    if run.state is RunState.QUEUED:
        return "turn"
    if run.state is RunState.PARKED:
        asks = run.reason is None or run.reason.code in ASKS_A_PERSON
        return "person" if asks else "ledger"
    if run.is_looking_up:
        return "ledger"
    resting = (RunState.DRAFT, RunState.READY, RunState.INTERRUPTED)
    return "person" if run.state in resting else "no"


def _seconds_left(run: Run, left: int, now: datetime) -> int | None:
    done = run.left_then - left
    if run.state is not RunState.APPLYING or run.resumed_at is None or done <= 0:
        return None
    return round((now - run.resumed_at).total_seconds() * left / done)


class ImportList(View):
    """`next` is the cursor of the next page; null at the end."""

    imports: list[ImportView]
    next: str | None = None


class PreviewView(View):
    """A page of the plan. `before` and `after` of an item are what the ledger holds now and what it
    will hold."""

    plan: int
    totals: dict[str, dict[str, int]]
    items: list[ItemView]
    next: str | None = None


class ChosenView(View):
    """The rules and settings that the plan was made with. `next` is the cursor of the next page;
    null at the end."""

    plan: int
    posting: dict[str, Any]
    rules: list[dict[str, Any]]
    next: str | None = None
