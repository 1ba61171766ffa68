"""References: the records that a write refers to, and which of them are inactive or missing."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ledgerlink.connectors.qbo.documents import comparable, content
from ledgerlink.connectors.qbo.documents.tax import US_TAX_CODES
from ledgerlink.connectors.qbo.protocol import queries, values
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.qbo.transport.client import Client
from ledgerlink.domain.model.plan import Write
from ledgerlink.domain.model.references import Body
from ledgerlink.domain.ports import Stop

LIST_OF_FIELD: Mapping[str, str] = {
    "AccountRef": "Account",
    "APAccountRef": "Account",
    "IncomeAccountRef": "Account",
    "ItemRef": "Item",
    "CustomerRef": "Customer",
    "VendorRef": "Vendor",
    "EmployeeRef": "Employee",
    "ClassRef": "Class",
    "DepartmentRef": "Department",
    "SalesTermRef": "Term",
    "TaxCodeRef": "TaxCode",
    "TxnTaxCodeRef": "TaxCode",
}
"""The list that each field refers to. A payee states its list beside the id."""
PARENT = "ParentRef"
"""The field that refers to the record's own list."""

LIST_WORDS = {"Department": "location", "TaxCode": "tax code"}

Reference = tuple[str, str]
"""List and id of a record."""


@dataclass(frozen=True, slots=True)
class ReferencedRecord:
    """A list record that a write refers to."""

    name: str
    active: bool
    type: str = ""
    """The type of an account."""


KnownRecords = Mapping[Reference, ReferencedRecord | None]
"""Records that were read; None for those that do not exist."""


def references_of(write: Write) -> Iterator[Reference]:
    """All references of a write, with repetitions."""
    return references_in(write.kind, write.body)


def references_in(kind: str, body: Body | None) -> Iterator[Reference]:
    """All references of a body of this kind, with repetitions."""
    return _references(body, {**LIST_OF_FIELD, PARENT: kind})


def _references(body: Any, lists: Mapping[str, str]) -> Iterator[Reference]:
    if isinstance(body, Mapping):
        for name, value in body.items():
            ledger_id = comparable.id_in(value)
            entity = str(value.get("type")) if name == "EntityRef" else lists.get(name)
            if ledger_id and entity and ledger_id not in US_TAX_CODES:
                yield entity, ledger_id
            else:
                yield from _references(value, lists)
    elif isinstance(body, list | tuple):
        for value in body:
            yield from _references(value, lists)


async def read(client: Client, wanted: Collection[Reference], stop: Stop) -> KnownRecords:
    """These records, in one statement for each list; what exceeds a statement is left out. Raises
    as the client's `rows`."""
    known: dict[Reference, ReferencedRecord | None] = {}
    for entity in sorted({entity for entity, _ in wanted}):
        ids = sorted(ledger_id for other, ledger_id in wanted if other == entity)
        batch = ids[: queries.MAX_IDS]
        with_inactive = () if entity in content.MONEY_DOCUMENTS else (queries.WITH_INACTIVE,)
        statement = queries.select(entity, *with_inactive, queries.is_in("Id", batch))
        known |= {(entity, ledger_id): None for ledger_id in batch}
        for row in await client.rows(entity, statement, stop):
            known[entity, str(row["Id"])] = _record(row)
    return known


def missing_references(write: Write, known: KnownRecords) -> list[str]:
    """The inactive or missing records that a write refers to, in words, each once."""
    references = dict.fromkeys(each for each in references_of(write) if each in known)
    found = ((reference, known[reference]) for reference in references)
    return [_problem(reference, record) for reference, record in found if _is_missing(record)]


def describe(reference: Reference, record: ReferencedRecord | None) -> str:
    """A record in words: `customer Acme (21)`."""
    entity, ledger_id = reference
    word = LIST_WORDS.get(entity, entity.lower())
    if record and record.name:
        return f"{word} {record.name} ({ledger_id})"
    return f"{word} {ledger_id}"


def _is_missing(record: ReferencedRecord | None) -> bool:
    return record is None or not record.active


def _problem(reference: Reference, record: ReferencedRecord | None) -> str:
    return f"{describe(reference, record)} is {'inactive' if record else 'not there'}"


def _record(row: Entity) -> ReferencedRecord:
    active = values.flag(row, "Active") is not False
    name = values.text(row, "DisplayName") or values.text(row, "Name") or ""
    return ReferencedRecord(
        name=values.without_deleted_suffix(name, active=active),
        active=active,
        type=values.text(row, "AccountType") or "",
    )
