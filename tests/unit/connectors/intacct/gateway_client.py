"""A client of the gateway in memory, with a login vault in memory and a fake clock."""

from dataclasses import dataclass, field
from datetime import timedelta

import httpx
from ledgerlink.connectors.intacct.auth.sessions import Sessions
from ledgerlink.connectors.intacct.config import LATEST_EFFECT, Endpoints
from ledgerlink.connectors.intacct.protocol.requests import Call, Function, Sender
from ledgerlink.connectors.intacct.protocol.xml import Value
from ledgerlink.connectors.intacct.transport.client import Client, timeout
from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.connectors.shared.unanswered import UnansweredWrites
from ledgerlink.domain.model.logins import Login, Session
from ledgerlink.domain.ports import ConnectorState

from tests.fakes.clock import START, FakeClock
from tests.unit.connectors.intacct.in_memory_gateway import ENDPOINT, InMemoryGateway

CREDENTIALS = {"sender_id": "sender", "sender_password": "s3nder"}
LOGIN = Login(company_id="acme", user_id="ws", password="p4ssword", entity=None)


@dataclass
class InMemoryLoginVault:
    """A login in memory that keeps what was saved."""

    login: Login = LOGIN
    saved: list[Login] = field(default_factory=list)

    def load(self) -> Login:
        return self.login

    def save(self, login: Login) -> None:
        self.saved.append(login)
        self.login = login


def session(name: str = "kept..", minutes: float = 60, endpoint: str = ENDPOINT) -> Session:
    return Session(id=name, endpoint=endpoint, expires_at=START + timedelta(minutes=minutes))


def client_of(
    gateway: InMemoryGateway,
    vault: InMemoryLoginVault | None = None,
    clock: FakeClock | None = None,
    state: ConnectorState | None = None,
    endpoints: Endpoints | None = None,
) -> Client:
    time = LedgerTime(clock or FakeClock())
    there = endpoints or Endpoints()
    http = httpx.AsyncClient(transport=httpx.MockTransport(gateway), timeout=timeout(time))
    sessions = Sessions(vault or InMemoryLoginVault(), there, time)
    unanswered = UnansweredWrites(time, state or {}, latest=LATEST_EFFECT)
    sender = Sender.of(CREDENTIALS)
    return Client(there.gateway_url, sender, sessions, http, time, lambda: 0.5, unanswered)


def reading(control_id: str = "q1") -> Function:
    content: dict[str, Value] = {"select": {"field": ["RECORDNO", "NAME"]}, "object": "CLASS"}
    return Function(control_id, "query", content)


def writing(*control_ids: str) -> Call:
    made = [Function(c, "create", {"CUSTOMER": {"NAME": f"Acme {c}"}}) for c in control_ids]
    return Call("call", made, writes=True)
