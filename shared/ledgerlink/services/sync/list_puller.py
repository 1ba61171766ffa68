"""The puller of lists: stages what the ledger has of each list, page by page."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ledgerlink.domain.errors import (
    DEFECTS,
    Interrupted,
    KindRefused,
    LedgerError,
    LedgerStopped,
    ListUnreadable,
)
from ledgerlink.domain.model.list_records import (
    Gone,
    ListBatch,
    ListRead,
    ListRecord,
    ListTraits,
    ListType,
    ListWork,
)
from ledgerlink.domain.model.reasons import Reason, named, reason
from ledgerlink.domain.ports import Stop
from ledgerlink.services.defects import report_defect
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.runs.ledger_session import LedgerSession
from ledgerlink.services.runs.parking import reason_of
from ledgerlink.services.runs.read_company import read_company
from ledgerlink.services.sync.progress import SyncProgress, lists_of, sync_of

PAGES_PER_TURN = 30
"""Pages after which a sync gives way to other messages in the queue."""
MAX_PAGES = 10_000
"""Pages of one list, beyond which the ledger must be repeating itself."""


@dataclass(slots=True)
class Turn:
    """A stop that is also true once the pages of this turn are used up."""

    stop: Stop
    left: int = PAGES_PER_TURN

    def __call__(self) -> bool:
        """Whether to stop."""
        return self.left <= 0 or self.stop()

    def take(self) -> None:
        """Use one page of the turn. Raises Interrupted when there is none left."""
        if self():
            raise Interrupted
        self.left -= 1


@dataclass(frozen=True, slots=True)
class ListPuller:
    """Pulls the pages of a sync into files."""

    progress: SyncProgress
    session: LedgerSession
    turn: Turn

    async def pull(self) -> None:
        """Pull every list to its end. Raises Interrupted."""
        await self._pull_changes()
        for work in lists_of(self.progress.run):
            while not self.progress.work(work.type).pulled:
                self.turn.take()
                await self._pull_page(self.progress.work(work.type))

    async def renew_company(self) -> None:
        """Read what the company offers, and what its user may not see, beside a sync that somebody
        asked for or that compares whole lists. Every night it would cost as many calls as the lists
        do. Lists that were read come in though it fails."""
        sync = sync_of(self.progress.run)
        is_comparison = sync.trigger == "schedule" and any(work.whole for work in sync.lists)
        if sync.trigger != "request" and not is_comparison:
            return
        progress, ledger = self.progress, self.session.ledger
        try:
            await read_company(progress.deps, progress.connection, ledger, self.turn.stop)
        except LedgerError:
            progress.deps.metrics.count("CompaniesUnread", 1)

    def count_calls(self) -> None:
        """Count the calls since the last count for the run and for the month."""
        before = self.session.metered
        calls = self.session.count_calls()
        self.progress.note_calls(calls, self.session.metered - before)

    def _store(self) -> None:
        self.count_calls()
        self.progress.store()

    async def _pull_changes(self) -> None:
        """Read the changes of all lists whose changes the ledger reports, in one request."""
        asked = {w.type: w for w in lists_of(self.progress.run) if self._by_changes(w)}
        if not asked:
            return
        self.turn.take()
        since = min(work.since for work in asked.values() if work.since)
        batches = await self._changes(list(asked), since)
        for kind, work in asked.items():
            if kind not in batches:
                self.progress.note(ListWork(type=kind, whole=True))
                continue
            batch = self._relevant(kind, batches[kind])
            staged = self._stage(work, batch)
            self.progress.note(replace(staged, pulled=True, as_of=batch.as_of))
        if any(self.progress.work(kind).pages for kind in asked):
            self._store()

    async def _changes(
        self, asked: Sequence[ListType], since: datetime
    ) -> Mapping[ListType, ListBatch]:
        """The changes by list. If our program makes a mistake with them, the lists are read
        whole."""
        try:
            return await self.session.ledger.changes(asked, since, self.turn)
        except DEFECTS as defect:
            report_defect(self.progress.deps, "changes of lists", defect)
            return {}

    def _by_changes(self, work: ListWork) -> bool:
        not_begun = not work.whole and not work.pulled and work.pages == 0
        return not_begun and self.progress.traits(work.type).by_changes

    def _relevant(self, kind: ListType, batch: ListBatch) -> ListBatch:
        """The batch; of lists in which only our records are synced, without all others."""
        traits, deps = self.progress.traits(kind), self.progress.deps
        if not traits.linked_only:
            return batch
        ids = [record.id for record in batch.records] + [gone.id for gone in batch.gone]
        key = self.progress.connection.key
        known = deps.links.of_records(key, traits.entities, ids) if ids else {}
        return replace(
            batch,
            records=[record for record in batch.records if record.id in known],
            gone=[gone for gone in batch.gone if gone.id in known],
        )

    async def _pull_page(self, work: ListWork) -> None:
        progress, reading = self.progress, self._reading(work)
        if reading.ids == ():
            progress.note(replace(work, pulled=True))
            return
        if work.pages >= MAX_PAGES:
            message = f"The list {work.type} has not ended after {MAX_PAGES} pages."
            raise LedgerStopped("list_without_end", message, "Tell support the id of this run.")
        try:
            batch = await self.session.ledger.read_list(reading, self.turn.stop)
        except LedgerStopped as stopped:
            of_this_list = isinstance(stopped, KindRefused | ListUnreadable)
            if not of_this_list and not any(each.pulled for each in lists_of(progress.run)):
                raise  # no list could be read yet, so it concerns the company
            progress.note(replace(work, pulled=True, done=True, reason=reason_of(stopped)))
            return
        except DEFECTS as defect:
            why = defect_in_list(progress.deps, work.type, defect)
            progress.note(replace(work, pulled=True, done=True, reason=why))
            return
        staged = self._stage(work, batch)
        progress.note(
            replace(
                staged,
                position=batch.position,
                pulled=batch.position is None,
                as_of=work.as_of or batch.as_of,
            )
        )
        if staged.pages > work.pages:
            self._store()

    def _reading(self, work: ListWork) -> ListRead:
        sync, traits = sync_of(self.progress.run), self.progress.traits(work.type)
        days = (sync.first_day, sync.last_day) if traits.on_request else (None, None)
        return ListRead(
            type=work.type,
            since=work.since,
            first_day=days[0],
            last_day=days[1],
            ids=self._linked(traits) if traits.linked_only else None,
            position=work.position,
        )

    def _linked(self, traits: ListTraits) -> tuple[str, ...]:
        key = self.progress.connection.key
        ids = self.progress.deps.links.ledger_ids(key, traits.entities)
        return tuple(sorted(ids, key=lambda each: (len(each), each)))

    def _stage(self, work: ListWork, batch: ListBatch) -> ListWork:
        """Stage the batch, unless it is the last one and empty; returns the list with what is said
        of it. A record that our program cannot read is staged as it is stored, so that it is not
        taken for deleted; if it has no id, nothing of this reading of the list is."""
        kind, unreadable = work.type, batch.unreadable
        deps, run = self.progress.deps, self.progress.run
        for record_id, defect in unreadable.items():
            report_defect(deps, f"{kind}:{record_id}", defect)
        ids = [each for each in unreadable if each]
        stored = deps.lists.get(run.connection_key, kind, ids) if ids else {}
        kept = [record for record in stored.values() if not record.gone]
        records = [*batch.records, *_stubs(kind, batch.gone), *kept]
        is_empty = not records and batch.position is None
        if not is_empty:
            deps.staging.put_page(run, kind, work.pages, records)
        said = _unreadable(kind, unreadable) if unreadable else batch.gap
        return replace(
            work,
            pages=work.pages if is_empty else work.pages + 1,
            reason=work.reason or said,
            whole=work.whole and "" not in unreadable,
        )


def _unreadable(kind: ListType, ids: Collection[str]) -> Reason:
    words = named(each or "one without an id" for each in ids)
    name = kind.replace("_", " ")
    return reason("records_unreadable", list=name, count=len(ids), ids=words)


def defect_in_list(deps: Dependencies, kind: ListType, defect: Exception) -> Reason:
    """Report a mistake of our program with a whole list."""
    report_defect(deps, f"list {kind}", defect)
    name = kind.replace("_", " ")
    return reason("records_unreadable", list=name, count="all", ids="the whole list")


def _stubs(kind: ListType, gone: Iterable[Gone]) -> list[ListRecord]:
    """Records that the ledger reports as gone, as list records without content."""
    return [
        ListRecord(
            type=kind,
            id=each.id,
            name="",
            active=False,
            changed_at=each.at,
            gone="merged" if each.merged_into else "deleted",
            merged_into=each.merged_into,
        )
        for each in gone
    ]
