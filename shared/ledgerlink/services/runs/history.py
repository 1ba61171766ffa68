"""Reading runs and their items, in pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ledgerlink.domain.errors import Expired, Invalid, NotFound
from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.plan import Action, ItemState, Operation, Outcome
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.runs import PRIVATE, Chunk, Run, RunState
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.ports import Page


@dataclass(frozen=True, slots=True)
class Item:
    """An operation with its outcome."""

    operation: Operation
    outcome: Outcome

    @property
    def state(self) -> ItemState:
        return self.outcome.state


MOST_READ = 500
"""Runs that are read for one page at most. A page may therefore be short."""
LONGEST_PAGE = 3_000_000
"""Characters of bodies in a page of items, because Lambda answers with 6 MB at most."""


class Sort(StrEnum):
    """The order in which runs are listed."""

    NEWEST = "newest"
    OLDEST = "oldest"
    STATE = "state"
    USER = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    """Which runs are listed; None means all."""

    viewer: str
    """The user who asks; other users' drafts are left out."""
    kind: str | None = None
    state: RunState | None = None
    user: str | None = None

    def matches(self, run: Run) -> bool:
        """Whether the run is listed."""
        return (
            visible(run, self.viewer)
            and self.kind in (None, run.kind)
            and self.state in (None, run.state)
            and self.user in (None, run.created_by)
        )


def visible(run: Run, user: str) -> bool:
    """Whether this user may see the run; a draft is visible to its creator alone."""
    return run.state not in PRIVATE or run.created_by == user


def get_run(deps: Dependencies, connection_key: ConnectionKey, run_id: str, user: str) -> Run:
    """Raises NotFound for an unknown run and for another user's draft."""
    deps.connections.get(connection_key)
    run = deps.runs.get(connection_key, run_id)
    if not visible(run, user):
        raise NotFound(
            "no_run", f"There is no run {run_id}.", "List the connection's runs to see ids."
        )
    return run


def list_runs(
    deps: Dependencies,
    connection_key: ConnectionKey,
    wanted: RunFilter,
    after: str | None,
    limit: int,
    sort: Sort = Sort.NEWEST,
) -> Page[Run]:
    """Runs in that order. A page may be short before the end. By state and user, the newest
    MOST_READ are sorted."""
    deps.connections.get(connection_key)
    if after is not None:
        _require_run(deps, connection_key, after)
    if sort in (Sort.NEWEST, Sort.OLDEST):
        return _read(deps, connection_key, wanted, after, limit, sort)
    found = _read(deps, connection_key, wanted, None, MOST_READ, Sort.NEWEST).items
    name = {Sort.STATE: lambda run: run.state.value, Sort.USER: lambda run: run.created_by}[sort]
    ordered = sorted(found, key=name)
    start = next((n + 1 for n, run in enumerate(ordered) if run.id == after), 0)
    rest = ordered[start : start + limit]
    return Page(rest, rest[-1].id if len(ordered) > start + limit else None)


def _require_run(deps: Dependencies, connection_key: ConnectionKey, cursor: str) -> None:
    """Raises Invalid for a cursor that no page gave: it would begin anywhere."""
    try:
        deps.runs.get(connection_key, cursor)
    except NotFound:
        raise bad_cursor() from None


def bad_cursor() -> Invalid:
    """The error for a cursor that no page gave."""
    message, remedy = "This cursor is not one that a page gave.", "Send next of the page before."
    return Invalid.at("/query/after", message, remedy, code="bad_cursor")


def _read(
    deps: Dependencies,
    connection_key: ConnectionKey,
    wanted: RunFilter,
    after: str | None,
    limit: int,
    sort: Sort,
) -> Page[Run]:
    found: list[Run] = []
    oldest_first = sort is Sort.OLDEST
    for _ in range(MOST_READ // limit + 1):
        left = limit - len(found)
        page = deps.runs.list(connection_key, after, left, oldest_first=oldest_first)
        found += [run for run in page.items if wanted.matches(run)]
        after = page.after
        if after is None or len(found) == limit:
            break
    return Page(found, after)


def require_items(deps: Dependencies, run: Run) -> None:
    """Raises Expired for a run whose items were deleted because of their age."""
    if deps.retention.keeps_items(run, deps.clock.now()):
        return
    days = deps.retention.history.days
    message = f"The items of this run are older than {days} days and were deleted."
    raise Expired("items_expired", message, "Its counts are still shown with the run.")


def list_items(
    deps: Dependencies,
    run: Run,
    after: int,
    limit: int,
    state: ItemState | None = None,
    action: Action | None = None,
) -> Page[Item]:
    """At most `limit` items in the order of the plan, from number `after` on. `state` and `action`
    leave out all others. Raises Expired for a run whose items were deleted."""
    require_items(deps, run)
    items: list[Item] = []
    size = 0
    for chunk in run.chunks:
        if chunk.first + chunk.count <= after or not _may_hold(run, chunk, state):
            continue
        for item in items_of_chunk(deps, run, chunk):
            if item.operation.seq < after or not _is_wanted(item, state, action):
                continue
            size += _length(item)
            if len(items) == limit or (items and size > LONGEST_PAGE):
                return Page(items, str(item.operation.seq))
            items.append(item)
    return Page(items)


def _length(item: Item) -> int:
    """How many characters its bodies have, about; everything else in an item is short."""
    return len(repr(item.operation.body)) + len(repr(item.operation.before))


def _is_wanted(item: Item, state: ItemState | None, action: Action | None) -> bool:
    return state in (None, item.state) and action in (None, item.operation.action)


def _may_hold(run: Run, chunk: Chunk, state: ItemState | None) -> bool:
    """Whether a chunk can contain items of that state, judged without reading it."""
    if state is None or chunk.number not in run.progress:
        return state is None or bool(chunk.settled.get(state)) or chunk.pending > 0
    progress = run.progress[chunk.number]
    done = progress.done
    return bool(chunk.settled.get(state) or progress.outcomes.get(state)) or not done


def items_of_chunk(deps: Dependencies, run: Run, chunk: Chunk) -> list[Item]:
    """All items of one chunk."""
    outcomes = deps.runs.outcomes(run, chunk.first, chunk.count) if chunk.pending else {}
    return [_item(run, op, outcomes) for op in deps.staging.chunk(run, chunk.number)]


def _item(run: Run, operation: Operation, outcomes: Mapping[int, Outcome]) -> Item:
    outcome = outcomes.get(operation.seq)
    if outcome is not None:
        return Item(operation, outcome)
    if run.state is RunState.CANCELLED and operation.state is ItemState.PENDING:
        why = reason("cancelled")
        return Item(operation, Outcome(seq=operation.seq, state=ItemState.SKIPPED, reason=why))
    return planned(operation)


def planned(operation: Operation) -> Item:
    """The item of an operation that was not sent yet."""
    outcome = Outcome(
        seq=operation.seq,
        state=operation.state,
        ledger_id=operation.ledger_id,
        version=operation.version,
        reason=operation.reason,
    )
    return Item(operation, outcome)
