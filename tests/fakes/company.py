"""A ledger company in memory: what it stores, what it remembers of requests, how it fails."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, auto
from typing import Any

from ledgerlink.domain.errors import Interrupted, LedgerError, NotFound
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.plan import Action, ItemState, Operation, Outcome, Request, Write
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.model.references import PENDING
from ledgerlink.domain.ports import CLOCK_TOLERANCE, Clock, RecordKey

from tests.fakes.failure_plan import FailurePlan
from tests.fakes.ledger_lists import FakeLedgerLists
from tests.support.ledger_memory import MEMORIES
from tests.support.sampling import chosen_for


class Fault(Enum):
    """What happens to one request: it is stored or not, and no answer comes."""

    STORED_UNANSWERED = auto()
    LOST = auto()


@dataclass(frozen=True)
class Stored:
    """A document as the company holds it."""

    id: str
    kind: str
    body: Mapping[str, Any]
    version: int
    stored_at: datetime


@dataclass
class FakeCompany:
    """What the ledger holds, over all invocations.

    `faults` are taken one per request, in order; `refuse` names notes or names whose writes are
    refused; `trouble` is raised by the next calls, one each (None lets a call pass);
    `billed` names invoices by the id of what they bill; `paid` are ids of what is paid. `rates`
    are home units for one of a currency on a day. `seconds` is how long an answer really takes.
    `prepared` is what was said to come, `unprepared` is raised where it is, one each. `memory` is
    what it makes of a request whose id it has seen: one of MEMORIES, chosen by the seed.
    """

    clock: Clock
    failure_plan: FailurePlan
    features: Features = field(default_factory=Features)
    stored: dict[str, Stored] = field(default_factory=dict)
    answers: dict[str, list[Outcome]] = field(default_factory=dict)
    memory: str = chosen_for("the ledger in memory", MEMORIES)
    received: list[Request] = field(default_factory=list)
    prepared: list[Sequence[Operation]] = field(default_factory=list)
    unprepared: list[LedgerError | Interrupted] = field(default_factory=list)
    faults: list[Fault | None] = field(default_factory=list)
    trouble: list[LedgerError | None] = field(default_factory=list)
    refuse: set[str] = field(default_factory=set)
    billed: dict[str, str] = field(default_factory=dict)
    paid: set[str] = field(default_factory=set)
    rates: dict[tuple[str, date], Decimal] = field(default_factory=dict)
    versions: bool = True
    seconds: float = 0.0
    looks: int = 0
    lists: FakeLedgerLists = field(init=False)
    _last: int = 0

    def __post_init__(self) -> None:
        self.lists = FakeLedgerLists(self.clock)

    def knock(self) -> None:
        trouble = self.trouble.pop(0) if self.trouble else None
        if trouble is not None:
            raise trouble

    def take(self, request: Request) -> list[Outcome] | None:
        """Answer a request; None where no answer comes back."""
        self.received.append(request)
        fault = self.faults.pop(0) if self.faults else None
        if fault is Fault.LOST:
            return None
        answer = self.answers.get(request.id)
        if answer is not None and self.memory == "fault":
            return [_failed(write, "an unexpected error occurred") for write in request.writes]
        if answer is None or self.memory == "ignored":
            files = {write.seq: _read(write) for write in request.writes if write.file is not None}
            self.failure_plan.step("before the ledger commits")
            answer = [self._apply(write, files.get(write.seq)) for write in request.writes]
            self.answers[request.id] = answer
            self.failure_plan.step("after the ledger committed")
        return None if fault is Fault.STORED_UNANSWERED else answer

    def _apply(self, write: Write, file: bytes | Reason | None) -> Outcome:
        body = write.body or {}
        assert PENDING not in str(body)
        if {str(body.get("notes")), str(body.get("name"))} & self.refuse:
            return _failed(write, "no")
        if isinstance(file, Reason):
            return Outcome(seq=write.seq, state=ItemState.FAILED, reason=file)
        if why := self.locked(str(write.ledger_id)):
            return Outcome(seq=write.seq, state=ItemState.FAILED, reason=why)
        if write.action is Action.DELETE:
            self.stored.pop(str(write.ledger_id), None)
            return Outcome(seq=write.seq, state=ItemState.POSTED, ledger_id=write.ledger_id)
        there = self.stored.get(str(write.ledger_id))
        if write.action is Action.UPDATE and there is None:
            return Outcome(seq=write.seq, state=ItemState.FAILED, reason=reason("gone_in_ledger"))
        if write.action is Action.UPDATE and there and str(there.version) != write.version:
            return Outcome(
                seq=write.seq, state=ItemState.FAILED, reason=reason("changed_in_ledger")
            )
        return self._posted(write, self._store(write, there))

    def locked(self, ledger_id: str) -> Reason | None:
        """Why the record can no longer change."""
        if ledger_id in self.billed:
            return reason("billed", detail=f" by invoice {self.billed[ledger_id]}")
        return reason("paid", detail="") if ledger_id in self.paid else None

    def _store(self, write: Write, there: Stored | None) -> Stored:
        body, now = write.body or {}, self.clock.now()
        if there is not None:
            stored = replace(there, body=body, version=there.version + 1, stored_at=now)
        else:
            self._last += 1
            stored = Stored(str(self._last), write.kind, body, 0, now)
        self.stored[stored.id] = stored
        return stored

    def find(
        self, writes: Sequence[Write], since: datetime, known: Collection[RecordKey]
    ) -> dict[int, Outcome]:
        self.looks += 1
        found: dict[int, Outcome] = {}
        taken = set(known)
        for write in writes:
            match = next(self._matches(write, since, taken), None)
            if match is not None:
                taken.add((match.kind, match.id))
                found[write.seq] = self._posted(write, match)
        return found

    def _matches(self, write: Write, since: datetime, taken: set[RecordKey]) -> Iterator[Stored]:
        for stored in self.stored.values():
            same = stored.kind == write.kind and stored.body == write.body
            if not same or stored.stored_at < since - CLOCK_TOLERANCE:
                continue
            if write.action is Action.UPDATE:
                if stored.id == write.ledger_id and str(stored.version) != write.version:
                    yield stored
            elif (stored.kind, stored.id) not in taken:
                yield stored

    def _posted(self, write: Write, stored: Stored) -> Outcome:
        return Outcome(
            seq=write.seq,
            state=ItemState.POSTED,
            ledger_id=stored.id,
            version=str(stored.version) if self.versions else None,
            trace_id="trace",
        )

    def of_kind(self, kind: str) -> list[Stored]:
        return [stored for stored in self.stored.values() if stored.kind == kind]


def _read(write: Write) -> bytes | Reason:
    """The file that goes along, or why there is none."""
    assert write.file is not None
    try:
        return write.file()
    except NotFound:
        return reason("receipt_missing", name=(write.body or {}).get("file"))


def _failed(write: Write, detail: str) -> Outcome:
    return Outcome(seq=write.seq, state=ItemState.FAILED, reason=reason("refused", detail=detail))
