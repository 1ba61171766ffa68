"""Updates of list records: our fields, how a held record is compared with them, and what is sent.

The ledger keeps the fields that an update does not send. What comes from the settings is sent with
a create only, because it belongs to the bookkeepers from then on. An employee's name is that of its
contact, which is changed under the name by which the ledger knows it, and stays the only one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledgerlink.connectors.intacct.documents.encoding import generic, ledger_field
from ledgerlink.connectors.intacct.protocol import values
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.connectors.intacct.protocol.xml import Value
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.references import Body

CONTACT, DISPLAY_CONTACT = "CONTACT", "DISPLAYCONTACT"
CONTACT_NAME = f"{CONTACT}.CONTACTNAME"

WITH_CREATE_ONLY = frozenset({"PROJECTCATEGORY", "LOCATION", "ITEMTYPE", "GLGROUP"})
"""Fields that new records get from the settings."""

PRINTED = ("PRINTAS", "COMPANYNAME")
"""Fields of contacts that we fill with the record's name. One that somebody changed stays."""


def _plain(value: str) -> str:
    return " ".join(value.split())


def _number(value: str) -> str:
    return values.amount({"": value}, "") or ""


@dataclass(frozen=True, slots=True)
class OwnedField:
    """One of our fields of a list record."""

    role: str
    """What it says, by which fingerprints name it."""
    path: str
    """Its place in a body, and in a row that is read."""
    normalize: Callable[[str], str] = _plain
    """Makes equal values equal text."""
    cleared: bool = False
    """Whether it is emptied when it is no longer sent."""


def _person(contact: str) -> Sequence[OwnedField]:
    return (
        OwnedField("given", f"{contact}.FIRSTNAME", cleared=True),
        OwnedField("family", f"{contact}.LASTNAME", cleared=True),
        OwnedField("email", f"{contact}.EMAIL1", lambda value: _plain(value).lower(), cleared=True),
    )


NAME = OwnedField("name", "NAME")
OWNED: Mapping[str, Sequence[OwnedField]] = {
    "CUSTOMER": (NAME,),
    "PROJECT": (NAME, OwnedField("parent", "PARENT")),
    "EMPLOYEE": (OwnedField("name", f"{CONTACT}.PRINTAS"), *_person(CONTACT)),
    "VENDOR": (NAME, *_person(DISPLAY_CONTACT)),
    "ITEM": (NAME, OwnedField("price", "BASEPRICE", _number)),
}
"""Our fields of each object."""

READ: Mapping[str, Sequence[str]] = {
    "CUSTOMER": [f"{DISPLAY_CONTACT}.{name}" for name in PRINTED],
    "PROJECT": ["CUSTOMERID", "PARENTID"],
    "EMPLOYEE": [f"{CONTACT}.{n}" for n in ("PRINTAS", "FIRSTNAME", "LASTNAME", "EMAIL1")],
    "VENDOR": [f"{DISPLAY_CONTACT}.{n}" for n in ("PRINTAS", "FIRSTNAME", "LASTNAME", "EMAIL1")],
    "ITEM": ["BASEPRICE"],
}
"""Fields that are read of each object besides id, name and status."""


def sent_content(kind: str, record_id: str, body: Body) -> str:
    """The fingerprint of what a body sends of a record."""
    sent = {f.role: f.normalize(_at(body, f.path)) for f in OWNED[kind] if _at(body, f.path)}
    if "PARENT" in body:
        sent["parent"] = "/".join(ledger_field("PARENT", str(body["PARENT"])))
    return _fingerprint(record_id, sent)


def held_content(kind: str, record_id: str, roles: Sequence[str], row: Row) -> str:
    """The fingerprint of the fields of a held record in these roles."""
    held = {f.role: f.normalize(text(row, f.path) or "") for f in OWNED[kind] if f.role in roles}
    if "parent" in held:
        field = "CUSTOMERID" if text(row, "CUSTOMERID") else "PARENTID"
        held["parent"] = f"{field}/{text(row, field)}"
    return _fingerprint(record_id, held)


def roles_in(recorded: str) -> Sequence[str] | None:
    """The roles that a fingerprint covers; None for one that does not tell."""
    roles, colon, _ = recorded.partition(":")
    return roles.split("+") if colon else None


def update_content(kind: str, body: Body, row: Row, recorded: str) -> dict[str, Value]:
    """The content of an update of a record, without its id. Of an employee only its contact."""
    sent = {name: value for name, value in body.items() if name not in WITH_CREATE_ONLY}
    contact = CONTACT if kind == "EMPLOYEE" else DISPLAY_CONTACT
    if contact in sent:
        details = {**_cleared(kind, body, recorded), **sent[contact], **_printed(kind, row)}
        known = text(row, CONTACT_NAME) or str(sent[contact].get("CONTACTNAME", ""))
        sent[contact] = {**details, "CONTACTNAME": known} if kind == "EMPLOYEE" else details
    return generic(sent)


def _cleared(kind: str, body: Body, recorded: str) -> dict[str, str]:
    """Fields of a contact that were sent before, and are not now."""
    roles = roles_in(recorded) or ()
    gone = (f.path for f in OWNED[kind] if f.cleared and f.role in roles)
    return {path.rpartition(".")[2]: "" for path in gone if not _at(body, path)}


def _printed(kind: str, row: Row) -> dict[str, str]:
    """The texts of a display contact that somebody made another than the record's name."""
    if kind == "EMPLOYEE":
        return {}
    held = {name: text(row, f"{DISPLAY_CONTACT}.{name}") for name in PRINTED}
    return {name: value for name, value in held.items() if value and value != text(row, "NAME")}


def _at(body: Body, path: str) -> str:
    found: Any = body
    for name in path.split("."):
        found = found.get(name, "") if isinstance(found, Mapping) else ""
    return str(found)


def _fingerprint(record_id: str, of: Mapping[str, str]) -> str:
    return f"{'+'.join(sorted(of))}:{fingerprint({'id': record_id, **of})}"
