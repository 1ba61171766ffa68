"""Imports: time that a user brings in, previews, posts and can undo."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from ledgerlink.domain.model.document_facts import EntryAttributes
from ledgerlink.domain.model.plan import ItemState, Operation
from ledgerlink.domain.model.time_settings import TimeSettings

Names = tuple[str, ...] | None
"""Source keys that are wanted; None wants all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The time that an import covers: days, both included, and filters by source key.

    `projects` also names clients, for time that has no project. Work has a labor code and leave a
    leave type; naming some of one leaves the other out, unless some of it are named too.
    """

    first_day: date
    last_day: date
    people: Names = None
    projects: Names = None
    labor_codes: Names = None
    leave_types: Names = None
    billable: bool | None = None

    def includes(self, source: EntryAttributes) -> bool:
        """Whether time with these attributes is in the scope."""
        return (
            self.first_day <= source.work_date <= self.last_day
            and _wanted(self.people, source.staff_key)
            and _wanted(self.projects, source.project_key or source.client_key)
            and self._kind(source)
            and self.billable in (None, source.billable)
        )

    def _kind(self, source: EntryAttributes) -> bool:
        if self.labor_codes is None and self.leave_types is None:
            return True
        if source.leave_type_key is not None:
            return source.leave_type_key in (self.leave_types or ())
        return source.labor_code_key in (self.labor_codes or ())


def _wanted(names: Names, key: str | None) -> bool:
    return names is None or key in names


NAMES = "names"
"""The name of the first such notes of an import."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """The fields that only a run of kind `import` has."""

    scope: Scope
    """The time that it covers."""
    adapter: str | None = None
    """The source that the records are pulled from; None where they were pushed."""
    posting: TimeSettings | None = None
    """How time is posted in this import; None for the connection's own settings."""
    staged_at: datetime | None = None
    """When the records were staged."""
    planned_at: datetime | None = None
    """When the plan was made."""
    left_out: int = 0
    """Records outside the scope."""
    totals: "Totals" = field(default_factory=dict)
    """Items, minutes and warnings of the plan."""
    undoes: str | None = None
    """The import that this one undoes."""
    undoes_generation: int = 0
    """The generation of that import when the plan was made."""
    undone_by: str | None = None
    """The run that undoes this one."""
    names: str = NAMES
    """The name of the notes with what the product knows of its people and projects."""


Totals = Mapping[str, Mapping[str, int]]
WARNINGS = "warnings"


def totals(operations: Iterable[Operation]) -> dict[str, dict[str, int]]:
    """Items and minutes of a plan by what becomes of them: create, update, delete, and where
    nothing is sent the state; list records are counted apart (`create_list`), as are warnings."""
    items: Counter[str] = Counter()
    minutes: Counter[str] = Counter()
    warnings = 0
    for operation in operations:
        name = _name(operation)
        items[name] += 1
        minutes[name] += operation.minutes
        warnings += len(operation.warnings)
    found = {name: {"items": items[name], "minutes": minutes[name]} for name in sorted(items)}
    return found | {WARNINGS: {"items": warnings}}


def added_up(some: Totals, more: Totals) -> Totals:
    """The totals of two parts of a plan together."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for name, numbers in (*some.items(), *more.items()):
        found[name].update(numbers)
    names = sorted(found.keys() - {WARNINGS})
    return {name: dict(found[name]) for name in (*names, WARNINGS)}


def _name(operation: Operation) -> str:
    if operation.state is not ItemState.PENDING:
        return operation.state.value
    if operation.source is None:
        return f"{operation.action.value}_list"
    return operation.action.value
