"""Timesheets as the ledger holds them: whose, from when, and their entries, ours among others'."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple, TypeAlias

from ledgerlink.connectors.intacct.documents import marker
from ledgerlink.connectors.intacct.documents.time_entry import sheet_named
from ledgerlink.connectors.intacct.protocol import queries, values
from ledgerlink.connectors.intacct.protocol.record_ids import SEPARATOR, parse
from ledgerlink.connectors.intacct.protocol.values import Row, part, text
from ledgerlink.connectors.intacct.reads.custom_fields import CustomFields
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.connectors.intacct.transport.paging import everything, legacy_rows, whole_beside
from ledgerlink.domain.errors import LedgerStopped
from ledgerlink.domain.model.plan import Action, Operation, Write
from ledgerlink.domain.ports import Stop

SHEET, ENTRIES, ENTRY, BELONGS_TO = (
    "TIMESHEET",
    "TIMESHEETENTRIES",
    "TIMESHEETENTRY",
    "TIMESHEETKEY",
)
LOCKED: Mapping[str, str] = {
    "approved": "approved",
    "a": "approved",
    "partially approved": "partially approved",
    "x": "partially approved",
}
"""States in which a sheet does not change, as words and as codes."""


class EmployeePeriod(NamedTuple):
    """One person's sheet: the employee's id in the ledger and the first day."""

    employee: str
    first_day: date


@dataclass(frozen=True)
class Timesheet:
    """One sheet as it is. `number` is its RECORDNO. Of a `veiled` one there are entries that our
    user is not shown."""

    number: str
    period: EmployeePeriod
    head: Row
    entries: Sequence[Row]
    veiled: bool = False

    @property
    def version(self) -> str | None:
        """When it last changed."""
        return text(self.head, queries.WHENMODIFIED)

    @property
    def lock(self) -> str | None:
        """The state that keeps it from changing, if it is in one."""
        return LOCKED.get((text(self.head, "STATE") or "").lower())

    @cached_property
    def ours(self) -> Mapping[str, Row]:
        """The entries that have a mark, by it."""
        return {found: each for each in self.entries if (found := mark_of(each))}


class EntryLocation(NamedTuple):
    """Where the entry of a write stands. `holding` are the sheets in which it is: where it was
    written, and where it goes. `home` is the one of them where it belongs: the one that it was
    written to, or another of that period. `target` is the sheet that is rewritten for it: its home,
    or the one that it is to come to."""

    holding: Sequence[Timesheet]
    home: Timesheet | None
    target: Timesheet | None


@dataclass(frozen=True)
class Timesheets:
    """The sheets that were looked at."""

    by_number: Mapping[str, Timesheet] = field(default_factory=dict)
    _standings: dict[int, EntryLocation] = field(default_factory=dict, compare=False, repr=False)

    def of(self, period: EmployeePeriod) -> Timesheet | None:
        """The sheet of a person and period; should there be several, the oldest that is open."""
        return min(self._by_period.get(period, ()), key=_age, default=None)

    def only(self, numbers: Collection[str]) -> "Timesheets":
        """Those of them with these RECORDNOs."""
        return Timesheets({n: sheet for n, sheet in self.by_number.items() if n in numbers})

    def periods(self, writes: Iterable[Write]) -> set[EmployeePeriod]:
        """Those that were looked at, and those that the writes go to."""
        there = {sheet.period for sheet in self.by_number.values()}
        return there | {period for write in writes if (period := period_of(write))}

    def standing(self, write: Write) -> EntryLocation:
        """Where the entry of a write stands among these sheets."""
        if write.seq not in self._standings:
            self._standings[write.seq] = self._stand(write)
        return self._standings[write.seq]

    def _stand(self, write: Write) -> EntryLocation:
        period, place, own = period_of(write), place_of(write), number_of(write)
        known = self._by_mark.get(mark_for(write), ())
        holding = [each for each in known if each.number == own or each.period == place]
        there = [each for each in holding if place is None or each.period == place]
        home = min(there, key=lambda sheet: (sheet.number != own, _age(sheet)), default=None)
        return EntryLocation(holding, home, home or (self.of(period) if period else None))

    @cached_property
    def _by_period(self) -> Mapping[EmployeePeriod, Sequence[Timesheet]]:
        found: dict[EmployeePeriod, list[Timesheet]] = {}
        for sheet in self.by_number.values():
            found.setdefault(sheet.period, []).append(sheet)
        return found

    @cached_property
    def _by_mark(self) -> Mapping[str, Sequence[Timesheet]]:
        found: dict[str, list[Timesheet]] = {}
        for sheet in self.by_number.values():
            for mark in sheet.ours:
                found.setdefault(mark, []).append(sheet)
        return found


AnyWrite: TypeAlias = Operation | Write
"""What is about an entry: sent, or still to be."""


def period_of(write: AnyWrite) -> EmployeePeriod | None:
    """The sheet that a write goes to; None for one that only takes out, and for one of a person
    who is still to be made."""
    if write.body is None or write.action is Action.DELETE:
        return None
    employee = write.body["EMPLOYEE"]
    if not isinstance(employee, str):
        return None
    first_day = date.fromisoformat(write.body["BEGINDATE"])
    return EmployeePeriod(parse(employee, "employee").id, first_day)


def place_of(write: AnyWrite) -> EmployeePeriod | None:
    """The sheet that the entry of a write belongs to, also where it is only to be taken out."""
    named = sheet_named(write.group)
    return period_of(write) or (EmployeePeriod(*named) if named else None)


def number_of(write: AnyWrite) -> str:
    """The RECORDNO of the sheet in which it was written; empty when it never was."""
    return (write.ledger_id or "").partition(SEPARATOR)[0]


def mark_for(write: Write) -> str:
    """The mark by which the entry is known."""
    return (write.ledger_id or "").partition(SEPARATOR)[2] or marker.mark(write.key)


def mark_of(entry: Row) -> str:
    """The mark of an entry; empty for one that is not ours."""
    return marker.found(text(entry, "NOTES"), text(entry, "DESCRIPTION"))


def entry_id(number: str, mark: str) -> str:
    """The id of our entry in a sheet."""
    return f"{number}{SEPARATOR}{mark}"


async def look(
    client: Client, writes: Collection[Write], stop: Stop, custom: CustomFields | None = None
) -> Timesheets:
    """The sheets that these writes concern, in two requests or a few more; the custom fields of
    entries are asked for along with them. Raises as the client's `read`, LedgerStopped where the
    ledger refuses."""
    known = await numbers(client, places_of(writes), stop)
    return await read(client, concerned(writes, known), stop, custom)


def places_of(writes: Iterable[AnyWrite]) -> set[EmployeePeriod]:
    """The sheets that the entries of these writes belong to."""
    return {period for write in writes if (period := place_of(write))}


def concerned(
    writes: Iterable[AnyWrite], known: Mapping[EmployeePeriod, Collection[str]]
) -> set[str]:
    """The RECORDNOs of the sheets that these writes concern, of those that are known."""
    found = {number for write in writes if (number := number_of(write))}
    return found.union(*(known.get(period, ()) for period in places_of(writes)))


async def read(
    client: Client, numbers: Collection[str], stop: Stop, custom: CustomFields | None = None
) -> Timesheets:
    """The sheets with these RECORDNOs; those that are gone are left out. A sheet has entries, so
    one that comes without is asked for them. Raises as `look`."""
    unknown = custom.questions([ENTRY]) if custom else {}
    keys, others = sorted(numbers, key=_order), list(unknown.values())
    found, told = await whole_beside(client, SHEET, keys, others, stop)
    if custom:
        custom.learn(dict(zip(unknown, told, strict=False)))
    bare = [text(row, queries.RECORDNO) or "" for row in found if not part(row, ENTRIES, ENTRY)]
    apart: dict[str, list[Row]] = {number: [] for number in bare}
    async for line in legacy_rows(client, ENTRY, BELONGS_TO, bare, stop):
        apart.setdefault(text(line, BELONGS_TO) or "", []).append(line)
    veiled = await _veiled(client, apart, stop) if bare else ()
    those = (_sheet(row, apart, veiled) for row in found)
    return Timesheets({sheet.number: sheet for sheet in those if sheet is not None})


async def _veiled(
    client: Client, apart: Mapping[str, Sequence[Row]], stop: Stop
) -> Collection[str]:
    """The sheets that have more entries than these: the older way of asking may hide some. Where
    the ledger cannot be asked for that, those of which it shows none."""
    shown = {text(line, queries.RECORDNO) for some in apart.values() for line in some}
    hidden = set()
    try:
        for some in queries.batches_of(list(apart)):
            among = queries.among(BELONGS_TO, some)
            async for row in everything(
                client, ENTRY, [queries.RECORDNO, BELONGS_TO], among, stop=stop
            ):
                if text(row, queries.RECORDNO) not in shown:
                    hidden.add(text(row, BELONGS_TO) or "")
    except LedgerStopped:
        return {number for number, some in apart.items() if not some}
    return hidden


async def numbers(
    client: Client, periods: Collection[EmployeePeriod], stop: Stop
) -> Mapping[EmployeePeriod, set[str]]:
    """The RECORDNOs of the sheets of these people and periods. Raises as `look`."""
    found: dict[EmployeePeriod, set[str]] = {}
    if not periods:
        return found
    days = [period.first_day for period in periods]
    fields = [queries.RECORDNO, "EMPLOYEEID", "BEGINDATE"]
    when = queries.between("BEGINDATE", min(days), max(days))
    for some in queries.batches_of(sorted({period.employee for period in periods})):
        whose = queries.among("EMPLOYEEID", some)
        async for row in everything(client, SHEET, fields, whose, when, stop=stop):
            if (period := _period(row)) and period in periods:
                found.setdefault(period, set()).add(text(row, queries.RECORDNO) or "")
    return found


def _sheet(
    row: Row, apart: Mapping[str, Sequence[Row]], veiled: Collection[str]
) -> Timesheet | None:
    number, period = text(row, queries.RECORDNO), _period(row)
    if number is None or period is None:
        return None
    own = part(row, ENTRIES, ENTRY) or apart[number]
    return Timesheet(number, period, row, own, number in veiled)


def _period(row: Row) -> EmployeePeriod | None:
    employee, first_day = text(row, "EMPLOYEEID"), values.day(row, "BEGINDATE")
    return EmployeePeriod(employee, first_day) if employee and first_day else None


def _order(number: str) -> tuple[int, str]:
    return len(number), number


def _age(sheet: Timesheet) -> tuple[bool, tuple[int, str]]:
    """What sorts sheets: open ones first, each from the oldest on."""
    return sheet.lock is not None, _order(sheet.number)
