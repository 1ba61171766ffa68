"""A company of Sage Intacct with its documents, by the sandbox's admin calls."""

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

import httpx

from local.demo.intacct.gateway import Body, Gateway
from local.machine import Machine
from tests.e2e.firm import JSON, Firm
from tests.e2e.intacct_company import Company, first_sync, sign_in
from tests.e2e.ledger import Chart, Document, File, Kind

HOTEL = "HOTEL"
ONLY = re.compile(r" [0-9A-F]{6}\Z")
MODULES = ("EE", "AP", "CM", "AR")
LINES = {
    "APBILL": "APBILLITEM",
    "EEXPENSES": "EEXPENSESITEM",
    "CCTRANSACTION": "CCTRANSACTIONENTRY",
    "SODOCUMENT": "SODOCUMENTENTRY",
}
NUMBERS, TOTALS = ("DOCNO", "RECORDID"), ("TOTALENTERED", "TOTAL")
AMOUNTS, TEXTS = ("AMOUNT", "TOTAL"), ("ENTRYDESCRIPTION", "DESCRIPTION", "MEMO")


@dataclass(frozen=True)
class IntacctLedger:
    """Implements `books.Ledger`. One answer is lost at a time: after each, what may still be at
    work is waited for."""

    company: Company
    writing: ClassVar[frozenset[str]] = frozenset({"write"})
    marks_time: ClassVar[bool] = False
    news_by: ClassVar[str] = "request"
    losses: ClassVar[Sequence[str]] = ("cut",)

    @classmethod
    def new(cls, machine: Machine) -> "IntacctLedger":
        return cls(Company.new(machine, seed="empty"))

    def connected(self, firm: Firm) -> str:
        answer = sign_in(firm, self.company.login())
        assert answer.status_code == 201, answer.text
        connection_id = str(answer.json()["id"])
        first_sync(firm, connection_id)
        return connection_id

    def chart(self) -> Chart:
        self._add("VENDOR", HOTEL, "Hotel Adler")
        return Chart(
            income="glaccount/4000",
            expense="glaccount/6000",
            card="creditcard/CORP-VISA",
            payable="glaccount/2000",
            bank="checkingaccount/BANK1",
            item="item/EXP-1",
            hotel=f"vendor/{HOTEL}",
        )

    def documents(self) -> list[Document]:
        names, files = self._names(), self._files()
        found = []
        for entity, line in LINES.items():
            lines = self.company.rows(line)
            for row in self.company.rows(entity):
                ours = [each for each in lines if each["parent"] == row["RECORDNO"]]
                some = files.get(row.get("SUPDOCID", ""), [])
                if row.get("STATE") != "Reversed":
                    found.append(_document_of(entity, row, ours, some, names))
        return found

    def times(self) -> dict[str, bool]:
        return {row["NOTES"]: False for row in self.company.rows("TIMESHEETENTRY")}

    def customers(self) -> list[str]:
        names = self._names()
        return [names[kind, key] for kind, key in names if kind in ("CUSTOMER", "PROJECT")]

    def employees(self) -> list[str]:
        return [row["PERSONALINFO.CONTACTNAME"] for row in self.company.rows("EMPLOYEE")]

    def enter(self, number: str) -> str:
        self._add("CUSTOMER", "ELSE", "Somebody else")
        head = {"DOCPARID": "Sales Invoice", "DOCNO": number, "CUSTVENDID": "ELSE"}
        days = {"WHENCREATED": "03/31/2026", "WHENDUE": "04/30/2026", "STATE": "Pending"}
        line = {"ITEMID": "EXP-1", "QUANTITY": "1", "PRICE": "1"}
        return str(self.company.create("SODOCUMENT", line, **head, **days)["DOCID"])

    def pay(self, document: Document, day: date) -> None:
        (sale,) = [r for r in self.company.rows("SODOCUMENT") if r["DOCID"] == document.id]
        line = {"RECORDKEY": sale["PRRECORDKEY"]}
        where = {"FINANCIALENTITY": "BANK1", "PAYMENTMETHOD": "EFT", "CURRENCY": sale["CURRENCY"]}
        paid = {"CUSTOMERID": sale["CUSTVENDID"], "RECEIPTDATE": f"{day:%m/%d/%Y}"}
        self.company.create("ARPYMT", line, **where, **paid)

    def news(self, firm: Firm, connection_id: str) -> None:
        """It sends none: what changed is asked for."""
        firm.synced(connection_id, lists=["invoice"])

    def close_books(self, through: date) -> None:
        days = dict.fromkeys(MODULES, through.isoformat())
        self.company.ask("POST", f"companies/{self.company.id}/closed", json=days)

    @contextmanager
    def losing(self, action: str) -> Iterator[None]:
        match = {"function": "record_cctransaction", "company": self.company.id}
        fault = {"match": match, "action": action, "when": "after", "times": 1}
        self.company.ask("POST", "faults", json={"name": "lost", **fault})
        yield
        faults = self.company.ask("GET", "faults")["faults"]
        assert {one["hits"] for one in faults} == {1}
        self.company.ask("DELETE", "faults")

    def _add(self, entity: str, key: str, name: str) -> None:
        """Another application adds a vendor or a customer, with the contact that it has to have."""
        body: Body = {f"{entity}ID": key, "NAME": name, "DISPLAYCONTACT": {"PRINTAS": name}}
        with httpx.Client(
            base_url=self.company.machine.sandbox_url("intacct"), trust_env=False
        ) as http:
            Gateway(http, self.company.id).create(entity, body, f"add-{self.company.id}-{key}")

    def _names(self) -> dict[tuple[str, str], str]:
        """Names by object and id; those of projects are below their customer's."""
        rows = self.company.rows
        names = {("CUSTOMER", row["CUSTOMERID"]): row["NAME"] for row in rows("CUSTOMER")}
        names |= {("VENDOR", row["VENDORID"]): row["NAME"] for row in rows("VENDOR")}
        for row in rows("EMPLOYEE"):
            names["EMPLOYEE", row["EMPLOYEEID"]] = row["PERSONALINFO.CONTACTNAME"]
        for row in rows("PROJECT"):
            above = names["CUSTOMER", row["CUSTOMERID"]]
            names["PROJECT", row["PROJECTID"]] = f"{above}:{row['NAME']}"
        return names

    def _files(self) -> Mapping[str, list[File]]:
        """Names and bytes of the files by attachment. A name that was posted goes on with what
        makes it the only one of its attachment."""
        ids = {row["RECORDNO"]: row["SUPDOCID"] for row in self.company.rows("SUPDOC")}
        found: dict[str, list[File]] = {}
        for row in self.company.rows("SUPDOCFILE"):
            name = f"{ONLY.sub('', row['ATTACHMENTNAME'])}.{row['ATTACHMENTTYPE']}"
            content = base64.b64decode(row["ATTACHMENTDATA"])
            found.setdefault(ids[row["parent"]], []).append((name, content))
        return found


def _document_of(
    entity: str,
    row: JSON,
    lines: Sequence[JSON],
    files: Sequence[File],
    names: Mapping[tuple[str, str], str],
) -> Document:
    total = Decimal(_first(row, TOTALS))
    return Document(
        id=str(row["DOCID"] if entity == "SODOCUMENT" else row["RECORDNO"]),
        kind=_kind(entity, total),
        number=_first(row, NUMBERS),
        total=abs(total),
        day=datetime.strptime(row["WHENCREATED"], "%m/%d/%Y").date(),  # noqa: DTZ007 - a day
        party=_party(row, lines, names),
        lines=[Decimal(_first(line, AMOUNTS)) for line in lines],
        texts=[_first(line, TEXTS) for line in lines],
        files=files,
        content=json.dumps([row, *lines]),
    )


def _kind(entity: str, total: Decimal) -> Kind:
    if entity == "CCTRANSACTION":
        return Kind.REFUND if total < 0 else Kind.CHARGE
    return {"APBILL": Kind.BILL, "EEXPENSES": Kind.REPORT, "SODOCUMENT": Kind.INVOICE}[entity]


def _party(row: JSON, lines: Sequence[JSON], names: Mapping[tuple[str, str], str]) -> str:
    """Who is paid, or the project that is invoiced; a charge says its vendor on each line."""
    if key := row.get("EMPLOYEEID"):
        return names["EMPLOYEE", key]
    if "CUSTVENDID" in row:
        project = lines[0].get("PROJECTID")
        return names["PROJECT", project] if project else names["CUSTOMER", row["CUSTVENDID"]]
    vendor = row.get("VENDORID") or lines[0].get("VENDORID")
    return names["VENDOR", vendor] if vendor else ""


def _first(row: JSON, names: Sequence[str]) -> str:
    return next((str(row[name]) for name in names if row.get(name)), "")
