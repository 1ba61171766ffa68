"""Planning the records of an import, some days at a time.

Records that share an activity, or exchange entries between their activities, have to be planned
together. Most agree in their day. Those that do not, because an entry was moved to another day, are
postponed and planned together after all days.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import islice, takewhile

from ledgerlink.domain.errors import Interrupted, Invalid
from ledgerlink.domain.mapping.new_list_records import creatable_keys
from ledgerlink.domain.model.company import Company
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.imports import Import, added_up, totals
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Operation
from ledgerlink.domain.model.rules import RuleBook
from ledgerlink.domain.model.runs import Chunk, Run
from ledgerlink.domain.model.settings import Settings
from ledgerlink.domain.model.snapshots import Snapshot
from ledgerlink.domain.model.time_settings import TimeSettings
from ledgerlink.domain.planning.inputs import PlanInput, Rejected
from ledgerlink.domain.planning.planner import Planner
from ledgerlink.domain.ports import Ledger, Stop
from ledgerlink.services.defects import report_defect
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.imports.sheet import DAY, DayRange, Sheet, day_ranges
from ledgerlink.services.imports.sheet_part import MOST_LINKS, MOST_TOGETHER, SheetPart
from ledgerlink.services.posting.chunks import store_chunks
from ledgerlink.services.posting.default_dimensions import defaults_for
from ledgerlink.services.posting.given_keys import digest_of
from ledgerlink.services.posting.known_targets import known_targets, used_by_plan
from ledgerlink.services.posting.ledger_names import foreign_customers, names_in_use
from ledgerlink.services.posting.plan_parts import PlanParts
from ledgerlink.services.posting.sheet_lines import (
    AFTER_ALL_DAYS,
    FIRST_DAY,
    NO_DAY,
    SheetLine,
)
from ledgerlink.services.posting.snapshots import read_snapshots
from ledgerlink.services.posting.sorted_lines import SortedLines

PART_SIZE = 5_000
"""Records that are planned together if their days allow it."""


@dataclass(frozen=True, slots=True)
class ImportPlanner:
    """What the plan of an import is made from."""

    deps: Dependencies
    connection: Connection
    run: Run
    imported: Import
    company: Company
    """The company as the ledger describes it now."""
    ledger: Ledger
    stop: Stop

    @property
    def settings(self) -> Settings:
        """The connection's settings."""
        return self.deps.settings.get(self.run.connection_key)

    @property
    def posting(self) -> TimeSettings:
        """The settings for time of this import."""
        return self.imported.posting or self.settings.posting


async def plan_sheet(
    planner: ImportPlanner, rules: RuleBook, run: Run
) -> tuple[Import, tuple[Chunk, ...]]:
    """Plan the staged records part by part; returns the import with its totals, and the chunks.
    Raises Invalid for records that cannot be read, Interrupted when `stop` is true before all is
    planned."""
    deps, imported = planner.deps, planner.imported
    with SortedLines() as lines:
        sheet = Sheet.read(deps, run, imported.scope, lines)
        parts = PlanParts(deps, run, _basis(planner, rules))
        planning = SheetPlanner(planner, sheet, rules, parts)
        try:
            await planning.plan()
        except Interrupted:
            parts.interrupt()
    last = planning.planner.list_records()
    chunks = store_chunks(deps, planner.connection, run, parts.lines(last))
    found = added_up(parts.done.totals, totals(last))
    return replace(imported, left_out=sheet.left_out, totals=found), chunks


def _basis(planner: ImportPlanner, rules: RuleBook) -> str:
    """A digest of what all parts have to be planned from."""
    run, versions = planner.run, sorted((*key, rule.version) for key, rule in rules.items())
    chosen = (planner.posting, planner.settings.version)
    facts = (run.generation, run.staged, planner.imported.scope, chosen, versions)
    return digest_of(facts, 16).hex()


class SheetPlanner:
    """Plans one import."""

    def __init__(
        self, given: ImportPlanner, sheet: Sheet, rules: RuleBook, parts: PlanParts
    ) -> None:
        self._given = given
        self._deps = given.deps
        self._sheet = sheet
        self._rules = rules
        self._parts = parts
        self._key = given.connection.key
        self._base = self._shared_input()
        self.planner = Planner(self._base)
        done = parts.done
        self.planner.restore(done.new_lists, done.needed, done.asked, done.highest)

    def _shared_input(self) -> PlanInput:
        """What holds for every part of the plan."""
        deps, connection, features = (
            self._deps,
            self._given.connection,
            self._given.company.features,
        )
        settings, rules = self._given.settings, self._rules
        links = deps.links.get(self._key, creatable_keys(rules))
        entities = list(self._sheet.entities)
        used = used_by_plan(entities, rules, links, settings)
        return PlanInput(
            entries=(),
            rejected=(),
            rules=rules,
            links=links,
            composer=deps.connector(connection.ledger).composer_for(features, settings.ledger),
            posting=self._given.posting,
            features=features,
            defaults=defaults_for(deps, connection, entities, rules, links),
            names=names_in_use(deps, connection),
            whole=True,
            currencies=foreign_customers(deps, connection, features),
            report_defect=partial(report_defect, deps),
            targets=known_targets(deps, connection, settings, used),
        )

    async def plan(self) -> None:
        """Plan what is not planned yet. Raises Interrupted."""
        self._plan_without_day()
        for days in self._ranges():
            await self._plan_days(days)
        self._stop_in_time()
        await self._plan_postponed()

    def _stop_in_time(self) -> None:
        if self._given.stop():
            raise Interrupted

    def _plan_without_day(self) -> None:
        """Plan the rejected records whose day cannot be read, some at a time, because all records
        of a file may have a date of a wrong form."""
        through = self._parts.done.through
        found = takewhile(lambda line: line.day == NO_DAY, self._sheet)
        left = (line for line in found if line.place > through)
        while some := list(islice(left, PART_SIZE)):
            self._stop_in_time()
            rejected = [one for one in self._sheet.records(some) if isinstance(one, Rejected)]
            operations = self.planner.part(replace(self._base, rejected=rejected))
            self._parts.add(self.planner, operations, some[-1].place)

    def _ranges(self) -> Iterator[DayRange]:
        """The days that are not planned yet, in ranges."""
        scope, through = self._sheet.scope, self._parts.done.through
        begun = through > FIRST_DAY
        first = date.fromisoformat(through) + DAY if begun else scope.first_day
        lines = (line for line in self._sheet if line.day > max(through, FIRST_DAY))
        return day_ranges(lines, first, scope.last_day, PART_SIZE)

    async def _plan_days(self, days: DayRange) -> None:
        """Plan a range of days, in parts if too many links are in it."""
        waiting = [days]
        while waiting:
            self._stop_in_time()
            days = waiting.pop()
            part = self._part_of(days.lines)
            part.read_near(days.first, days.last)
            if len(part.linked) > MOST_LINKS and days.first < days.last:
                earlier, later = days.halves()
                waiting += [later, earlier]
                continue
            self._read_others(part)
            part.postpone(self._parts.postponed)
            self._parts.postpone(part.cells_postponed, part.links_postponed)
            operations = await self._planned(part, days)
            self._parts.add(self.planner, operations, str(days.last))

    async def _plan_postponed(self) -> None:
        """Plan the records whose activities were on other days."""
        cells = self._parts.postponed
        if not cells:
            return
        part = self._part_of(list(islice(self._sheet.of_cells(cells), MOST_TOGETHER + 1)))
        part.read(self._parts.done.postponed_links)
        self._read_others(part)
        operations = await self._planned(part)
        self._parts.add(self.planner, operations, AFTER_ALL_DAYS)

    def _part_of(self, lines: Sequence[SheetLine]) -> SheetPart:
        """Raises Invalid for more records than can be planned together."""
        if len(lines) > MOST_TOGETHER:
            raise _too_many()
        return SheetPart(self._deps.links, self._key, self._sheet, lines)

    def _read_others(self, part: SheetPart) -> None:
        """Read the links that its days do not lead to. Raises Invalid for more links than can be
        planned together: an import that left some out would not delete their time."""
        if len(part.linked) > MOST_TOGETHER:
            raise _too_many()
        part.read_by_keys()

    async def _planned(self, part: SheetPart, days: DayRange | None = None) -> Sequence[Operation]:
        links = {each.link.key: each.link for each in part.linked}
        given = replace(
            self._base,
            entries=part.entries,
            rejected=part.rejected,
            links={**self._base.links, **links},
            owners=part.owners,
            scope=[each.link for each in part.linked if each.is_scoped],
            snapshots=await self._snapshots(links.values(), days),
            others=part.others,
        )
        return self.planner.part(given)

    async def _snapshots(
        self, links: Iterable[Link], days: DayRange | None
    ) -> Mapping[str, Snapshot | None]:
        """What the ledger holds of these. Those of these days are read by them, because that takes
        the fewest calls; others by their ids, because their days may lie far apart."""
        near: list[Link] = []
        far: list[Link] = []
        for link in links:
            (near if days is not None and days.contains(link.day) else far).append(link)
        ledger, stop = self._given.ledger, self._given.stop
        found = await read_snapshots(ledger, near, stop)
        return {**found, **await read_snapshots(ledger, far, stop, by_day=False)}


def _too_many() -> Invalid:
    detail = f"more than {MOST_TOGETHER:,} entries of one day, or that were moved to another day"
    return Invalid("unreadable_upload", detail, "Import fewer people at once.")
