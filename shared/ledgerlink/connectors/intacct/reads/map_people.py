"""Rows of customers, projects, tasks, employees and vendors as list records."""

from collections.abc import Mapping
from typing import Any

from ledgerlink.connectors.intacct.protocol import values
from ledgerlink.connectors.intacct.protocol.record_ids import ref
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.connectors.intacct.reads.map_lists import PROJECT, TASK, list_record
from ledgerlink.domain.model.list_records import ListRecord, ListType

ADDRESS = ("ADDRESS1", "ADDRESS2", "CITY", "STATE", "ZIP", "COUNTRY")


def customer(row: Row) -> ListRecord:
    """A customer with the address of its display contact."""
    contact = "DISPLAYCONTACT"
    fields = {
        "number": text(row, "CUSTOMERID"),
        "email": text(row, f"{contact}.EMAIL1"),
        "phone": text(row, f"{contact}.PHONE1"),
        "address": _address(row, f"{contact}.MAILADDRESS"),
        "currency": text(row, "CURRENCY"),
        "term_id": ref("arterm", text(row, "TERMNAME")),
    }
    key, parent = text(row, "CUSTOMERID") or "", text(row, "PARENTID")
    name, roles = text(row, "NAME"), ("client",)
    return list_record(ListType.CUSTOMER, row, key, name, fields, parent=parent, roles=roles)


def project(row: Row) -> ListRecord:
    """A project; `purchase_order` is the customer's."""
    fields = {
        "number": text(row, "PROJECTID"),
        "description": text(row, "DESCRIPTION"),
        "customer_id": ref("customer", text(row, "CUSTOMERID")),
        "type_id": ref("projecttype", text(row, "PROJECTTYPE")),
        "status": text(row, "PROJECTSTATUS"),
        "category": text(row, "PROJECTCATEGORY"),
        "manager_id": ref("employee", text(row, "MANAGERID")),
        "purchase_order": text(row, "PONUMBER"),
        "purchase_order_amount": values.amount(row, "POAMOUNT"),
        "sales_order": text(row, "SONUMBER"),
        "billable_expenses": values.flag(row, "BILLABLEEXPDEFAULT"),
        "term_id": ref("arterm", text(row, "TERMNAME")),
        "currency": text(row, "CURRENCY"),
        "entity": text(row, "MEGAENTITYID"),
        **_dimensions(row),
        **_days(row, begins="BEGINDATE"),
    }
    key, parent = text(row, "PROJECTID") or "", text(row, "PARENTID")
    return list_record(
        PROJECT, row, key, text(row, "NAME"), fields, parent=parent, roles=("project",)
    )


def task(row: Row) -> ListRecord:
    """A task of a project; it is identified by its RECORDNO, because its id is unique only within
    the project."""
    fields = {
        "number": text(row, "TASKID"),
        "project_id": ref("project", text(row, "PROJECTID")),
        "item_id": ref("item", text(row, "ITEMID")),
        "class_id": ref("class", text(row, "CLASSID")),
        "billable": values.flag(row, "BILLABLE"),
        "status": text(row, "TASKSTATUS"),
    }
    key, parent = text(row, "RECORDNO") or "", text(row, "PARENTKEY")
    return list_record(TASK, row, key, text(row, "NAME"), fields, parent=parent, roles=("task",))


def employee(row: Row) -> ListRecord:
    """An employee with the name of its contact: the one that is printed, because the name by which
    the ledger knows a contact never changes."""
    contact = "CONTACT"
    fields = {
        "number": text(row, "EMPLOYEEID"),
        "title": text(row, "TITLE"),
        "given_name": text(row, f"{contact}.FIRSTNAME"),
        "family_name": text(row, f"{contact}.LASTNAME"),
        "email": text(row, f"{contact}.EMAIL1"),
        "phone": text(row, f"{contact}.PHONE1"),
        "supervisor_id": ref("employee", text(row, "SUPERVISORID")),
        **_dimensions(row),
        **_days(row, begins="STARTDATE"),
    }
    key, name = text(row, "EMPLOYEEID") or "", text(row, f"{contact}.PRINTAS")
    name = name or text(row, f"{contact}.CONTACTNAME")
    return list_record(ListType.EMPLOYEE, row, key, name, fields, roles=("staff",))


def vendor(row: Row) -> ListRecord:
    """A vendor; the ledger records no time of vendors."""
    fields = {
        "number": text(row, "VENDORID"),
        "email": text(row, "DISPLAYCONTACT.EMAIL1"),
        "term_id": ref("apterm", text(row, "TERMNAME")),
    }
    key = text(row, "VENDORID") or ""
    return list_record(ListType.VENDOR, row, key, text(row, "NAME"), fields, roles=("contractor",))


def _dimensions(row: Row) -> Mapping[str, Any]:
    kinds = ("department", "location", "class")
    return {f"{kind}_id": ref(kind, text(row, f"{kind.upper()}ID")) for kind in kinds}


def _days(row: Row, *, begins: str) -> Mapping[str, Any]:
    days = {"begins": values.day(row, begins), "ends": values.day(row, "ENDDATE")}
    return {name: day.isoformat() if day else None for name, day in days.items()}


def _address(row: Row, path: str) -> Mapping[str, str | None]:
    return {name.lower(): text(row, f"{path}.{name}") for name in ADDRESS}
