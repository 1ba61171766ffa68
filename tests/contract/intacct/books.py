"""A company of the Sage Intacct sandbox."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import httpx
from ledgerlink.connectors.intacct import Endpoints, Login, SageIntacct
from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.connectors.intacct.ledger import IntacctLedger
from ledgerlink.domain.model.ledger_choices import Chosen
from ledgerlink.domain.model.list_records import ListBatch, ListRead, ListRecord, ListType
from ledgerlink.domain.ports import ConnectorState

from local.sandboxes.intacct.seeds.planting import plant
from local.sandboxes.intacct.server import Running
from local.sandboxes.intacct.traffic.journal import Entry
from tests.support.skipped_time import SkippedTime

T = TypeVar("T")
Row = dict[str, Any]

USER, PASSWORD = "sandbox-user", "user-secret"
CREDENTIALS = {"sender_id": "sandbox-sender", "sender_password": "sender-secret"}


class Desk:
    """A login in memory, which keeps what was stored."""

    def __init__(self, company: str, entity: str | None = None) -> None:
        self.login = Login(company_id=company, user_id=USER, password=PASSWORD, entity=entity)
        self.saved: list[Login] = []

    def load(self) -> Login:
        return self.login

    def save(self, login: Login) -> None:
        self.saved.append(login)
        self.login = login

    def change(self, **changes: Any) -> None:
        """Somebody else signs in from now on."""
        self.login = replace(self.login, session=None, **changes)


Spoil = Callable[[bytes, bytes], bytes]
"""What becomes of an answer on its way; it sees the request, too."""


def faithful(request: bytes, answer: bytes) -> bytes:
    """The way on which nothing happens to it."""
    return answer


class SpoilingTransport(httpx.AsyncBaseTransport):
    """The way to the sandbox, on which answers are spoilt."""

    def __init__(self, inner: httpx.AsyncBaseTransport, spoil: Spoil) -> None:
        self._inner, self._spoil = inner, spoil

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        answer = self._spoil(await request.aread(), await response.aread())
        kept = {"content-type": response.headers["content-type"]}
        await response.aclose()
        return httpx.Response(response.status_code, headers=kept, content=answer)

    async def aclose(self) -> None:
        await self._inner.aclose()


@dataclass(frozen=True)
class Books:
    """A company of the sandbox: the port on one side, the ledger's screens on the other. What only
    looks goes past the network. `spoil` is what happens to answers."""

    served: Running
    http: httpx.Client
    desk: Desk
    time: SkippedTime
    choices: Choices = field(default_factory=Choices)
    credentials: Mapping[str, str] = field(default_factory=lambda: CREDENTIALS)
    spoil: Spoil = faithful

    @property
    def company(self) -> str:
        return self.desk.login.company_id

    @property
    def company_id(self) -> str:
        return self.company

    def vault(self) -> Desk:
        """Holds the company's login."""
        return self.desk

    @property
    def chosen(self) -> Chosen:
        """What the company chose, as its settings say it."""
        return {name: value for name, value in asdict(self.choices).items() if value is not None}

    @property
    def connector(self) -> SageIntacct:
        there = Endpoints(self.served.api, hosts=("127.0.0.1",))
        assert self.served.transport is not None
        return SageIntacct(there, self.time, SpoilingTransport(self.served.transport, self.spoil))

    def ask(
        self,
        what: Callable[[IntacctLedger], Coroutine[Any, Any, T]],
        state: ConnectorState | None = None,
    ) -> T:
        """What the port answers, with what it remembered."""

        async def main() -> T:
            ledger = self.connector.open(
                self.company, self.desk, self.credentials, state or {}, self.chosen
            )
            try:
                return await what(ledger)
            finally:
                await ledger.close()

        return self.time.run(main())

    def read(self, kind: ListType, **more: Any) -> dict[str, ListRecord]:
        """All of a list, by id."""

        async def main(ledger: IntacctLedger) -> dict[str, ListRecord]:
            batch = await ledger.read_list(ListRead(type=kind, **more))
            records = list(batch.records)
            while batch.position:
                batch = await ledger.read_list(ListRead(type=kind, position=batch.position, **more))
                records += batch.records
            assert len({record.id for record in records}) == len(records)
            return {record.id: record for record in records}

        return self.ask(main)

    def changes(
        self, *kinds: ListType, since: datetime | None = None
    ) -> Mapping[ListType, ListBatch]:
        moment = since or self.time.now() - timedelta(minutes=1)
        return self.ask(lambda ledger: ledger.changes(kinds, moment))

    def admin(self, path: str, body: Any = None, method: str = "POST") -> Any:
        answer = self.http.request(method, f"/_sandbox/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def about(self, path: str = "", body: Any = None) -> Any:
        """What an administrator does in this company."""
        return self.admin(f"companies/{self.company}{path}", body)

    def fail(self, action: str, when: str = "before", **more: Any) -> None:
        """The gateway fails so; `match` tells which requests, else those of this company."""
        match = {"company": self.company, **more.pop("match", {})}
        self.admin("faults", {"action": action, "when": when, "match": match, **more})

    def well(self) -> None:
        """Nothing fails any more."""
        self.admin("faults", method="DELETE")

    def create(self, entity: str, lines: Sequence[Row] | None = None, **values: Any) -> Row:
        """Somebody works in the ledger's screens; the record."""
        body = {"object": entity, "create": values}
        row: Row = self.about("/edit", body if lines is None else {**body, "lines": lines})
        return row

    def plant(self, entity: str, values: Mapping[str, str], printed: str = "") -> str:
        """Somebody makes a record of a list there, with a contact of that name; its RECORDNO."""
        work = self.served.sandbox.by_hand(self.company)
        contact = {"PRINTAS": printed} if printed else None
        return str(plant(work, entity, dict(values), None, contact).recordno)

    def age(self, entity: str, days: int) -> None:
        """Nobody has touched these records for so long."""
        company = self.served.sandbox.companies[self.company]
        for record in list(company.tables[entity].rows()):
            company.put(entity, replace(record, modified=record.modified - days * 86400))

    def change(self, entity: str, number: str, **changes: Any) -> None:
        self.about("/edit", {"object": entity, "recordno": number, "changes": changes})

    def delete(self, entity: str, number: str) -> None:
        self.about("/edit", {"object": entity, "recordno": number, "delete": True})

    def rows(self, entity: str) -> list[Row]:
        """What is stored."""
        table = self.served.sandbox.companies[self.company].tables[entity]
        return [
            {"RECORDNO": str(r.recordno), "parent": str(r.parent or ""), **r.values}
            for r in table.rows()
        ]

    def number(self, entity: str, key: str) -> str:
        """The RECORDNO of the record with this id."""
        record = self.served.sandbox.companies[self.company].find(entity, key)
        assert record is not None
        return str(record.recordno)

    def journal(self) -> list[Entry]:
        """The requests about this company so far."""
        entries = self.served.sandbox.journal._entries
        return [entry for entry in entries if entry.company == self.company]


Make = Callable[..., Books]
