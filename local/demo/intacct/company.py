"""A company of Sage Intacct as a bookkeeper's own tool sees it: read by the gateway's query, and
told of what a client paid."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

import httpx

from local.demo.errors import DemoError
from local.demo.intacct.gateway import Gateway, Row, Where, on_the
from local.demo.ledger import Activity, Document, Invoice, Kind, Traits

MINUTES = Decimal(60)
TRAITS = Traits(
    names={
        Kind.OWED_TO_VENDORS: "bill",
        Kind.OWED_TO_EMPLOYEES: "expense report",
        Kind.CHARGE: "card charge",
        Kind.REFUND: "card refund",
        Kind.INVOICE: "sales invoice",
        Kind.TIME: "timesheet entry",
        Kind.FILE: "receipt",
    },
    words={
        "APBILL": "bill",
        "EEXPENSES": "expense report",
        "CCTRANSACTION": "card charge",
        "SODOCUMENT": "sales invoice",
        "ARINVOICE": "sales invoice",
        "TIMESHEETENTRY": "timesheet entry",
        "SUPDOC": "receipt",
        "CUSTOMER": "customer",
        "PROJECT": "project",
        "EMPLOYEE": "employee",
        "VENDOR": "vendor",
        "ITEM": "item",
    },
    vendors_work=False,
    marks_billed=False,
)
TOTALS = {
    "APBILL": "TOTALENTERED",
    "EEXPENSES": "TOTALENTERED",
    "CCTRANSACTION": "TOTALENTERED",
    "SODOCUMENT": "TOTAL",
}
"""Documents of money, and the field that says what they come to."""
TAKEN_BACK = frozenset({"Reversed", "Voided"})

CUSTOMER = ("CUSTOMERID", "NAME")
PROJECT = ("PROJECTID", "NAME", "CUSTOMERID")
ENTRY = ("QTY", "BILLABLE", "EXTBILLRATE", "PROJECTID", "CUSTOMERID")
ACCOUNT = ("ACCOUNTNO", "ACCOUNTTYPE", "NORMALBALANCE")
SALE = ("DOCID", "CUSTVENDID", "TOTAL", "PRRECORDKEY")
RECEIVABLE = ("RECORDNO", "TOTALDUE", "CURRENCY")
PERSON = "CONTACT.CONTACTNAME"


@dataclass(frozen=True, slots=True)
class IntacctCompany:
    """One company of the ledger, read with the login of its Web Services user."""

    http: httpx.Client
    id: str
    traits: ClassVar[Traits] = TRAITS

    def income_account(self) -> str:
        """The id of the first account that takes income."""
        for account in self.rows("GLACCOUNT", *ACCOUNT):
            if (account["ACCOUNTTYPE"], account["NORMALBALANCE"]) == ("incomestatement", "credit"):
                return f"glaccount/{account['ACCOUNTNO']}"
        raise DemoError("The company has no income account; add one in the ledger.")

    def customers(self) -> Mapping[str, str]:
        """Full names of customers and projects (`Client:Project`) by id."""
        customers = {row["CUSTOMERID"]: row["NAME"] for row in self.rows("CUSTOMER", *CUSTOMER)}
        projects = {
            f"project/{row['PROJECTID']}": ":".join(
                filter(None, (customers.get(row["CUSTOMERID"]), row["NAME"]))
            )
            for row in self.rows("PROJECT", *PROJECT)
        }
        return {f"customer/{key}": name for key, name in customers.items()} | projects

    def people(self) -> set[str]:
        """The names of employees and vendors."""
        employees = {row[PERSON] for row in self.rows("EMPLOYEE", PERSON)}
        return employees | {row["NAME"] for row in self.rows("VENDOR", "NAME")}

    def activities(self) -> Iterator[Activity]:
        """Every entry of a timesheet that the company holds."""
        return map(_activity, self.rows("TIMESHEETENTRY", *ENTRY))

    def documents(self, first: date, last: date) -> Iterator[Document]:
        """Documents of money of these days that were not taken back, and the files at them."""
        days = Where.between("WHENCREATED", first, last)
        for entity, total in TOTALS.items():
            for row in self.rows(entity, total, "STATE", "SUPDOCID", where=days):
                if row["STATE"] not in TAKEN_BACK:
                    money = Decimal(row[total])
                    yield Document(_kind(entity, money), abs(money))
                    yield from self._files(row["SUPDOCID"])

    def invoice(self, number: str) -> Invoice:
        """A sale of Order Entry; its receivable tells what is open."""
        for sale in self.rows("SODOCUMENT", *SALE, where=Where("DOCNO", (number,))):
            its = Where("RECORDNO", (sale["PRRECORDKEY"],))
            for owed in self.rows("ARINVOICE", *RECEIVABLE, where=its):
                due = Decimal(owed["TOTALDUE"])
                row = {**sale, **owed}
                return Invoice(sale["DOCID"], number, Decimal(sale["TOTAL"]), due, row)
        raise DemoError(f"The ledger has no invoice {number}.")

    def pay(self, invoice: Invoice, day: date) -> None:
        """The client pays all that is open. Asked again, the ledger enters no other payment."""
        row, receivable = invoice.row, invoice.row["RECORDNO"]
        share = {"RECORDKEY": receivable, "TRX_PAYMENTAMOUNT": str(invoice.due)}
        told = {
            "FINANCIALENTITY": self._bank(),
            "PAYMENTMETHOD": "EFT",
            "CUSTOMERID": row["CUSTVENDID"],
            "RECEIPTDATE": on_the(day),
            "PAYMENTDATE": on_the(day),
            "CURRENCY": row["CURRENCY"],
            "ARPYMTDETAILS": {"ARPYMTDETAIL": share},
        }
        self._gateway.create("ARPYMT", told, f"demo-pays-{receivable}")

    def rows(self, entity: str, *fields: str, where: Where | None = None) -> Iterator[Row]:
        """Records of an object with these fields."""
        return self._gateway.rows(entity, fields, where)

    def _bank(self) -> str:
        for account in self.rows("CHECKINGACCOUNT", "BANKACCOUNTID"):
            return account["BANKACCOUNTID"]
        raise DemoError("The company has no checking account; add one in the ledger.")

    def _files(self, attachment: str) -> Iterator[Document]:
        if attachment:
            yield from [Document(Kind.FILE)] * self._gateway.files(attachment)

    @property
    def _gateway(self) -> Gateway:
        return Gateway(self.http, self.id)


def _kind(entity: str, money: Decimal) -> Kind:
    """What is given back to a card is a charge below zero."""
    if entity == "CCTRANSACTION":
        return Kind.REFUND if money < 0 else Kind.CHARGE
    return KINDS[entity]


KINDS = {
    "APBILL": Kind.OWED_TO_VENDORS,
    "EEXPENSES": Kind.OWED_TO_EMPLOYEES,
    "SODOCUMENT": Kind.INVOICE,
}


def _activity(row: Row) -> Activity:
    billable = row["BILLABLE"] == "true"
    kind, key = ("project", "PROJECTID") if row["PROJECTID"] else ("customer", "CUSTOMERID")
    return Activity(
        customer_id=f"{kind}/{row[key]}" if row[key] else "",
        minutes=int((Decimal(row["QTY"]) * MINUTES).to_integral_value()),
        rate=Decimal(row["EXTBILLRATE"] or 0) if billable else Decimal(0),
    )
