"""Customers, projects, employees, vendors and items that are not in the ledger yet.

Their ids are ours, the same each time: a company that does not number by itself demands one, and
by it a repeat is known again.
"""

from typing import Any

from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.connectors.intacct.documents import text
from ledgerlink.connectors.intacct.documents.encoding import amount, at, said
from ledgerlink.connectors.intacct.documents.marker import short
from ledgerlink.connectors.shared.text import email
from ledgerlink.domain.model.documents import (
    Document,
    NewCustomer,
    NewItem,
    NewListRecord,
    NewPerson,
)

NON_INVENTORY = "Non-Inventory"


def new_record(record: NewListRecord, choices: Choices) -> Document:
    """A CUSTOMER, a PROJECT below one, an EMPLOYEE with its CONTACT, a VENDOR or an ITEM. Raises
    Blocked."""
    name = text.line(record.name, "name", text.NAME)
    number = short(record.key, name)
    match record:
        case NewCustomer():
            kind, body = _customer(record, name, number, choices)
        case NewPerson():
            kind, body = _person(record, name, number, choices)
        case NewItem():
            kind, body = "ITEM", _item(record, name, number, choices)
    return Document(record.key, kind, body, members=(record.key,))


def _customer(
    record: NewCustomer, name: str, number: str, choices: Choices
) -> tuple[str, dict[str, Any]]:
    if record.parent is None:
        contact = {"PRINTAS": name, "COMPANYNAME": name}
        return "CUSTOMER", {"CUSTOMERID": number, "NAME": name, "DISPLAYCONTACT": contact}
    body = {"PROJECTID": number, "NAME": name, "PROJECTCATEGORY": choices.project_category}
    return "PROJECT", {
        **body,
        **at("PARENT", record.parent),
        **at("LOCATION", choices.location_id),
    }


def _person(
    record: NewPerson, name: str, number: str, choices: Choices
) -> tuple[str, dict[str, Any]]:
    contact = {"PRINTAS": name, **_parts(record), **_mail(record)}
    if record.person == "vendor":
        return "VENDOR", {"VENDORID": number, "NAME": name, "DISPLAYCONTACT": contact}
    named = {"CONTACTNAME": name, **contact}
    place = at("LOCATION", choices.location_id)
    return "EMPLOYEE", {"EMPLOYEEID": number, "CONTACT": named, **place}


def _item(record: NewItem, name: str, number: str, choices: Choices) -> dict[str, Any]:
    """The ledger knows the account of an item by its GL group, which the company has to say."""
    group = said(GLGROUP=choices.item_gl_group)
    price = {} if record.rate is None else {"BASEPRICE": amount(record.rate)}
    return {"ITEMID": number, "NAME": name, "ITEMTYPE": NON_INVENTORY, **group, **price}


def _parts(record: NewPerson) -> dict[str, str]:
    """As given, else from the words of the name: the last is the family's, the rest the given."""
    given, family = record.given_name, record.family_name
    if not given and not family:
        *first, last = record.name.split()
        given, family = (" ".join(first), last) if first else (last, None)
    return said(FIRSTNAME=given, LASTNAME=family)


def _mail(record: NewPerson) -> dict[str, str]:
    return {"EMAIL1": email(record.email, text.EMAIL)} if record.email else {}
