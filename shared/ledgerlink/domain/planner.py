"""The planner: from source records, rules and links to an ordered list of operations. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ledgerlink.domain.documents import Document, fingerprint, needs
from ledgerlink.domain.links import Link
from ledgerlink.domain.lists import LEDGER_KEY
from ledgerlink.domain.plan import Action, ItemState, Operation
from ledgerlink.domain.ports import Blocked, Composer
from ledgerlink.domain.reasons import Reason, reason
from ledgerlink.domain.records import TimeEntry
from ledgerlink.domain.resolver import Resolver, RuleBook, Skipped, posting_key, time_key

TIME = "time"
"""The kind of an operation that never became a ledger's document."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A source record that is not valid. `key` is its own, or its position where it has none."""

    key: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanInput:
    """What a plan is made of. `closed_through` is the last day of the closed books. `run_id` is
    the run's own; ids sort by age."""

    entries: Sequence[TimeEntry]
    rejected: Sequence[Rejected]
    rules: RuleBook
    links: Mapping[str, Link]
    composer: Composer
    closed_through: date | None = None
    run_id: str | None = None


def plan(given: PlanInput) -> tuple[Operation, ...]:
    """The operations in the order in which they may be applied, numbered from 0."""
    resolver = Resolver(given.rules, given.links, given.composer)
    doubled = {k: n for k, n in Counter(e.key for e in given.entries).items() if n > 1}
    times = [_time(entry, given, resolver, doubled) for entry in given.entries]
    times += [
        _settled(posting_key(TIME, r.key), ItemState.BLOCKED, r.reason) for r in given.rejected
    ]
    lists = _needed(times, resolver)
    refused = [_settled(k, ItemState.BLOCKED, why, "list") for k, why in resolver.refused.items()]
    levels = _levels(lists)
    leveled = (replace(op, level=_level(op, levels)) for op in times)
    ordered = sorted([*refused, *_creations(lists, levels), *leveled], key=_order)
    return tuple(replace(op, seq=seq) for seq, op in enumerate(ordered))


def _order(operation: Operation) -> tuple[bool, int]:
    """What is settled already comes last, the rest by dependence."""
    return operation.state is not ItemState.PENDING, operation.level


def _time(
    entry: TimeEntry, given: PlanInput, resolver: Resolver, doubled: Mapping[str, int]
) -> Operation:
    key = time_key(entry)
    try:
        _check(entry, doubled)
        document = given.composer.time(resolver.time(entry))
    except Blocked as blocked:
        return _settled(key, ItemState.BLOCKED, blocked.reason, minutes=entry.minutes)
    except Skipped as skipped:
        return _settled(key, ItemState.SKIPPED, skipped.reason, minutes=entry.minutes)
    operation = _compare(
        replace(document, members=(entry.key,)), given.links.get(key), given.run_id
    )
    return _keep_closed(operation, given.closed_through)


def _check(entry: TimeEntry, doubled: Mapping[str, int]) -> None:
    if entry.key.startswith(LEDGER_KEY):
        raise Skipped(reason("came_from_ledger", field="key"))
    if entry.key in doubled:
        raise Blocked(reason("duplicate_key", field="key", key=entry.key, count=doubled[entry.key]))
    if entry.approval not in (None, "approved"):
        raise Blocked(reason("not_approved", field="approval", state=entry.approval))


def _compare(document: Document, link: Link | None, run_id: str | None = None) -> Operation:
    """Create what is new, update what differs from what we last wrote, leave the rest: also what
    a later run wrote while this one was parked."""
    operation = Operation(
        seq=0,
        action=Action.CREATE,
        key=document.key,
        kind=document.kind,
        level=0,
        members=document.members,
        body=document.body,
        day=document.day,
        minutes=document.minutes,
    )
    if link is None:
        return operation
    operation = replace(operation, ledger_id=link.ledger_id, version=link.version)
    if fingerprint(document.body) == link.fingerprint:
        return replace(operation, action=Action.NONE, body=None, state=ItemState.UNCHANGED)
    if run_id is not None and link.run_id > run_id:
        why = reason("superseded")
        return replace(
            operation, action=Action.NONE, body=None, state=ItemState.UNCHANGED, reason=why
        )
    return replace(operation, action=Action.UPDATE, base_fingerprint=link.fingerprint)


def _keep_closed(operation: Operation, closed_through: date | None) -> Operation:
    if operation.state is not ItemState.PENDING or operation.day is None or closed_through is None:
        return operation
    if operation.day > closed_through:
        return operation
    why = reason("closed_period", field="work_date", day=operation.day, closed=closed_through)
    return replace(operation, action=Action.NONE, body=None, state=ItemState.BLOCKED, reason=why)


def _settled(
    key: str, state: ItemState, why: Reason, kind: str = TIME, minutes: int = 0
) -> Operation:
    return Operation(
        seq=0,
        action=Action.NONE,
        key=key,
        kind=kind,
        level=0,
        minutes=minutes,
        members=(key.partition(":")[2],),
        state=state,
        reason=why,
    )


def _needed(times: Iterable[Operation], resolver: Resolver) -> dict[str, Document]:
    """The new list records that some operation to be sent waits for, with their parents."""
    needed: dict[str, Document] = {}
    waiting = list(_wanted(times))
    while waiting:
        key = waiting.pop()
        if key not in needed:
            needed[key] = resolver.created[key]
            waiting.extend(needs(needed[key].body))
    return needed


def _wanted(operations: Iterable[Operation]) -> Iterator[str]:
    for operation in operations:
        if operation.state is ItemState.PENDING:
            yield from needs(operation.body)


def _levels(documents: Mapping[str, Document]) -> dict[str, int]:
    """The depth of each document: one more than the deepest that it waits for."""
    levels: dict[str, int] = {}

    def depth(key: str) -> int:
        if key not in levels:
            levels[key] = 1 + max((depth(k) for k in needs(documents[key].body)), default=-1)
        return levels[key]

    for key in documents:
        depth(key)
    return levels


def _level(operation: Operation, levels: Mapping[str, int]) -> int:
    return 1 + max((levels[key] for key in needs(operation.body)), default=-1)


def _creations(documents: Mapping[str, Document], levels: Mapping[str, int]) -> Iterator[Operation]:
    """The operations that create list records, each at its level."""
    for key, document in documents.items():
        members = (key.partition(":")[2],)
        yield replace(_compare(replace(document, members=members), None), level=levels[key])
