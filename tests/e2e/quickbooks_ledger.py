"""A company of QuickBooks Online, by the ledger's own API. Money is decimal."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

import httpx

from local.machine import Machine
from tests.e2e.firm import JSON, Books, Firm, sandbox_admin
from tests.e2e.ledger import Chart, Document, File, Kind

PARTIES = ("VendorRef", "EntityRef")
SOLD = "SalesItemLineDetail"


@dataclass(frozen=True)
class QuickBooksLedger:
    """Implements `books.Ledger`."""

    books: Books
    writing: ClassVar[frozenset[str]] = frozenset({"batch", "single", "upload"})
    marks_time: ClassVar[bool] = True
    news_by: ClassVar[str] = "webhook"
    losses: ClassVar[Sequence[str]] = ("cut", "html502")

    @classmethod
    def new(cls, machine: Machine) -> "QuickBooksLedger":
        return cls(Books.new(machine))

    def connected(self, firm: Firm) -> str:
        connection_id, _ = firm.first_synced(self.books.realm)
        return connection_id

    def chart(self) -> Chart:
        accounts = {r["AccountType"]: str(r["Id"]) for r in reversed(self.books.rows("Account"))}
        (item,) = (row for row in self.books.rows("Item") if row["Name"] == "Services")
        hotel = self.books.create("Vendor", DisplayName="Hotel Adler")
        return Chart(
            income=accounts["Income"],
            expense=accounts["Expense"],
            card=accounts["Credit Card"],
            payable=accounts["Accounts Payable"],
            bank=accounts["Bank"],
            item=str(item["Id"]),
            hotel=str(hotel["Id"]),
        )

    def documents(self) -> list[Document]:
        files, customers = self._files(), self._customers()
        found = [(e, row) for e in ("Bill", "Purchase", "Invoice") for row in self.rows(e)]
        return [
            _document_of(e, row, files.get(f"{e}:{row['Id']}", []), customers) for e, row in found
        ]

    def times(self) -> dict[str, bool]:
        rows = self.rows("TimeActivity")
        return {row["Description"]: row["BillableStatus"] == "HasBeenBilled" for row in rows}

    def customers(self) -> list[str]:
        return list(self._customers().values())

    def employees(self) -> list[str]:
        return [str(row["DisplayName"]) for row in self.rows("Employee")]

    def enter(self, number: str) -> str:
        customer = self.books.create("Customer", DisplayName="Somebody else")
        line = {"Amount": 1, "DetailType": SOLD, SOLD: {}}
        body = {"CustomerRef": {"value": customer["Id"]}, "DocNumber": number, "Line": [line]}
        return str(self.create("Invoice", body)["Id"])

    def pay(self, document: Document, day: date) -> None:
        (invoice,) = self.rows("Invoice", f"WHERE Id = '{document.id}'")
        to = {"TxnId": invoice["Id"], "TxnType": "Invoice"}
        amount = invoice["Balance"]
        self.create(
            "Payment",
            {
                "CustomerRef": {"value": invoice["CustomerRef"]["value"]},
                "TxnDate": day.isoformat(),
                "TotalAmt": amount,
                "Line": [{"Amount": amount, "LinkedTxn": [to]}],
            },
        )

    def news(self, firm: Firm, connection_id: str) -> None:
        """The webhook comes by itself, and makes the connection due."""
        self.books.machine.tick()

    def close_books(self, through: date) -> None:
        closing = {"AccountingInfoPrefs": {"BookCloseDate": through.isoformat()}}
        sandbox_admin(
            self.books.machine, "POST", f"companies/{self.books.realm}/preferences", json=closing
        )

    @contextmanager
    def losing(self, action: str) -> Iterator[None]:
        machine = self.books.machine
        for kind in sorted(self.writing):
            match = {"kind": kind, "realm": self.books.realm}
            fault = {"match": match, "action": action, "when": "after", "times": 1}
            sandbox_admin(machine, "POST", "faults", json=fault)
        yield
        faults = sandbox_admin(machine, "GET", "faults")["faults"]
        assert {one["hits"] for one in faults} == {1}
        sandbox_admin(machine, "DELETE", "faults")

    def void(self, document: Document) -> None:
        (invoice,) = self.rows("Invoice", f"WHERE Id = '{document.id}'")
        address = {name: invoice[name] for name in ("Id", "SyncToken")}
        self.create("Invoice", address, operation="void")

    def rows(self, entity: str, where: str = "") -> list[JSON]:
        """As the query API tells them."""
        statement = f"SELECT * FROM {entity} {where} MAXRESULTS 1000"
        answer = self._call("GET", "query", query=statement)
        found: list[JSON] = answer["QueryResponse"].get(entity, [])
        return found

    def create(self, entity: str, body: Mapping[str, Any], **asked: str) -> JSON:
        """Another application enters something."""
        row: JSON = self._call("POST", entity.lower(), json.dumps(body, default=float), **asked)
        return dict(row[entity])

    def _customers(self) -> dict[str, str]:
        return {str(r["Id"]): str(r["FullyQualifiedName"]) for r in self.rows("Customer")}

    def _files(self) -> dict[str, list[File]]:
        """Names and bytes of the receipts of each document, by `Entity:Id`."""
        found: dict[str, list[File]] = {}
        for row in self.rows("Attachable"):
            file = self._call("GET", f"attachable/{row['Id']}")["Attachable"]
            content = httpx.get(file["TempDownloadUri"], timeout=30, trust_env=False).content
            for link in file["AttachableRef"]:
                to = f"{link['EntityRef']['type']}:{link['EntityRef']['value']}"
                found.setdefault(to, []).append((file["FileName"], content))
        return found

    @cached_property
    def _http(self) -> httpx.Client:
        base = f"{self.books.machine.sandbox_url('qbo')}/v3/company/{self.books.realm}/"
        return httpx.Client(base_url=base, timeout=30, trust_env=False)

    def _call(self, method: str, path: str, body: str | None = None, **asked: str) -> Any:
        token = sandbox_admin(self.books.machine, "POST", "token", json={"realm": self.books.realm})
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


def _document_of(
    entity: str, row: JSON, files: Sequence[File], customers: Mapping[str, str]
) -> Document:
    lines = [line for line in row["Line"] if line["DetailType"] == SOLD or entity != "Invoice"]
    return Document(
        id=str(row["Id"]),
        kind=_kind(entity, row),
        number=str(row.get("DocNumber", "")),
        total=Decimal(row["TotalAmt"]),
        day=date.fromisoformat(row["TxnDate"]),
        party=_party(row, customers),
        lines=[Decimal(line["Amount"]) for line in lines],
        texts=[str(line.get("Description", "")) for line in lines],
        files=files,
        content=json.dumps(row, default=str),
    )


def _kind(entity: str, row: JSON) -> Kind:
    if entity == "Purchase" and row["PaymentType"] == "CreditCard":
        return Kind.REFUND if row.get("Credit") else Kind.CHARGE
    return {"Bill": Kind.BILL, "Purchase": Kind.REPORT, "Invoice": Kind.INVOICE}[entity]


def _party(row: JSON, customers: Mapping[str, str]) -> str:
    if customer := row.get("CustomerRef"):
        return customers[str(customer["value"])]
    return next((str(row[name]["name"]) for name in PARTIES if row.get(name)), "")
