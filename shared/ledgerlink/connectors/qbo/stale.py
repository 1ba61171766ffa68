"""Updates that were refused because of the record's state: what it holds now decides.

Invoicing and other housekeeping of the ledger move a version without touching the content; such a
record may still be updated. One that somebody edited may not, unless both sides say the same.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ledgerlink.connectors.qbo import answers, queries
from ledgerlink.connectors.qbo.client import Client, Entity
from ledgerlink.connectors.qbo.documents import sent_forms
from ledgerlink.connectors.qbo.finding import content
from ledgerlink.connectors.qbo.refusals import Refusal
from ledgerlink.domain.documents import fingerprint
from ledgerlink.domain.plan import Action, ItemState, Outcome, Request, Write
from ledgerlink.domain.ports import Stop
from ledgerlink.domain.reasons import reason

KIND = "TimeActivity"
"""The only kind that is updated."""

VERDICTS = ("changed_in_ledger", "gone_in_ledger")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a second look says of refusals: outcomes that stand, updates to repeat at the version
    that the ledger holds now, and refusals that remain."""

    outcomes: tuple[Outcome, ...] = ()
    repeats: tuple[Write, ...] = ()
    refusals: tuple[Refusal, ...] = ()


def is_stale(refusal: Refusal) -> bool:
    """Whether the record's state in the ledger must be read before the refusal is believed."""
    write = refusal.write
    return write.action is Action.UPDATE and write.kind == KIND and refusal.code in VERDICTS


async def look(client: Client, refusals: Sequence[Refusal], stop: Stop) -> Verdict:
    """Read the records of these stale refusals. Raises as the client's `rows`."""
    if not refusals:
        return Verdict()
    ids = [refusal.write.ledger_id or "" for refusal in refusals]
    statement = queries.select(KIND, queries.among("Id", ids))
    there = {row["Id"]: row for row in await client.rows(KIND, statement, stop)}
    return judged(refusals, there)


def judged(refusals: Sequence[Refusal], there: Mapping[str, Entity]) -> Verdict:
    """The verdict, by the records that are there."""
    outcomes: list[Outcome] = []
    repeats: list[Write] = []
    remaining: list[Refusal] = []
    for refusal in refusals:
        write, entity = refusal.write, there.get(refusal.write.ledger_id or "")
        if entity is None:
            outcomes.append(_gone(write))
        elif _holds(write, entity):
            outcomes.append(answers.adopted(write, entity))
        elif refusal.code == "changed_in_ledger" and _is_as_written(write, entity):
            repeats.append(replace(write, version=str(entity.get("SyncToken"))))
        else:
            remaining.append(_believed(refusal))
    return Verdict(tuple(outcomes), tuple(repeats), tuple(remaining))


def repeated(request: Request, write: Write) -> Request:
    """The request that repeats an update; the same each time, for the same version."""
    text = f"{request.id}/{write.seq}/{write.version}"
    return Request(hashlib.sha256(text.encode()).hexdigest()[:32], (write,))


def _holds(write: Write, entity: Entity) -> bool:
    """Whether the update would change nothing."""
    body = write.body or {}
    return content(body) == content(entity) and not answers.differences(body, entity)


def _is_as_written(write: Write, entity: Entity) -> bool:
    """Whether the record has the content that we last wrote, at whatever version."""
    return any(fingerprint(form) == write.base_fingerprint for form in sent_forms(entity))


def _gone(write: Write) -> Outcome:
    return Outcome(seq=write.seq, state=ItemState.FAILED, reason=reason("gone_in_ledger"))


def _believed(refusal: Refusal) -> Refusal:
    """A record that is there misses something that it points at, not itself."""
    if refusal.code != "gone_in_ledger":
        return refusal
    return replace(refusal, there=True)
