"""Customers, projects, employees, vendors and items that we create, and how held ones are compared.

Their ids are ours and derived from their keys, because a company that does not number its records
demands an id, and because a repeat is recognised by it. The fields that were sent are compared:
everything else of a list record belongs to the bookkeepers.
"""

from typing import Any

from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.connectors.intacct.documents import list_updates
from ledgerlink.connectors.intacct.documents import text as lengths
from ledgerlink.connectors.intacct.documents.document_types import DOCUMENT_TYPES
from ledgerlink.connectors.intacct.documents.encoding import decimal_text, present, reference_field
from ledgerlink.connectors.intacct.documents.list_updates import CONTACT
from ledgerlink.connectors.intacct.documents.marker import short_id
from ledgerlink.connectors.intacct.protocol.record_ids import parse_ref
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.connectors.shared.text import email
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.new_records import NewCustomer, NewItem, NewListRecord, NewPerson
from ledgerlink.domain.model.plan import Write

NON_INVENTORY = "Non-Inventory"
"""The type of new items."""

NAME_FIELDS = {"EMPLOYEE": list_updates.CONTACT_NAME}
"""Fields that hold the name of a record; of other objects it is NAME."""


def compose_list_record(record: NewListRecord, choices: Choices) -> Document:
    """A CUSTOMER, a PROJECT of a customer, an EMPLOYEE with its CONTACT, a VENDOR or an ITEM.
    Raises Blocked."""
    name = lengths.required_line(record.name, "name", lengths.MAX_NAME)
    record_id = short_id(record.key, name)
    match record:
        case NewCustomer():
            kind, body = _customer(record, name, record_id, choices)
        case NewPerson():
            kind, body = _person(record, name, record_id, choices)
        case NewItem():
            kind, body = "ITEM", _item(record, name, record_id, choices)
    return Document(record.key, kind, body, members=(record.key,))


def name_field(kind: str) -> str:
    """The field that holds the name of a record of this object."""
    return NAME_FIELDS.get(kind, "NAME")


def whole_fingerprint(kind: str, row: Row) -> str:
    """The fingerprint of id and name of a held record, for links that do not tell what was sent."""
    return fingerprint({"id": _id(kind, row), "name": text(row, name_field(kind)) or ""})


def content_fingerprint(write: Write, row: Row) -> str:
    """The fingerprint of what a write has sent of a held record."""
    roles = list_updates.roles_in(sent_fingerprint(write, "")) or ()
    return list_updates.held_content(write.kind, _id(write.kind, row), roles, row)


def sent_fingerprint(write: Write, ledger_id: str) -> str:
    """The fingerprint of what a write sends of a record."""
    return list_updates.sent_content(write.kind, parse_ref(ledger_id).id, write.body or {})


def has_content(kind: str, row: Row, recorded: str | None) -> bool:
    """Whether a held record still has what a recorded fingerprint stands for."""
    roles = list_updates.roles_in(recorded or "")
    if roles is None:
        return whole_fingerprint(kind, row) == recorded
    return list_updates.held_content(kind, _id(kind, row), roles, row) == recorded


def _id(kind: str, row: Row) -> str:
    return text(row, DOCUMENT_TYPES[kind].id_field) or ""


def _customer(
    record: NewCustomer, name: str, record_id: str, choices: Choices
) -> tuple[str, dict[str, Any]]:
    if record.parent is None:
        contact = {"PRINTAS": name, "COMPANYNAME": name}
        return "CUSTOMER", {"CUSTOMERID": record_id, "NAME": name, "DISPLAYCONTACT": contact}
    body = {"PROJECTID": record_id, "NAME": name, "PROJECTCATEGORY": choices.project_category}
    return "PROJECT", {
        **body,
        **reference_field("PARENT", record.parent),
        **reference_field("LOCATION", choices.location_id),
    }


def _person(
    record: NewPerson, name: str, record_id: str, choices: Choices
) -> tuple[str, dict[str, Any]]:
    contact = {"PRINTAS": name, **_name_parts(record), **_email(record)}
    if record.person == "vendor":
        return "VENDOR", {"VENDORID": record_id, "NAME": name, "DISPLAYCONTACT": contact}
    named = {"CONTACTNAME": name, **contact}
    location = reference_field("LOCATION", choices.location_id)
    return "EMPLOYEE", {"EMPLOYEEID": record_id, CONTACT: named, **location}


def _item(record: NewItem, name: str, record_id: str, choices: Choices) -> dict[str, Any]:
    """An item. The ledger finds its accounts by its GL group, which the company has to choose."""
    group = present(GLGROUP=choices.item_gl_group)
    price = {} if record.rate is None else {"BASEPRICE": decimal_text(record.rate)}
    return {"ITEMID": record_id, "NAME": name, "ITEMTYPE": NON_INVENTORY, **group, **price}


def _name_parts(record: NewPerson) -> dict[str, str]:
    """Given and family name; where neither is known, the last word of the name is the latter."""
    given, family = record.given_name, record.family_name
    if not given and not family:
        *first, last = record.name.split()
        given, family = (" ".join(first), last) if first else (last, None)
    return present(FIRSTNAME=given, LASTNAME=family)


def _email(record: NewPerson) -> dict[str, str]:
    return {"EMAIL1": email(record.email, lengths.MAX_EMAIL)} if record.email else {}
