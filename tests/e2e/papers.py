"""Expenses, invoices and receipts of a firm, by the HTTP API, and what its ledger has of them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import uuid4

import httpx

from local.machine import Machine
from tests.e2e.firm import JSON, Books, Firm, desk

PDF = "application/pdf"
PEOPLE: JSON = {
    "clients": [{"key": "c1", "name": "Rossi & Söhne"}],
    "projects": [{"key": "p1", "name": "Website", "client_key": "c1"}],
    "staff": [
        {"key": "u1", "name": "Ada Lovelace"},
        {"key": "v1", "name": "Vera Contractor", "person": "vendor"},
    ],
}
"""A client, a project, and who works on it; u1 is an employee, v1 sends bills."""


@dataclass(frozen=True)
class Ledger:
    """A company by the ledger's own API, as another application sees it. Money is decimal."""

    books: Books

    @cached_property
    def _http(self) -> httpx.Client:
        base = f"{self.books.machine.sandbox_url}/v3/company/{self.books.realm}/"
        return httpx.Client(base_url=base, timeout=30, trust_env=False)

    def rows(self, entity: str, where: str = "") -> list[JSON]:
        statement = f"SELECT * FROM {entity} {where} MAXRESULTS 1000"
        answer = self._call("GET", "query", query=statement)
        found: list[JSON] = answer["QueryResponse"].get(entity, [])
        return found

    def numbered(self, entity: str, number: str) -> JSON:
        """The one document of this number."""
        (row,) = self.rows(entity, f"WHERE DocNumber = '{number}'")
        return row

    def files(self) -> dict[str, list[tuple[str, bytes]]]:
        """Names and bytes of the receipts of each document, by `Entity:Id`."""
        found: dict[str, list[tuple[str, bytes]]] = {}
        for row in self.rows("Attachable"):
            file = self._call("GET", f"attachable/{row['Id']}")["Attachable"]
            content = httpx.get(file["TempDownloadUri"], timeout=30, trust_env=False).content
            for link in file["AttachableRef"]:
                to = link["EntityRef"]
                found.setdefault(f"{to['type']}:{to['value']}", []).append(
                    (file["FileName"], content)
                )
        return found

    def create(self, entity: str, body: Mapping[str, Any], **asked: str) -> JSON:
        """Another application enters something."""
        row: JSON = self._call("POST", entity.lower(), json.dumps(body, default=float), **asked)
        return dict(row[entity])

    def pay(self, invoice: JSON, day: str) -> JSON:
        """The client pays all that is open of an invoice."""
        to = {"TxnId": invoice["Id"], "TxnType": "Invoice"}
        amount = invoice["Balance"]
        return self.create(
            "Payment",
            {
                "CustomerRef": {"value": invoice["CustomerRef"]["value"]},
                "TxnDate": day,
                "TotalAmt": amount,
                "Line": [{"Amount": amount, "LinkedTxn": [to]}],
            },
        )

    def void(self, invoice: JSON) -> JSON:
        address = {name: invoice[name] for name in ("Id", "SyncToken")}
        return self.create("Invoice", address, operation="void")

    def _call(self, method: str, path: str, body: str | None = None, **asked: str) -> Any:
        token = desk(self.books.machine, "POST", "token", json={"realm": self.books.realm})
        headers = {
            "Authorization": f"Bearer {token['access_token']}",
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        answer = self._http.request(
            method, path, params={**asked, "minorversion": "75"}, headers=headers, content=body
        )
        assert answer.status_code == 200, answer.text
        return json.loads(answer.text, parse_float=Decimal)


@dataclass(frozen=True, slots=True)
class Office:
    """A firm with one connected company, rules for all that it spends and sells, and accounts by
    their types."""

    firm: Firm
    books: Books
    ledger: Ledger
    id: str
    accounts: Mapping[str, str]

    @classmethod
    def opened(cls, machine: Machine) -> "Office":
        firm, books = Firm(machine), Books.new(machine)
        connection_id, _ = firm.first_synced(books.realm)
        accounts = {row["AccountType"]: str(row["Id"]) for row in reversed(books.rows("Account"))}
        office = cls(firm, books, Ledger(books), connection_id, accounts)
        office._furnish()
        return office

    def _furnish(self) -> None:
        hotel = self.books.create("Vendor", DisplayName="Hotel Adler")
        dev = {"action": "create", "name": "Development", "rate": "95.00"}
        rules = {
            "labor-codes": {"dev": dev | {"income_account_id": self.accounts["Income"]}},
            "expense-codes": {"travel": _linked(self.accounts["Expense"])},
            "cards": {"visa": _linked(self.accounts["Credit Card"])},
            "vendors": {"hotel": _linked(str(hotel["Id"]))},
        }
        answer = self.firm.client.put(self.path("rules"), json={"rules": rules})
        assert answer.status_code == 200, answer.text
        (item,) = (row for row in self.books.rows("Item") if row["Name"] == "Services")
        payable, bank = self.accounts["Accounts Payable"], self.accounts["Bank"]
        self.firm.change_settings(
            self.id,
            expenses={"payable_account_id": payable, "check_account_id": bank},
            invoices={"item_id": str(item["Id"])},
        )

    def path(self, of: str) -> str:
        return f"/v1/connections/{self.id}/{of}"

    def post(self, **lists: Any) -> httpx.Response:
        """A post of records, by their lists."""
        key = {"Idempotency-Key": uuid4().hex}
        return self.firm.client.post(self.path("posts"), json=lists, headers=key)

    def ended(self, **lists: Any) -> JSON:
        """Its run, once it has come to rest."""
        answer = self.post(**lists)
        assert answer.status_code == 202, answer.text
        return self.firm.at_rest(answer.json()["href"])

    def posted(self, **lists: Any) -> JSON:
        """The same, of a post without problems."""
        run = self.ended(**lists)
        problems = [item for item in self.firm.items(run) if item["reason"]]
        assert run["state"] == "completed", problems
        return run

    def preview(self, **lists: Any) -> JSON:
        answer = self.firm.client.post(self.path("posts?preview=true"), json=lists)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def items(self, run: JSON, **filters: str) -> dict[str, JSON]:
        """Its items by key."""
        return {item["key"]: item for item in self.firm.items(run, **filters)}

    def place(self) -> JSON:
        """Where a file may be PUT."""
        answer = self.firm.client.post(self.path("uploads"))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def uploaded(self, content: bytes) -> str:
        """The id of an upload."""
        place = self.place()
        put(place, content)
        return str(place["upload_id"])

    @contextmanager
    def choosing(self, **settings: Any) -> Iterator[None]:
        """With other settings for a while."""
        before = self.firm.get(self.path("settings"))
        self.firm.change_settings(self.id, **settings)
        yield
        again = {
            section: {name: before[section][name] for name in chosen}
            for section, chosen in settings.items()
        }
        self.firm.change_settings(self.id, **again)


def put(place: JSON, content: bytes) -> None:
    answer = httpx.put(place["url"], content=content, timeout=30, trust_env=False)
    assert answer.status_code == 200, answer.text


def _linked(ledger_id: str) -> JSON:
    return {"action": "link", "ledger_id": ledger_id}


def expense(key: str, amount: str, **changes: Any) -> JSON:
    """What u1 spent on travel."""
    plain = {"key": key, "staff_key": "u1", "spent_on": "2026-03-03", "amount": amount}
    return plain | {"expense_code_key": "travel", "notes": f"Notes of {key}"} | changes


def report(number: str, staff_key: str, *amounts: str) -> list[JSON]:
    """The expenses of a report; keys and report number come from `number`."""
    told = {"report_key": number, "report_number": number, "staff_key": staff_key}
    return [expense(f"{number}-{n}", amount, **told) for n, amount in enumerate(amounts)]


def card(key: str, amount: str, **changes: Any) -> JSON:
    """A charge of the company's card."""
    return expense(key, amount, paid_with="company_card", card_key="visa", **changes)


def receipt(key: str, upload_id: str, name: str) -> JSON:
    return {"key": key, "upload_id": upload_id, "file_name": name, "content_type": PDF}


def invoice(number: str, *lines: JSON, **changes: Any) -> JSON:
    """An invoice for the client of p1, of these lines or one of 100.00."""
    some = lines or ({"amount": "100.00", "labor_code_key": "dev"},)
    plain = {"key": number, "number": number, "issued_on": "2026-03-31", "project_key": "p1"}
    return plain | {"lines": list(some)} | changes


def gone(*keys: str) -> list[JSON]:
    """Records that the product has no more."""
    return [{"key": key, "deleted": True} for key in keys]
