"""Posts records into a company of a sandbox as runs do: through the real services, with fakes only
for what is stored on AWS."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any, Generic, Protocol, TypeVar
from uuid import uuid4

import pytest
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.connections import Connection, ConnectionState
from ledgerlink.domain.model.ledger_choices import Chosen
from ledgerlink.domain.model.links import Link as PostedLink
from ledgerlink.domain.model.list_records import ListBatch, ListRead, ListRecord, ListType
from ledgerlink.domain.model.money_settings import ExpenseSettings, InvoiceSettings
from ledgerlink.domain.model.plan import ItemState, Operation, Outcome, Request
from ledgerlink.domain.model.rules import Mapping as RuleMapping
from ledgerlink.domain.model.rules import Rule, RuleKind
from ledgerlink.domain.model.runs import Chunk, Progress, Run
from ledgerlink.domain.model.settings import Settings
from ledgerlink.domain.model.snapshots import Snapshot
from ledgerlink.domain.model.source_records import Record
from ledgerlink.domain.model.time_settings import TimeSettings
from ledgerlink.domain.planning.undo import UndoInput, undo
from ledgerlink.domain.ports import Connector, ConnectorState, Ledger, RecordKey, never
from ledgerlink.services import lane
from ledgerlink.services.applying.chunk import ChunkRun, apply_chunk, load_chunk
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.plan_run import plan_run
from ledgerlink.services.posting import plan_post
from ledgerlink.services.posting.accept import post
from ledgerlink.services.posting.chunks import part_lines, store_chunks
from ledgerlink.services.posting.preview import preview
from ledgerlink.services.posting.snapshots import read_snapshots
from ledgerlink.services.runs import posting_marks
from ledgerlink.services.runs.ledger_session import ledger_session
from ledgerlink.services.runs.next_step import finish
from ledgerlink.services.sync.request import request_sync
from ledgerlink.wire.records import adapter
from ledgerlink.wire.stored import dump

from tests.fakes.failure_plan import WorkerDied
from tests.fakes.service import FIRM, USER, in_memory_service
from tests.support.skipped_time import SkippedTime

T = TypeVar("T")

Outcomes = Mapping[str, Outcome]
"""By posting key; of what was deleted and made again the latter."""


class Company(Protocol):
    """A company of a sandbox."""

    @property
    def connector(self) -> Connector: ...
    @property
    def time(self) -> SkippedTime: ...
    @property
    def company_id(self) -> str: ...
    @property
    def credentials(self) -> Mapping[str, str]: ...
    @property
    def chosen(self) -> Chosen:
        """What the firm chose of what the ledger lets it choose."""
        ...

    def vault(self) -> Any:
        """The keys of the company."""
        ...

    def ask(
        self, what: Callable[[Ledger], Coroutine[Any, Any, T]], state: ConnectorState | None = None
    ) -> T:
        """What the port answers, with what it remembered."""
        ...

    def read(self, kind: ListType, **more: Any) -> dict[str, ListRecord]:
        """All of a list, by id."""
        ...

    def changes(self, *kinds: ListType) -> Mapping[ListType, ListBatch]:
        """What changed in these lists within the last minute."""
        ...


B = TypeVar("B", bound=Company)


class Poster(ABC, Generic[B]):
    """Posts into one company.

    A post can be taken in steps: `planned` makes the plan, `send` applies it. The worker that sends
    dies before it searches for what stayed without an answer, so that a test sees what it left.
    """

    expensing: ExpenseSettings = ExpenseSettings()
    invoicing: InvoiceSettings = InvoiceSettings()
    posting: TimeSettings = TimeSettings()
    reads_all_first: bool = False
    """Whether a plan reads every document that it may change, as an import does, and not only those
    of money and those that would change."""

    def __init__(self, books: B) -> None:
        self.books = books
        self._service = in_memory_service()
        self._runs: dict[int, Run] = {}
        self._plans: list[Sequence[Operation]] = []
        self._links_then: dict[str, dict[str, PostedLink]] = {}
        self._sent: list[tuple[Run, Chunk, Request]] = []
        self._calls: Mapping[str, int] = {}
        self.may_search = False
        self._applying: tuple[Run, Chunk] | None = None
        now = books.time.now()
        connection = Connection(
            firm=FIRM,
            id="c1",
            ledger=books.connector.name,
            state=ConnectionState.CONNECTED,
            created_by=USER,
            created_at=now,
            connected_at=now,
            company_id=books.company_id,
        )
        self._service.connections.save(connection)
        self._key = connection.key

    @property
    def deps(self) -> Dependencies:
        """What the services reach: the company through the real connector, the rest in memory."""
        deps = self._service.deps
        settings = Settings(
            posting=self.posting,
            expenses=self.expensing,
            invoices=self.invoicing,
            ledger=self.books.chosen,
        )
        self._service.choose(self._key, settings)
        watched: Any = _WatchedConnector(self.books.connector, self)
        return replace(
            deps,
            connectors={self.books.connector.name: watched},
            clock=self.books.time,
            vaults=_Vaults(self.books),
        )

    @property
    def connection(self) -> Connection:
        return self._service.connections.get(self._key)

    @property
    def links(self) -> dict[str, PostedLink]:
        """What is known to be in the ledger, by posting key."""
        return self._service.links.rows.setdefault(self._key, {})

    @property
    def requests(self) -> Sequence[Request]:
        """What was sent last."""
        return [request for _, _, request in self._sent]

    @property
    def state(self) -> ConnectorState:
        """What the connector remembers between two workers."""
        return posting_marks.without_mark(self._service.deps.connector_states.load(self._key))

    @state.setter
    def state(self, state: ConnectorState) -> None:
        states = self._service.deps.connector_states
        mark = posting_marks.PostingMark.of(states.load(self._key))
        states.save(self._key, {**state, **mark.state()})

    @property
    def features(self) -> Features:
        """What the company offers, as it was read for the last plan."""
        company = self.connection.company
        return company.features if company else Features()

    @property
    def calls(self) -> Mapping[str, int]:
        """What was called when a plan was last sent, by kind."""
        return self._calls

    def upload(self, upload_id: str, content: bytes) -> None:
        """A file that receipts may name."""
        self._service.staging.put_file(self._key, upload_id, content)

    @abstractmethod
    def deaf(self, when: str = "after") -> None:
        """From now on writes are done, and nobody hears the answers; or, `before`, they never come
        through. What is waited for takes no time."""

    @abstractmethod
    def recognises_repeats(self) -> None:
        """From now on the ledger recognises the id of a request that it has carried out, whatever
        the defaults of its sandbox are."""

    @abstractmethod
    def well(self) -> None:
        """Nothing fails any more."""

    @abstractmethod
    def tamper(self, key: str) -> None:
        """Somebody changes what was posted under this key, in the ledger's screens."""

    @abstractmethod
    def take_out(self, key: str) -> None:
        """Somebody deletes it there."""

    @abstractmethod
    def retire(self, project_key: str) -> None:
        """Somebody makes inactive there what a project is linked to."""

    @abstractmethod
    def held(self) -> list[Decimal]:
        """The hours and amounts, below zero none, of all that was posted and is in the ledger."""

    @property
    @abstractmethod
    def dimensions(self) -> Mapping[str, tuple[str, str]]:
        """The fields of a record that say dimensions of this ledger, each with two keys that have
        rules."""

    @abstractmethod
    def said(self, key: str, field: str) -> set[str]:
        """What that dimension is in the ledger, by id, of all lines of what was posted under this
        key."""

    @abstractmethod
    def customer(self, name: str) -> str:
        """Somebody makes a customer there; its id."""

    @abstractmethod
    def change_customer(self, ledger_id: str, name: str, *, active: bool = True) -> None:
        """Somebody changes it there."""

    def rule(self, kind: RuleKind, key: str, mapping: RuleMapping) -> None:
        """The firm says where something goes."""
        at = datetime(2026, 1, 1, tzinfo=UTC)
        rule = Rule(kind=kind, key=key, mapping=mapping, set_by=USER, set_at=at)
        rules = self._service.deps.rules
        rules.put(self._key, [rule], rules.version(self._key))

    @property
    def rules(self) -> Mapping[tuple[RuleKind, str], Rule]:
        return {(rule.kind, rule.key): rule for rule in self._service.deps.rules.list(self._key)}

    def sync(self, *kinds: ListType) -> None:
        """These lists come in, or those that plans read."""
        lists = self.books.connector.lists
        read = [kind for kind, traits in lists.items() if traits.defaults or traits.requires]
        wanted = kinds or tuple(read)
        request_sync(self.deps, self._key, USER, uuid4().hex, whole=True, wanted=wanted)
        queue = self._service.lane.messages
        while queue:
            self._run(lane.handle(self.deps, queue.pop(0), never))

    def forget_list(self, kind: ListType) -> None:
        """As if this list had never come in."""
        rows: Any = self._service.deps.lists
        rows.rows.pop((self._key, kind), None)
        state = rows.state(self._key)
        compared = {other: at for other, at in state.compared.items() if other is not kind}
        rows.save_state(self._key, replace(state, compared=compared))

    def post(self, *records: Record) -> Outcomes:
        """What becomes of these."""
        return self.send(self.planned(*records))

    def planned(self, *records: Record) -> Sequence[Operation]:
        """The plan of these, against what the ledger holds now."""
        lines = [_json(record) for record in records]
        accepted = post(self.deps, self._key, USER, uuid4().hex, lines)
        with _reading_all_first() if self.reads_all_first else nullcontext():
            run = self._run(plan_run(self.deps, self.connection, accepted, never))
        self._service.lane.messages.clear()
        chunks = [self._service.staging.chunk(run, chunk.number) for chunk in run.chunks]
        operations = [operation for chunk in chunks for operation in chunk]
        self._runs |= {id(operation): run for operation in operations}
        self._plans.append(operations)  # kept, so that no other operation gets their ids
        self._links_then[run.id] = dict(self.links)
        return operations

    def previewed(self, *records: Record) -> Sequence[Operation]:
        """What a preview of these shows."""
        return preview(self.deps, self._key, USER, [_json(record) for record in records])

    def send(self, operations: Sequence[Operation]) -> Outcomes:
        """What becomes of a plan; what has no answer is left out."""
        self._sent, self._calls = [], {}
        return self._apply_all(self._runs[id(operations[0])], operations) if operations else {}

    def send_under_other_ids(self, operations: Sequence[Operation]) -> Outcomes:
        """A run of the same plan is sent by somebody who knows nothing of the first one."""
        now = dict(self.links)
        run = self._same_plan(self._runs[id(operations[0])])
        self._sent = []
        outcomes = self._apply_all(run, operations)
        self.links.update({**now, **self.links})
        return outcomes

    def undo_plan(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        """The plan that takes back what this one did, as the undo of an import is planned."""
        run = self._reread(self._runs[id(operations[0])])
        stored = self.deps.runs.outcomes(run, 0, 10_000)
        done = [(op, stored[op.seq]) for op in operations if op.seq in stored]
        links = {op.key: self.links[op.key] for op, _ in done if op.key in self.links}
        copies = {key: self.copy(key) for key in links}
        reverse = undo(UndoInput(run_id=run.id, done=done, links=links, snapshots=copies))
        plan = replace(run, id=self.deps.ids.new(self.books.time.now()), progress={})
        plan = replace(
            plan, chunks=store_chunks(self.deps, self.connection, plan, [part_lines(reverse, 0)])
        )
        self.deps.runs.save(plan)
        self._runs |= {id(operation): plan for operation in reverse}
        self._plans.append(reverse)
        return reverse

    def _same_plan(self, run: Run) -> Run:
        """Another run of the plan, with the links as they were when it was made."""
        copy = replace(run, id=self.deps.ids.new(self.books.time.now()), progress={})
        for chunk in run.chunks:
            operations = self._service.staging.chunk(run, chunk.number)
            self._service.staging.put_chunk(copy, chunk.number, map(dump, operations))
        self.deps.runs.save(copy)
        self.links.clear()
        self.links.update(self._links_then[run.id])
        return copy

    def _apply_all(self, run: Run, operations: Sequence[Operation]) -> Outcomes:
        try:
            for chunk in run.open_chunks():
                self._apply(run, chunk)
            finish(self.deps, self._reread(run))
        except WorkerDied:
            pass
        finally:
            self._applying = None
            progress = self._reread(run).progress.values()
            self._calls = sum((Counter(each.calls) for each in progress), Counter[str]())
        return self._outcomes(run, operations)

    def _apply(self, run: Run, chunk: Chunk) -> None:
        self._applying = (run, chunk)
        self._run(apply_chunk(self.deps, self.connection, self._reread(run), chunk, never))

    def note(self, requests: Sequence[Request]) -> None:
        if self._applying is not None:
            self._sent += [(*self._applying, request) for request in requests]

    def _reread(self, run: Run) -> Run:
        return self.deps.runs.get(run.connection_key, run.id)

    def _outcomes(self, run: Run, operations: Sequence[Operation]) -> Outcomes:
        stored = self.deps.runs.outcomes(run, 0, 10_000)
        known = {op.key: stored[op.seq] for op in operations if op.seq in stored}
        return {op.key: _planned(op) for op in operations if _is_settled(op)} | known

    def again(self, read_first: ListType | None = None) -> Outcomes:
        """Another worker, which may have read a list before, sends the same requests again, under
        the same ids. No run does: it searches first (`carried_on`, `taken_over`). Of documents each
        is there once only where the ledger recognises the ids (`recognises_repeats`)."""
        return {**self._run(self._again(read_first)), **self._apply_rest()}

    def _apply_rest(self) -> Outcomes:
        """What becomes of the chunks that the worker did not reach before it died."""
        if not self._sent:
            return {}
        run, last, _ = self._sent[-1]
        rest = [chunk for chunk in run.open_chunks() if chunk.number > last.number]
        operations = [op for c in rest for op in self._service.staging.chunk(run, c.number)]
        for chunk in rest:
            self._apply(run, chunk)
        return self._outcomes(run, operations)

    async def _again(self, read_first: ListType | None) -> Outcomes:
        outcomes: dict[str, Outcome] = {}
        async with ledger_session(self.deps, self.connection) as session:
            if read_first is not None:
                await session.ledger.read_list(ListRead(type=read_first))
            for chunk_run, requests in self._sent_chunks(session.ledger):
                recorder = chunk_run.recorder
                recorder.outcomes.clear()
                await session.ledger.write(requests, recorder.record_answer, never)
                await recorder.stored()
                outcomes |= _by_key(requests, recorder.outcomes)
        return outcomes

    def post_through(self, *records: Record) -> Outcomes:
        """What becomes of these in the end: what is not answered is searched for."""
        return self.send_through(self.planned(*records))

    def send_through(self, operations: Sequence[Operation]) -> Outcomes:
        """What becomes of a plan in the end."""
        self.may_search = True
        try:
            return self.send(operations)
        finally:
            self.may_search = False

    def carried_on(self) -> Outcomes:
        """What becomes of the plan that was sent last when the next worker takes over: what has no
        answer is searched for, and what is not found is sent again."""
        if not self._sent:
            return {}
        run = self._reread(self._sent[-1][0])
        chunks = [self._service.staging.chunk(run, chunk.number) for chunk in run.chunks]
        self.may_search = True
        try:
            return self._apply_all(run, [operation for chunk in chunks for operation in chunk])
        finally:
            self.may_search = False

    def taken_over(self) -> Outcomes:
        """What becomes of the plan that was sent last when its worker died before it recorded any
        answer, and the next worker takes over."""
        self._forget_answers(self._reread(self._sent[-1][0]))
        return self.carried_on()

    def _forget_answers(self, run: Run) -> None:
        self.links.clear()
        self.links.update(self._links_then[run.id])
        self._service.runs.items.pop((self._key, run.id), None)
        for number in run.progress:
            died = Progress(opened_at=run.started_at)
            self._service.deps.runs.save_progress(run, number, died)
        self.state = {**self.state, "is_writing": True}

    def adopted(self) -> Outcomes:
        """Another worker searches for what has no outcome yet, and records what it finds."""
        return self._run(self._adopted())

    async def _adopted(self) -> Outcomes:
        outcomes: dict[str, Outcome] = {}
        self.may_search = True
        try:
            async with ledger_session(self.deps, self.connection) as session:
                for chunk_run, requests in self._sent_chunks(session.ledger):
                    before = set(chunk_run.recorder.outcomes)
                    await chunk_run.search_unanswered(never)
                    found = chunk_run.recorder.outcomes.items()
                    fresh = {seq: outcome for seq, outcome in found if seq not in before}
                    outcomes |= _by_key(requests, fresh)
        finally:
            self.may_search = False
        return outcomes

    def _sent_chunks(self, ledger: Ledger) -> Iterator[tuple[ChunkRun, list[Request]]]:
        for (run, chunk), sent in groupby(self._sent, key=lambda each: each[:2]):
            loaded = load_chunk(self.deps, self.connection, self._reread(run), chunk, ledger, {})
            yield loaded, [request for _, _, request in sent]

    def found(self, known: Iterable[RecordKey] = ()) -> Outcomes:
        """What the ledger turns out to hold of all that was sent last."""
        writes = [write for request in self.requests for write in request.writes]
        since = self.books.time.now() - timedelta(minutes=1)
        keys = {write.seq: write.key for write in writes}

        async def find(ledger: Ledger) -> Outcomes:
            outcomes = await ledger.find_lost_writes(writes, since, set(known))
            return {keys[seq]: outcome for seq, outcome in outcomes.items()}

        return self.books.ask(find, self.state)

    def copy(self, key: str) -> Snapshot | None:
        """What the ledger holds of what was posted under this key."""
        link = self.links[key]
        found = self.books.ask(lambda ledger: read_snapshots(ledger, [link], never), self.state)
        return found[key]

    def _run(self, main: Coroutine[Any, Any, T]) -> T:
        return self.books.time.run(main)


class _Vaults:
    """The keys of the one company that there is."""

    def __init__(self, books: Company) -> None:
        self._books = books

    def of(self, _key: object) -> Any:
        return self._books.vault()

    def credentials(self, _ledger: str) -> Mapping[str, str]:
        return self._books.credentials

    def put(self, *_given: object) -> None: ...
    def remove(self, *_given: object) -> None: ...


class _WatchedConnector:
    """The connector, whose ledger tells what it is given to write."""

    def __init__(self, inner: Connector, poster: Poster[Any]) -> None:
        self._inner, self._poster = inner, poster

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def open(self, *given: Any) -> Any:
        return _WatchedLedger(self._inner.open(*given), self._poster)


class _WatchedLedger:
    """Its worker dies when it would search for what was not answered."""

    def __init__(self, inner: Ledger, poster: Poster[Any]) -> None:
        self._inner, self._poster = inner, poster

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def write(self, requests: Sequence[Request], *given: Any) -> None:
        self._poster.note(requests)
        await self._inner.write(requests, *given)

    async def find_lost_writes(self, *given: Any) -> Any:
        if not self._poster.may_search:
            raise WorkerDied("before the search")
        return await self._inner.find_lost_writes(*given)


@contextmanager
def _reading_all_first() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan_post, "_money_documents", lambda links, _spent: links.values())
        yield


def _json(record: Record) -> Any:
    """As the product sends it: what it does not say is left out."""
    form: Any = type(record)
    return adapter(form).dump_python(record, mode="json", exclude_none=True)


def _by_key(requests: Sequence[Request], outcomes: Mapping[int, Outcome]) -> dict[str, Outcome]:
    keys = {write.seq: write.key for request in requests for write in request.writes}
    return {keys[seq]: outcome for seq, outcome in outcomes.items() if seq in keys}


def _is_settled(operation: Operation) -> bool:
    return operation.state is not ItemState.PENDING


def _planned(op: Operation) -> Outcome:
    return Outcome(seq=op.seq, state=op.state, ledger_id=op.ledger_id, reason=op.reason)


def code(outcome: Outcome) -> str:
    """The code of its reason; empty when there is nothing to say."""
    return outcome.reason.code if outcome.reason else ""


def words(outcome: Outcome) -> str:
    """What it says to the person who must act."""
    assert outcome.reason is not None
    return outcome.reason.message
