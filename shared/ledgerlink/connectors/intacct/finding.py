"""Finding: which writes of unknown outcome the ledger already holds."""

from collections.abc import Mapping, Sequence

from ledgerlink.connectors.intacct import judging, sheets
from ledgerlink.connectors.intacct.client import Client
from ledgerlink.connectors.intacct.entries import KIND as TIME
from ledgerlink.connectors.intacct.sheets import Sheets, mark_for
from ledgerlink.domain.plan import Action, Outcome, Write
from ledgerlink.domain.ports import Stop


class Finding:
    """One search, once nothing that was sent can still be stored."""

    def __init__(self, client: Client, stop: Stop) -> None:
        self._client = client
        self._stop = stop

    async def find(self, writes: Sequence[Write]) -> Mapping[int, Outcome]:
        """Outcomes, by seq, of those writes that are found. Raises as the client's `read`."""
        time = [write for write in writes if write.kind == TIME]
        return await self._entries(time) if time else {}

    async def _entries(self, writes: Sequence[Write]) -> dict[int, Outcome]:
        """By the sheet of their person and period, and their marks in it."""
        there = await sheets.look(self._client, writes, self._stop)
        found = {write.seq: _entry(write, there) for write in writes}
        return {seq: outcome for seq, outcome in found.items() if outcome is not None}


def _entry(write: Write, there: Sheets) -> Outcome | None:
    """What was created is known by its mark, whatever else it says."""
    settled = judging.settled(write, there)
    holding = list(there.holding(write))
    if settled is not None or write.action is not Action.CREATE or not holding:
        return settled
    return judging.posted(write, holding[0], holding[0].ours()[mark_for(write)])
