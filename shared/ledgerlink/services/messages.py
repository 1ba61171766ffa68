"""Messages for the queue of a connection, and events for the product's bus."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.runs import FINISHED, Chunk, Run, RunState


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One step of work for the worker of a connection. It carries ids, never records."""

    firm: str
    connection_id: str
    step: str
    """`read_company`, `plan`, `apply` or `sync`."""
    run_id: str = ""
    """Empty for `read_company`, which belongs to no run."""
    chunk: int = 0
    generation: int = 0
    """The run's generation when the message was sent. A message of an earlier one is ignored."""
    turn: int = 0
    """How often the message was sent again. Without it the queue would drop it as a repeat."""

    @property
    def connection_key(self) -> ConnectionKey:
        """The connection whose queue it goes through."""
        return ConnectionKey(self.firm, self.connection_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event for the product."""

    firm: str
    kind: str
    """`record.changed` or `sync.finished`."""
    detail: Mapping[str, Any]
    """JSON values without secrets."""


def run_message(run: Run) -> Message:
    """The message that starts the run: it is planned, or its lists are synced."""
    return Message(
        firm=run.firm,
        connection_id=run.connection_id,
        step="plan" if run.sync is None else "sync",
        run_id=run.id,
        generation=run.generation,
    )


def chunk_message(run: Run, chunk: Chunk) -> Message:
    """The message that has one chunk applied."""
    return Message(
        firm=run.firm,
        connection_id=run.connection_id,
        step="apply",
        run_id=run.id,
        chunk=chunk.number,
        generation=run.generation,
    )


def remaining_messages(run: Run) -> Sequence[Message]:
    """All messages that the run still needs: one per open chunk, or the first one."""
    if run.state in FINISHED:
        return []
    if not run.chunks or run.state in (RunState.QUEUED, RunState.CANCELLING):
        return [run_message(run)]
    return [chunk_message(run, chunk) for chunk in run.open_chunks()]
