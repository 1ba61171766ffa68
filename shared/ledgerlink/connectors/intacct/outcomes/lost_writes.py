"""Lost writes: which writes without an answer the ledger has carried out."""

from collections.abc import Mapping, Sequence

from ledgerlink.connectors.intacct.documents import content
from ledgerlink.connectors.intacct.documents.attachment import ATTACHMENT
from ledgerlink.connectors.intacct.documents.document_types import DOCUMENT_TYPES
from ledgerlink.connectors.intacct.documents.time_entry import TIME_ENTRY
from ledgerlink.connectors.intacct.outcomes import attachments, time_entries, version_conflicts
from ledgerlink.connectors.intacct.outcomes.accepted import accepted, accepted_unread, adopted
from ledgerlink.connectors.intacct.outcomes.timesheet_reads import read_for_writes
from ledgerlink.connectors.intacct.protocol.values import Row
from ledgerlink.connectors.intacct.reads import search
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.domain.model.plan import Action, Outcome, Write
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.ports import Stop

Outcomes = Mapping[int, Outcome]
"""Outcomes by the seq of their write."""


class LostWrites:
    """A search for lost writes, once the ledger has finished all that was sent."""

    def __init__(self, client: Client, stop: Stop) -> None:
        self._client = client
        self._stop = stop

    async def find(self, writes: Sequence[Write]) -> Outcomes:
        """Outcomes of the writes that were carried out. Raises as the client's `read`."""
        outcomes: dict[int, Outcome] = {}
        for kind, some in _by_kind(writes).items():
            outcomes |= await self._of_kind(kind, some)
        return outcomes

    async def _of_kind(self, kind: str, writes: Sequence[Write]) -> Outcomes:
        if kind == TIME_ENTRY:
            return await self._time_entries(writes)
        if kind == ATTACHMENT:
            return await self._files(writes)
        kept = [write for write in writes if _leaves_a_record(write)]
        deleted = [write for write in writes if not _leaves_a_record(write)]
        return {**await self._documents(kind, kept), **await self._deletes(kind, deleted)}

    async def _documents(self, kind: str, writes: Sequence[Write]) -> Outcomes:
        """Creates and updates, found by our ids, numbers or markers."""
        found = await search.find_created(self._client, kind, writes, self._stop) if writes else {}
        return _known(
            {
                write.seq: _outcome_of_found(write, *found[write.seq])
                for write in writes
                if write.seq in found
            }
        )

    async def _deletes(self, kind: str, writes: Sequence[Write]) -> Outcomes:
        """Deletes, whose documents must be missing."""
        ids = [write.ledger_id or "" for write in writes]
        left = await search.by_ids(self._client, kind, ids, self._stop) if ids else {}
        return _known({w.seq: _outcome_of_delete(w, left.get(w.ledger_id or "")) for w in writes})

    async def _files(self, writes: Sequence[Write]) -> Outcomes:
        """Files, found by their names in the attachments of their documents."""
        outcomes: dict[int, Outcome | None] = {}
        for write in writes:
            attachment_id = attachments.attachment_id(write)
            names = await attachments.file_names(self._client, attachment_id, self._stop)
            outcomes[write.seq] = await attachments.found(self._client, write, names, self._stop)
        return _known(outcomes)

    async def _time_entries(self, writes: Sequence[Write]) -> Outcomes:
        """Time, found by its markers in the timesheets of its people and periods. A create counts
        as done whatever values the entry has, because only our own writes have its marker."""
        sheets = await read_for_writes(self._client, writes, self._stop)
        return _known(
            {
                write.seq: time_entries.already_done(write, sheets)
                or time_entries.adopted(write, sheets)
                for write in writes
            }
        )


def _by_kind(writes: Sequence[Write]) -> Mapping[str, list[Write]]:
    kinds: dict[str, list[Write]] = {}
    for write in writes:
        kinds.setdefault(write.kind, []).append(write)
    return kinds


def _leaves_a_record(write: Write) -> bool:
    """Whether the ledger has a record once it is carried out; a deleted list record is inactive."""
    return DOCUMENT_TYPES[write.kind].is_list_record or write.body is not None


def _outcome_of_found(write: Write, ledger_id: str, row: Row) -> Outcome | None:
    """None where the record does not show whether the write was carried out."""
    if write.action is Action.CREATE:
        return adopted(write, ledger_id, row)
    if DOCUMENT_TYPES[write.kind].is_list_record:
        return version_conflicts.list_record_was_applied(write, row)
    if write.action is Action.UPDATE and version_conflicts.was_applied(write, row):
        return accepted(write, ledger_id, row, reason("already_written"))
    return None


def _outcome_of_delete(write: Write, left: Row | None) -> Outcome | None:
    """None where the document is still there."""
    if left is not None and not content.is_void(left):
        return None
    return accepted_unread(write, write.ledger_id or "")


def _known(outcomes: Mapping[int, Outcome | None]) -> Outcomes:
    return {seq: outcome for seq, outcome in outcomes.items() if outcome is not None}
