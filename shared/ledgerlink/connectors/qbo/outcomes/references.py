"""What a body points at, as the lists of the ledger tell it: what is inactive, or not there."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ledgerlink.connectors.qbo.documents import comparable, content
from ledgerlink.connectors.qbo.protocol import queries, values
from ledgerlink.connectors.qbo.transport.client import Client
from ledgerlink.domain.model.plan import Write
from ledgerlink.domain.ports import Stop

LISTS: Mapping[str, str] = {
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
"""The list that each reference points into; of a payee it is said beside the id."""
ABOVE = "ParentRef"
"""A reference into the list of the record itself."""

WORDS = {"Department": "location", "TaxCode": "tax code"}
PSEUDO = ("TAX", "NON")
"""Tax codes that are in no list."""

Pointer = tuple[str, str]
"""List and id of what is pointed at."""


@dataclass(frozen=True, slots=True)
class Pointed:
    """A record of a list; `type` is of accounts."""

    name: str
    active: bool
    type: str = ""


Known = Mapping[Pointer, Pointed | None]
"""What was looked up; None is not there."""


def pointers(write: Write) -> Iterator[Pointer]:
    """All that a write points at, as often as it does."""
    return _pointers(write.body, {**LISTS, ABOVE: write.kind})


def _pointers(body: Any, lists: Mapping[str, str]) -> Iterator[Pointer]:
    if isinstance(body, Mapping):
        for name, value in body.items():
            ledger_id = comparable.ref(value)
            entity = str(value.get("type")) if name == "EntityRef" else lists.get(name)
            if ledger_id and entity and ledger_id not in PSEUDO:
                yield entity, ledger_id
            else:
                yield from _pointers(value, lists)
    elif isinstance(body, list | tuple):
        for value in body:
            yield from _pointers(value, lists)


async def look(client: Client, wanted: Collection[Pointer], stop: Stop) -> Known:
    """What these are: one statement for each list, for as many as it names. Raises as the client's
    `rows`."""
    known: dict[Pointer, Pointed | None] = {}
    for entity in sorted({entity for entity, _ in wanted}):
        ids = sorted(ledger_id for other, ledger_id in wanted if other == entity)
        some = ids[: queries.AT_ONCE]
        visible = () if entity in content.MONEY else (queries.WITH_INACTIVE,)
        statement = queries.select(entity, *visible, queries.among("Id", some))
        known |= {(entity, ledger_id): None for ledger_id in some}
        for row in await client.rows(entity, statement, stop):
            known[entity, str(row["Id"])] = _pointed(row)
    return known


def missing(write: Write, known: Known) -> list[str]:
    """What a write points at that is inactive or not there, in words, each once."""
    some = dict.fromkeys(pointer for pointer in pointers(write) if pointer in known)
    told = ((pointer, known[pointer]) for pointer in some)
    return [_words(pointer, found) for pointer, found in told if not (found and found.active)]


def named(pointer: Pointer, found: Pointed | None) -> str:
    """A record in words."""
    entity, ledger_id = pointer
    word = WORDS.get(entity, entity.lower())
    return f"{word} {found.name} ({ledger_id})" if found and found.name else f"{word} {ledger_id}"


def _words(pointer: Pointer, found: Pointed | None) -> str:
    return f"{named(pointer, found)} is {'inactive' if found else 'not there'}"


def _pointed(row: Mapping[str, Any]) -> Pointed:
    active = values.flag(row, "Active") is not False
    name = values.text(row, "DisplayName") or values.text(row, "Name") or ""
    return Pointed(
        name=values.unsuffixed(name, active=active),
        active=active,
        type=values.text(row, "AccountType") or "",
    )
