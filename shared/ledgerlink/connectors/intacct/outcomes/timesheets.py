"""Timesheets as Sage Intacct holds them, and in which of them the entry of a write is found."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple, TypeAlias

from ledgerlink.connectors.intacct.documents import marker
from ledgerlink.connectors.intacct.documents.time_entry import parse_timesheet_name
from ledgerlink.connectors.intacct.protocol import queries
from ledgerlink.connectors.intacct.protocol.record_ids import SEPARATOR, parse_ref
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.domain.model.plan import Operation, Write

TIMESHEET, ENTRIES, ENTRY, TIMESHEET_KEY = (
    "TIMESHEET",
    "TIMESHEETENTRIES",
    "TIMESHEETENTRY",
    "TIMESHEETKEY",
)
LOCKED_STATES: Mapping[str, str] = {
    "approved": "approved",
    "a": "approved",
    "partially approved": "partially approved",
    "x": "partially approved",
}
"""States in which a timesheet cannot change, by the word and by the code for each."""


class EmployeePeriod(NamedTuple):
    """One employee's time in one period: what a timesheet is for."""

    employee: str
    """The employee's id in the ledger, without the object."""
    first_day: date
    """The first day of the period."""


@dataclass(frozen=True)
class Timesheet:
    """One timesheet as it was read."""

    number: str
    """Its RECORDNO."""
    period: EmployeePeriod
    head: Row
    entries: Sequence[Row]
    hides_entries: bool = False
    """Whether it has entries that our user is not shown."""

    @property
    def version(self) -> str | None:
        """When it last changed."""
        return text(self.head, queries.WHENMODIFIED)

    @property
    def locked_state(self) -> str | None:
        """The state that keeps it from changing; None while it is open."""
        return LOCKED_STATES.get((text(self.head, "STATE") or "").lower())

    @cached_property
    def our_entries(self) -> Mapping[str, Row]:
        """The entries that have our marker, by that marker."""
        return {found: each for each in self.entries if (found := marker_in_entry(each))}


class EntryLocation(NamedTuple):
    """Where the entry of a write is, and where it has to go."""

    found_in: Sequence[Timesheet]
    """Timesheets with its marker: the one it was written to, and those of the period it is in."""
    home: Timesheet | None
    """The one of them to which it belongs: where it was written, else another of that period."""
    target: Timesheet | None
    """The timesheet to rewrite: its home, else the one that it has to move to."""


@dataclass(frozen=True)
class Timesheets:
    """Timesheets that were read together."""

    by_number: Mapping[str, Timesheet] = field(default_factory=dict)
    _locations: dict[int, EntryLocation] = field(default_factory=dict, compare=False, repr=False)

    def of(self, period: EmployeePeriod) -> Timesheet | None:
        """The timesheet of an employee and period; of several the oldest one that is open."""
        return min(self._by_period.get(period, ()), key=_open_and_oldest_first, default=None)

    def holding(self, marker: str, period: EmployeePeriod) -> Timesheet | None:
        """The timesheet of this period with the entry of this marker; of several the oldest one
        that is open."""
        marked = (sheet for sheet in self._by_marker.get(marker, ()) if sheet.period == period)
        return min(marked, key=_open_and_oldest_first, default=None)

    def only(self, numbers: Collection[str]) -> "Timesheets":
        """Those of them with these RECORDNOs."""
        return Timesheets({n: sheet for n, sheet in self.by_number.items() if n in numbers})

    def periods(self, writes: Iterable[Write]) -> set[EmployeePeriod]:
        """The periods of these timesheets and those that the writes go to."""
        read = {sheet.period for sheet in self.by_number.values()}
        return read | {period for write in writes if (period := destination_of(write))}

    def locate(self, write: Write) -> EntryLocation:
        """Where the entry of a write is among these timesheets."""
        if write.seq not in self._locations:
            self._locations[write.seq] = self._location(write)
        return self._locations[write.seq]

    def _location(self, write: Write) -> EntryLocation:
        destination, period, written = (
            destination_of(write),
            period_of(write),
            written_number(write),
        )
        marked = self._by_marker.get(entry_marker(write), ())
        found_in = [each for each in marked if each.number == written or each.period == period]
        homes = [each for each in found_in if period is None or each.period == period]
        home = min(
            homes,
            key=lambda sheet: (sheet.number != written, _open_and_oldest_first(sheet)),
            default=None,
        )
        return EntryLocation(
            found_in, home, home or (self.of(destination) if destination else None)
        )

    @cached_property
    def _by_period(self) -> Mapping[EmployeePeriod, Sequence[Timesheet]]:
        found: dict[EmployeePeriod, list[Timesheet]] = {}
        for sheet in self.by_number.values():
            found.setdefault(sheet.period, []).append(sheet)
        return found

    @cached_property
    def _by_marker(self) -> Mapping[str, Sequence[Timesheet]]:
        found: dict[str, list[Timesheet]] = {}
        for sheet in self.by_number.values():
            for mark in sheet.our_entries:
                found.setdefault(mark, []).append(sheet)
        return found


AnyWrite: TypeAlias = Operation | Write
"""A write of an entry: one that is planned, or one that is being sent."""


def destination_of(write: AnyWrite) -> EmployeePeriod | None:
    """The period whose timesheet the entry goes into. None for a delete, and for an employee that
    the same plan creates."""
    if write.body is None:
        return None
    employee = write.body["EMPLOYEE"]
    if not isinstance(employee, str):
        return None
    first_day = date.fromisoformat(write.body["BEGINDATE"])
    return EmployeePeriod(parse_ref(employee, "employee").id, first_day)


def period_of(write: AnyWrite) -> EmployeePeriod | None:
    """The period to which the entry belongs; unlike its destination a delete has one, too."""
    named = parse_timesheet_name(write.group)
    return destination_of(write) or (EmployeePeriod(*named) if named else None)


def periods_of(writes: Iterable[AnyWrite]) -> set[EmployeePeriod]:
    """The periods to which the entries of these writes belong."""
    return {period for write in writes if (period := period_of(write))}


def written_number(write: AnyWrite) -> str:
    """The RECORDNO of the timesheet into which it was last written; empty when it never was."""
    return (write.ledger_id or "").partition(SEPARATOR)[0]


def entry_marker(write: Write) -> str:
    """The marker of the entry."""
    return (write.ledger_id or "").partition(SEPARATOR)[2] or marker.marker_for(write.key)


def marker_in_entry(entry: Row) -> str:
    """The marker that an entry has; empty for one that is not ours."""
    return marker.find_marker(text(entry, "NOTES"), text(entry, "DESCRIPTION"))


def entry_id(number: str, mark: str) -> str:
    """The ledger id of our entry: the RECORDNO of its timesheet and its marker."""
    return f"{number}{SEPARATOR}{mark}"


def numeric_order(number: str) -> tuple[int, str]:
    """A key that sorts RECORDNOs as numbers."""
    return len(number), number


def _open_and_oldest_first(sheet: Timesheet) -> tuple[bool, tuple[int, str]]:
    return sheet.locked_state is not None, numeric_order(sheet.number)
