"""What the API answers and takes, as pydantic models. Money and rates are decimal strings."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from ledgerlink.domain.model.connections import Connection, ConnectionState
from ledgerlink.domain.model.documents import Company
from ledgerlink.domain.model.list_records import ListType, Sync
from ledgerlink.domain.model.plan import Action, ItemState
from ledgerlink.domain.model.reasons import Reason
from ledgerlink.domain.model.rules import Rule, RuleKind
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.domain.money import Total, rounded
from ledgerlink.services.runs.history import Item
from ledgerlink.wire.rules import plain
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema


class Given(BaseModel):
    """A body that refuses unknown fields."""

    model_config = ConfigDict(extra="forbid")


class ReasonView(BaseModel):
    """Why, and what to do about it."""

    code: str
    message: str
    remedy: str
    field: str | None = None

    @classmethod
    def of(cls, reason: Reason | None) -> "ReasonView | None":
        if reason is None:
            return None
        return cls(
            code=reason.code, message=reason.message, remedy=reason.remedy, field=reason.field
        )


LoginGiven = Annotated[
    dict[Annotated[str, Field(max_length=50)], Annotated[str, Field(max_length=200)]],
    Field(
        max_length=10,
        description="For Sage Intacct: company_id, user_id and password of a Web Services user, "
        "and entity for one entity alone. It is stored as a secret and shown nowhere.",
    ),
]


class NewConnection(Given):
    """Which ledger to connect, with a login where the ledger knows users of its own."""

    ledger: Annotated[str, Field(examples=["qbo"])]
    login: LoginGiven | None = None


class Reconnection(Given):
    """Another login for the same company."""

    login: LoginGiven


class Health(BaseModel):
    """What the ledger company offers; null where the ledger does not say."""

    token: Literal["none", "valid", "lost"]
    edition: str | None = None
    home_currency: str | None = None
    time_tracking: bool | None = None
    payroll: bool | None = None
    classes: bool | None = None
    departments: bool | None = None
    locations: bool | None = None
    projects: bool | None = None
    multi_currency: bool | None = None
    books_closed_through: date | None = None
    read_at: datetime | None = None


TOKEN_STATES: dict[ConnectionState, Literal["none", "valid", "lost"]] = {
    ConnectionState.AUTHORIZING: "none",
    ConnectionState.CONNECTED: "valid",
    ConnectionState.NEEDS_RECONNECT: "lost",
    ConnectionState.DISCONNECTED: "none",
}


class ConnectionView(BaseModel):
    """A connection with its health."""

    id: str
    ledger: str
    state: ConnectionState
    company_id: str | None = None
    company_name: str | None = None
    country: str | None = None
    created_by: str
    created_at: datetime
    connected_at: datetime | None = None
    health: Health
    reason: ReasonView | None = None
    authorize_url: str | None = Field(None, description="Where the user gives consent.")

    @classmethod
    def of(cls, connection: Connection, authorize_url: str | None = None) -> "ConnectionView":
        company = connection.company
        return cls(
            id=connection.id,
            ledger=connection.ledger,
            state=connection.state,
            company_id=connection.company_id,
            company_name=company.name if company else None,
            country=company.country if company else None,
            created_by=connection.created_by,
            created_at=connection.created_at,
            connected_at=connection.connected_at,
            health=_health(connection, company),
            reason=ReasonView.of(connection.reason),
            authorize_url=authorize_url,
        )


def _health(connection: Connection, company: Company | None) -> Health:
    token = TOKEN_STATES[connection.state]
    if company is None:
        return Health(token=token)
    names = [name for name in Health.model_fields if hasattr(company.features, name)]
    features: dict[str, Any] = {name: getattr(company.features, name) for name in names}
    return Health(token=token, read_at=connection.read_at, **features)


class ConnectionList(BaseModel):
    connections: list[ConnectionView]


class RuleView(BaseModel):
    """A rule: how one source entity is mapped, who set it and when."""

    key: str
    mapping: Annotated[
        dict[str, Any], WithJsonSchema({"allOf": [{"$ref": "#/components/schemas/Mapping"}]})
    ]
    version: int
    set_by: str
    set_at: datetime

    @classmethod
    def of(cls, rule: Rule) -> "RuleView":
        return cls(
            key=rule.key,
            mapping=plain(rule.kind, rule.mapping),
            version=rule.version,
            set_by=rule.set_by,
            set_at=rule.set_at,
        )


class RuleList(BaseModel):
    """`next` is the cursor of the next page; null at the end."""

    rules: list[RuleView]
    next: str | None = None


class Rules(Given):
    """Mappings by source key; rules of other keys stay as they are."""

    rules: Annotated[
        dict[str, Any],
        WithJsonSchema(
            {
                "type": "object",
                "description": "A mapping per source key: skip, link or create.",
                "additionalProperties": {"$ref": "#/components/schemas/Mapping"},
            }
        ),
    ]


class AllRules(Given):
    """Mappings by kind of rule and source key."""

    rules: Annotated[
        dict[RuleKind, dict[str, Any]],
        WithJsonSchema(
            {
                "type": "object",
                "description": f"By kind ({', '.join(RuleKind)}), then by key.",
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": {"$ref": "#/components/schemas/Mapping"},
                },
            }
        ),
    ]


class RulesSet(BaseModel):
    """How many rules of each kind were given."""

    rules: dict[RuleKind, int]


class UploadView(BaseModel):
    """PUT records there, one JSON object per line (gzip allowed), then post the `upload_id`."""

    upload_id: str
    url: str
    expires_in_seconds: int


class ListWorkView(BaseModel):
    """One list of a sync. `mode` is `full` or `changes`; `counts` are known once it is done."""

    type: ListType
    mode: Literal["full", "changes"]
    done: bool
    pages: int
    counts: dict[str, int]
    reason: ReasonView | None = None


class SyncView(BaseModel):
    """What a run of kind `sync` does. `trigger` is connect, request, schedule, webhook or
    settings."""

    trigger: str
    first_day: date | None = Field(None, serialization_alias="from")
    last_day: date | None = Field(None, serialization_alias="to")
    lists: list[ListWorkView]

    @classmethod
    def of(cls, sync: Sync) -> "SyncView":
        return cls(
            trigger=sync.trigger,
            first_day=sync.first_day,
            last_day=sync.last_day,
            lists=[
                ListWorkView(
                    type=work.type,
                    mode="full" if work.whole else "changes",
                    done=work.done,
                    pages=work.pages,
                    counts=dict(work.counts),
                    reason=ReasonView.of(work.reason),
                )
                for work in sync.lists
            ],
        )


class RunView(BaseModel):
    """A run. `counts` are items by state and add up to the plan, or records by what became of
    them in a sync; `calls` went to the ledger, `metered` of them are metered by its maker."""

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
            sync=SyncView.of(run.sync) if run.sync else None,
            reason=ReasonView.of(run.reason),
            href=f"/v1/connections/{run.connection_id}/runs/{run.id}",
        )


class RunList(BaseModel):
    """`next` is the cursor of the next page; null at the end."""

    runs: list[RunView]
    next: str | None = None


class ItemView(BaseModel):
    """One operation of a run and what became of it."""

    number: int
    state: ItemState
    action: Action
    kind: str
    key: str
    members: list[str]
    record: Annotated[str, Field(description="The kind of its members.")]
    day: date | None = None
    minutes: int = 0
    total: Annotated[Decimal | None, Field(description="Tax included, by our reckoning.")] = None
    currency: Annotated[str | None, Field(description="Null is the company's own.")] = None
    ledger_total: Annotated[Decimal | None, Field(description="By the ledger's reckoning.")] = None
    before: Annotated[
        dict[str, Any] | None, Field(description="What the ledger holds, in its own words.")
    ] = None
    after: Annotated[
        dict[str, Any] | None, Field(description="What it will hold, in its own words.")
    ] = None
    warnings: list[ReasonView] = Field(default_factory=list)
    ledger_id: str | None = None
    version: str | None = None
    reason: ReasonView | None = None
    trace_id: str | None = None

    @classmethod
    def of(cls, item: Item) -> "ItemView":
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
            before=_body(operation.before),
            after=_body(operation.body),
            warnings=[view for one in operation.warnings if (view := ReasonView.of(one))],
            ledger_id=outcome.ledger_id,
            version=outcome.version,
            reason=ReasonView.of(outcome.reason),
            trace_id=outcome.trace_id or None,
        )


def _shown(amount: Decimal | None, total: Total | None) -> Decimal | None:
    """Money at the smallest unit of the document's currency."""
    return None if amount is None else rounded(amount, total.currency if total else None)


def _body(body: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if body is None else dict(body)


class ItemList(BaseModel):
    """`next` is the cursor of the next page; null at the end."""

    items: list[ItemView]
    next: str | None = None
