"""Snapshots: what the ledger holds now of records that we wrote."""

from collections.abc import Mapping, Sequence
from functools import partial

from ledgerlink.connectors.intacct.documents import additions, content, list_records, time_entry
from ledgerlink.connectors.intacct.documents.attachment import ATTACHMENT
from ledgerlink.connectors.intacct.documents.document_types import DOCUMENT_TYPES
from ledgerlink.connectors.intacct.documents.time_entry import TIME_ENTRY
from ledgerlink.connectors.intacct.outcomes import attachments, timesheets
from ledgerlink.connectors.intacct.outcomes.rejected import timesheet_locked
from ledgerlink.connectors.intacct.outcomes.time_entries import possible_fingerprints
from ledgerlink.connectors.intacct.outcomes.timesheet_reads import find_numbers, read_timesheets
from ledgerlink.connectors.intacct.outcomes.timesheets import EmployeePeriod, Timesheet
from ledgerlink.connectors.intacct.protocol import queries, values
from ledgerlink.connectors.intacct.protocol.record_ids import SEPARATOR
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.connectors.intacct.reads import search
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.domain.model.snapshots import Snapshot
from ledgerlink.domain.ports import NO_GROUPS, Stop


class Snapshots:
    """Reads snapshots by ledger id."""

    def __init__(self, client: Client, stop: Stop) -> None:
        self._client = client
        self._stop = stop

    async def read(
        self, kind: str, ids: Sequence[str], groups: Mapping[str, str] = NO_GROUPS
    ) -> Mapping[str, Snapshot]:
        """Snapshots of those of these records that exist, by id. `groups` names the timesheets of
        time entries, by id. Raises as the client's `read`."""
        if kind == TIME_ENTRY:
            found = await self._time_entries(ids)
            lost = {each: groups[each] for each in ids if each not in found and each in groups}
            return {**found, **await self._entries_in_other_timesheets(lost)}
        if kind == ATTACHMENT:
            return await self._files(ids)
        rows = await search.by_ids(self._client, kind, ids, self._stop)
        snapshot = _list_record if DOCUMENT_TYPES[kind].is_list_record else _document
        return {each: snapshot(kind, each, rows[each]) for each in ids if each in rows}

    async def _files(self, ids: Sequence[str]) -> Mapping[str, Snapshot]:
        """Files that exist. The ledger does not show their bytes, so their content is their id."""
        names: dict[str, list[str]] = {}
        for attachment_id in sorted({each.partition(SEPARATOR)[0] for each in ids}):
            names[attachment_id] = await attachments.file_names(
                self._client, attachment_id, self._stop
            )
        parts = {each: each.partition(SEPARATOR) for each in ids}
        return {
            each: _file(each)
            for each, (attachment_id, _, name) in parts.items()
            if name in names[attachment_id]
        }

    async def _time_entries(self, ids: Sequence[str]) -> Mapping[str, Snapshot]:
        """A timesheet is read once for all of its entries, and only so many timesheets at a time
        that their entries fit into memory."""
        markers: dict[str, list[str]] = {}
        for each in ids:
            number, _, marker = each.partition(SEPARATOR)
            markers.setdefault(number, []).append(marker)
        found: dict[str, Snapshot] = {}
        for some in queries.batches_of(list(markers)):
            sheets = await read_timesheets(self._client, some, self._stop)
            for sheet in sheets.by_number.values():
                for marker in sheet.our_entries.keys() & markers[sheet.number]:
                    own_id = timesheets.entry_id(sheet.number, marker)
                    found[own_id] = _time_entry(own_id, sheet, sheet.our_entries[marker])
        return found

    async def _entries_in_other_timesheets(self, lost: Mapping[str, str]) -> dict[str, Snapshot]:
        """The entries that another timesheet of the same employee and period holds under our
        marker, because a user replaced the timesheet that they were written to. `lost` names the
        timesheet of each, by id."""
        periods = {
            each: EmployeePeriod(*named)
            for each, group in lost.items()
            if (named := time_entry.parse_timesheet_name(group))
        }
        numbers = await find_numbers(self._client, set(periods.values()), self._stop)
        found: dict[str, Snapshot] = {}
        for some in queries.batches_of(sorted(set().union(*numbers.values()))):
            sheets = await read_timesheets(self._client, some, self._stop)
            for each, period in periods.items():
                mark = each.partition(SEPARATOR)[2]
                if sheet := sheets.holding(mark, period):
                    found[each] = _time_entry(each, sheet, sheet.our_entries[mark])
        return found


def _file(ledger_id: str) -> Snapshot:
    fingerprint = attachments.content_fingerprint(ledger_id)
    return Snapshot(ledger_id=ledger_id, version=None, body={}, forms=(fingerprint,))


def _time_entry(ledger_id: str, sheet: Timesheet, entry: Row) -> Snapshot:
    body = next(time_entry.possible_time_bodies(sheet.head, entry))
    rate = values.decimal(entry, "EXTBILLRATE") if time_entry.is_billable(entry) else None
    return Snapshot(
        ledger_id=ledger_id,
        version=sheet.version,
        body=body,
        forms=tuple(possible_fingerprints(sheet, entry)),
        locked=timesheet_locked(sheet.locked_state) if sheet.locked_state else None,
        minutes=time_entry.minutes(values.decimal(entry, "QTY") or time_entry.NOTHING),
        rate=rate,
        optional=time_entry.OPTIONAL,
        added=additions.of_time(body, entry),
    )


def _list_record(kind: str, ledger_id: str, row: Row) -> Snapshot:
    return Snapshot(
        ledger_id=ledger_id,
        version=text(row, queries.WHENMODIFIED),
        body={},
        forms=(list_records.whole_fingerprint(kind, row),),
        recognizes=partial(list_records.has_content, kind, row),
    )


def _document(kind: str, ledger_id: str, row: Row) -> Snapshot:
    """The body is what the ledger holds, because the row does not show which body it was sent
    as."""
    return Snapshot(
        ledger_id=ledger_id,
        version=text(row, queries.WHENMODIFIED),
        body=content.held(row),
        forms=(content.whole_fingerprint(row),),
        recognizes=partial(content.has_content, row),
        locked=content.lock_reason(row),
        total=content.ledger_total(row),
        added=partial(additions.added_to_document, row),
        line_count=len(list(content.document_lines(row))),
        lost_by_update=additions.lost_by_update(kind, row),
    )
