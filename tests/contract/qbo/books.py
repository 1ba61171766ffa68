"""A company of the sandbox."""

import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import httpx
from ledgerlink.connectors.qbo import Endpoints, QuickBooksOnline
from ledgerlink.connectors.qbo.ledger import QuickBooksLedger
from ledgerlink.domain.model.ledger_choices import Chosen
from ledgerlink.domain.model.list_records import ListBatch, ListRead, ListRecord, ListType
from ledgerlink.domain.ports import ConnectorState, Tokens

from local.sandboxes.qbo.server import Running
from local.sandboxes.qbo.web.wire import dump
from tests.support.qbo.token_vault import InMemoryTokenVault
from tests.support.skipped_time import SkippedTime

T = TypeVar("T")
Row = dict[str, Any]

CREDENTIALS = {
    "client_id": "sandbox-client",
    "client_secret": "sandbox-secret",
    "webhook_verifier_token": "secret",
}


@dataclass(frozen=True)
class Books:
    """A company of the sandbox: the port on one side, the ledger's screens on the other. What only
    looks goes past the network, which takes longer than all else."""

    served: Running
    http: httpx.Client
    realm: str
    time: SkippedTime

    @property
    def connector(self) -> QuickBooksOnline:
        url = self.served.url
        endpoints = Endpoints(url, token_url=f"{url}/oauth2/v1/tokens/bearer")
        return QuickBooksOnline(endpoints, self.time, self.served.transport)

    @property
    def company_id(self) -> str:
        return self.realm

    @property
    def credentials(self) -> Mapping[str, str]:
        return CREDENTIALS

    @property
    def chosen(self) -> Chosen:
        return {}

    def vault(self) -> InMemoryTokenVault:
        """Holds new tokens of the company."""
        tokens = self.served.token(self.realm)
        return InMemoryTokenVault(
            Tokens(
                access_token=tokens["access_token"],
                refresh_token=tokens["refresh_token"],
                access_expires_at=datetime(2999, 1, 1, tzinfo=UTC),
            )
        )

    def ask(
        self,
        what: Callable[[QuickBooksLedger], Coroutine[Any, Any, T]],
        state: ConnectorState | None = None,
    ) -> T:
        """What the port answers, with what it remembered."""

        async def main() -> T:
            ledger = self.connector.open(self.realm, self.vault(), CREDENTIALS, state or {})
            try:
                return await what(ledger)
            finally:
                await ledger.close()

        return self.time.run(main())

    def read(self, kind: ListType, **more: Any) -> dict[str, ListRecord]:
        """All of a list, by id."""

        async def main(ledger: QuickBooksLedger) -> dict[str, ListRecord]:
            batch = await ledger.read_list(ListRead(type=kind, **more))
            records = list(batch.records)
            while batch.position:
                batch = await ledger.read_list(ListRead(type=kind, position=batch.position, **more))
                records += batch.records
            assert len({record.id for record in records}) == len(records)
            return {record.id: record for record in records}

        return self.ask(main)

    def changes(self, *kinds: ListType) -> Mapping[ListType, ListBatch]:
        since = self.time.now() - timedelta(minutes=1)
        return self.ask(lambda ledger: ledger.changes(kinds, since))

    def calls(self, kind: ListType) -> int:
        """Calls that reading all of a list takes."""

        async def main(ledger: QuickBooksLedger) -> int:
            batch = await ledger.read_list(ListRead(type=kind))
            while batch.position:
                batch = await ledger.read_list(ListRead(type=kind, position=batch.position))
            return sum(ledger.calls.values())

        return self.ask(main)

    def admin(self, path: str, body: Any = None, method: str = "POST") -> Any:
        answer = self.http.request(method, f"/_sandbox/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def edit(self, entity: str, **body: Any) -> str:
        """Somebody works in the ledger's screens; the id of the record."""
        row = self.admin(f"companies/{self.realm}/edit", {"entity": entity, **body})
        return str(row.get("Id") or body.get("id"))

    def create(self, entity: str, **fields: Any) -> str:
        return self.edit(entity, create=fields)

    def change(self, entity: str, row_id: str, **fields: Any) -> None:
        self.edit(entity, id=row_id, changes=fields)

    def post(self, path: str, body: Any) -> Any:
        """Another application writes."""
        token = self.served.token(self.realm)["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        url = f"/v3/company/{self.realm}/{path}"
        return self.http.post(url, json=body, headers=headers).raise_for_status().json()

    @property
    def is_multi_currency(self) -> bool:
        (row,) = self.rows("Preferences")
        return bool(row["CurrencyPrefs"]["MultiCurrencyEnabled"])

    def rows(self, entity: str) -> list[Row]:
        """What is stored, as JSON values."""
        table = self.served.sandbox.companies[self.realm].table(entity)
        found: list[Row] = json.loads(dump(list(table.rows())))
        return found


Make = Callable[..., Books]
