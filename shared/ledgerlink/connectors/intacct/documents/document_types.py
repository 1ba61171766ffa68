"""The objects that we write, other than time and files: the functions that create, change and
remove each.

Source: the gateway's reference, for which functions are legacy and which of those the vendor uses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledgerlink.connectors.intacct.documents import encoding, list_updates
from ledgerlink.connectors.intacct.documents.kept_fields import HeldDocument
from ledgerlink.connectors.intacct.documents.list_updates import CONTACT
from ledgerlink.connectors.intacct.protocol.record_ids import parse_ref
from ledgerlink.connectors.intacct.protocol.requests import Function
from ledgerlink.connectors.intacct.protocol.values import Row
from ledgerlink.connectors.intacct.protocol.xml import Value
from ledgerlink.domain.model.plan import Action, Write


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentType:
    """One object. Where a function is empty, the generic `create`, `update` or `delete` is used."""

    id_field: str = ""
    """The id field of a list record; list records are never removed, but made inactive."""
    create: str = ""
    """The legacy function that creates a document. No function changes such a document as a whole,
    so it is removed and created again."""
    remove: str = ""
    """The legacy function that removes a document."""
    attach: str = ""
    """The legacy function that gives a document an attachment."""

    @property
    def is_list_record(self) -> bool:
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
    """Whether all of its functions must succeed or none: it removes the document and creates it
    again."""
    return write.action is Action.UPDATE and bool(DOCUMENT_TYPES[write.kind].create)


def functions(
    write: Write,
    body: Mapping[str, Any],
    control_id: str,
    *,
    has_contact: bool,
    held: HeldDocument | None = None,
) -> list[Function]:
    """The functions that carry out a write. `has_contact` says that the contact of a new person
    exists already; `held` is the document that an update changes, whose other fields it keeps."""
    kind = DOCUMENT_TYPES[write.kind]
    if write.action is Action.DELETE:
        return [_removal(write, kind, control_id)]
    if kind.create:
        content = encoding.legacy(body)
        content = held.keep(body, content) if held else content
        creation = Function(f"{control_id}.make", kind.create, content)
        removal = [_removal(write, kind, control_id)] if write.action is Action.UPDATE else []
        return [*removal, creation]
    if kind.is_list_record and held is not None:
        return [_list_update(write, body, control_id, held.row)]
    if write.kind == "EMPLOYEE":
        return _employee(write, body, control_id, has_contact=has_contact)
    content = encoding.generic(_with_line_numbers(write, body))
    return [_generic(write, held.keep(body, content) if held else content, control_id)]


def _generic(write: Write, content: Mapping[str, Value], control_id: str) -> Function:
    if write.action is Action.CREATE:
        return Function(f"{control_id}.make", "create", {write.kind: content})
    id_field = DOCUMENT_TYPES[write.kind].id_field or "RECORDNO"
    record_id = parse_ref(write.ledger_id or "").id
    return Function(f"{control_id}.make", "update", {write.kind: {**content, id_field: record_id}})


def _list_update(write: Write, body: Mapping[str, Any], control_id: str, row: Row) -> Function:
    """The update of a list record; an employee's is one of its contact."""
    base = write.base_fingerprint or ""
    content = list_updates.update_content(write.kind, body, row, base)
    if write.kind == "EMPLOYEE":
        return Function(f"{control_id}.contact", "update", {CONTACT: content[CONTACT]})
    return _generic(write, content, control_id)


def _employee(
    write: Write, body: Mapping[str, Any], control_id: str, *, has_contact: bool
) -> list[Function]:
    """The contact first, because an employee refers to it by name. A contact that exists stays as
    it is."""
    fields = {name: value for name, value in body.items() if name != CONTACT}
    contact_name: dict[str, Value] = {
        "PERSONALINFO": {"CONTACTNAME": body[CONTACT]["CONTACTNAME"]},
    }
    employee = _generic(write, {**encoding.generic(fields), **contact_name}, control_id)
    if has_contact:
        return [employee]
    details = encoding.generic(body[CONTACT])
    return [Function(f"{control_id}.contact", "create", {CONTACT: details}), employee]


def _removal(write: Write, kind: DocumentType, control_id: str) -> Function:
    record_id, function_id = parse_ref(write.ledger_id or "").id, f"{control_id}.remove"
    if kind.is_list_record:
        content: dict[str, Value] = {kind.id_field: record_id, "STATUS": "inactive"}
        return Function(function_id, "update", {write.kind: content})
    if not kind.remove:
        return Function(function_id, "delete", {"object": write.kind, "keys": record_id})
    content = {"@key": record_id}
    if kind.remove.startswith("reverse_") and write.day is not None:
        day = encoding.legacy({"paymentdate": write.day.isoformat()})
        content["datereversed"] = day["paymentdate"]
    return Function(function_id, kind.remove, content)


def _with_line_numbers(write: Write, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The body of an update of a bill, which has to number its lines."""
    if write.kind != "APBILL" or write.action is Action.CREATE:
        return body
    lines: Sequence[Mapping[str, Any]] = body["APBILLITEMS"]["APBILLITEM"]
    numbered = [{"LINE_NO": str(number), **line} for number, line in enumerate(lines, 1)]
    return {**body, "APBILLITEMS": {"APBILLITEM": numbered}}
