"""New list records: Customer, Employee, Vendor and service Item."""

from typing import Any

from ledgerlink.connectors.qbo.documents import text
from ledgerlink.connectors.qbo.documents.common import PERSON_ENTITY, ref
from ledgerlink.connectors.qbo.protocol.json_body import decimal_text
from ledgerlink.connectors.shared.text import email
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.new_records import NewCustomer, NewItem, NewListRecord, NewPerson


def compose_list_record(record: NewListRecord) -> Document:
    """A Customer, Employee, Vendor or service Item. Raises Blocked."""
    match record:
        case NewCustomer():
            kind, body = "Customer", _customer(record)
        case NewPerson():
            kind, body = PERSON_ENTITY[record.person], _person(record)
        case NewItem():
            kind, body = "Item", _item(record)
    return Document(record.key, kind, body, members=(record.key,))


def _customer(record: NewCustomer) -> dict[str, Any]:
    body: dict[str, Any] = {"DisplayName": text.name(record.name, "DisplayName")}
    below = {} if record.parent is None else {"Job": True}
    return {**body, **below, **ref("ParentRef", record.parent)}


def _person(record: NewPerson) -> dict[str, Any]:
    named = {"DisplayName": text.name(record.name, "DisplayName"), **_name_parts(record)}
    if not record.email:
        return named
    return {
        **named,
        "PrimaryEmailAddr": {"Address": email(record.email, text.LENGTHS["PrimaryEmailAddr"])},
    }


def _item(record: NewItem) -> dict[str, Any]:
    price = {} if record.rate is None else {"UnitPrice": decimal_text(record.rate)}
    below = {"SubItem": True, **ref("ParentRef", record.parent_id)} if record.parent_id else {}
    return {
        "Name": text.name(record.name, "Name"),
        "Type": "Service",
        **ref("IncomeAccountRef", record.income_account_id),
        **price,
        **below,
    }


def _name_parts(record: NewPerson) -> dict[str, str]:
    """Given and family name as the record has them, else split at the last word of the name."""
    given, family = record.given_name, record.family_name
    if not given and not family:
        *first, last = record.name.split()
        given, family = (" ".join(first), last) if first else (last, None)
    parts = {"GivenName": (given, "given_name"), "FamilyName": (family, "family_name")}
    return {
        member: text.name(part, member, field) for member, (part, field) in parts.items() if part
    }
