"""The records of an import by day, with what the plan of each day has to know of all others. They
are read once and wait on the worker's disk, because a million do not fit into its memory."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from ledgerlink.domain.model.document_facts import EntryAttributes
from ledgerlink.domain.model.imports import Scope
from ledgerlink.domain.model.runs import Run
from ledgerlink.domain.model.source_records import RecordKind, TimeEntry
from ledgerlink.domain.planning.hindering import MOST_UNCLEAR, MUST_AGREE
from ledgerlink.domain.planning.inputs import Rejected
from ledgerlink.domain.planning.time import entry_attributes
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.posting.given_keys import NOWHERE, GivenKeys, digest_of
from ledgerlink.services.posting.known_targets import EntityKeys
from ledgerlink.services.posting.sheet_lines import NO_DAY, SheetLine
from ledgerlink.services.posting.sorted_lines import SortedLines
from ledgerlink.services.posting.staged_records import staged_lines, time_record

DAY = timedelta(days=1)


def cell_of(source: EntryAttributes) -> bytes:
    """The cell of time with these attributes: only time of one cell is combined to an activity."""
    return digest_of([str(getattr(source, name)) for name in MUST_AGREE])


@dataclass(slots=True)
class Sheet:
    """The records of an import. `lines` has to be open as long as they are read."""

    lines: SortedLines
    scope: Scope
    user: str
    """Who imports them."""
    keys: GivenKeys = field(default_factory=GivenKeys)
    """Their keys."""
    entities: EntityKeys = field(default_factory=EntityKeys)
    """The entities that they name."""
    unclear: list[Rejected] = field(default_factory=list)
    """Rejected records that may belong to any activity: the first without a key, and some with
    different unreadable fields."""
    left_out: int = 0
    """How many are outside the scope."""

    @classmethod
    def read(cls, deps: Dependencies, run: Run, scope: Scope, lines: SortedLines) -> "Sheet":
        """The staged records of a run. Raises Invalid for records that cannot be read."""
        sheet = cls(lines, scope, run.created_by)
        for number, text in enumerate(staged_lines(deps, run), start=1):
            sheet._add(number, text)
        sheet.keys.seal()
        return sheet

    def _add(self, number: int, text: bytes) -> None:
        record = time_record(text, number, self.user)
        if isinstance(record, Rejected):
            self._add_rejected(number, text, record)
            return
        attributes = entry_attributes(record)
        if not self.scope.includes(attributes):
            self.left_out += 1
            return
        cell = cell_of(attributes)
        self.keys.add(record.key, cell, counted=True, rejected=False)
        self.entities.add(record)
        self._sort_in(str(record.work_date), number, cell, text)

    def _add_rejected(self, number: int, text: bytes, record: Rejected) -> None:
        counted = record.has_key and record.may_be(RecordKind.TIME)
        attributes = _attributes(record)
        cell = cell_of(attributes) if attributes is not None else NOWHERE
        self.keys.add(record.key, cell, counted=counted, rejected=True)
        day = NO_DAY if attributes is None else str(attributes.work_date)
        if attributes is None and self._says_more(record):
            self.unclear.append(record)
        self._sort_in(day, number, cell, text)

    def _says_more(self, record: Rejected) -> bool:
        """Whether an activity may wait for this record that waits for none of those before."""
        if not record.may_be(RecordKind.TIME):
            return False
        if not record.has_key and all(other.has_key for other in self.unclear):
            return True
        read = record.readable_as.get(RecordKind.TIME)
        others = (other.readable_as.get(RecordKind.TIME) for other in self.unclear)
        return read is not None and len(self.unclear) <= MOST_UNCLEAR + 1 and read not in others

    def _sort_in(self, day: str, number: int, cell: bytes, text: bytes) -> None:
        self.lines.add(SheetLine(f"{day} {number:09d}", cell, text).stored())

    def __iter__(self) -> Iterator[SheetLine]:
        """The records in their order."""
        return map(SheetLine.read, self.lines)

    def of_cells(self, cells: Iterable[bytes]) -> Iterator[SheetLine]:
        """The records of these cells, in their order."""
        wanted = {cell.hex().encode() for cell in cells}
        return (SheetLine.read(line) for line in self.lines if line[21:37] in wanted)

    def records(self, lines: Iterable[SheetLine]) -> Iterator[TimeEntry | Rejected]:
        """What these lines say."""
        return (time_record(line.text, line.number, self.user) for line in lines)


def _attributes(rejected: Rejected) -> EntryAttributes | None:
    """The attributes of a rejected entry in which entries of one activity agree; None where they
    cannot be read."""
    read = rejected.readable_as.get(RecordKind.TIME)
    if read is None or not all(map(read.is_clear, MUST_AGREE)):
        return None
    return EntryAttributes(**{name: read.values[name] for name in MUST_AGREE})


@dataclass(frozen=True, slots=True)
class DayRange:
    """Days that are planned together, with their records."""

    first: date
    last: date
    lines: Sequence[SheetLine]

    def contains(self, day: date | None) -> bool:
        """Whether it is one of these days."""
        return day is not None and self.first <= day <= self.last

    def halves(self) -> "tuple[DayRange, DayRange]":
        """The earlier and the later days of a range of several."""
        middle = self.first + (self.last - self.first) // 2
        earlier = [line for line in self.lines if line.day <= str(middle)]
        later = self.lines[len(earlier) :]
        return DayRange(self.first, middle, earlier), DayRange(middle + DAY, self.last, later)


def day_ranges(
    lines: Iterable[SheetLine], first: date, last: date, size: int
) -> Iterator[DayRange]:
    """These lines, which are sorted, in ranges of days that cover all days from `first` to `last`.
    A range ends with the day that brings it to `size` lines."""
    some: list[SheetLine] = []
    for line in lines:
        if len(some) >= size and line.day != some[-1].day:
            until = date.fromisoformat(some[-1].day)
            yield DayRange(first, until, some)
            first, some = until + DAY, []
        some.append(line)
    if first <= last:
        yield DayRange(first, last, some)
