"""Reading runs and their items."""

from collections.abc import Mapping
from dataclasses import dataclass

from ledgerlink.domain.plan import ItemState, Operation, Outcome
from ledgerlink.domain.runs import Chunk, Run
from ledgerlink.services.house import House
from ledgerlink.services.stores import Page


@dataclass(frozen=True, slots=True)
class Item:
    """An operation with what became of it."""

    operation: Operation
    outcome: Outcome

    @property
    def state(self) -> ItemState:
        return self.outcome.state


def get_run(house: House, firm: str, connection_id: str, run_id: str) -> Run:
    """Raises NotFound."""
    house.connections.get(firm, connection_id)
    return house.runs.get(firm, connection_id, run_id)


def list_runs(
    house: House, firm: str, connection_id: str, after: str | None, limit: int
) -> Page[Run]:
    """Newest first."""
    house.connections.get(firm, connection_id)
    return house.runs.list(firm, connection_id, after, limit)


def list_items(
    house: House, run: Run, after: int, limit: int, state: ItemState | None = None
) -> Page[Item]:
    """Items in the order of the plan from number `after` on; at most `limit`, of one state."""
    items: list[Item] = []
    for chunk in run.chunks:
        if chunk.first + chunk.count <= after or not _may_hold(run, chunk, state):
            continue
        for item in items_of_chunk(house, run, chunk):
            if item.operation.seq < after or (state and item.state is not state):
                continue
            if len(items) == limit:
                return Page(items, str(item.operation.seq))
            items.append(item)
    return Page(items)


def _may_hold(run: Run, chunk: Chunk, state: ItemState | None) -> bool:
    """Whether a chunk can hold items of that state, without reading it."""
    if state is None or chunk.number not in run.progress:
        return state is None or bool(chunk.settled.get(state)) or chunk.pending > 0
    progress = run.progress[chunk.number]
    done = progress.done
    return bool(chunk.settled.get(state) or progress.outcomes.get(state)) or not done


def items_of_chunk(house: House, run: Run, chunk: Chunk) -> list[Item]:
    """The items of one chunk."""
    outcomes = house.runs.outcomes(run, chunk.first, chunk.count) if chunk.pending else {}
    return [_item(op, outcomes) for op in house.staging.chunk(run, chunk.number)]


def _item(operation: Operation, outcomes: Mapping[int, Outcome]) -> Item:
    planned = Outcome(
        seq=operation.seq,
        state=operation.state,
        ledger_id=operation.ledger_id,
        version=operation.version,
        reason=operation.reason,
    )
    return Item(operation, outcomes.get(operation.seq, planned))
