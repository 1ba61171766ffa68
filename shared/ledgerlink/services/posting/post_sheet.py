"""The records of a post: its time in files on the worker's disk, all others in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.model.runs import Run
from ledgerlink.domain.model.source_records import Record, RecordKind, TimeEntry
from ledgerlink.domain.planning.inputs import Rejected
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.ports import LARGEST_FILE
from ledgerlink.services.posting.given_keys import NOWHERE, GivenKeys
from ledgerlink.services.posting.known_targets import EntityKeys
from ledgerlink.services.posting.sheet_lines import SheetLine
from ledgerlink.services.posting.sorted_lines import SortedLines
from ledgerlink.services.posting.staged_records import (
    MOST_RECORDS,
    Records,
    read_record,
    staged_lines,
)
from ledgerlink.wire.records import source_record

PART_SIZE = 5_000
"""Time entries that are planned together. A post of fewer is planned in one piece."""


@dataclass(slots=True)
class PostSheet:
    """The records of a post. `lines` has to be open as long as they are read."""

    lines: SortedLines
    keys: GivenKeys = field(default_factory=GivenKeys)
    """The keys of all time."""
    entities: EntityKeys = field(default_factory=EntityKeys)
    """The entities that the time in `lines` names."""
    rest: Records = field(default_factory=Records)
    """All records that are not in `lines`."""
    times: int = 0
    """How many entries are in `lines`."""
    _size: int = 0

    @classmethod
    def read(cls, deps: Dependencies, run: Run, lines: SortedLines) -> "PostSheet":
        """The staged records of a run. Raises Invalid for records that cannot be read, and for more
        of those that are not time than fit into memory."""
        sheet = cls(lines)
        for number, text in enumerate(staged_lines(deps, run), start=1):
            sheet._add(read_record(text, number, run.created_by, run.kinds), number, text)
        sheet._count_others()
        sheet.keys.seal()
        if sheet.times <= PART_SIZE:
            sheet._take_back()
        return sheet

    def _add(self, record: Record | Rejected, number: int, text: bytes) -> None:
        if isinstance(record, TimeEntry):
            self.keys.add(record.key, NOWHERE, counted=True, rejected=False)
            self.entities.add(record)
            self.lines.add(SheetLine(f"{record.work_date} {number:09d}", NOWHERE, text).stored())
            self.times += 1
            return
        self._size += len(text)
        if self._size > LARGEST_FILE or len(self.rest) >= MOST_RECORDS:
            limits = f"{LARGEST_FILE} bytes or {MOST_RECORDS:,} records"
            detail = f"what it holds besides time has more than {limits}"
            raise Invalid("unreadable_upload", detail, "Post the records in smaller files.")
        self.rest.add(record)

    def _count_others(self) -> None:
        """Count the keys of rejected and deleted time with those of entries."""
        rejected = [one for one in self.rest.rejected if one.may_be(RecordKind.TIME)]
        for one in rejected:
            if one.has_key:
                self.keys.add(one.key, NOWHERE, counted=True, rejected=True)
        unreadable = {one.key for one in self.rest.rejected if one.kind is RecordKind.TIME}
        deleted = {one.key for one in self.rest.deleted if one.kind == RecordKind.TIME}
        for key in deleted - unreadable:
            self.keys.add(key, NOWHERE, counted=True, rejected=False)

    def _take_back(self) -> None:
        """Hold the entries in memory, in the order in which they were given."""
        lines = sorted(map(SheetLine.read, self.lines), key=lambda line: line.number)
        self.rest.times = [entry_of(line) for line in lines]
        self.times = 0

    def parts(self, after: str) -> Iterator[Sequence[SheetLine]]:
        """The entries in `lines` behind this place, by day."""
        left = (line for line in map(SheetLine.read, self.lines) if line.place > after)
        while self.times and (part := list(islice(left, PART_SIZE))):
            yield part


def entry_of(line: SheetLine) -> TimeEntry:
    """The time entry of a line of a sheet."""
    entry = source_record(line.text)
    assert isinstance(entry, TimeEntry)
    return entry
