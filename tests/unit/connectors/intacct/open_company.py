"""An open company over the gateway in memory, and writes to send to it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import httpx
from ledgerlink.connectors.intacct import Endpoints, SageIntacct
from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.connectors.intacct.ledger import IntacctLedger
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.plan import Action, Outcome, Request, Write
from ledgerlink.domain.ports import ConnectorState, Stop, never

from tests.fakes.clock import FakeClock
from tests.unit.connectors.intacct.gateway_client import CREDENTIALS, InMemoryLoginVault
from tests.unit.connectors.intacct.in_memory_gateway import InMemoryGateway


@dataclass
class OpenCompany:
    """One company, open, and every outcome that was reported, by seq."""

    gateway: InMemoryGateway = field(default_factory=InMemoryGateway)
    choices: Choices = field(default_factory=Choices)
    clock: FakeClock = field(default_factory=FakeClock)
    vault: InMemoryLoginVault = field(default_factory=InMemoryLoginVault)
    state: ConnectorState = field(default_factory=dict)
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    answers: int = 0

    def __post_init__(self) -> None:
        transport = httpx.MockTransport(self.gateway)
        self.connector = SageIntacct(Endpoints(), self.clock, transport, jitter=lambda: 0.5)
        self.ledger = self.open()

    def open(self) -> IntacctLedger:
        """A connection of another worker."""
        chosen = {name: value for name, value in asdict(self.choices).items() if value is not None}
        return self.connector.open("acme", self.vault, CREDENTIALS, self.state, chosen)

    async def write(
        self, *writes: Write, name: str = "r1", stop: Stop = never
    ) -> dict[int, Outcome]:
        """Send them in one request."""
        await self.ledger.write([Request(name, writes)], self.answered, stop)
        return self.outcomes

    async def answered(self, request: Request, outcomes: Sequence[Outcome]) -> None:
        self.answers += 1
        self.outcomes.update({outcome.seq: outcome for outcome in outcomes})

    def reasons(self) -> dict[int, str | None]:
        """The code of each outcome's reason."""
        return {s: o.reason.code if o.reason else None for s, o in sorted(self.outcomes.items())}


def create(seq: int, document: Document, **more: Any) -> Write:
    one = Write(
        seq=seq,
        action=Action.CREATE,
        key=document.key,
        kind=document.kind,
        body=document.body,
        day=document.day,
        minutes=document.minutes,
        total=document.total,
        group=document.group,
    )
    return replace(one, **more)


def update(seq: int, document: Document, was: Document, ledger_id: str | None) -> Write:
    base = fingerprint(was.body)
    changes = {"action": Action.UPDATE, "ledger_id": ledger_id, "base_fingerprint": base}
    return create(seq, document, **changes)


def delete(seq: int, was: Document, ledger_id: str | None) -> Write:
    base = fingerprint(was.body)
    changes = {"action": Action.DELETE, "ledger_id": ledger_id, "base_fingerprint": base}
    return create(seq, was, body=None, **changes)
