"""The update of one timesheet: which entries it keeps, writes and removes."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from ledgerlink.connectors.intacct.documents import encoding
from ledgerlink.connectors.intacct.documents.kept_fields import USER_DIMENSION
from ledgerlink.connectors.intacct.documents.time_entry import body_before, sent_fields
from ledgerlink.connectors.intacct.outcomes.timesheets import (
    ENTRIES,
    ENTRY,
    TIMESHEET,
    EmployeePeriod,
    Timesheet,
    entry_marker,
    marker_in_entry,
)
from ledgerlink.connectors.intacct.protocol import queries
from ledgerlink.connectors.intacct.protocol.element_order import TIMESHEETENTRY
from ledgerlink.connectors.intacct.protocol.requests import Function
from ledgerlink.connectors.intacct.protocol.values import DATE_FORMAT, Row, text
from ledgerlink.connectors.intacct.protocol.xml import Value
from ledgerlink.domain.model.plan import Write

TIMESHEET_FIELDS = ("EMPLOYEE", "BEGINDATE")
"""Fields of a body that are of the timesheet, not of the entry."""
OF_TIMESHEET = frozenset({queries.RECORDNO, "LINENO"})
"""Fields of an entry that it has only in its timesheet."""
TASK_ID = "TASKID"
"""Read together with TASKKEY, but rejected when both are sent."""


@dataclass(frozen=True, slots=True, eq=False)
class TimesheetUpdate:
    """What becomes of one timesheet. The gateway replaces all entries by those that are sent, so
    the entries of others are sent along unchanged, and ours with what others entered in them."""

    period: EmployeePeriod
    sheet: Timesheet | None
    """The timesheet as it was read; None to create one."""
    upserts: tuple[Write, ...] = ()
    """Writes whose entries are added, or replace what they were."""
    removals: tuple[Write, ...] = ()
    """Writes whose entries are removed."""
    moved_from: Mapping[int, Timesheet] = field(default_factory=dict)
    """The timesheets that entries come from, by the seq of their write."""

    @property
    def writes(self) -> tuple[Write, ...]:
        """All writes of this update."""
        return self.upserts + self.removals

    @property
    def keeps_entries(self) -> bool:
        """Whether entries stay in the timesheet or come from another, changed or not, ours or a
        user's."""
        if self.moved_from:
            return True
        if self.sheet is None:
            return False
        removed = {entry_marker(write) for write in self.removals}
        return any(marker_in_entry(entry) not in removed for entry in self.sheet.entries)

    def function(self, control_id: str, new_state: str, custom: Collection[str]) -> Function:
        """The function that makes the update. A timesheet in which no entry is left is deleted;
        only our entries were in it. `new_state` is the state of a timesheet that is created,
        `custom` are the custom fields of entries."""
        lines = [*self._existing_lines(custom), *self._new_lines(custom)]
        if self.sheet is not None and not lines:
            content: dict[str, Value] = {"object": TIMESHEET, "keys": self.sheet.number}
            return Function(control_id, "delete", content)
        head: dict[str, Value] = {
            "EMPLOYEEID": self.period.employee,
            "BEGINDATE": self.period.first_day.strftime(DATE_FORMAT),
            ENTRIES: {ENTRY: lines},
        }
        if self.sheet is None:
            return Function(control_id, "create", {TIMESHEET: {**head, "STATE": new_state}})
        return Function(control_id, "update", {TIMESHEET: {**head, "RECORDNO": self.sheet.number}})

    def _existing_lines(self, custom: Collection[str]) -> list[Value]:
        """The entries of the timesheet without the removed ones, ours with their new values; each
        keeps its RECORDNO."""
        upserts = {entry_marker(write): write for write in self.upserts}
        removed = {entry_marker(write) for write in self.removals}
        lines: list[Value] = []
        for entry in self.sheet.entries if self.sheet else ():
            marker = marker_in_entry(entry)
            if self.sheet and marker in upserts:
                lines.append(_changed_values(upserts.pop(marker), self.sheet, entry, custom))
            elif marker not in removed or not marker:
                lines.append(_unchanged_values(entry, custom))
        return lines

    def _new_lines(self, custom: Collection[str]) -> Iterator[Value]:
        existing = self.sheet.our_entries if self.sheet else {}
        for write in self.upserts:
            if entry_marker(write) not in existing:
                yield self._new_line(write, custom)

    def _new_line(self, write: Write, custom: Collection[str]) -> Value:
        """An entry that is new in this timesheet; one that moves keeps what others entered."""
        old = self.moved_from.get(write.seq)
        if old is None:
            return _sent_values(write)
        moved = _changed_values(write, old, old.our_entries[entry_marker(write)], custom)
        return {name: value for name, value in moved.items() if name not in OF_TIMESHEET}


def _sent_values(write: Write) -> dict[str, Value]:
    body = write.body or {}
    return encoding.generic({n: value for n, value in body.items() if n not in TIMESHEET_FIELDS})


def _changed_values(
    write: Write, sheet: Timesheet, entry: Row, custom: Collection[str]
) -> dict[str, Value]:
    """The values of a write, and those of its entry that we neither send nor sent before."""
    before = body_before(sheet.head, entry, write)
    ours = sent_fields(write.body or {}) | sent_fields(before)
    kept = _unchanged_values(entry, custom)
    kept = {name: value for name, value in kept.items() if name not in ours}
    return {**kept, **_sent_values(write), queries.RECORDNO: text(entry, queries.RECORDNO)}


def _unchanged_values(entry: Row, custom: Collection[str]) -> Mapping[str, Value]:
    """All fields of an entry that can be written."""
    dimensions = [name for name in entry if name.startswith(USER_DIMENSION)]
    kept = _values(entry, [*TIMESHEETENTRY.names, *custom, *dimensions])
    if "TASKKEY" in kept:
        kept.pop(TASK_ID, None)
    return kept


def _values(entry: Row, names: Collection[str]) -> dict[str, Value]:
    return {name: value for name in names if (value := text(entry, name)) is not None}
