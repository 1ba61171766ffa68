"""A part of an import: some of its records, with the activities that the ledger holds of them."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import islice

from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.posting_keys import time_key_of
from ledgerlink.domain.model.source_records import TimeEntry
from ledgerlink.domain.planning.inputs import OtherParts, Rejected
from ledgerlink.services.imports.sheet import Sheet, cell_of
from ledgerlink.services.ports import Links
from ledgerlink.services.posting.sheet_lines import SheetLine

MOST_LINKS = 20_000
"""Links of several days that are planned together. Where there are more, fewer days are."""
MOST_TOGETHER = 150_000
"""Records, or links, that are planned together where they must be."""


@dataclass(frozen=True, slots=True)
class LinkedTime:
    """An activity in the ledger."""

    link: Link
    is_scoped: bool
    """Whether the import deletes it if nothing needs it."""
    cells: frozenset[bytes]
    """The cells of its entries that are given, and its own where entries of that cell are found by
    it: all that has to be planned together with it."""


class SheetPart:
    """Records that are planned together. First its links are read, then what has to be planned
    together with records elsewhere is taken out."""

    def __init__(
        self, links: Links, key: ConnectionKey, sheet: Sheet, lines: Sequence[SheetLine]
    ) -> None:
        self._links = links
        self._connection_key = key
        self._sheet = sheet
        self._given = [*zip(lines, sheet.records(lines), strict=True)]
        self._doubled = sheet.keys.doubled(record.key for _, record in self._given)
        self._own = {
            record.key: line.cell
            for line, record in self._given
            if isinstance(record, TimeEntry) and record.key not in self._doubled
        }
        self._here = {line.cell for line in lines}
        self.linked: list[LinkedTime] = []
        self.cells_postponed: Set[bytes] = frozenset()
        """The cells that are planned with others elsewhere."""
        self.links_postponed: Sequence[str] = ()
        """The posting keys of their activities."""

    def read_near(self, first: date, last: date) -> None:
        """Read the links of these days, or more than MOST_LINKS of them."""
        most = MOST_LINKS if first < last else MOST_TOGETHER
        found = map(self._linked_time, self._links.between(self._connection_key, first, last))
        needed = (each for each in found if each.is_scoped or each.cells)
        self.linked = list(islice(needed, most + 1))
        self._here.update(cell_of(each.link.source) for each in self.linked if each.link.source)

    def read(self, keys: Iterable[str]) -> None:
        """Read the links with these posting keys."""
        found = self._links.get(self._connection_key, keys)
        self.linked += map(self._linked_time, found.values())

    def read_by_keys(self) -> None:
        """Read the links of the entries that none of those read so far holds."""
        held = {member for each in self.linked for member in each.link.members}
        others = [
            record.key
            for _, record in self._given
            if isinstance(record, TimeEntry) and record.key not in held
        ]
        key = self._connection_key
        found = {
            **self._links.get(key, map(time_key_of, others)),
            **{link.key: link for link in self._links.owner_documents(key, others).values()},
        }
        known = {each.link.key for each in self.linked}
        self.linked += [self._linked_time(found[name]) for name in found.keys() - known]

    def _linked_time(self, link: Link) -> LinkedTime:
        source, keys = link.source, self._sheet.keys
        in_scope = source is not None and self._sheet.scope.includes(source)
        cells: set[bytes] = set()
        for member in link.members:
            own = self._own.get(member)
            cells |= keys.cells(member) if own is None else {own}
        if source is not None and in_scope and link.is_found_by_members:
            cells.add(cell_of(source))
        return LinkedTime(link, link.imported and in_scope, frozenset(cells))

    def postpone(self, known: Set[bytes]) -> None:
        """Take out the cells that are planned elsewhere: those `known`, those that share an
        activity with a record outside this part, and those that share one with these. Activities
        of which all entries are outside are left to their part."""
        here = self._here
        self.linked = [
            one for one in self.linked if not one.cells or not here.isdisjoint(one.cells)
        ]
        found = set(known)
        for _ in range(len(self.linked) + 1):  # each round finds one at least, or is the last
            reached = (one for one in self.linked if one.cells - here or one.cells & found)
            more = set().union(*(one.cells for one in reached)) - found
            if not more:
                break
            found |= more
        going = [one for one in self.linked if one.cells & found]
        self.cells_postponed = found & here | set().union(*(one.cells for one in going))
        self.links_postponed = [one.link.key for one in going]
        self.linked = [one for one in self.linked if not one.cells & found]
        self._given = [each for each in self._given if each[0].cell not in found]

    @cached_property
    def entries(self) -> Sequence[TimeEntry]:
        """The time entries."""
        return [record for _, record in self._given if isinstance(record, TimeEntry)]

    @cached_property
    def rejected(self) -> Sequence[Rejected]:
        """The rejected records."""
        return [record for _, record in self._given if isinstance(record, Rejected)]

    @property
    def owners(self) -> Mapping[str, Link]:
        """The activities that hold several of the entries, by the key of each entry."""
        keys = {entry.key for entry in self.entries}
        some = [each.link for each in self.linked if each.link.is_found_by_members]
        return {member: link for link in some for member in link.members if member in keys}

    @property
    def others(self) -> OtherParts:
        """What matters here of the other parts."""
        members = (member for each in self.linked for member in each.link.members)
        return OtherParts(
            doubled=self._doubled,
            rejected_keys=self._sheet.keys.rejected(members),
            unclear=self._sheet.unclear,
        )
