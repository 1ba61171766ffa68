"""Documents whose number is taken: by an earlier attempt of ours, or by somebody else's."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ledgerlink.connectors.qbo.documents import content
from ledgerlink.connectors.qbo.outcomes import accepted
from ledgerlink.connectors.qbo.outcomes.rejected import Refusal
from ledgerlink.connectors.qbo.outcomes.version_conflicts import Verdict
from ledgerlink.connectors.qbo.protocol import queries
from ledgerlink.connectors.qbo.protocol.faults import Fault
from ledgerlink.connectors.qbo.transport.client import Client, Entity
from ledgerlink.domain.model.plan import Action, Outcome, Write
from ledgerlink.domain.ports import Stop

CODE = "6140"
HOLDER_TYPE = re.compile(r"TxnType\s*=\s*(\w+)")
HOLDER_ID = re.compile(r"TxnId\s*=\s*(\d+)")
ENTITIES = {"Check": "Purchase", "CashPurchase": "Purchase", "CreditCardPurchase": "Purchase"}
"""Entities that are not called by the type of their transactions."""
WORDS = {"Bill": "bill", "Invoice": "invoice", "Purchase": "expense"}


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has the number, as far as the fault tells it; the id may be empty."""

    entity: str
    ledger_id: str


def is_double(refusal: Refusal) -> bool:
    """Whether a document could not be created because its number is taken."""
    return refusal.fault.code == CODE and refusal.write.action is Action.CREATE


def holder(fault: Fault, kind: str) -> Holder:
    """The holder; where the fault does not say it, it is of the kind that was to be created."""
    told, ledger_id = HOLDER_TYPE.search(fault.detail), HOLDER_ID.search(fault.detail)
    entity = ENTITIES.get(told[1], told[1]) if told else kind
    return Holder(entity, ledger_id[1]) if ledger_id else Holder(kind, "")


async def look(client: Client, refusals: Sequence[Refusal], stop: Stop) -> Verdict:
    """Outcomes of those that the ledger holds already, and the others, each with who has its
    number. Raises as the client's `rows`."""
    held = await _held(client, refusals, stop)
    outcomes: list[Outcome] = []
    remaining: list[Refusal] = []
    for refusal in refusals:
        write = refusal.write
        rows = [row for entity, row in held if entity == write.kind]
        ours = next((row for row in rows if content.is_same(write.body or {}, row)), None)
        if ours is not None:
            outcomes.append(accepted.taken_over(write, ours))
        else:
            remaining.append(replace(refusal, taken_by=_words(refusal, held)))
    return Verdict(outcomes=tuple(outcomes), refusals=tuple(remaining))


async def _held(
    client: Client, refusals: Sequence[Refusal], stop: Stop
) -> list[tuple[str, Entity]]:
    """The holders, by id, or by the number where the fault does not tell the id."""
    by_id: dict[str, set[str]] = defaultdict(set)
    by_number: dict[str, set[str]] = defaultdict(set)
    for refusal in refusals:
        told = holder(refusal.fault, refusal.write.kind)
        if not told.ledger_id:
            by_number[told.entity].add(_number(refusal.write))
        elif told.entity in content.MONEY:
            by_id[told.entity].add(told.ledger_id)
    asked = [(entity, queries.among("Id", sorted(ids))) for entity, ids in by_id.items()]
    asked += [(entity, queries.among("DocNumber", sorted(n))) for entity, n in by_number.items()]
    return [
        (entity, row)
        for entity, condition in asked
        for row in await client.rows(entity, queries.select(entity, condition), stop)
    ]


def _words(refusal: Refusal, held: Sequence[tuple[str, Entity]]) -> str:
    """Number and holder: `INV-7 by invoice 17984 of 2026-02-02`."""
    number = _number(refusal.write)
    told = holder(refusal.fault, refusal.write.kind)
    for entity, row in held:
        named = str(row["Id"]) == told.ledger_id if told.ledger_id else _has(row, number)
        if entity == told.entity and named:
            return f"{number} by {_called(entity)} {row['Id']} of {row.get('TxnDate')}"
    by = f" by {_called(told.entity)} {told.ledger_id}" if told.ledger_id else ""
    return f"{number}{by}"


def _called(entity: str) -> str:
    return WORDS.get(entity, entity)


def _has(row: Mapping[str, object], number: str) -> bool:
    return str(row.get("DocNumber") or "").lower() == number.lower()


def _number(write: Write) -> str:
    return str((write.body or {}).get("DocNumber") or "")
