"""Settling what resting runs sent without an answer, before anything else is planned."""

from itertools import chain

from ledgerlink.domain.connections import Connection
from ledgerlink.domain.ports import Ledger, Stop
from ledgerlink.domain.runs import RESTING
from ledgerlink.services.applying import open_work
from ledgerlink.services.house import House


async def settle_parked(house: House, connection: Connection, ledger: Ledger, stop: Stop) -> None:
    """Look up the open requests of every run that rests and record what the ledger holds of them.

    The calls count for the run that is being planned. Raises Interrupted.
    """
    states = sorted(RESTING)
    rest = (house.runs.in_state(connection.firm, connection.id, state) for state in states)
    for run in chain.from_iterable(rest):
        for chunk in run.open_chunks():
            progress = run.progress.get(chunk.number)
            if progress is not None and progress.opened_at is not None:
                await open_work(house, run, chunk, ledger, calls={}).look_up(stop)
