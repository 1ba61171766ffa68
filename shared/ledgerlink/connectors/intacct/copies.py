"""What the ledger holds now of what we wrote."""

from collections.abc import Mapping, Sequence

from ledgerlink.connectors.intacct import (
    attaching,
    entries,
    judging,
    listed,
    papers,
    queries,
    rows,
    searching,
    sheets,
)
from ledgerlink.connectors.intacct.client import Client
from ledgerlink.connectors.intacct.entries import KIND as TIME
from ledgerlink.connectors.intacct.ids import SEPARATOR
from ledgerlink.connectors.intacct.kinds import KINDS
from ledgerlink.connectors.intacct.receipts import KIND as FILE
from ledgerlink.connectors.intacct.refusals import approved
from ledgerlink.connectors.intacct.rows import Row, text
from ledgerlink.connectors.intacct.sheets import Sheet
from ledgerlink.domain.documents import Copy
from ledgerlink.domain.ports import Stop


class Copies:
    """One look at records, by their ids."""

    def __init__(self, client: Client, stop: Stop) -> None:
        self._client = client
        self._stop = stop

    async def of(self, kind: str, ids: Sequence[str]) -> Mapping[str, Copy]:
        """The copies, by id. Raises as the client's `read`."""
        if kind == TIME:
            return await self._entries(ids)
        if kind == FILE:
            return await self._files(ids)
        there = await searching.by_ids(self._client, kind, ids, self._stop)
        return {each: _document(kind, each, there[each]) for each in ids if each in there}

    async def _files(self, ids: Sequence[str]) -> Mapping[str, Copy]:
        """A file holds what was sent, as long as it is there."""
        there: dict[str, list[str]] = {}
        for supdoc in sorted({each.partition(SEPARATOR)[0] for each in ids}):
            there[supdoc] = await attaching.held(self._client, supdoc, self._stop)
        parts = {each: each.partition(SEPARATOR) for each in ids}
        return {
            each: Copy(ledger_id=each, version=None, body={}, forms=(attaching.content(each),))
            for each, (supdoc, _, name) in parts.items()
            if name in there[supdoc]
        }

    async def _entries(self, ids: Sequence[str]) -> Mapping[str, Copy]:
        """A sheet is read once, however many of its entries are asked for; so many at a time that
        there is room for all that they hold."""
        marks: dict[str, list[str]] = {}
        for each in ids:
            number, _, mark = each.partition(SEPARATOR)
            marks.setdefault(number, []).append(mark)
        found: dict[str, Copy] = {}
        for some in queries.portions(list(marks)):
            there = await sheets.read(self._client, some, self._stop)
            for sheet in there.by_number.values():
                for mark in sheet.ours.keys() & marks[sheet.number]:
                    own = sheets.entry_id(sheet.number, mark)
                    found[own] = _entry(own, sheet, sheet.ours[mark])
        return found


def _entry(ledger_id: str, sheet: Sheet, entry: Row) -> Copy:
    body = next(entries.forms(sheet.head, entry))
    billed = rows.number(entry, "EXTBILLRATE") if entries.is_billable(entry) else None
    return Copy(
        ledger_id=ledger_id,
        version=sheet.version,
        body=body,
        forms=tuple(judging.prints(sheet, entry)),
        locked=approved(sheet.lock) if sheet.lock else None,
        minutes=entries.minutes(rows.number(entry, "QTY") or entries.NOTHING),
        rate=billed,
        fixed=entries.sheet_name(sheet.period.employee, sheet.period.first_day.isoformat()),
    )


def _document(kind: str, ledger_id: str, row: Row) -> Copy:
    """Of what is known by its content nobody can tell the body that it came from."""
    if KINDS[kind].listed:
        forms = (listed.content(kind, row),)
        return Copy(ledger_id=ledger_id, version=text(row, queries.CHANGED), body={}, forms=forms)
    return Copy(
        ledger_id=ledger_id,
        version=text(row, queries.CHANGED),
        body={},
        forms=(papers.content(row),),
        locked=papers.locked(row),
        total=papers.total(row),
    )
