"""The messages that have a run's work done."""

from collections.abc import Sequence

from ledgerlink.domain.model.runs import Chunk, Run
from ledgerlink.services.ports import Message


def run_message(run: Run) -> Message:
    """The message that has the run planned, or its lists brought in."""
    return Message(
        firm=run.firm,
        connection_id=run.connection_id,
        step="plan" if run.sync is None else "sync",
        run_id=run.id,
        generation=run.generation,
    )


def chunk_message(run: Run, chunk: Chunk) -> Message:
    """The message that has a chunk applied."""
    return Message(
        firm=run.firm,
        connection_id=run.connection_id,
        step="apply",
        run_id=run.id,
        chunk=chunk.number,
        generation=run.generation,
    )


def messages_of(run: Run) -> Sequence[Message]:
    """What the lane has to do for this run from here on."""
    if not run.chunks:
        return [run_message(run)]
    return [chunk_message(run, chunk) for chunk in run.open_chunks()]
