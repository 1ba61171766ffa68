"""The ledger as a bookkeeper's own tool sees it: read by its query API, page by page, and told of
what a client paid."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

import httpx

from local.demo.errors import DemoError
from local.demo.ledger import Activity, Document, Invoice, Kind, Row, Traits

PAGE = 1000
MOST_PAGES = 1000
ATTEMPTS = 5
PAUSE_SECONDS = 61.0
BILLED = frozenset({"Billable", "HasBeenBilled"})
TOO_MANY = httpx.codes.TOO_MANY_REQUESTS
JSON = {"Accept": "application/json", "Content-Type": "application/json"}
AMOUNT = "(amount)"
"""Where the amount of a payment goes."""

TRAITS = Traits(
    names={
        Kind.OWED_TO_VENDORS: "bill",
        Kind.OWED_TO_EMPLOYEES: "check to an employee",
        Kind.CHARGE: "card charge",
        Kind.REFUND: "card refund",
        Kind.INVOICE: "invoice",
        Kind.TIME: "time activity",
        Kind.FILE: "receipt",
    },
    words={
        "Bill": "bill",
        "Purchase": "check or card charge",
        "Invoice": "invoice",
        "TimeActivity": "time activity",
        "Attachable": "receipt",
        "InvoiceEmail": "e-mail of an invoice",
        "Customer": "customer or project",
        "Employee": "employee",
        "Vendor": "vendor",
        "Item": "product or service",
    },
)
ENTITIES = ("Bill", "Purchase", "Invoice")
"""Documents of money."""


@dataclass(frozen=True, slots=True)
class QuickBooksCompany:
    """One company of the ledger. `token` gives an access token, `scale` is how fast it lives."""

    http: httpx.Client
    id: str
    token: Callable[[], str]
    scale: float
    sleep: Callable[[float], None] = time.sleep
    traits: ClassVar[Traits] = TRAITS

    def income_account(self) -> str:
        """The id of the first account that takes income."""
        for account in self.rows("Account", "WHERE AccountType = 'Income'"):
            return str(account["Id"])
        raise DemoError("The company has no income account; add one in the ledger.")

    def customers(self) -> Mapping[str, str]:
        """Full names of customers and projects (`Client:Project`) by id, inactive ones too."""
        rows = self.rows("Customer", "WHERE Active IN (true, false)")
        return {str(row["Id"]): str(row["FullyQualifiedName"]) for row in rows}

    def people(self) -> set[str]:
        """The names of employees and vendors."""
        rows = (row for entity in ("Employee", "Vendor") for row in self.rows(entity))
        return {str(row["DisplayName"]) for row in rows}

    def activities(self) -> Iterator[Activity]:
        """Every time activity that the company holds."""
        return map(_activity, self.rows("TimeActivity"))

    def documents(self, first: date, last: date) -> Iterator[Document]:
        """Documents of money of these days, and every file."""
        where = f"WHERE TxnDate >= '{first}' AND TxnDate <= '{last}'"
        for entity in ENTITIES:
            for row in self.rows(entity, where):
                yield Document(_kind(entity, row), Decimal(row["TotalAmt"]))
        yield from (Document(Kind.FILE) for _ in self.rows("Attachable"))

    def invoice(self, number: str) -> Invoice:
        for row in self.rows("Invoice", f"WHERE DocNumber = '{number}'"):
            total, due = Decimal(row["TotalAmt"]), Decimal(row["Balance"])
            return Invoice(str(row["Id"]), number, total, due, row)
        raise DemoError(f"The ledger has no invoice {number}.")

    def pay(self, invoice: Invoice, day: date) -> None:
        """The client pays all that is open. Asked again, the ledger enters no other payment."""
        row = invoice.row
        told = {
            "CustomerRef": {"value": row["CustomerRef"]["value"]},
            "TxnDate": day.isoformat(),
            "TotalAmt": AMOUNT,
            "Line": [{"Amount": AMOUNT, "LinkedTxn": [_pointing_at(row)]}],
        }
        # Amounts go as JSON numbers; a float would not keep them to the cent.
        body = json.dumps(told).replace(f'"{AMOUNT}"', str(invoice.due))
        asked = {"requestid": f"demo-pays-{invoice.id}-{row['SyncToken']}"}
        self._call("POST", "payment", asked, body)

    def rows(self, entity: str, where: str = "") -> Iterator[Row]:
        """Records of an entity as the ledger has them; money is decimal."""
        for page in range(MOST_PAGES):
            start = page * PAGE + 1
            window = f"ORDERBY Id STARTPOSITION {start} MAXRESULTS {PAGE}"
            rows = self._query(" ".join(["SELECT * FROM", entity, where, window])).get(entity, [])
            yield from rows
            if len(rows) < PAGE:
                return
        raise DemoError(f"The ledger holds more than {MOST_PAGES * PAGE} of {entity}.")

    def _query(self, statement: str) -> Row:
        answer = self._call("GET", "query", {"query": statement})
        # Amounts come as JSON numbers; a float would not keep them to the cent.
        found: Row = json.loads(answer.text, parse_float=Decimal)["QueryResponse"]
        return found

    def _call(
        self, method: str, path: str, asked: Mapping[str, str], body: str | None = None
    ) -> httpx.Response:
        for _ in range(ATTEMPTS):
            answer = self.http.request(
                method,
                f"/v3/company/{self.id}/{path}",
                params={**asked, "minorversion": "75"},
                headers={**JSON, "Authorization": f"Bearer {self.token()}"},
                content=body,
            )
            if answer.status_code == httpx.codes.OK:
                return answer
            if answer.status_code != TOO_MANY:
                why = answer.text[:500]
                raise DemoError(f"The ledger refused a {path} ({answer.status_code}): {why}")
            self.sleep(PAUSE_SECONDS / self.scale)
        raise DemoError(f"The ledger is too busy (asked {ATTEMPTS} times).")


def _pointing_at(invoice: Row) -> Mapping[str, str]:
    return {"TxnId": str(invoice["Id"]), "TxnType": "Invoice"}


def _kind(entity: str, row: Row) -> Kind:
    if entity == "Bill":
        return Kind.OWED_TO_VENDORS
    if entity == "Invoice":
        return Kind.INVOICE
    if row["PaymentType"] == "Check":
        return Kind.OWED_TO_EMPLOYEES
    return Kind.REFUND if row.get("Credit") else Kind.CHARGE


def _activity(row: Row) -> Activity:
    billable = row.get("BillableStatus") in BILLED
    return Activity(
        customer_id=str(row.get("CustomerRef", {}).get("value", "")),
        minutes=60 * int(row.get("Hours", 0)) + int(row.get("Minutes", 0)),
        rate=Decimal(row.get("HourlyRate", 0)) if billable else Decimal(0),
        billed=row.get("BillableStatus") == "HasBeenBilled",
    )
