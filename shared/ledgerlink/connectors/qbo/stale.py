"""Updates and deletes that were refused because of the record's state: what it holds now decides.

Housekeeping of the ledger moves a version without touching the content; such a record may still be
changed. One that somebody edited may not, unless both sides say the same, and neither may time
that an invoice bills. A list record may be made inactive whatever became of it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ledgerlink.connectors.qbo import answers, billing, queries, removing
from ledgerlink.connectors.qbo.client import Client, Entity
from ledgerlink.connectors.qbo.documents import sent_forms
from ledgerlink.connectors.qbo.finding import content
from ledgerlink.connectors.qbo.refusals import Refusal
from ledgerlink.domain.documents import fingerprint
from ledgerlink.domain.plan import Action, ItemState, Outcome, Request, Write
from ledgerlink.domain.ports import Stop
from ledgerlink.domain.reasons import Reason, reason

KIND = "TimeActivity"
"""The only kind that is updated."""

VERDICTS = ("changed_in_ledger", "gone_in_ledger")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a second look says of refusals: outcomes that stand, writes to repeat at the version
    that the ledger holds now, and refusals that remain."""

    outcomes: tuple[Outcome, ...] = ()
    repeats: tuple[Write, ...] = ()
    refusals: tuple[Refusal, ...] = ()


def is_stale(refusal: Refusal) -> bool:
    """Whether the record's state in the ledger must be read before the refusal is believed."""
    write = refusal.write
    updates = write.action is Action.UPDATE and write.kind == KIND
    return (updates or write.action is Action.DELETE) and refusal.code in VERDICTS


async def look(client: Client, refusals: Sequence[Refusal], stop: Stop) -> Verdict:
    """Read the records of these stale refusals. Raises as the client's `rows`."""
    ids: dict[str, list[str]] = defaultdict(list)
    for refusal in refusals:
        ids[refusal.write.kind].append(refusal.write.ledger_id or "")
    there: dict[tuple[str, str], Entity] = {}
    for kind, some in ids.items():
        statement = queries.select(kind, queries.among("Id", some))
        there |= {(kind, row["Id"]): row for row in await client.rows(kind, statement, stop)}
    return judged(refusals, there, await billing.numbers_told(client, there.values(), stop))


def judged(
    refusals: Sequence[Refusal],
    there: Mapping[tuple[str, str], Entity],
    invoices: Mapping[str, str],
) -> Verdict:
    """The verdict, by the records that are there, and the numbers of the invoices that bill time
    among them."""
    outcomes: list[Outcome] = []
    repeats: list[Write] = []
    remaining: list[Refusal] = []
    for refusal in refusals:
        write, ledger_id = refusal.write, refusal.write.ledger_id or ""
        entity = there.get((write.kind, ledger_id))
        if (outcome := _settled(write, entity, invoices.get(ledger_id))) is not None:
            outcomes.append(outcome)
        elif entity and refusal.code == "changed_in_ledger" and _is_as_written(write, entity):
            repeats.append(replace(write, version=str(entity.get("SyncToken"))))
        else:
            remaining.append(_believed(refusal))
    return Verdict(tuple(outcomes), tuple(repeats), tuple(remaining))


def _settled(write: Write, entity: Entity | None, invoice: str | None) -> Outcome | None:
    """The outcome that the record alone decides, if it does."""
    if write.action is Action.DELETE and removing.has_left(entity):
        return answers.adopted(write, entity or {})
    if entity is None:
        return _failed(write, reason("gone_in_ledger"))
    if write.action is Action.UPDATE and _holds(write, entity):
        return answers.adopted(write, entity)
    if billing.is_billed(entity):
        return _failed(write, billing.billed(invoice))
    return None


def repeated(request: Request, write: Write) -> Request:
    """The request that repeats a write; the same each time, for the same version."""
    text = f"{request.id}/{write.seq}/{write.version}"
    return Request(hashlib.sha256(text.encode()).hexdigest()[:32], (write,))


def _holds(write: Write, entity: Entity) -> bool:
    """Whether the update would change nothing."""
    body = write.body or {}
    return content(body) == content(entity) and not answers.differences(body, entity)


def _is_as_written(write: Write, entity: Entity) -> bool:
    """Whether the record has the content that we last wrote, at whatever version; of what is only
    made inactive the content does not matter."""
    if removing.deactivates(write):
        return True
    return any(fingerprint(form) == write.base_fingerprint for form in sent_forms(entity))


def _failed(write: Write, why: Reason) -> Outcome:
    return Outcome(seq=write.seq, state=ItemState.FAILED, reason=why)


def _believed(refusal: Refusal) -> Refusal:
    """A record that is there misses something that it points at, not itself."""
    if refusal.code != "gone_in_ledger":
        return refusal
    return replace(refusal, there=True)
