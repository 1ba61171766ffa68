"""The parts of a plan that is being made, stored one by one, so that a worker can go on where
another was stopped."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Protocol

from ledgerlink.domain.errors import Conflict, Interrupted, Invalid
from ledgerlink.domain.model.imports import added_up, totals
from ledgerlink.domain.model.plan import Operation
from ledgerlink.domain.model.runs import Run
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.domain.planning.ordering import GOING
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.posting.chunks import part_lines
from ledgerlink.wire.stored import dump, load

Totals = Mapping[str, Mapping[str, int]]
MOST_BILLED = 200_000
"""Entries of a post that its invoices bill: all of them are in memory when the invoices are
planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartsDone:
    """The parts of a plan that are made, and what those to come have to know of them."""

    basis: str
    """What the plan is made from. Parts with another one are not those of the same plan."""
    files: tuple[str, ...] = ()
    """The names of the parts' files, in order."""
    through: str = ""
    """The last place, in the order of the records, that is planned. What is stored never has the
    last of all, because nothing is stored after the last part."""
    new_lists: tuple[str, ...] = ()
    """See `Planner`, as the next three."""
    needed: tuple[str, ...] = ()
    asked: Mapping[str, RecordKind] = field(default_factory=dict)
    highest: int = GOING
    totals: Totals = field(default_factory=dict)
    """Of the operations of the parts."""
    billed_in: tuple[str, ...] = ()
    """The names of the files with the operations of time that invoices to come bill."""
    billed_count: int = 0
    """How many these are."""
    gone: tuple[str, ...] = ()
    """Posting keys of documents to be deleted that the ledger no longer has."""
    postponed: tuple[str, ...] = ()
    """Cells of records that are planned together after all others, in hexadecimal digits."""
    postponed_links: tuple[str, ...] = ()
    """The posting keys of the links of these records that only their days lead to."""


class PartPlanner(Protocol):
    """A planner that makes a plan in parts; see `Planner`."""

    highest: int

    @property
    def new_lists(self) -> tuple[str, ...]: ...
    @property
    def needed(self) -> Iterable[str]: ...
    @property
    def asked(self) -> Mapping[str, RecordKind]: ...


class PlanParts:
    """The parts of one plan. The newest is kept in memory until the next one comes, because most
    plans have only one."""

    def __init__(
        self, deps: Dependencies, run: Run, basis: str, *, has_several: bool = True
    ) -> None:
        """`has_several` says whether there may be parts of an earlier worker."""
        self._deps = deps
        self._run = run
        self._newest: list[bytes] = []
        self._newest_billed: list[bytes] = []
        self._stored = self.done = self._found(basis) if has_several else PartsDone(basis=basis)

    def _found(self, basis: str) -> PartsDone:
        """What an earlier worker has done of this plan."""
        for line in self._deps.staging.notes(self._run, self._notes):
            done = load(PartsDone, json.dumps(line))
            if done.basis == basis:
                return done
        return PartsDone(basis=basis)

    @property
    def _notes(self) -> str:
        return f"parts-{self._run.plan}"

    def add(
        self,
        planner: PartPlanner,
        operations: Sequence[Operation],
        through: str,
        billed: Iterable[Operation] = (),
    ) -> None:
        """Add a part that ends at this place. Invoices to come bill the `billed` ones. Raises
        Invalid when these are more than MOST_BILLED in all parts."""
        self._store()
        done = self.done
        name = self._deps.ids.new(self._deps.clock.now())
        self._newest = part_lines(operations, len(done.files) + 1)
        self._newest_billed = [dump(_without_bodies(operation)) for operation in billed]
        count = done.billed_count + len(self._newest_billed)
        if count > MOST_BILLED:
            detail = f"its invoices bill more than {MOST_BILLED:,} of its entries"
            raise Invalid("unreadable_upload", detail, "Post the records in smaller files.")
        gone = (operation.key for operation in operations if operation.was_already_gone)
        self.done = replace(
            done,
            files=(*done.files, name),
            through=through,
            new_lists=planner.new_lists,
            needed=tuple(planner.needed),
            asked=dict(planner.asked),
            highest=planner.highest,
            totals=added_up(done.totals, totals(operations)),
            billed_in=(*done.billed_in, *([_billed_in(name)] if self._newest_billed else [])),
            billed_count=count,
            gone=(*done.gone, *gone),
        )

    def postpone(self, cells: Collection[bytes], links: Iterable[str]) -> None:
        """Have the records of these cells, and these links, planned together at the end."""
        known = {*self.done.postponed, *(cell.hex() for cell in cells)}
        keys = {*self.done.postponed_links, *links}
        self.done = replace(
            self.done, postponed=tuple(sorted(known)), postponed_links=tuple(sorted(keys))
        )

    @property
    def postponed(self) -> set[bytes]:
        """The cells of the records that are planned at the end."""
        return set(map(bytes.fromhex, self.done.postponed))

    def _store(self) -> None:
        if self.done.files == self._stored.files:
            return
        name = self.done.files[-1]
        self._deps.staging.put_part(self._run, name, self._newest)
        if self._newest_billed:
            self._deps.staging.put_part(self._run, _billed_in(name), self._newest_billed)
        self._deps.staging.put_notes(self._run, self._notes, [json.loads(dump(self.done))])
        self._newest, self._newest_billed, self._stored = [], [], self.done

    def interrupt(self) -> None:
        """Store what is done, because the worker has to stop. Raises Interrupted."""
        self._store()
        runs, run = self._deps.runs, self._run
        stored = runs.get(run.connection_key, run.id)
        if stored.parts != len(self.done.files):
            with suppress(Conflict):  # a user discarded it meanwhile
                planned = replace(stored, parts=len(self.done.files))
                runs.save(planned, of_generation=run.generation)
        raise Interrupted

    def billed(self) -> list[Operation]:
        """The operations of time that invoices bill, without their bodies."""
        stored = (self._deps.staging.part(self._run, name) for name in self._stored.billed_in)
        return [load(Operation, line) for line in chain(*stored, self._newest_billed)]

    def lines(self, lists: Sequence[Operation]) -> list[Iterable[bytes]]:
        """The sorted lines of every part, and of the list records, which are known last and stand
        first among those of their level."""
        stored = [self._deps.staging.part(self._run, name) for name in self._stored.files]
        return [part_lines(lists, 0), *stored, self._newest]


def _billed_in(part: str) -> str:
    """The name of the file with the operations of this part that invoices bill."""
    return f"{part}-billed"


def _without_bodies(operation: Operation) -> Operation:
    return replace(operation, body=None, before=None, was=None)
