"""Runs and their items. Money and rates are decimal strings."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from ledgerlink.domain.model.plan import Action, ItemState
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.domain.money import Total, rounded
from ledgerlink.services.runs.history import Item
from ledgerlink.services.runs.shown_bodies import ShownBodies
from pydantic import Field

from functions.api.views.common import ReasonView, View
from functions.api.views.syncs import SyncView


class RunView(View):
    """A run. `counts` are items by state and add up to the plan; for a sync, records by change.
    `calls` are requests to the ledger, of which its maker meters `metered`."""

    id: str
    kind: str
    state: RunState
    created_by: str
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    records: int
    counts: dict[str, int]
    calls: dict[str, int]
    metered: int | None = None
    sync: SyncView | None = None
    reason: ReasonView | None = None
    href: str

    @classmethod
    def of(cls, run: Run) -> "RunView":
        return cls(
            id=run.id,
            kind=run.kind,
            state=run.state,
            created_by=run.created_by,
            created_at=run.created_at,
            started_at=run.started_at,
            finished_at=run.finished_at,
            records=run.records,
            counts=run.counts(),
            calls=run.calls(),
            metered=run.sync.metered if run.sync else None,
            sync=SyncView.of(run.sync, run.ledger) if run.sync else None,
            reason=ReasonView.of(run.why_it_waits(), run.ledger),
            href=f"/v1/connections/{run.connection_id}/runs/{run.id}",
        )


class RunList(View):
    """`next` is the cursor of the next page; null at the end."""

    runs: list[RunView]
    next: str | None = None


class ItemView(View):
    """One operation of a run and its outcome."""

    number: int
    state: ItemState
    action: Action
    kind: str
    key: str
    members: list[str]
    record: Annotated[str, Field(description="The kind of its members.")]
    day: date | None = None
    minutes: int = 0
    total: Annotated[Decimal | None, Field(description="Tax included, as we calculated it.")] = None
    currency: Annotated[str | None, Field(description="Null is the company's home currency.")] = (
        None
    )
    ledger_total: Annotated[
        Decimal | None, Field(description="Tax included, as the ledger calculated it.")
    ] = None
    before: Annotated[
        dict[str, Any] | None,
        Field(description="What the ledger held before, in its own fields; null if nothing."),
    ] = None
    after: Annotated[
        dict[str, Any] | None,
        Field(
            description="What is sent, in the same fields. A record that is still to be created"
            " is shown by its name."
        ),
    ] = None
    names: Annotated[
        dict[str, str],
        Field(description="Names of the records in `before` and `after`, by `type:id`."),
    ] = Field(default_factory=dict)
    warnings: list[ReasonView] = Field(default_factory=list)
    ledger_id: str | None = None
    version: str | None = None
    reason: ReasonView | None = None
    trace_id: str | None = None

    @classmethod
    def of(cls, item: Item, ledger: str, bodies: ShownBodies) -> "ItemView":
        operation, outcome = item.operation, item.outcome
        return cls(
            number=operation.seq,
            state=outcome.state,
            action=operation.action,
            kind=operation.kind,
            key=operation.key,
            members=list(operation.members),
            record=operation.record,
            day=operation.day,
            minutes=operation.minutes,
            total=operation.total.amount if operation.total else None,
            currency=operation.total.currency if operation.total else None,
            ledger_total=_shown(outcome.total, operation.total),
            before=_body(bodies.before),
            after=_body(bodies.after),
            names=dict(bodies.names),
            warnings=[view for one in operation.warnings if (view := ReasonView.of(one, ledger))],
            ledger_id=outcome.ledger_id,
            version=outcome.version,
            reason=ReasonView.of(outcome.reason, ledger),
            trace_id=outcome.trace_id or None,
        )


def _shown(amount: Decimal | None, total: Total | None) -> Decimal | None:
    """Money at the smallest unit of the document's currency."""
    return None if amount is None else rounded(amount, total.currency if total else None)


def _body(body: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if body is None else dict(body)


def item_views(items: Sequence[Item], ledger: str, bodies: Sequence[ShownBodies]) -> list[ItemView]:
    """Items with their bodies, in their order."""
    return [ItemView.of(item, ledger, shown) for item, shown in zip(items, bodies, strict=True)]


class ItemList(View):
    """`next` is the cursor of the next page; null at the end."""

    items: list[ItemView]
    next: str | None = None
