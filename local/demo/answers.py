"""What the API answers, as far as the demonstration has a use for it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """What the API answers; fields that the demonstration has no use for are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Reason(Answer):
    """Why, and what to do about it."""

    message: str
    remedy: str
    code: str = ""


class Connection(Answer):
    """A firm's tie to a company of the ledger."""

    id: str
    state: str
    created_at: str
    company_id: str | None = None
    company_name: str | None = None
    authorize_url: str | None = None
    reason: Reason | None = None


class ConnectionList(Answer):
    connections: list[Connection]


class Upload(Answer):
    """Where to PUT records."""

    upload_id: str
    url: str


class ListWork(Answer):
    """What a sync did with one list; `mode` is full or changes."""

    type: str
    mode: str
    counts: Mapping[str, int] = {}


class Sync(Answer):
    """What is told of a run that brings lists in."""

    trigger: str
    lists: list[ListWork]


class Run(Answer):
    """A run; `counts` are items by state, `calls` went to the ledger by kind."""

    id: str
    state: str
    kind: str = "post"
    sync: Sync | None = None
    metered: int | None = None
    counts: Mapping[str, int]
    calls: Mapping[str, int]
    reason: Reason | None = None


class RunList(Answer):
    runs: list[Run]


class Item(Answer):
    """One operation of a run, or of the plan of a post; `kind` is the ledger's name of the record.

    `total` is what a document of money comes to, `ledger_total` what the ledger says of it.
    """

    key: str
    state: str
    action: str = "none"
    kind: str = ""
    total: Decimal | None = None
    ledger_total: Decimal | None = None
    reason: Reason | None = None
    warnings: list[Reason] = []


class ItemList(Answer):
    items: list[Item]


class PostPlan(Answer):
    """What a post would do; `counts` are its items by what each would be."""

    counts: Mapping[str, int]
    items: list[Item]


class Listed(Answer):
    """A record of one of the ledger's lists."""

    id: str
    name: str
    roles: list[str] = []
    fields: Mapping[str, Any] = {}


class ListedPage(Answer):
    records: list[Listed]
    next: str | None = None


class Change(Answer):
    """An entry of the feed, with the whole record as it became."""

    seq: int
    type: str
    record: Listed


class ChangeList(Answer):
    changes: list[Change]
    next: str


class Suggestion(Answer):
    """A record of the ledger that an entity may be."""

    name: str
    type: str
    score: int
    reason: str


class Mapped(Answer):
    """An entity of an import, with its rule or what is suggested."""

    key: str
    name: str
    entries: int
    rule: Mapping[str, object] | None = None
    suggestions: list[Suggestion] = []


class MappingPage(Answer):
    entities: list[Mapped]
    next: str | None = None


class Import(Answer):
    """An import; `totals` are items and minutes of its plan by what becomes of them."""

    id: str
    state: str
    plan: int
    staged_at: str | None = None
    totals: Mapping[str, Mapping[str, int]]
    reason: Reason | None = None


class PlannedItem(Answer):
    """One operation of a plan."""

    action: str
    kind: str
    key: str
    day: str | None = None
    minutes: int
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None


class Preview(Answer):
    items: list[PlannedItem]


class Problem(Answer):
    """An RFC 9457 problem document."""

    detail: str
    remedy: str = ""
