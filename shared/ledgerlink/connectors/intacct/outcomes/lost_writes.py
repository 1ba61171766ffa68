"""Finding: which writes of unknown outcome the ledger already holds."""

from collections.abc import Mapping, Sequence

from ledgerlink.connectors.intacct.documents.attachment import ATTACHMENT
from ledgerlink.connectors.intacct.documents.document_types import DOCUMENT_TYPES
from ledgerlink.connectors.intacct.documents.time_entry import TIME_ENTRY
from ledgerlink.connectors.intacct.outcomes import attachments, documents, time_entries, timesheets
from ledgerlink.connectors.intacct.outcomes.timesheets import Timesheets
from ledgerlink.connectors.intacct.reads import search
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.domain.model.plan import Outcome, Write
from ledgerlink.domain.ports import Stop


class LostWrites:
    """One search, once nothing that was sent can still be stored."""

    def __init__(self, client: Client, stop: Stop) -> None:
        self._client = client
        self._stop = stop

    async def find(self, writes: Sequence[Write]) -> Mapping[int, Outcome]:
        """Outcomes, by seq, of those writes that are found. Raises as the client's `read`."""
        outcomes: dict[int, Outcome] = {}
        for kind, some in _by_kind(writes).items():
            outcomes |= await self._of(kind, some)
        return outcomes

    async def _of(self, kind: str, writes: Sequence[Write]) -> Mapping[int, Outcome]:
        if kind == TIME_ENTRY:
            return await self._entries(writes)
        return await (self._files(writes) if kind == ATTACHMENT else self._documents(kind, writes))

    async def _documents(self, kind: str, writes: Sequence[Write]) -> Mapping[int, Outcome]:
        """By our names for them. What is to go is found by not being there."""
        made = [write for write in writes if DOCUMENT_TYPES[kind].listed or write.body is not None]
        there = await search.ours(self._client, kind, made, self._stop) if made else {}
        told = {w.seq: documents.found(w, *there[w.seq]) for w in made if w.seq in there}
        going = [write for write in writes if write not in made]
        ids = [write.ledger_id or "" for write in going]
        left = await search.by_ids(self._client, kind, ids, self._stop) if ids else {}
        told |= {w.seq: documents.gone(w, left.get(w.ledger_id or "")) for w in going}
        return {seq: outcome for seq, outcome in told.items() if outcome is not None}

    async def _files(self, writes: Sequence[Write]) -> Mapping[int, Outcome]:
        """By their names in the attachments of their documents."""
        told: dict[int, Outcome] = {}
        for write in writes:
            supdoc = attachments.supdoc_of(write)
            there = await attachments.held(self._client, supdoc, self._stop)
            outcome = await attachments.found(self._client, write, there, self._stop)
            if outcome is not None:
                told[write.seq] = outcome
        return told

    async def _entries(self, writes: Sequence[Write]) -> dict[int, Outcome]:
        """By the sheet of their person and period, and their marks in it."""
        there = await timesheets.look(self._client, writes, self._stop)
        found = {write.seq: _entry(write, there) for write in writes}
        return {seq: outcome for seq, outcome in found.items() if outcome is not None}


def _by_kind(writes: Sequence[Write]) -> Mapping[str, list[Write]]:
    kinds: dict[str, list[Write]] = {}
    for write in writes:
        kinds.setdefault(write.kind, []).append(write)
    return kinds


def _entry(write: Write, there: Timesheets) -> Outcome | None:
    """What was created is known by its mark, whatever else it says."""
    return time_entries.settled(write, there) or time_entries.adopted(write, there)
