"""Duplicate document numbers: taken by an earlier attempt of ours, or by another document."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ledgerlink.connectors.qbo.documents import content
from ledgerlink.connectors.qbo.outcomes import accepted
from ledgerlink.connectors.qbo.outcomes.rejected import Rejection
from ledgerlink.connectors.qbo.outcomes.version_conflicts import Verdict
from ledgerlink.connectors.qbo.protocol import queries
from ledgerlink.connectors.qbo.protocol.faults import Fault
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.qbo.transport.client import Client
from ledgerlink.domain.model.plan import Action, Outcome, Write
from ledgerlink.domain.ports import Stop

DUPLICATE_NUMBER = "6140"
DOCUMENT_TYPE = re.compile(r"TxnType\s*=\s*(\w+)")
DOCUMENT_ID = re.compile(r"TxnId\s*=\s*(\d+)")
"""Where the fault names the document that has the number."""

ENTITIES = {"Check": "Purchase", "CashPurchase": "Purchase", "CreditCardPurchase": "Purchase"}
"""The entity of transaction types that are not called like it."""

ENTITY_WORDS = {"Bill": "bill", "Invoice": "invoice", "Purchase": "expense"}


@dataclass(frozen=True, slots=True)
class NumberHolder:
    """The document that has a number, as far as the fault names it."""

    entity: str
    ledger_id: str
    """Empty if the fault does not name it."""


def applies_to(rejection: Rejection) -> bool:
    """Whether a document was not created because its number is taken."""
    is_create = rejection.write.action is Action.CREATE
    return rejection.fault.code == DUPLICATE_NUMBER and is_create


def number_holder(fault: Fault, kind: str) -> NumberHolder:
    """The document that the fault names; one of the same kind if it names none."""
    type_found, id_found = DOCUMENT_TYPE.search(fault.detail), DOCUMENT_ID.search(fault.detail)
    entity = ENTITIES.get(type_found[1], type_found[1]) if type_found else kind
    return NumberHolder(entity, id_found[1]) if id_found else NumberHolder(kind, "")


async def resolve(client: Client, rejections: Sequence[Rejection], stop: Stop) -> Verdict:
    """Outcomes of documents that are already in the ledger; the other rejections with the document
    that has their number. Raises as the client's `rows`."""
    holders = await _read_holders(client, rejections, stop)
    outcomes: list[Outcome] = []
    remaining: list[Rejection] = []
    for rejection in rejections:
        write = rejection.write
        candidates = [row for entity, row in holders if entity == write.kind]
        body = write.body or {}
        own = next((row for row in candidates if content.has_marker_of(body, row)), None)
        if own is not None:
            outcomes.append(accepted.adopted_existing(write, own))
        else:
            remaining.append(replace(rejection, taken_by=_taken_by(rejection, holders)))
    return Verdict(outcomes=tuple(outcomes), rejections=tuple(remaining))


async def _read_holders(
    client: Client, rejections: Sequence[Rejection], stop: Stop
) -> list[tuple[str, Entity]]:
    """The documents that have the numbers: by id, or by number if the fault names no id."""
    by_id: dict[str, set[str]] = defaultdict(set)
    by_number: dict[str, set[str]] = defaultdict(set)
    for rejection in rejections:
        holder = number_holder(rejection.fault, rejection.write.kind)
        if not holder.ledger_id:
            by_number[holder.entity].add(_number(rejection.write))
        elif holder.entity in content.MONEY_DOCUMENTS:
            by_id[holder.entity].add(holder.ledger_id)
    wanted = [(entity, queries.is_in("Id", sorted(ids))) for entity, ids in by_id.items()]
    wanted += [
        (entity, queries.is_in("DocNumber", sorted(numbers)))
        for entity, numbers in by_number.items()
    ]
    return [
        (entity, row)
        for entity, condition in wanted
        for row in await client.rows(entity, queries.select(entity, condition), stop)
    ]


def _taken_by(rejection: Rejection, holders: Sequence[tuple[str, Entity]]) -> str:
    """Number and document: `INV-7 by invoice 17984 of 2026-02-02`."""
    number = _number(rejection.write)
    holder = number_holder(rejection.fault, rejection.write.kind)
    for entity, row in holders:
        by_id = str(row["Id"]) == holder.ledger_id
        if entity == holder.entity and (by_id if holder.ledger_id else _has_number(row, number)):
            return f"{number} by {_entity_word(entity)} {row['Id']} of {row.get('TxnDate')}"
    by = f" by {_entity_word(holder.entity)} {holder.ledger_id}" if holder.ledger_id else ""
    return f"{number}{by}"


def _entity_word(entity: str) -> str:
    return ENTITY_WORDS.get(entity, entity)


def _has_number(row: Entity, number: str) -> bool:
    return str(row.get("DocNumber") or "").lower() == number.lower()


def _number(write: Write) -> str:
    return str((write.body or {}).get("DocNumber") or "")
