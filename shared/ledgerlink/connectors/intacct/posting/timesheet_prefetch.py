"""Prefetch of timesheets, so that each request needs one read of the ledger instead of three.

The RECORDNOs are asked for once, for all requests. The call that reads back what one request has
written also reads the timesheets of the next one: nothing is written in between. The first
request's timesheets may be read before it is ready.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from ledgerlink.connectors.intacct.documents.time_entry import TIME_ENTRY
from ledgerlink.connectors.intacct.outcomes.timesheet_reads import (
    find_numbers,
    numbers_for,
    read_for_writes,
    read_timesheets,
)
from ledgerlink.connectors.intacct.outcomes.timesheets import (
    AnyWrite,
    EmployeePeriod,
    Timesheets,
    periods_of,
)
from ledgerlink.connectors.intacct.reads.custom_fields import CustomFields
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.domain.model.plan import Request, Write
from ledgerlink.domain.ports import Stop

MAX_AGE = 5.0
"""Ledger seconds for which a prefetched timesheet may be used. A timesheet is written as a whole,
so an entry that a user adds in that time would be lost."""


class Prefetched(NamedTuple):
    """Timesheets that were read before the writes are sent."""

    seqs: Collection[int]
    """The writes that they are for."""
    sheets: Timesheets
    read_at: float
    """Ledger seconds."""
    write_calls: int
    """How many calls had written by then; after another one they are out of date."""


class TimesheetPrefetch:
    """Reads timesheets for several requests. All methods raise as `read_for_writes`."""

    def __init__(self, client: Client, custom: CustomFields, time: LedgerTime, stop: Stop) -> None:
        self.in_doubt: set[EmployeePeriod] = set()
        """Periods with a write that was not answered and may still be carried out."""
        self._client = client
        self._custom = custom
        self._time = time
        self._stop = stop
        self._writes: Mapping[str, Sequence[Write]] = {}
        self._next_id: Mapping[str, str] = {}
        self._numbers: dict[EmployeePeriod, set[str]] | None = None
        self._prefetched: Prefetched | None = None

    def expect(self, requests: Sequence[Request]) -> None:
        """Tell which requests will be sent, in this order."""
        self._writes = {request.id: _time_of(request) for request in requests}
        self._next_id = {before.id: after.id for before, after in pairwise(requests)}

    async def prefetch(self, every: Sequence[AnyWrite], first: Sequence[AnyWrite]) -> None:
        """Find the timesheets of `every` write and read those of the `first` request, unless a
        write without an answer might still change them."""
        if not self._client.unanswered.all_finished():
            return
        await self._find_numbers(every)
        self._keep(first, await self._read(first))

    async def sheets_for(self, request: Request) -> Timesheets:
        """The timesheets that a request is about. Waits for writes of unknown outcome, because one
        that takes effect later would delete what was added in the meantime."""
        writes = self._writes[request.id]
        sheets = self._take_prefetched(writes)
        if sheets is None and self._numbers is None:
            await self._find_numbers([write for some in self._writes.values() for write in some])
            sheets = await self._read(writes)
        sheets = sheets or await self.read_now(writes)
        if self.in_doubt.isdisjoint(sheets.periods(writes)):
            return sheets
        await self._client.unanswered.wait(self._stop)
        self.in_doubt.clear()
        return await self.read_now(writes)

    async def read_now(self, writes: Collection[Write]) -> Timesheets:
        """The timesheets that these writes are about, as they are now."""
        return await read_for_writes(self._client, writes, self._stop, self._custom)

    async def read_back(
        self, request: Request, numbers: Collection[str], *, is_complete: bool
    ) -> Timesheets:
        """The timesheets with these RECORDNOs, which a request has written; and, if that was all of
        the request, those of the next one, which are kept for it."""
        next_id = self._next_id.get(request.id) if is_complete else None
        next_writes = self._writes[next_id] if next_id else []
        known = self._numbers or {}
        next_numbers = numbers_for(next_writes, known)
        custom = self._custom if next_numbers else None
        wanted = next_numbers.union(numbers)
        sheets = await read_timesheets(self._client, wanted, self._stop, custom)
        for sheet in sheets.by_number.values():
            known.setdefault(sheet.period, set()).add(sheet.number)
        if next_writes:
            self._keep(next_writes, sheets.only(numbers_for(next_writes, known)))
        return sheets

    async def _find_numbers(self, writes: Sequence[AnyWrite]) -> None:
        self._numbers = dict(await find_numbers(self._client, periods_of(writes), self._stop))

    async def _read(self, writes: Sequence[AnyWrite]) -> Timesheets:
        numbers = numbers_for(writes, self._numbers or {})
        return await read_timesheets(self._client, numbers, self._stop, self._custom)

    def _keep(self, writes: Sequence[AnyWrite], sheets: Timesheets) -> None:
        seqs = {write.seq for write in writes}
        write_calls = self._client.calls["write"]
        self._prefetched = Prefetched(seqs, sheets, self._time.now(), write_calls)

    def _take_prefetched(self, writes: Sequence[Write]) -> Timesheets | None:
        """What was prefetched for these writes, while it is up to date."""
        prefetched, self._prefetched = self._prefetched, None
        if prefetched is None or any(write.seq not in prefetched.seqs for write in writes):
            return None
        is_old = self._time.now() - prefetched.read_at > MAX_AGE
        is_outdated = self._client.calls["write"] != prefetched.write_calls
        return None if is_old or is_outdated else prefetched.sheets


def _time_of(request: Request) -> Sequence[Write]:
    return [write for write in request.writes if write.kind == TIME_ENTRY]
