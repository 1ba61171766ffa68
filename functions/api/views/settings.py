"""What a firm chooses for a connection."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from ledgerlink.domain.errors import FieldError, Invalid
from ledgerlink.domain.model.ledger_choices import Choice, Offered, in_effect
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.money_settings import (
    GroupBy,
    InvoiceLines,
    MissingPayee,
    Number,
    Period,
    PostingDate,
)
from ledgerlink.domain.model.settings import Direction, ScheduleMode, Settings
from ledgerlink.domain.model.time_settings import (
    Billable,
    ClosedPeriod,
    Description,
    LedgerEdits,
    Rounding,
    SameNames,
    TimeSettings,
)
from ledgerlink.wire.records import problems
from pydantic import Field, ValidationError

from functions.api.views.common import Given, View


class ScheduleView(View):
    """When lists are read without being asked for. `hour`, in `time_zone`, is for `nightly`."""

    mode: ScheduleMode
    hour: int
    time_zone: str


class PostingView(View):
    """How time is posted. `memo` is a template with fields of the entry in braces, such as
    `{notes}`, in place of what `description` says; `round_to` is in minutes."""

    description: Description
    memo: str | None
    round_to: int
    rounding: Rounding
    approved_only: bool
    closed_period: ClosedPeriod
    ledger_edits: LedgerEdits
    billable: Billable
    shorten: bool
    same_names: SameNames

    @classmethod
    def of(cls, posting: TimeSettings) -> "PostingView":
        return cls(**asdict(posting))


class PostingChange(Given):
    """Changes of how time is posted; a field that is left out stays as it is."""

    description: str | None = None
    memo: Annotated[str | None, Field(max_length=2000, examples=["{task}: {notes}"])] = None
    round_to: int | None = None
    rounding: str | None = None
    approved_only: bool | None = None
    closed_period: str | None = None
    ledger_edits: str | None = None
    billable: str | None = None
    shorten: bool | None = None
    same_names: SameNames | None = None


class ExpensesView(View):
    """How expenses are posted. Accounts and the vendor are ids of the ledger."""

    group_by: GroupBy
    period: Period
    date: PostingDate
    number: Number
    payable_account_id: str | None
    check_account_id: str | None
    card_account_id: str | None
    missing_payee: MissingPayee
    catch_all_vendor_id: str | None


class ExpensesChange(Given):
    """Changes of how expenses are posted; a field that is left out stays as it is."""

    group_by: str | None = None
    period: str | None = None
    date: str | None = None
    number: str | None = None
    payable_account_id: str | None = None
    check_account_id: str | None = None
    card_account_id: str | None = None
    missing_payee: str | None = None
    catch_all_vendor_id: str | None = None


class InvoicesView(View):
    """How invoices are posted. The item is an id of the ledger."""

    lines: InvoiceLines
    number: Number
    item_id: str | None
    link_time: bool
    send: bool


class InvoicesChange(Given):
    """Changes of how invoices are posted; a field that is left out stays as it is."""

    lines: str | None = None
    number: str | None = None
    item_id: str | None = None
    link_time: bool | None = None
    send: bool | None = None


class IdOf(View):
    """Ids with this prefix belong to this list; their records have this role if one is named."""

    begins: str
    list: ListType
    role: str | None


class ChoiceView(View):
    """A choice that the ledger offers the company: one of `values` if there are any, the id of a
    list record if there are `ids`, or a text of up to `longest` characters like `example`."""

    name: str
    about: str
    default: str | None
    values: list[str]
    ids: list[IdOf]
    longest: int
    example: str | None

    @classmethod
    def of(cls, name: str, choice: Choice) -> "ChoiceView":
        uses = [
            IdOf(begins=start, list=use.list, role=use.role) for start, use in choice.ids.items()
        ]
        return cls(
            name=name,
            about=choice.about,
            default=choice.default,
            values=list(choice.one_of),
            ids=uses,
            longest=choice.longest,
            example=choice.example or None,
        )


class SettingsView(View):
    """What the firm chose. `lists` null is all lists of the ledger. `time_zone` is where the firm's
    days begin and end; null is the zone of the schedule. `ledger` is what is in effect
    of `ledger_choices`, which differ from ledger to ledger."""

    lists: list[ListType] | None
    direction: Direction
    time_zone: str | None
    schedule: ScheduleView
    blocked: list[str]
    posting: PostingView
    expenses: ExpensesView
    invoices: InvoicesView
    ledger: dict[str, str | None]
    ledger_choices: list[ChoiceView]
    next_sync_at: datetime | None = None

    @classmethod
    def of(
        cls, settings: Settings, offered: Offered, next_sync_at: datetime | None
    ) -> "SettingsView":
        schedule = settings.schedule
        return cls(
            lists=None if settings.lists is None else list(settings.lists),
            direction=settings.direction,
            time_zone=settings.time_zone,
            schedule=ScheduleView(
                mode=schedule.mode, hour=schedule.hour, time_zone=schedule.time_zone
            ),
            blocked=sorted(settings.blocked),
            posting=PostingView.of(settings.posting),
            expenses=ExpensesView(**asdict(settings.expenses)),
            invoices=InvoicesView(**asdict(settings.invoices)),
            ledger=in_effect(offered, settings.ledger),
            ledger_choices=[ChoiceView.of(name, choice) for name, choice in offered.items()],
            next_sync_at=next_sync_at,
        )


TimeZone = Annotated[str | None, Field(max_length=100, examples=["Europe/Berlin"])]


class ScheduleChange(Given):
    """Changes of the schedule; a field that is left out stays as it is."""

    mode: str | None = None
    hour: int | None = None
    time_zone: TimeZone = None


Names = Annotated[list[str], Field(max_length=5000)]


class SettingsChange(Given):
    """Changes of the settings; a field that is left out stays as it is. `ledger` takes a value per
    name of the settings' `ledger_choices`; null resets a choice. `block` and `unblock` name
    records as `type:id`."""

    lists: Annotated[list[str] | None, Field(max_length=50)] = None
    direction: str | None = None
    time_zone: TimeZone = None
    schedule: ScheduleChange | None = None
    posting: PostingChange | None = None
    expenses: ExpensesChange | None = None
    invoices: InvoicesChange | None = None
    ledger: Annotated[
        dict[str, Any] | None, Field(max_length=50, examples=[{"sales": "receivables"}])
    ] = None
    block: Names | None = None
    unblock: Names | None = None

    @classmethod
    def read(cls, given: Any) -> "tuple[SettingsChange, Sequence[FieldError]]":
        """The change without the places that cannot be read, and those places."""
        wrong: list[FieldError] = []
        for _ in range(MOST_READINGS):
            try:
                return cls.model_validate(given), wrong
            except ValidationError as error:
                wrong += problems(error)
                places = [found["loc"] for found in error.errors(include_url=False)]
                given = _without(given, places)
        raise Invalid("invalid_request", "The settings cannot be read.", SEE_DOCS, wrong)

    def patch(self) -> Mapping[str, Any]:
        """Only the fields in the request. Null is all lists in `lists`, resets `time_zone`, and is
        ignored elsewhere."""
        given = self.model_dump(exclude_unset=True)
        for part in ("schedule", "posting", "expenses", "invoices"):
            if isinstance(given.get(part), dict):
                items = given[part].items()
                given[part] = {k: v for k, v in items if v is not None or _may_be_null(k)}
        return {name: v for name, v in given.items() if v is not None or name in MAY_BE_NULL}


MAY_BE_NULL = ("lists", "time_zone")
"""Settings of which null is a value."""


MOST_READINGS = 3
SEE_DOCS = "See the settings in the API's description."


def _without(given: Any, places: Iterable[tuple[int | str, ...]]) -> Any:
    """The settings without the fields at these places, of which each section loses its own."""
    if not isinstance(given, dict):
        return {}
    left = {name: dict(v) if isinstance(v, dict) else v for name, v in given.items()}
    for section, *rest in places:
        inside = left.get(section)
        if rest and isinstance(inside, dict):
            inside.pop(rest[0], None)
        else:
            left.pop(section, None)
    return left


def _may_be_null(name: str) -> bool:
    """Whether null resets this field. Elsewhere null is ignored."""
    return name == "memo" or name.endswith("_id")
