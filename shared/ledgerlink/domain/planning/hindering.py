"""Records that cannot be posted, and the records that they may share a document with."""

from collections.abc import Iterable, Sequence

from ledgerlink.domain.model.partial_records import NOTHING_READ, PartialRecord
from ledgerlink.domain.model.source_records import TimeEntry

MOST_UNCLEAR = 100
"""Records with different unreadable fields that are compared one by one. More of them count as
records of which nothing can be read."""

MUST_AGREE = (
    "staff_key",
    "work_date",
    "client_key",
    "project_key",
    "labor_code_key",
    "leave_type_key",
    "billable",
)
"""Fields in which all entries of one activity agree."""
MAY_BE_FILLED_IN = ("bill_rate", "class_key", "department_key", "location_key")
"""Fields in which they agree, too, but which the ledger or a rule may fill in."""

PartialWithKey = tuple[PartialRecord, str]


def few(unclear: Sequence[PartialWithKey]) -> Sequence[PartialWithKey]:
    """These records, or one that may be any of them if there are too many to compare."""
    return [(NOTHING_READ, unclear[0][1])] if len(unclear) > MOST_UNCLEAR else unclear


class HinderingEntries:
    """Time entries that cannot be posted, found by the entries that they may be combined with."""

    def __init__(self) -> None:
        self._clear: dict[Sequence[object], list[PartialWithKey]] = {}
        self._unclear: dict[object, PartialWithKey] = {}

    def add(self, read: PartialRecord, key: str) -> None:
        """Add an entry, of which this can be read."""
        if all(read.is_clear(name) for name in MUST_AGREE):
            place = tuple(read.values[name] for name in MUST_AGREE)
            self._clear.setdefault(place, []).append((read, key))
        else:
            self._unclear.setdefault(tuple(read.values.items()), (read, key))

    def of(self, entries: Iterable[TimeEntry]) -> str | None:
        """The key of an entry that may belong to the activity of these; None if there is none."""
        unclear = few([*self._unclear.values()])
        for entry in entries:
            place = tuple(getattr(entry, name) for name in MUST_AGREE)
            near: list[PartialWithKey] = [*self._clear.get(place, ()), *unclear]
            for read, key in near:
                if _may_be_combined(read, entry):
                    return key
        return None


def fields_of(entry: TimeEntry) -> PartialRecord:
    """The attributes that decide with which others the entry is combined."""
    names = (*MUST_AGREE, *MAY_BE_FILLED_IN)
    return PartialRecord(values={name: getattr(entry, name) for name in names})


def _may_be_combined(read: PartialRecord, entry: TimeEntry) -> bool:
    agree = all(read.may_have(name, getattr(entry, name)) for name in MUST_AGREE)
    return agree and all(_may_agree(read, entry, name) for name in MAY_BE_FILLED_IN)


def _may_agree(read: PartialRecord, entry: TimeEntry, name: str) -> bool:
    said, own = read.values.get(name), getattr(entry, name)
    return said is None or own is None or said == own
