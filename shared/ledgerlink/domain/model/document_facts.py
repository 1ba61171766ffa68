"""Facts of a ledger document, whether it is planned, sent or posted."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any

from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.domain.money import Total


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryAttributes:
    """The attributes of time entries in which all entries of one activity agree."""

    staff_key: str
    work_date: date
    client_key: str | None = None
    project_key: str | None = None
    labor_code_key: str | None = None
    leave_type_key: str | None = None
    billable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    """The fields that a composed document, its operation, its write and its link have in common."""

    members: tuple[str, ...] = ()
    """Keys of the source records that are in the document."""
    day: date | None = None
    """The accounting date, which closed periods are compared with; list records have none."""
    minutes: int = 0
    """How much time is in it."""
    rate: Decimal | None = None
    """What an hour of it is billed at; None for what is not billed."""
    source: EntryAttributes | None = None
    """What its time entries agree in; None for what is not time."""
    targets: tuple[Any, ...] = ()
    """Its person, customer and item in the ledger: an id, a pending reference, or None for none."""
    record: RecordKind = RecordKind.TIME
    """The kind of its members."""
    total: Total | None = None
    """What a money document comes to."""
    group: str = ""
    """Documents of one group are best sent together, because the ledger keeps them together
    (entries of one timesheet); empty for a document that goes alone."""
    restored: str = ""
    """Where an undo brings back what an earlier run wrote: the id of that run."""

    def facts(self) -> dict[str, Any]:
        """These fields by name, to build the next class from: `Write(…, **operation.facts())`."""
        return dict(zip(_NAMES, _values(self), strict=True))


_NAMES = tuple(one.name for one in fields(DocumentFacts))
_values = attrgetter(*_NAMES)
