"""Looking at the timesheets of several requests, one after the other.

Where sheets are is asked once for all requests. What is in those of the request that follows is
read along with what the one before has become: nothing is written in between, and the next request
is composed as soon as the one before is told. What the first request needs may be read before it is
ready.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from ledgerlink.connectors.intacct.documents.time_entry import TIME_ENTRY
from ledgerlink.connectors.intacct.outcomes import timesheets
from ledgerlink.connectors.intacct.outcomes.timesheets import (
    AnyWrite,
    EmployeePeriod,
    Timesheets,
    concerned,
    places_of,
)
from ledgerlink.connectors.intacct.reads.custom_fields import CustomFields
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.domain.model.plan import Request, Write
from ledgerlink.domain.ports import Stop

FRESH = 5.0
"""Ledger seconds for which what was read ahead is good: a sheet is written whole, and what somebody
puts in meanwhile would be lost."""


class Prefetched(NamedTuple):
    """The sheets that writes of these seqs are about, read before their turn: at that moment, after
    so many calls that write."""

    seqs: Collection[int]
    sheets: Timesheets
    moment: float
    written: int


class TimesheetPrefetch:
    """What is looked at for several requests. `doubtful` are sheets of which the gateway may still
    be writing what an earlier one asked. All raise as `sheets.look`."""

    def __init__(self, client: Client, custom: CustomFields, time: LedgerTime, stop: Stop) -> None:
        self.doubtful: set[EmployeePeriod] = set()
        self._client = client
        self._custom = custom
        self._time = time
        self._stop = stop
        self._writes: Mapping[str, Sequence[Write]] = {}
        self._next: Mapping[str, str] = {}
        self._known: dict[EmployeePeriod, set[str]] | None = None
        self._ahead: Prefetched | None = None

    def expect(self, requests: Sequence[Request]) -> None:
        """These requests come, in this order."""
        self._writes = {
            each.id: [w for w in each.writes if w.kind == TIME_ENTRY] for each in requests
        }
        self._next = {before.id: after.id for before, after in pairwise(requests)}

    async def prepare(self, every: Sequence[AnyWrite], first: Sequence[AnyWrite]) -> None:
        """Ask where the sheets of all these are, and read those of the first ones, as long as
        nothing that is still under way can change them."""
        if not self._client.unanswered.all_finished():
            return
        await self._locate(every)
        there = await self._read(first)
        self._keep(first, there)

    async def before(self, request: Request) -> Timesheets:
        """The sheets that a request is about, once nobody else is at work on them: one that came
        late would take out what was put in meanwhile."""
        writes = self._writes[request.id]
        there = self._read_ahead(writes)
        if there is None and self._known is None:
            await self._locate([write for some in self._writes.values() for write in some])
            there = await self._read(writes)
        there = there or await self.now(writes)
        if self.doubtful.isdisjoint(there.periods(writes)):
            return there
        await self._client.unanswered.wait(self._stop)
        self.doubtful.clear()
        return await self.now(writes)

    async def now(self, writes: Collection[Write]) -> Timesheets:
        """The sheets that these writes are about, as they are now."""
        return await timesheets.look(self._client, writes, self._stop, self._custom)

    async def after(self, request: Request, numbers: Collection[str], *, whole: bool) -> Timesheets:
        """Sheets with these RECORDNOs as a request has left them, and those of the request that
        follows, if that was the `whole` of it."""
        follower = self._next.get(request.id) if whole else None
        coming = self._writes[follower] if follower else []
        known = self._known or {}
        along = concerned(coming, known)
        custom = self._custom if along else None
        there = await timesheets.read(self._client, along.union(numbers), self._stop, custom)
        for sheet in there.by_number.values():
            known.setdefault(sheet.period, set()).add(sheet.number)
        if coming:
            self._keep(coming, there.only(concerned(coming, known)))
        return there

    async def _locate(self, every: Sequence[AnyWrite]) -> None:
        places = places_of(every)
        self._known = dict(await timesheets.numbers(self._client, places, self._stop))

    async def _read(self, some: Sequence[AnyWrite]) -> Timesheets:
        wanted = concerned(some, self._known or {})
        return await timesheets.read(self._client, wanted, self._stop, self._custom)

    def _keep(self, some: Sequence[AnyWrite], there: Timesheets) -> None:
        seqs = {each.seq for each in some}
        self._ahead = Prefetched(seqs, there, self._time.now(), self._client.calls["write"])

    def _read_ahead(self, writes: Sequence[Write]) -> Timesheets | None:
        """What was read ahead for these writes, while it holds."""
        ahead, self._ahead = self._ahead, None
        if ahead is None or any(write.seq not in ahead.seqs for write in writes):
            return None
        old = self._time.now() - ahead.moment > FRESH
        return None if old or self._client.calls["write"] != ahead.written else ahead.sheets
