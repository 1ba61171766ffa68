"""Version conflicts: updates and deletes that were rejected because of the record's state.

QuickBooks bumps SyncToken without changing content; such a record may be updated. A record that a
user edited may not, unless it already equals ours. Billed, paid and void documents are never
updated. List records may always be deactivated.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ledgerlink.connectors.qbo.documents import content, owned_fields, updates
from ledgerlink.connectors.qbo.documents.time_entry import TIME_ENTRY
from ledgerlink.connectors.qbo.outcomes import accepted, billed_time, locks
from ledgerlink.connectors.qbo.outcomes.rejected import Rejection, failed
from ledgerlink.connectors.qbo.protocol import queries
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.qbo.transport.client import Client
from ledgerlink.connectors.shared.request_id import derived_id
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.plan import Action, Outcome, Request, Write
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.ports import Stop

CONFLICTS = ("changed_in_ledger", "gone_in_ledger")
"""Reasons that only the record itself can confirm."""

LOCKS = ("billed", "paid", "reconciled")
"""Reasons that a money document itself can confirm."""

RecordKey = tuple[str, str]
"""Kind and id of a record."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of rejections once the records were read."""

    outcomes: tuple[Outcome, ...] = ()
    """Final outcomes."""
    repeats: tuple[Write, ...] = ()
    """Writes to send again, at the version that QuickBooks holds now."""
    rejections: tuple[Rejection, ...] = ()
    """Rejections that stand."""
    current: Mapping[RecordKey, Entity] = field(default_factory=dict)
    """The records that were read, as QuickBooks holds them now."""


@dataclass(frozen=True, slots=True)
class CurrentRecords:
    """The records as QuickBooks holds them now."""

    rows: Mapping[RecordKey, Entity]
    locked: Mapping[RecordKey, Reason] = field(default_factory=dict)
    """Why some of them can no longer be changed."""


def applies_to(rejection: Rejection) -> bool:
    """Whether the record must be read before the rejection is final."""
    write = rejection.write
    if write.action not in (Action.UPDATE, Action.DELETE):
        return False
    is_money = write.kind in content.MONEY_DOCUMENTS
    return rejection.code in (CONFLICTS + LOCKS if is_money else CONFLICTS)


async def resolve(client: Client, rejections: Sequence[Rejection], stop: Stop) -> Verdict:
    """Read the records of these rejections and decide. Raises as the client's `rows`."""
    ids: dict[str, list[str]] = defaultdict(list)
    for rejection in rejections:
        ids[rejection.write.kind].append(rejection.write.ledger_id or "")
    current: dict[RecordKey, Entity] = {}
    locked: dict[RecordKey, Reason] = {}
    for kind, ids_of_kind in ids.items():
        statement = queries.select(kind, queries.is_in("Id", ids_of_kind))
        rows = await client.rows(kind, statement, stop)
        current |= {(kind, row["Id"]): row for row in rows}
        reasons = await _lock_reasons(client, kind, rows, stop)
        locked |= {(kind, ledger_id): why for ledger_id, why in reasons.items()}
    return judge(rejections, CurrentRecords(current, locked))


async def _lock_reasons(
    client: Client, kind: str, rows: Sequence[Entity], stop: Stop
) -> Mapping[str, Reason]:
    """Why some of these records can no longer be changed, by id."""
    if kind == TIME_ENTRY:
        invoices = await billed_time.known_invoice_numbers(client, rows, stop)
        billed = [row["Id"] for row in rows if billed_time.is_billed(row)]
        return {each: billed_time.billed_reason(invoices.get(each)) for each in billed}
    charges = await locks.billed_charges(client, kind, rows, stop)
    found = {row["Id"]: locks.lock_reason(kind, row, charges) for row in rows}
    return {ledger_id: why for ledger_id, why in found.items() if why is not None}


def judge(rejections: Sequence[Rejection], current: CurrentRecords) -> Verdict:
    """Decide on each rejection by its record."""
    outcomes: list[Outcome] = []
    repeats: list[Write] = []
    remaining: list[Rejection] = []
    for rejection in rejections:
        write = rejection.write
        entity = current.rows.get((write.kind, write.ledger_id or ""))
        is_conflict = rejection.code == "changed_in_ledger"
        if (outcome := _final_outcome(write, entity, current)) is not None:
            outcomes.append(outcome)
        elif entity and is_conflict and _is_as_we_wrote_it(write, entity):
            repeats.append(replace(write, version=str(entity.get("SyncToken"))))
        else:
            remaining.append(_confirmed(rejection))
    return Verdict(tuple(outcomes), tuple(repeats), tuple(remaining), current.rows)


def repeat_request(request: Request, write: Write) -> Request:
    """The request that repeats one write; the same each time for the same version."""
    return Request(derived_id(request.id, write.seq, write.version), (write,))


def _final_outcome(write: Write, entity: Entity | None, current: CurrentRecords) -> Outcome | None:
    """The outcome if the record alone decides it."""
    if write.action is Action.DELETE and updates.is_removed(entity):
        return accepted.adopted(write, entity or {})
    if entity is None:
        return failed(write, reason("gone_in_ledger"))
    if write.action is Action.UPDATE and _already_equals(write, entity):
        return accepted.adopted(write, entity)
    why = current.locked.get((write.kind, write.ledger_id or ""))
    return failed(write, why) if why else None


def _already_equals(write: Write, entity: Entity) -> bool:
    """Whether the update would change nothing."""
    body, kind = write.body or {}, write.kind
    if updates.has_unused_fields(write, entity):
        return False
    if kind in owned_fields.LIST_FIELDS:
        return fingerprint(body) in content.possible_fingerprints(kind, entity)
    is_time = kind == TIME_ENTRY
    if is_time and content.matching_key(body) != content.matching_key(entity):
        return False
    return not accepted.differences(kind, body, entity, sent_only=True)


def _is_as_we_wrote_it(write: Write, entity: Entity) -> bool:
    """Whether the record has the content that we last wrote, at any version. To deactivate a record
    its content does not matter."""
    if updates.is_deactivation(write):
        return True
    return content.has_content(write.kind, entity, write.base_fingerprint)


def _confirmed(rejection: Rejection) -> Rejection:
    """The rejection. If the record exists, something that it refers to must be missing."""
    if rejection.code != "gone_in_ledger":
        return rejection
    return replace(rejection, still_exists=True)
