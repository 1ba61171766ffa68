"""Combinations of people, projects, labor codes and so on: what their time entries are mapped to.
There are far fewer of them than entries."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any

from ledgerlink.domain.model.dimensions import Dimensions
from ledgerlink.domain.model.reasons import Blocked, Skipped
from ledgerlink.domain.model.references import Target
from ledgerlink.domain.model.resolved_time import ResolvedTime
from ledgerlink.domain.model.rules import PersonType
from ledgerlink.domain.model.source_records import TimeEntry
from ledgerlink.domain.model.time_settings import TimeSettings

_combination = attrgetter(
    "staff_key",
    "client_key",
    "project_key",
    "labor_code_key",
    "leave_type_key",
    "class_key",
    "department_key",
    "location_key",
    "billable",
)
"""The values of an entry that decide where it goes; rates, of which there may be as many as
entries, decide nothing."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """What an entry is mapped to. `rate` and `cost_rate` are money per hour."""

    staff: Target
    person: PersonType
    customer: Target | None
    item: Target | None
    billable: bool
    rate: Decimal | None
    dimensions: Dimensions
    targets: tuple[Any, ...]
    """Person, customer and item, in the form that they have in a body."""
    cost_rate: Decimal | None = None

    def time(
        self,
        key: str,
        entries: Sequence[TimeEntry],
        day: date,
        minutes: int,
        posting: TimeSettings,
    ) -> ResolvedTime:
        """These entries, which are all mapped like this, as one activity of so many minutes."""
        return ResolvedTime(
            key=key,
            entries=tuple(entries),
            staff=self.staff,
            person=self.person,
            day=day,
            minutes=minutes,
            billable=self.billable,
            parts=posting.parts(entries[0], day),
            shorten=posting.shorten,
            customer=self.customer,
            item=self.item,
            rate=self.rate,
            cost_rate=self.cost_rate,
            class_id=self.dimensions.class_id,
            department_id=self.dimensions.department_id,
            location_id=self.dimensions.location_id,
        )


@dataclass(slots=True)
class Combinations:
    """The combinations of one plan. Each is resolved once, blocked and skipped ones included,
    because 100,000 entries may lack the same rule."""

    _resolve: Callable[[TimeEntry], Resolved]
    """Where an entry goes, without rates of its own; raises Blocked or Skipped."""
    _resolved: dict[tuple[Any, ...], Resolved] = field(default_factory=dict)
    _failed: dict[tuple[Any, ...], Blocked | Skipped] = field(default_factory=dict)

    def of(self, entry: TimeEntry) -> Resolved:
        """What the combination of the entry is mapped to. Raises Blocked or Skipped."""
        combination = _combination(entry)
        resolved = self._resolved.get(combination)
        if resolved is not None:
            return resolved
        if (failed := self._failed.get(combination)) is not None:
            raise type(failed)(failed.reason)  # a new one, because each raise adds to a traceback
        try:
            resolved = self._resolve(entry)
        except (Blocked, Skipped) as failure:
            self._failed[combination] = type(failure)(failure.reason)
            raise
        self._resolved[combination] = resolved
        return resolved
