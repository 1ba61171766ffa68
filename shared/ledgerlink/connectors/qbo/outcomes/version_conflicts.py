"""Updates and deletes that were refused because of the record's state: what it holds now decides.

Housekeeping of the ledger moves a version without touching the content; such a record may still be
changed. One that somebody edited may not, unless both sides say the same, and neither may what is
billed, paid or void. A list record may be made inactive whatever became of it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ledgerlink.connectors.qbo.documents import content, deletes, owned_fields
from ledgerlink.connectors.qbo.outcomes import accepted, billed_time, locks
from ledgerlink.connectors.qbo.outcomes.rejected import Refusal
from ledgerlink.connectors.qbo.protocol import queries
from ledgerlink.connectors.qbo.transport.client import Client, Entity
from ledgerlink.connectors.shared.request_id import derived_id
from ledgerlink.domain.model.documents import fingerprint
from ledgerlink.domain.model.plan import Action, ItemState, Outcome, Request, Write
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.ports import Stop

VERDICTS = ("changed_in_ledger", "gone_in_ledger")
LOCKS = ("billed", "paid", "reconciled")
"""What a fault may mean for a document of money, if the record says so, too."""

Key = tuple[str, str]
"""Kind and id of a record."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a second look says of refusals: outcomes that stand, writes to repeat at the version
    that the ledger holds now, and refusals that remain."""

    outcomes: tuple[Outcome, ...] = ()
    repeats: tuple[Write, ...] = ()
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look showed: the records that are there, and why some of them may not change."""

    there: Mapping[Key, Entity]
    locked: Mapping[Key, Reason] = field(default_factory=dict)


def is_stale(refusal: Refusal) -> bool:
    """Whether the record's state in the ledger must be read before the refusal is believed."""
    write = refusal.write
    if write.action not in (Action.UPDATE, Action.DELETE):
        return False
    looks = VERDICTS + LOCKS if write.kind in content.MONEY else VERDICTS
    return refusal.code in looks


async def look(client: Client, refusals: Sequence[Refusal], stop: Stop) -> Verdict:
    """Read the records of these stale refusals. Raises as the client's `rows`."""
    ids: dict[str, list[str]] = defaultdict(list)
    for refusal in refusals:
        ids[refusal.write.kind].append(refusal.write.ledger_id or "")
    there: dict[Key, Entity] = {}
    locked: dict[Key, Reason] = {}
    for kind, some in ids.items():
        statement = queries.select(kind, queries.among("Id", some))
        rows = await client.rows(kind, statement, stop)
        there |= {(kind, row["Id"]): row for row in rows}
        found = await _locked(client, kind, rows, stop)
        locked |= {(kind, ledger_id): why for ledger_id, why in found.items()}
    return judged(refusals, Seen(there, locked))


async def _locked(
    client: Client, kind: str, rows: Sequence[Entity], stop: Stop
) -> Mapping[str, Reason]:
    """Why some of these may not change, by id."""
    if kind == content.ACTIVITY:
        invoices = await billed_time.numbers_told(client, rows, stop)
        billed = [row["Id"] for row in rows if billed_time.is_billed(row)]
        return {ledger_id: billed_time.billed(invoices.get(ledger_id)) for ledger_id in billed}
    charged = await locks.charged(client, kind, rows, stop)
    found = {row["Id"]: locks.locked(kind, row, charged) for row in rows}
    return {ledger_id: why for ledger_id, why in found.items() if why is not None}


def judged(refusals: Sequence[Refusal], seen: Seen) -> Verdict:
    """The verdict, by what a look showed."""
    outcomes: list[Outcome] = []
    repeats: list[Write] = []
    remaining: list[Refusal] = []
    for refusal in refusals:
        write = refusal.write
        entity = seen.there.get((write.kind, write.ledger_id or ""))
        if (outcome := _settled(write, entity, seen)) is not None:
            outcomes.append(outcome)
        elif entity and refusal.code == "changed_in_ledger" and _is_as_written(write, entity):
            repeats.append(replace(write, version=str(entity.get("SyncToken"))))
        else:
            remaining.append(_believed(refusal))
    return Verdict(tuple(outcomes), tuple(repeats), tuple(remaining))


def _settled(write: Write, entity: Entity | None, seen: Seen) -> Outcome | None:
    """The outcome that the record alone decides, if it does."""
    if write.action is Action.DELETE and deletes.has_left(entity):
        return accepted.adopted(write, entity or {})
    if entity is None:
        return _failed(write, reason("gone_in_ledger"))
    if write.action is Action.UPDATE and _holds(write, entity):
        return accepted.adopted(write, entity)
    why = seen.locked.get((write.kind, write.ledger_id or ""))
    return _failed(write, why) if why else None


def repeated(request: Request, write: Write) -> Request:
    """The request that repeats a write; the same each time, for the same version."""
    return Request(derived_id(request.id, write.seq, write.version), (write,))


def _holds(write: Write, entity: Entity) -> bool:
    """Whether the update would change nothing."""
    body, kind = write.body or {}, write.kind
    if kind in owned_fields.LISTED:
        return fingerprint(body) in content.prints(kind, entity)
    same = kind != content.ACTIVITY or content.shared(body) == content.shared(entity)
    return same and not accepted.differences(kind, body, entity)


def _is_as_written(write: Write, entity: Entity) -> bool:
    """Whether the record has the content that we last wrote, at whatever version; of what is only
    made inactive the content does not matter."""
    if deletes.deactivates(write):
        return True
    return write.base_fingerprint in content.prints(write.kind, entity)


def _failed(write: Write, why: Reason) -> Outcome:
    return Outcome(seq=write.seq, state=ItemState.FAILED, reason=why)


def _believed(refusal: Refusal) -> Refusal:
    """A record that is there misses something that it points at, not itself."""
    if refusal.code != "gone_in_ledger":
        return refusal
    return replace(refusal, there=True)
