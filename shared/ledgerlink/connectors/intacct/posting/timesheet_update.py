"""A sheet written anew: what stays as it is, what of ours changes, comes or goes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ledgerlink.connectors.intacct.documents import encoding
from ledgerlink.connectors.intacct.outcomes.timesheets import (
    ENTRIES,
    ENTRY,
    SHEET,
    EmployeePeriod,
    Timesheet,
    mark_for,
    mark_of,
)
from ledgerlink.connectors.intacct.protocol import queries
from ledgerlink.connectors.intacct.protocol.element_order import TIMESHEETENTRY
from ledgerlink.connectors.intacct.protocol.requests import Function
from ledgerlink.connectors.intacct.protocol.values import DATE_FORMAT, Row, text
from ledgerlink.connectors.intacct.protocol.xml import Value
from ledgerlink.domain.model.plan import Write

OF_SHEET = ("EMPLOYEE", "BEGINDATE")
"""What a body says of its sheet, not of its entry."""
DERIVED = "TASKID"
"""Said beside TASKKEY, and refused beside it."""


@dataclass(frozen=True, slots=True, eq=False)
class TimesheetUpdate:
    """One sheet, as it is and as it shall be: `puts` go in or take the place of what they were,
    `takes` go out."""

    period: EmployeePeriod
    sheet: Timesheet | None
    puts: tuple[Write, ...] = ()
    takes: tuple[Write, ...] = ()

    @property
    def writes(self) -> tuple[Write, ...]:
        """All that it is about."""
        return self.puts + self.takes

    @property
    def keeps(self) -> bool:
        """Whether entries stay in the sheet, as they are or corrected, somebody else's or ours."""
        gone = {mark_for(write) for write in self.takes}
        return self.sheet is not None and any(mark_of(e) not in gone for e in self.sheet.entries)

    def function(self, control_id: str, state: str, custom: Collection[str]) -> Function:
        """What brings the sheet there. The gateway replaces all entries by those that are sent; a
        sheet in which none is left goes, and ours was all that was in it. `state` is that of a new
        sheet, `custom` the fields that entries have beyond the ledger's own."""
        lines = [*self._kept(custom), *self._new()]
        if self.sheet is not None and not lines:
            content: dict[str, Value] = {"object": SHEET, "keys": self.sheet.number}
            return Function(control_id, "delete", content)
        head: dict[str, Value] = {
            "EMPLOYEEID": self.period.employee,
            "BEGINDATE": self.period.first_day.strftime(DATE_FORMAT),
            ENTRIES: {ENTRY: lines},
        }
        if self.sheet is None:
            return Function(control_id, "create", {SHEET: {**head, "STATE": state}})
        return Function(control_id, "update", {SHEET: {**head, "RECORDNO": self.sheet.number}})

    def _kept(self, custom: Collection[str]) -> list[Value]:
        """The entries that were there, ours as they shall be; each keeps its own number."""
        puts = {mark_for(write): write for write in self.puts}
        gone = {mark_for(write) for write in self.takes}
        lines: list[Value] = []
        for entry in self.sheet.entries if self.sheet else ():
            mark = mark_of(entry)
            if mark in puts:
                own = {**_sent(puts.pop(mark)), queries.RECORDNO: text(entry, queries.RECORDNO)}
                lines.append({**_values(entry, custom), **own})
            elif mark not in gone or not mark:
                lines.append(_as_it_is(entry, custom))
        return lines

    def _new(self) -> list[Value]:
        there = self.sheet.ours if self.sheet else {}
        return [_sent(write) for write in self.puts if mark_for(write) not in there]


def _sent(write: Write) -> dict[str, Value]:
    body = {name: value for name, value in (write.body or {}).items() if name not in OF_SHEET}
    return encoding.generic(body)


def _as_it_is(entry: Row, custom: Collection[str]) -> Mapping[str, Value]:
    """All of an entry that can be written."""
    kept = _values(entry, [*TIMESHEETENTRY.names, *custom])
    if "TASKKEY" in kept:
        kept.pop(DERIVED, None)
    return kept


def _values(entry: Row, names: Collection[str]) -> dict[str, Value]:
    return {name: value for name in names if (value := text(entry, name)) is not None}
