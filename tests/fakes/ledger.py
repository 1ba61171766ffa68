"""A connector to the ledger in memory."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from ledgerlink.domain.errors import (
    AuthorizationLost,
    FieldError,
    Forbidden,
    Interrupted,
    Invalid,
    LedgerError,
)
from ledgerlink.domain.model.company import Company, Features
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.ledger_choices import NOTHING, Chosen, Offered
from ledgerlink.domain.model.list_records import (
    ListBatch,
    ListRead,
    ListTraits,
    ListType,
    WebhookEvent,
)
from ledgerlink.domain.model.logins import Login
from ledgerlink.domain.model.plan import Operation, Outcome, Request, Write
from ledgerlink.domain.model.references import Body
from ledgerlink.domain.model.snapshots import Snapshot
from ledgerlink.domain.model.targets import Targets
from ledgerlink.domain.ports import (
    NO_GROUPS,
    Clock,
    ConnectorState,
    Keys,
    Ledger,
    OnOutcomes,
    RecordKey,
    Stop,
    Tokens,
    TokenVault,
    never,
)

from tests.fakes.company import FakeCompany
from tests.fakes.composer import FakeComposer
from tests.fakes.failure_plan import FailurePlan, with_failures

ACCESS = "access-token-5d1e"
REFRESH = "refresh-token-9f0b"
REFUSED_CODE = "bad-code"
REFERENCES = {
    "staff": ListType.EMPLOYEE,
    "payee": ListType.VENDOR,
    "customer": ListType.CUSTOMER,
    "item": ListType.ITEM,
}
SIGNATURE, UNREADABLE = "good-signature", b"unreadable"


@dataclass
class FakeLedger:
    """Implements `domain.ports.Ledger`."""

    company_id: str
    held: FakeCompany
    vault: TokenVault
    calls: Counter[str] = field(default_factory=Counter)
    closed: bool = False

    async def company(self, stop: Stop = never) -> Company:
        self._call("read")
        return Company(self.company_id, f"Company {self.company_id}", "US", self.held.features)

    async def prefetch(self, operations: Sequence[Operation], stop: Stop) -> None:
        """Note for what it was asked to prepare. Raises what the company says."""
        self.held.prepared.append(list(operations))
        if self.held.unprepared:
            raise self.held.unprepared.pop(0)

    async def write(self, requests: Sequence[Request], on_outcomes: OnOutcomes, stop: Stop) -> None:
        for request in requests:
            if stop():
                return
            self._call("write")
            answer = self.held.take(request)
            await asyncio.sleep(self.held.seconds)
            if answer is not None:
                await on_outcomes(request, answer)

    async def find_lost_writes(
        self,
        writes: Sequence[Write],
        since: datetime,
        known: Collection[RecordKey],
        stop: Stop = never,
    ) -> Mapping[int, Outcome]:
        if stop():
            raise Interrupted
        self._call("read")
        return self.held.find(writes, since, known)

    async def snapshots(
        self,
        kind: str,
        ids: Sequence[str],
        days: tuple[date, date] | None,
        stop: Stop = never,
        groups: Mapping[str, str] = NO_GROUPS,
    ) -> Mapping[str, Snapshot]:
        if stop():
            raise Interrupted
        self._call("read")
        found = ((i, self.held.stored.get(i)) for i in ids)
        return {
            i: Snapshot(
                ledger_id=i,
                version=str(stored.version) if self.held.versions else None,
                body=stored.body,
                forms=(fingerprint(stored.body),),
                locked=self.held.locked(i),
                minutes=int(stored.body.get("minutes", 0)),
                rate=_rate(stored.body),
            )
            for i, stored in found
            if stored is not None and stored.kind == kind
        }

    async def exchange_rates(
        self, wanted: Collection[tuple[str, date]], stop: Stop = never
    ) -> Mapping[tuple[str, date], Decimal]:
        if stop():
            raise Interrupted
        self._call("read")
        return {pair: self.held.rates[pair] for pair in wanted if pair in self.held.rates}

    async def read_list(self, reading: ListRead, stop: Stop = never) -> ListBatch:
        if stop():
            raise Interrupted
        self._call("list")
        return self.held.lists.read(reading)

    async def changes(
        self, wanted: Sequence[ListType], since: datetime, stop: Stop = never
    ) -> Mapping[ListType, ListBatch]:
        if stop():
            raise Interrupted
        self._call("changes")
        return self.held.lists.changes(wanted, since)

    def _call(self, kind: str) -> None:
        assert not self.closed
        self.vault.load()
        self.held.knock()
        self.calls[kind] += 1

    def connector_state(self, *, is_writing: bool = False) -> ConnectorState:
        return {"calls": sum(self.calls.values())}

    async def close(self) -> None:
        self.closed = True


def _rate(body: Mapping[str, Any]) -> Decimal | None:
    return Decimal(body["rate"]) if body.get("billable") and "rate" in body else None


@dataclass
class FakeGrants:
    """Implements `domain.ports.Grants`. `failure` is raised by the next revoke."""

    clock: Clock
    exchanged: list[tuple[str, str]] = field(default_factory=list)
    revoked: list[Tokens] = field(default_factory=list)
    failure: LedgerError | None = None

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        query = urlencode({"state": state, "redirect_uri": redirect_uri})
        return f"https://ledger.example/consent?{query}"

    def company_id(self, given: str) -> str:
        if not re.fullmatch(r"[\w#-]+", given):
            raise Invalid("wrong_company_id", "This is no company.", "Start connecting again.")
        return given

    def exchange(self, code: str, redirect_uri: str) -> Tokens:
        if code == REFUSED_CODE:
            raise AuthorizationLost("invalid_grant", "The ledger refused the code.")
        self.exchanged.append((code, redirect_uri))
        number = len(self.exchanged)
        return Tokens(
            access_token=f"{ACCESS}-{number}",
            refresh_token=f"{REFRESH}-{number}",
            access_expires_at=self.clock.now() + timedelta(hours=1),
        )

    def revoke(self, tokens: Tokens) -> None:
        if self.failure is not None:
            raise self.failure
        self.revoked.append(tokens)


@dataclass
class FakeConnector:
    """Implements `domain.ports.Connector`; every company keeps what was written to it. `heard` is
    what was chosen, each time that this mattered."""

    clock: Clock
    failure_plan: FailurePlan
    chunk_size: int = 4
    request_size: int = 2
    name: str = "fake"
    takes_logins: bool = False
    lists: Mapping[ListType, ListTraits] = field(default_factory=dict)
    targets: Targets = field(default_factory=Targets)
    shows_closed_books: bool = True
    shared_names: Collection[ListType] = (ListType.CUSTOMER, ListType.VENDOR, ListType.EMPLOYEE)
    changes_reach: timedelta = timedelta(days=29)
    clock_scale: float = 1.0
    metered: Collection[str] = ("read", "list", "changes")
    told: list[WebhookEvent] = field(default_factory=list)
    composer: FakeComposer = field(default_factory=FakeComposer)
    choices: Offered = field(default_factory=dict)
    heard: list[Chosen] = field(default_factory=list)
    companies: dict[str, FakeCompany] = field(default_factory=dict)
    granted: FakeGrants = field(init=False)

    def __post_init__(self) -> None:
        self.granted = FakeGrants(self.clock)

    def composer_for(self, features: Features, chosen: Chosen = NOTHING) -> FakeComposer:
        self.heard.append(chosen)
        return self.composer

    def references(self, kind: str, body: Body) -> Iterator[tuple[ListType, str]]:
        del kind
        for name, value in body.items():
            if name in REFERENCES and isinstance(value, str):
                yield REFERENCES[name], value
            elif name == "lines":
                for line in value:
                    yield from self.references("", line)

    def company(self, company_id: str) -> FakeCompany:
        return self.companies.setdefault(company_id, FakeCompany(self.clock, self.failure_plan))

    def webhook_events(
        self, headers: Mapping[str, str], body: bytes, credentials: Callable[[], Mapping[str, str]]
    ) -> Sequence[WebhookEvent]:
        """What `told` says, for the right signature."""
        assert credentials()["client_secret"]
        if headers.get("signature") != SIGNATURE:
            raise Forbidden("wrong_signature", "The signature is wrong.", "Check the token.")
        if body == UNREADABLE:
            raise Invalid("unreadable_notice", "This is no notice.", "Send it as agreed.")
        return list(self.told)

    def batch(self, operations: Sequence[Operation | Write]) -> Sequence[Sequence[int]]:
        places, size = range(len(operations)), self.request_size
        return [places[start : start + size] for start in places[::size]]

    def consents(self, credentials: Mapping[str, str]) -> FakeGrants:
        assert credentials["client_secret"]
        if self.takes_logins:
            raise Invalid("login_needed", "This ledger needs a login.", "Give login.")
        return self.granted

    def login(self, given: Mapping[str, str]) -> tuple[str, Login]:
        if not self.takes_logins:
            raise Invalid("no_login", "This ledger takes no login.", "Leave it out.")
        if not given.get("password"):
            problem = FieldError("/login/password", "Missing.")
            raise Invalid("wrong_login", "Incomplete.", "Give a password.", [problem])
        login = Login(
            company_id=given["company_id"], user_id=given["user_id"], password=given["password"]
        )
        return given["company_id"], login

    def revoke(self, keys: Keys, credentials: Mapping[str, str]) -> None:
        if isinstance(keys, Tokens):
            self.granted.revoke(keys)

    def open(
        self,
        company_id: str,
        vault: TokenVault,
        credentials: Mapping[str, str],
        connector_state: ConnectorState,
        chosen: Chosen = NOTHING,
    ) -> Ledger:
        self.heard.append(chosen)
        ledger: Ledger = FakeLedger(company_id, self.company(company_id), vault)
        return with_failures("ledger", ledger, self.failure_plan)
