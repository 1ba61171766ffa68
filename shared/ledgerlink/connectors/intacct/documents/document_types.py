"""The kinds of documents beside time: what makes, changes and removes one, and how it is known.

Source: the gateway's reference; which functions are legacy, and which of them the vendor has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledgerlink.connectors.intacct.documents import encoding
from ledgerlink.connectors.intacct.protocol.record_ids import parse
from ledgerlink.connectors.intacct.protocol.requests import Function
from ledgerlink.connectors.intacct.protocol.xml import Value
from ledgerlink.domain.model.plan import Action, Write

CONTACT = "CONTACT"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentType:
    """One kind. A list record has an `id_field`; it is never removed, but made inactive. Of others
    `create` is the legacy function, empty where the generic one does, `remove` what takes one out,
    and `attach` what ties an attachment to it."""

    id_field: str = ""
    create: str = ""
    remove: str = ""
    attach: str = ""

    @property
    def listed(self) -> bool:
        """Whether it is a record of a list."""
        return bool(self.id_field)


DOCUMENT_TYPES: Mapping[str, DocumentType] = {
    "CUSTOMER": DocumentType(id_field="CUSTOMERID"),
    "PROJECT": DocumentType(id_field="PROJECTID"),
    "EMPLOYEE": DocumentType(id_field="EMPLOYEEID"),
    "VENDOR": DocumentType(id_field="VENDORID"),
    "ITEM": DocumentType(id_field="ITEMID"),
    "APBILL": DocumentType(),
    "EEXPENSES": DocumentType(
        create="create_expensereport",
        remove="delete_expensereport",
        attach="update_expensereport",
    ),
    "CCTRANSACTION": DocumentType(
        create="record_cctransaction",
        remove="reverse_cctransaction",
        attach="update_cctransaction",
    ),
    "ARINVOICE": DocumentType(
        create="create_invoice", remove="delete_invoice", attach="update_invoice"
    ),
    "SODOCUMENT": DocumentType(
        create="create_sotransaction",
        remove="delete_sotransaction",
        attach="update_sotransaction",
    ),
}


def is_atomic(write: Write) -> bool:
    """Whether its functions are done all or none: what no update changes as a whole is removed and
    made anew."""
    return write.action is Action.UPDATE and bool(DOCUMENT_TYPES[write.kind].create)


def functions(
    write: Write, body: Mapping[str, Any], control_id: str, *, contact: bool
) -> list[Function]:
    """What carries out a write; `contact` says that the person's contact is there already."""
    kind = DOCUMENT_TYPES[write.kind]
    if write.action is Action.DELETE:
        return [_removal(write, kind, control_id)]
    if kind.create:
        made = Function(f"{control_id}.make", kind.create, encoding.legacy(body))
        gone = [_removal(write, kind, control_id)] if write.action is Action.UPDATE else []
        return [*gone, made]
    if write.kind == "EMPLOYEE":
        return _person(write, body, control_id, contact=contact)
    return [_generic(write, encoding.generic(_numbered(write, body)), control_id)]


def _generic(write: Write, content: Mapping[str, Value], control_id: str) -> Function:
    if write.action is Action.CREATE:
        return Function(f"{control_id}.make", "create", {write.kind: content})
    kind = DOCUMENT_TYPES[write.kind]
    record_id = parse(write.ledger_id or "").id
    named = {kind.id_field or "RECORDNO": record_id}
    return Function(f"{control_id}.make", "update", {write.kind: {**content, **named}})


def _person(
    write: Write, body: Mapping[str, Any], control_id: str, *, contact: bool
) -> list[Function]:
    """The contact first: an employee is tied to it by name. One that is there is left as it is,
    unless it is ours to change."""
    person = {name: value for name, value in body.items() if name != CONTACT}
    tied: dict[str, Value] = {"PERSONALINFO": {"CONTACTNAME": body[CONTACT]["CONTACTNAME"]}}
    made = _generic(write, {**encoding.generic(person), **tied}, control_id)
    if contact and write.action is Action.CREATE:
        return [made]
    details = encoding.generic(body[CONTACT])
    name = "update" if contact else "create"
    return [Function(f"{control_id}.contact", name, {CONTACT: details}), made]


def _removal(write: Write, kind: DocumentType, control_id: str) -> Function:
    record_id, name = parse(write.ledger_id or "").id, f"{control_id}.remove"
    if kind.listed:
        content: dict[str, Value] = {kind.id_field: record_id, "STATUS": "inactive"}
        return Function(name, "update", {write.kind: content})
    if not kind.remove:
        return Function(name, "delete", {"object": write.kind, "keys": record_id})
    content = {"@key": record_id}
    if kind.remove.startswith("reverse_") and write.day is not None:
        day = encoding.legacy({"paymentdate": write.day.isoformat()})
        content["datereversed"] = day["paymentdate"]
    return Function(name, kind.remove, content)


def _numbered(write: Write, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A bill that is changed numbers its lines, all of which are sent."""
    if write.kind != "APBILL" or write.action is Action.CREATE:
        return body
    lines: Sequence[Mapping[str, Any]] = body["APBILLITEMS"]["APBILLITEM"]
    numbered = [{"LINE_NO": str(n), **line} for n, line in enumerate(lines, 1)]
    return {**body, "APBILLITEMS": {"APBILLITEM": numbered}}
