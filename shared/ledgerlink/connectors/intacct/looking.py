"""Looking at the timesheets of several requests, one after the other.

Where sheets are is asked once for all requests. What is in those of the request that follows is
read along with what the one before has become: nothing is written in between, and the next request
is composed as soon as the one before is told.
"""

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

from ledgerlink.connectors.intacct import sheets
from ledgerlink.connectors.intacct.client import Client
from ledgerlink.connectors.intacct.custom import CustomFields
from ledgerlink.connectors.intacct.entries import KIND as TIME
from ledgerlink.connectors.intacct.sheets import Period, Sheets, concerned, places_of
from ledgerlink.connectors.timing import LedgerTime
from ledgerlink.domain.plan import Request, Write
from ledgerlink.domain.ports import Stop

FRESH = 5.0
"""Ledger seconds for which what was read ahead is good: a sheet is written whole, and what somebody
puts in meanwhile would be lost."""


class Ahead(NamedTuple):
    """The sheets that the next request is about, read before its turn: at that moment, after so
    many calls that write."""

    sheets: Sheets
    moment: float
    written: int


class Looking:
    """What is looked at for these requests. `doubtful` are sheets of which the gateway may still
    be writing what an earlier one asked. All raise as `sheets.look`."""

    def __init__(
        self,
        client: Client,
        custom: CustomFields,
        time: LedgerTime,
        requests: Sequence[Request],
        stop: Stop,
    ) -> None:
        self.doubtful: set[Period] = set()
        self._client = client
        self._custom = custom
        self._time = time
        self._stop = stop
        self._writes = {each.id: [w for w in each.writes if w.kind == TIME] for each in requests}
        self._next = {before.id: after.id for before, after in pairwise(requests)}
        self._known: dict[Period, set[str]] = {}
        self._ahead: Ahead | None = None
        self._asked = False

    async def before(self, request: Request) -> Sheets:
        """The sheets that a request is about, once nobody else is at work on them: one that came
        late would take out what was put in meanwhile."""
        writes = self._writes[request.id]
        there = self._read_ahead() or await self._first(writes)
        if self.doubtful.isdisjoint(there.periods(writes)):
            return there
        await self._client.silence.over(self._stop)
        self.doubtful.clear()
        return await self.now(writes)

    async def now(self, writes: Collection[Write]) -> Sheets:
        """The sheets that these writes are about, as they are now."""
        return await sheets.look(self._client, writes, self._stop, self._custom)

    async def after(self, request: Request, numbers: Collection[str], *, whole: bool) -> Sheets:
        """Sheets with these RECORDNOs as a request has left them, and those of the request that
        follows, if that was the `whole` of it."""
        follower = self._next.get(request.id) if whole else None
        coming = self._writes[follower] if follower else []
        along = concerned(coming, self._known)
        custom = self._custom if along else None
        there = await sheets.read(self._client, along.union(numbers), self._stop, custom)
        for sheet in there.by_number.values():
            self._known.setdefault(sheet.period, set()).add(sheet.number)
        if coming:
            some = there.only(concerned(coming, self._known))
            self._ahead = Ahead(some, self._time.now(), self._client.calls["write"])
        return there

    def _read_ahead(self) -> Sheets | None:
        """What was read ahead, while it holds."""
        ahead, self._ahead = self._ahead, None
        if ahead is None:
            return None
        old = self._time.now() - ahead.moment > FRESH
        return None if old or self._client.calls["write"] != ahead.written else ahead.sheets

    async def _first(self, writes: Collection[Write]) -> Sheets:
        """The sheets of the first request, while one asks where those of all are."""
        if self._asked:
            return await self.now(writes)
        every = [write for some in self._writes.values() for write in some]
        self._known = dict(await sheets.numbers(self._client, places_of(every), self._stop))
        self._asked = True
        wanted = concerned(writes, self._known)
        return await sheets.read(self._client, wanted, self._stop, self._custom)
