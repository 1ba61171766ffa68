"""Syncs: which lists to bring in, and how far each is."""

from datetime import date
from typing import Annotated, Literal

from ledgerlink.domain.model.list_records import ListType, Sync
from pydantic import Field

from functions.api.views.common import Given, ReasonView, View


class ListWorkView(View):
    """One list of a sync. `mode` is `full` or `changes`; `counts` are known once it is done."""

    type: ListType
    mode: Literal["full", "changes"]
    done: bool
    pages: int
    counts: dict[str, int]
    reason: ReasonView | None = None


class SyncView(View):
    """What a run of kind `sync` does. `trigger` is connect, request, schedule, webhook or
    settings."""

    trigger: str
    first_day: date | None = Field(None, serialization_alias="from")
    last_day: date | None = Field(None, serialization_alias="to")
    lists: list[ListWorkView]

    @classmethod
    def of(cls, sync: Sync, ledger: str) -> "SyncView":
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
                    counts=work.all_counts(),
                    reason=ReasonView.of(work.reason, ledger),
                )
                for work in sync.lists
            ],
        )


class NewSync(Given):
    """What to read. `full` reads whole lists and compares every id. `from` and `to` are required
    for lists that are read by days."""

    kind: Literal["full", "incremental"] = "incremental"
    lists: Annotated[
        list[ListType] | None, Field(max_length=50, description="All of the connection's if null.")
    ] = None
    first_day: Annotated[date | None, Field(alias="from")] = None
    last_day: Annotated[date | None, Field(alias="to")] = None
