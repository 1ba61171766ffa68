"""Somebody who posts what a product says into a ledger, as runs do it: planned against what the
ledger holds, sent level by level, remembered by links. What is the same whatever the ledger."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Generic, Protocol, TypeVar
from uuid import uuid4

from ledgerlink.domain.errors import NotFound
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.dimensions import Defaults, merged, required
from ledgerlink.domain.model.documents import Snapshot, fingerprint, needs
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.list_records import ListBatch, ListRecord, ListTraits, ListType
from ledgerlink.domain.model.money_settings import ExpenseSettings, InvoiceSettings
from ledgerlink.domain.model.plan import Action, ItemState, Operation, Outcome, Request, Write
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.rules import LinkTo, Rule, RuleKind
from ledgerlink.domain.model.rules import Mapping as Rules
from ledgerlink.domain.model.source_records import ListPost, Record, RecordKind
from ledgerlink.domain.model.time_settings import TimeSettings
from ledgerlink.domain.planning.inputs import PlanInput
from ledgerlink.domain.planning.list_records import RULES as LISTED
from ledgerlink.domain.planning.list_records import created_by
from ledgerlink.domain.planning.planner import plan
from ledgerlink.domain.ports import Composer, ConnectorState, Ledger, never
from ledgerlink.services.applying.writes import as_write
from ledgerlink.services.posting.plan_post import WantedRates
from ledgerlink.services.posting.snapshots import read_snapshots
from ledgerlink.services.posting.staged_records import Records

from tests.support.qbo.writes import OutcomeCollector

T = TypeVar("T")

Outcomes = Mapping[str, Outcome]
"""By posting key; of what was deleted and made again the latter."""


class Packing(Protocol):
    """As much of a connector as is needed here."""

    def composer_for(self, features: Features) -> Composer:
        """Who composes for a company that offers this."""
        ...

    @property
    def lists(self) -> Mapping[ListType, ListTraits]: ...

    def batch(self, operations: Sequence[Operation | Write]) -> Sequence[Sequence[int]]:
        """Which operations go together."""
        ...


class Asked(Protocol):
    """A company of a sandbox, asked through the port."""

    @property
    def connector(self) -> Packing: ...

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


B = TypeVar("B", bound=Asked)


@dataclass
class Clerk(ABC, Generic[B]):
    """`links` is what is known to be in the ledger, `requests` are what was sent last, `files` the
    uploads by id. `looked_at` are the kinds of records whose documents are read before a plan is
    made. `state` is what the connector remembers, `calls` what it called last. `listed` is what
    came in of lists that plans read."""

    books: B
    expensing: ExpenseSettings = field(default_factory=ExpenseSettings)
    invoicing: InvoiceSettings = field(default_factory=InvoiceSettings)
    posting: TimeSettings = field(default_factory=TimeSettings)
    rules: dict[tuple[RuleKind, str], Rule] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    state: ConnectorState = field(default_factory=dict)
    features: Features = field(default_factory=Features)
    calls: Mapping[str, int] = field(default_factory=dict)
    looked_at: Collection[RecordKind] = (RecordKind.EXPENSE, RecordKind.INVOICE)
    listed: Sequence[ListRecord] = ()
    _learnt: str = ""

    @property
    @abstractmethod
    def version(self) -> str:
        """What changes when the company offers something else."""

    @abstractmethod
    def deaf(self, when: str = "after") -> None:
        """From now on writes are done, and nobody hears the answers; or, `before`, they never come
        through. What is waited for takes no time."""

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

    @property
    def composer(self) -> Composer:
        """Who composes for this company."""
        return self.books.connector.composer_for(self.features)

    @property
    def offered(self) -> Features:
        """What the company offers, with what its lists say that lines have to say."""
        asked = merged(required(self.listed), self.features.required)
        return replace(self.features, required=asked)

    def sync(self) -> None:
        """The lists that plans read come in, and the company is read anew."""
        lists = self.books.connector.lists
        wanted = [kind for kind, traits in lists.items() if traits.defaults or traits.requires]
        self.listed = [r for kind in wanted for r in self.books.read(kind).values()]
        self._learnt = ""

    def currencies(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Which customers and vendors are not dealt with in the home currency."""
        return {}, {}

    def rule(self, kind: RuleKind, key: str, mapping: Rules) -> None:
        """The firm says where something goes."""
        at = datetime(2026, 1, 1, tzinfo=UTC)
        rule = Rule(kind=kind, key=key, mapping=mapping, set_by="ada", set_at=at)
        self.rules[kind, key] = rule

    def post(self, *records: Record) -> Outcomes:
        """What becomes of these."""
        return self.send(self.planned(*records))

    def planned(self, *records: Record) -> Sequence[Operation]:
        """The plan of these, against what the ledger holds now."""
        return self.books.ask(lambda ledger: self._plan(ledger, records), self.state)

    def send(self, operations: Sequence[Operation]) -> Outcomes:
        """What becomes of a plan; what has no answer is left out."""
        self.requests = []
        return self.books.ask(lambda ledger: self._send(ledger, operations), self.state)

    def again(self) -> Outcomes:
        """Somebody who died before the answers were recorded sends the same requests again."""
        return self.books.ask(lambda ledger: self._written(ledger, self.requests), self.state)

    def found(self, known: Iterable[str] = ()) -> Outcomes:
        """What the ledger turns out to hold of all that was sent last."""
        writes = [write for request in self.requests for write in request.writes]
        since = datetime.now(UTC) - timedelta(minutes=1)
        keys = {write.seq: write.key for write in writes}

        async def find(ledger: Ledger) -> Outcomes:
            outcomes = await ledger.find(writes, since, set(known))
            return {keys[seq]: outcome for seq, outcome in outcomes.items()}

        return self.books.ask(find, self.state)

    def copy(self, key: str) -> Snapshot | None:
        """What the ledger holds of what was posted under this key."""
        link = self.links[key]
        found = self.books.ask(lambda ledger: read_snapshots(ledger, [link], never), self.state)
        return found[key]

    async def _plan(self, ledger: Ledger, records: Sequence[Record]) -> Sequence[Operation]:
        await self._learn(ledger)
        sorted_out = Records()
        for record in records:
            sorted_out.add(record)
        for listed in sorted_out.listed:
            self._rule_by(listed)
        given = await self._given(ledger, sorted_out)
        wanted = WantedRates()
        operations = plan(replace(given, rates=wanted))
        if not wanted.pairs:
            return operations
        return plan(replace(given, rates=await ledger.exchange_rates(wanted.pairs)))

    async def _learn(self, ledger: Ledger) -> None:
        """Read what the company offers, if somebody has changed that."""
        version = self.version
        if version != self._learnt:
            self.features = (await ledger.company()).features
            self._learnt = version

    def _rule_by(self, listed: ListPost) -> None:
        """A record makes the rule that creates it, unless another says otherwise."""
        kind = LISTED[RecordKind(listed.kind)]
        rule = self.rules.get((kind, listed.key))
        if rule is None or not isinstance(rule.mapping, LinkTo):
            self.rule(kind, listed.key, created_by(listed))

    async def _given(self, ledger: Ledger, records: Records) -> PlanInput:
        spent = [link for link in self.links.values() if link.record is RecordKind.EXPENSE]
        looked_at = [link for link in self.links.values() if link.record in self.looked_at]
        customers, vendors = self.currencies()
        return PlanInput(
            entries=records.times,
            rejected=(),
            rules=self.rules,
            links=self.links,
            composer=self.composer,
            posting=self.posting,
            features=self.offered,
            defaults=Defaults.of_records(self.listed),
            currencies=customers,
            vendor_currencies=vendors,
            copies=await read_snapshots(ledger, looked_at, never),
            expenses=records.expenses,
            invoices=records.invoices,
            listed=records.listed,
            deleted=records.deleted,
            expensing=self.expensing,
            invoicing=self.invoicing,
            expense_owners={member: link for link in spent for member in link.members},
            today=date(2026, 3, 31),
        )

    async def _send(self, ledger: Ledger, operations: Sequence[Operation]) -> Outcomes:
        told = {op.key: _settled(op) for op in operations if op.state is not ItemState.PENDING}
        pending = [op for op in operations if op.state is ItemState.PENDING]
        await ledger.prepare(pending, never)
        for level in sorted({op.level for op in pending}):
            writes: list[Write] = []
            for op in (op for op in pending if op.level == level):
                if why := self._hindered(op):
                    told[op.key] = why
                else:
                    writes.append(self._ready(op))
            requests = list(self._packaged(writes))
            self.requests += requests
            told |= await self._written(ledger, requests)
        self.state, self.calls = ledger.connector_state(), dict(ledger.calls)
        return told

    def _hindered(self, op: Operation) -> Outcome | None:
        """What it waits for is not there, or not gone."""
        missing = [key for key in needs(op.body) if key not in self.links]
        missing += [key for key in op.after if self._holds(key, op)]
        if not missing:
            return None
        why = reason("dependency_failed", key=missing[0])
        return Outcome(seq=op.seq, state=ItemState.BLOCKED, reason=why)

    def _holds(self, key: str, op: Operation) -> bool:
        link = self.links.get(key)
        return link is not None and bool(set(link.members) & set(op.members))

    def _ready(self, op: Operation) -> Write:
        write = as_write(op, self.links)
        if op.upload_id is None or op.action is Action.DELETE:
            return write
        upload_id = op.upload_id
        return replace(write, file=lambda: _file(self.files, upload_id))

    def _packaged(self, writes: Sequence[Write]) -> Iterator[Request]:
        for places in self.books.connector.batch(writes):
            yield Request(uuid4().hex, tuple(writes[place] for place in places))

    async def _written(self, ledger: Ledger, requests: Sequence[Request]) -> Outcomes:
        report = OutcomeCollector()
        await ledger.write(requests, report, lambda: False)
        told: dict[str, Outcome] = {}
        for write in (write for request in requests for write in request.writes):
            if write.seq in report.outcomes:
                told[write.key] = report.outcomes[write.seq]
                self._record(write, report.outcomes[write.seq])
        return told

    def _record(self, write: Write, outcome: Outcome) -> None:
        if outcome.state is not ItemState.POSTED:
            return
        if write.action is Action.DELETE:
            self.links.pop(write.key, None)
            return
        self.links[write.key] = Link(
            key=write.key,
            kind=write.kind,
            ledger_id=str(outcome.ledger_id),
            version=outcome.version,
            fingerprint=fingerprint(write.body or {}),
            run_id="run",
            written_at=datetime.now(UTC),
            members=write.members,
            day=write.day,
            minutes=write.minutes,
            rate=write.rate,
            source=write.source,
            targets=write.targets,
            record=write.record,
            content=outcome.content,
            total=write.total,
            ledger_total=outcome.total,
            group=write.group,
        )


def _settled(op: Operation) -> Outcome:
    return Outcome(seq=op.seq, state=op.state, ledger_id=op.ledger_id, reason=op.reason)


def _file(files: Mapping[str, bytes], upload_id: str) -> bytes:
    """Raises NotFound, as the store of uploads does."""
    if upload_id not in files:
        raise NotFound("no_upload", "There is no such upload.", "Upload it again.")
    return files[upload_id]


def code(outcome: Outcome) -> str:
    """The code of its reason; empty when there is nothing to say."""
    return outcome.reason.code if outcome.reason else ""


def words(outcome: Outcome) -> str:
    """What it says to the person who must act."""
    assert outcome.reason is not None
    return outcome.reason.message
