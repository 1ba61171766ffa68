"""Planning an undo: the time of one chunk after the other, then the list records."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ledgerlink.domain.errors import Interrupted, Invalid
from ledgerlink.domain.model.imports import Import, added_up, totals
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import ItemState, Operation
from ledgerlink.domain.model.runs import Chunk, Run
from ledgerlink.domain.planning.undo import Done, UndoInput, UndoPlanner, names_of
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.imports.plan_sheet import ImportPlanner
from ledgerlink.services.imports.sheet_part import MOST_TOGETHER
from ledgerlink.services.posting.chunks import store_chunks
from ledgerlink.services.posting.given_keys import NOWHERE, GivenKeys
from ledgerlink.services.posting.plan_parts import PlanParts
from ledgerlink.services.posting.sheet_lines import AFTER_ALL_DAYS
from ledgerlink.services.posting.snapshots import read_snapshots
from ledgerlink.services.runs.history import items_of_chunk, require_items

MOST_LINKS = 2_000_000
"""Links that an undo reads to find out whether a list record is still used."""


async def plan_undo(
    planner: ImportPlanner, run: Run, undoes: str
) -> tuple[Import, tuple[Chunk, ...]]:
    """Plan the reverse of what the run with the id `undoes` wrote; returns the import with its
    totals, and the chunks. Raises Interrupted when `stop` is true before all is planned, where what
    is planned by then is kept, and Expired when the items of that run were deleted."""
    deps = planner.deps
    before = deps.runs.get(run.connection_key, undoes)
    require_items(deps, before)
    written = Written.read(deps, before)
    parts = PlanParts(deps, run, f"{run.generation} {before.generation}")
    undoing = UndoPlanning(planner, before, written, parts)
    try:
        await undoing.plan()
        lists = undoing.list_records()
    except Interrupted:
        parts.interrupt()
    chunks = store_chunks(deps, planner.connection, run, parts.lines(lists))
    found = added_up(parts.done.totals, totals(lists))
    return replace(planner.imported, undoes_generation=before.generation, totals=found), chunks


@dataclass(slots=True)
class Written:
    """What a run was to write."""

    names: GivenKeys = field(default_factory=GivenKeys)
    """The names of its documents and records."""
    chunks_of_lists: set[int] = field(default_factory=set)
    """The numbers of the chunks with list records."""

    @classmethod
    def read(cls, deps: Dependencies, run: Run) -> "Written":
        """The operations of a run, chunk by chunk."""
        found = cls()
        for chunk in run.chunks:
            for operation in deps.staging.chunk(run, chunk.number) if chunk.pending else ():
                if operation.source is None:
                    found.chunks_of_lists.add(chunk.number)
                elif operation.state is ItemState.PENDING:
                    for name in names_of(operation):
                        found.names.add(name, NOWHERE, counted=True, rejected=False)
        found.names.seal()
        return found

    def is_apart(self, operation: Operation) -> bool:
        """Whether no other operation has any of its documents and records."""
        return not self.names.doubled(names_of(operation))


class UndoPlanning:
    """Plans one undo."""

    def __init__(
        self, given: ImportPlanner, before: Run, written: Written, parts: PlanParts
    ) -> None:
        self._given = given
        self._before = before
        self._written = written
        self._parts = parts
        self._planner = UndoPlanner(parts.done.needed, parts.done.highest)
        self._lists = [
            done
            for chunk in before.chunks
            if chunk.number in written.chunks_of_lists
            for done in self._done(chunk)
            if done[0].source is None
        ]
        self._list_links = self._links(self._lists)

    def _done(self, chunk: Chunk) -> Iterator[Done]:
        """What was posted of a chunk."""
        for item in items_of_chunk(self._given.deps, self._before, chunk) if chunk.pending else ():
            if item.state is ItemState.POSTED:
                yield item.operation, item.outcome

    def _links(self, done: Iterable[Done]) -> Mapping[str, Link]:
        key = self._given.run.connection_key
        return self._given.deps.links.get(key, [operation.key for operation, _ in done])

    async def plan(self) -> None:
        """Plan the time that is not planned yet: each chunk what stands apart, then what does
        not."""
        together: list[Done] = []
        for chunk in self._before.chunks:
            place = f"{chunk.number:06d}"
            times = [one for one in self._done(chunk) if one[0].source is not None]
            together += [one for one in times if not self._written.is_apart(one[0])]
            if len(together) > MOST_TOGETHER:
                detail = f"more than {MOST_TOGETHER:,} activities that have exchanged entries"
                raise Invalid("unreadable_upload", detail, "Import the period again instead.")
            if place > self._parts.done.through:
                await self._plan_part([o for o in times if self._written.is_apart(o[0])], place)
        await self._plan_part(together, AFTER_ALL_DAYS)

    async def _plan_part(self, done: Sequence[Done], place: str) -> None:
        if self._given.stop():
            raise Interrupted
        if done:
            given = await self._input(done)
            self._parts.add(self._planner, self._planner.part(given), place)

    async def _input(self, done: Sequence[Done]) -> UndoInput:
        links = self._links(done)
        times = [links[operation.key] for operation, _ in done if operation.key in links]
        return replace(
            self._shared(done),
            links={**self._list_links, **links},
            snapshots=await read_snapshots(self._given.ledger, times, self._given.stop),
        )

    def _shared(self, done: Sequence[Done]) -> UndoInput:
        return UndoInput(
            run_id=self._before.id,
            done=done,
            links=self._list_links,
            closed_through=self._given.company.features.books_closed_through,
        )

    def list_records(self) -> list[Operation]:
        """The operations that reverse list records."""
        created = {link.ledger_id for link in self._list_links.values()}
        given = replace(self._shared(self._lists), in_use=self._in_use(created))
        return self._planner.list_records(given)

    def _in_use(self, created: set[str]) -> set[str]:
        """Which of these list records are used by other time that we wrote. With more than
        MOST_LINKS links, all of them count as used."""
        if not created:
            return set()
        links = self._given.deps.links
        used: set[str] = set()
        everything = links.between(self._given.connection.key, date.min, date.max)
        for number, link in enumerate(everything):
            if number == MOST_LINKS:
                return created
            if not link.was_written_by(self._before.id):
                used |= created.intersection(link.targets)
        return used
