"""What the ledger holds now of what we wrote."""

from collections.abc import Mapping, Sequence

from ledgerlink.connectors.intacct.documents import content, list_record_prints, time_entry
from ledgerlink.connectors.intacct.documents.attachment import ATTACHMENT
from ledgerlink.connectors.intacct.documents.document_types import DOCUMENT_TYPES
from ledgerlink.connectors.intacct.documents.time_entry import TIME_ENTRY
from ledgerlink.connectors.intacct.outcomes import attachments, time_entries, timesheets
from ledgerlink.connectors.intacct.outcomes.rejected import approved
from ledgerlink.connectors.intacct.outcomes.timesheets import Timesheet
from ledgerlink.connectors.intacct.protocol import queries, values
from ledgerlink.connectors.intacct.protocol.record_ids import SEPARATOR
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.connectors.intacct.reads import search
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.domain.model.documents import Snapshot
from ledgerlink.domain.ports import Stop


class Snapshots:
    """One look at records, by their ids."""

    def __init__(self, client: Client, stop: Stop) -> None:
        self._client = client
        self._stop = stop

    async def of(self, kind: str, ids: Sequence[str]) -> Mapping[str, Snapshot]:
        """The copies, by id. Raises as the client's `read`."""
        if kind == TIME_ENTRY:
            return await self._entries(ids)
        if kind == ATTACHMENT:
            return await self._files(ids)
        there = await search.by_ids(self._client, kind, ids, self._stop)
        return {each: _document(kind, each, there[each]) for each in ids if each in there}

    async def _files(self, ids: Sequence[str]) -> Mapping[str, Snapshot]:
        """A file holds what was sent, as long as it is there."""
        there: dict[str, list[str]] = {}
        for supdoc in sorted({each.partition(SEPARATOR)[0] for each in ids}):
            there[supdoc] = await attachments.held(self._client, supdoc, self._stop)
        parts = {each: each.partition(SEPARATOR) for each in ids}
        return {
            each: Snapshot(
                ledger_id=each, version=None, body={}, forms=(attachments.content(each),)
            )
            for each, (supdoc, _, name) in parts.items()
            if name in there[supdoc]
        }

    async def _entries(self, ids: Sequence[str]) -> Mapping[str, Snapshot]:
        """A sheet is read once, however many of its entries are asked for; so many at a time that
        there is room for all that they hold."""
        marks: dict[str, list[str]] = {}
        for each in ids:
            number, _, mark = each.partition(SEPARATOR)
            marks.setdefault(number, []).append(mark)
        found: dict[str, Snapshot] = {}
        for some in queries.batches_of(list(marks)):
            there = await timesheets.read(self._client, some, self._stop)
            for sheet in there.by_number.values():
                for mark in sheet.ours.keys() & marks[sheet.number]:
                    own = timesheets.entry_id(sheet.number, mark)
                    found[own] = _entry(own, sheet, sheet.ours[mark])
        return found


def _entry(ledger_id: str, sheet: Timesheet, entry: Row) -> Snapshot:
    body = next(time_entry.forms(sheet.head, entry))
    billed = values.number(entry, "EXTBILLRATE") if time_entry.is_billable(entry) else None
    return Snapshot(
        ledger_id=ledger_id,
        version=sheet.version,
        body=body,
        forms=tuple(time_entries.prints(sheet, entry)),
        locked=approved(sheet.lock) if sheet.lock else None,
        minutes=time_entry.minutes(values.number(entry, "QTY") or time_entry.NOTHING),
        rate=billed,
        fixed=time_entry.sheet_name(sheet.period.employee, sheet.period.first_day.isoformat()),
    )


def _document(kind: str, ledger_id: str, row: Row) -> Snapshot:
    """Of what is known by its content nobody can tell the body that it came from."""
    if DOCUMENT_TYPES[kind].listed:
        forms = (list_record_prints.content(kind, row),)
        return Snapshot(
            ledger_id=ledger_id, version=text(row, queries.WHENMODIFIED), body={}, forms=forms
        )
    return Snapshot(
        ledger_id=ledger_id,
        version=text(row, queries.WHENMODIFIED),
        body={},
        forms=(content.content(row),),
        locked=content.locked(row),
        total=content.total(row),
    )
