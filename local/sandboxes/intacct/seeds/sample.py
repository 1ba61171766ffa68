"""A small consultancy: people, customers, projects, and a document of each kind."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from local.sandboxes.intacct.books.rows import Values
from local.sandboxes.intacct.engine.context import Context
from local.sandboxes.intacct.protocol.timestamps import day_text
from local.sandboxes.intacct.seeds import empty
from local.sandboxes.intacct.seeds.planting import plant, rows

PEOPLE: Final = """
E1 | Ada Berg     | Ada    | Berg   | ada@example.com    | Principal  | 10
E2 | Bo Cruz      | Bo     | Cruz   | bo@example.com     | Consultant | 10
E3 | Cleo Duran   | Cleo   | Duran  | cleo@example.com   | Engineer   | 20
E4 | Dov Ekman    | Dov    | Ekman  | dov@example.com    | Engineer   | 21
"""
CUSTOMERS: Final = (
    ("C1", "Acme", "Net 30", "billing@acme.example"),
    ("C2", "Borealis & Sons", "Net 15", "ap@borealis.example"),
    ("C3", "Cumulus", "Net 30", "finance@cumulus.example"),
)
PROJECTS: Final = """
P-1 | Acme website      | Contract              | C1 | Fixed fee          | E1 |     | In progress
P-2 | Acme hosting      | Contract              | C1 | Time and materials | E2 | P-1 | In progress
P-3 | Borealis audit    | Contract              | C2 | Time and materials | E1 |     | In progress
P-4 | Cumulus migration | Contract              | C3 | Fixed fee          | E3 |     | On hold
P-9 | Internal          | Internal Non-Billable |    | Internal           |    |     | In progress
"""
TASKS: Final = """
P-1 | T-1 | Design      | In Progress | LAB-1
P-1 | T-2 | Development | Planned     | LAB-2
P-3 | T-1 | Fieldwork   | In Progress | LAB-1
"""


def sow(context: Context) -> None:
    empty.sow(context)
    _people(context)
    _parties(context)
    _projects(context)
    _documents(context)


def _place(context: Context) -> Values:
    return {"LOCATIONID": "US"} if context.company.multi_entity else {}


def _people(context: Context) -> None:
    for line in PEOPLE.strip().splitlines():
        key, name, first, last, email, title, department = (c.strip() for c in line.split("|"))
        person = {"FIRSTNAME": first, "LASTNAME": last, "EMAIL1": email}
        plant(context, "CONTACT", {"CONTACTNAME": name, "PRINTAS": name, **person})
        values = {
            "EMPLOYEEID": key,
            "PERSONALINFO.CONTACTNAME": name,
            "TITLE": title,
            "DEPARTMENTID": department,
            "STARTDATE": "01/04/2021",
            "EMPLOYEETYPE": "Full time",
            "SUPERVISORID": "E1" if key != "E1" else "",
            "LOCATIONID": "US",
        }
        plant(context, "EMPLOYEE", {k: v for k, v in values.items() if v})
    contact = {"CONTACTNAME": "Eva Frost", "PRINTAS": "Eva Frost", "EMAIL1": "eva@example.com"}
    plant(context, "CONTACT", contact)
    gone = {"EMPLOYEEID": "E9", "PERSONALINFO.CONTACTNAME": "Eva Frost", "STATUS": "inactive"}
    plant(context, "EMPLOYEE", {**gone, "ENDDATE": "12/31/2024", "LOCATIONID": "US"})


def _parties(context: Context) -> None:
    for key, name, term, email in CUSTOMERS:
        contact = {
            "PRINTAS": name,
            "EMAIL1": email,
            "PHONE1": "555-0100",
            "MAILADDRESS.ADDRESS1": "1 Main Street",
            "MAILADDRESS.CITY": "Springfield",
            "MAILADDRESS.COUNTRY": "United States",
        }
        plant(
            context, "CUSTOMER", {"CUSTOMERID": key, "NAME": name, "TERMNAME": term}, None, contact
        )
    old = {"CUSTOMERID": "C9", "NAME": "Old client", "STATUS": "inactive"}
    plant(context, "CUSTOMER", old, None, {"PRINTAS": "Old client"})
    vendors = (("V1", "Airline Inc", "active"), ("V2", "Cloud Host", "active"))
    for key, name, status in (*vendors, ("V9", "Closed shop", "inactive")):
        values = {"VENDORID": key, "NAME": name, "TERMNAME": "Net 30", "STATUS": status}
        plant(context, "VENDOR", values, None, {"PRINTAS": name})


def _projects(context: Context) -> None:
    names = "PROJECTID NAME PROJECTCATEGORY CUSTOMERID PROJECTTYPE MANAGERID PARENTID PROJECTSTATUS"
    for line in PROJECTS.strip().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        values = {k: v for k, v in zip(names.split(), cells, strict=True) if v}
        plant(context, "PROJECT", {**values, **_place(context), "BEGINDATE": "01/01/2025"})
    done = {"PROJECTID": "P-8", "NAME": "Done and over", "PROJECTCATEGORY": "Contract"}
    plant(context, "PROJECT", {**done, "STATUS": "inactive", "CUSTOMERID": "C1", **_place(context)})
    rows(context, "TASK", "PROJECTID TASKID NAME TASKSTATUS ITEMID", TASKS)
    for key in ("E1", "E2"):
        plant(context, "PROJECTRESOURCES", {"PROJECTID": "P-1", "EMPLOYEEID": key})


def _documents(context: Context) -> None:
    today = context.clock.today()
    created = day_text(today - timedelta(days=20))
    place = _place(context)
    begin = today - timedelta(days=today.weekday() + 14)
    entry = {"ENTRYDATE": day_text(begin), "QTY": "7.5", "TIMETYPE": "Regular", "ITEMID": "LAB-1"}
    more = {"PROJECTID": "P-1", "TASKID": "T-1", "NOTES": "Kick-off", "BILLABLE": "true"}
    sheet = {"EMPLOYEEID": "E1", "BEGINDATE": day_text(begin), "STATE": "Submitted"}
    plant(context, "TIMESHEET", sheet, [{**entry, **more, **place}])
    bill = {"VENDORID": "V1", "RECORDID": "B-100", "WHENCREATED": created, "TERMNAME": "Net 30"}
    line = {"ACCOUNTNO": "6000", "TRX_AMOUNT": "420.00", "PROJECTID": "P-1", **place}
    plant(context, "APBILL", bill, [line])
    invoice = {"CUSTOMERID": "C1", "WHENCREATED": created, "TERMNAME": "Net 30"}
    fees = {"ACCOUNTNO": "4000", "AMOUNT": "1500.00", "PROJECTID": "P-1", **place}
    plant(context, "ARINVOICE", invoice, [fees, {**fees, "AMOUNT": "300.00"}])
