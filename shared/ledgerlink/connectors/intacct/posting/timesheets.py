"""Writing time: whole sheets at once, each read before it is written, and after.

What a sheet holds already is not sent again, so a repeat after an answer that was lost doubles
nothing. A sheet that is refused is tried again without the entries that are to blame, as far as
anybody can tell which those are.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from ledgerlink.connectors.intacct.outcomes import time_entries, timesheets
from ledgerlink.connectors.intacct.outcomes.timesheets import (
    ENTRY,
    EmployeePeriod,
    Timesheet,
    Timesheets,
    number_of,
    period_of,
)
from ledgerlink.connectors.intacct.posting.deferred_outcomes import Deferred, DeferredOutcomes
from ledgerlink.connectors.intacct.posting.rejected_entries import RejectedEntries
from ledgerlink.connectors.intacct.posting.timesheet_prefetch import TimesheetPrefetch
from ledgerlink.connectors.intacct.posting.timesheet_update import TimesheetUpdate
from ledgerlink.connectors.intacct.protocol import queries
from ledgerlink.connectors.intacct.protocol.error_codes import function_error
from ledgerlink.connectors.intacct.protocol.faults import Fault, blamed
from ledgerlink.connectors.intacct.protocol.requests import MAX_FUNCTIONS, Call, Function
from ledgerlink.connectors.intacct.protocol.response import Response, Result
from ledgerlink.connectors.intacct.protocol.values import text
from ledgerlink.connectors.intacct.reads.custom_fields import CustomFields
from ledgerlink.connectors.intacct.transport.client import Client, Unanswered, unanswered
from ledgerlink.connectors.shared.request_id import derived_id
from ledgerlink.domain.errors import LedgerError
from ledgerlink.domain.model.plan import ItemState, Outcome, Request, Write
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.ports import Stop


class SheetKey(NamedTuple):
    """A sheet that is there, by its RECORDNO, or one of a period that has none yet."""

    period: EmployeePeriod
    number: str = ""


Queues = dict[SheetKey, list[Sequence[Write]]]
"""What is still to be sent for each sheet, one part after the other."""


class TimesheetWriter:
    """The time of one request. What becomes of it is added to `told` as it is known, or to `later`
    where an answer says it of many; what nobody knows is not. `state` is that of new sheets."""

    def __init__(
        self,
        client: Client,
        custom: CustomFields,
        looking: TimesheetPrefetch,
        blame: RejectedEntries,
        state: str,
        told: list[Outcome],
        later: list[Deferred],
        stop: Stop,
    ) -> None:
        self._client = client
        self._custom = custom
        self._looking = looking
        self._blame = blame
        self._state = state
        self._told = told
        self._later = later
        self._stop = stop

    async def write(self, request: Request, writes: Sequence[Write]) -> None:
        """Bring the sheets to what the writes say. Raises as the client's `call`."""
        there = await self._looking.before(request)
        queues = self._queued(writes, there)
        moved: list[Write] = []
        for attempt in range(_rounds(queues)):
            some = [write for queue in queues.values() for write in queue[0]]
            if not some:
                break
            there = await self._looking.now(some) if attempt else there
            parts = {p: part for p in queues if (part := self._next(p, queues, there, moved))}
            await self._send(request, attempt, parts, queues)
            queues = {place: queue for place, queue in queues.items() if queue}
        self._blame.give_up(write for queue in queues.values() for some in queue for write in some)
        if moved:
            await self._let_go(request, moved)

    def _queued(self, writes: Sequence[Write], there: Timesheets) -> Queues:
        """The writes by sheet. What is to be taken out of a sheet that is gone, is out."""
        found: dict[SheetKey, list[Write]] = {}
        for write in writes:
            sheet, period = there.standing(write).target, period_of(write)
            if sheet is not None:
                found.setdefault(SheetKey(sheet.period, sheet.number), []).append(write)
            elif period is not None:
                found.setdefault(SheetKey(period), []).append(write)
            else:
                self._told.append(time_entries.removed(write))
        return {place: [some] for place, some in found.items()}

    def _next(
        self, place: SheetKey, queues: Queues, there: Timesheets, moved: list[Write]
    ) -> TimesheetUpdate | None:
        """The next part of a sheet, without what is decided already; None when nothing is left of
        it. What is in the sheet of another period, too, has `moved`; what has meanwhile come to
        another sheet of this one is left: nobody knows of it."""
        sheet = there.by_number.get(place.number) or there.of(place.period)
        puts: list[Write] = []
        takes: list[Write] = []
        for write in queues[place].pop(0):
            outcome = time_entries.verdict(write, there)
            if outcome is not None:
                self._told.append(outcome)
                continue
            standing = there.standing(write)
            if standing.target is not sheet:
                continue
            (takes if period_of(write) is None else puts).append(write)
            if any(each.period != place.period for each in standing.holding):
                moved.append(write)
        if not puts and not takes:
            return None
        return TimesheetUpdate(place.period, sheet, tuple(puts), tuple(takes))

    async def _send(
        self,
        request: Request,
        attempt: int,
        some: Mapping[SheetKey, TimesheetUpdate],
        queues: Queues,
    ) -> None:
        places = {each: place for place, each in some.items()}
        for part in queries.batches_of(list(places), MAX_FUNCTIONS):
            for rewriting, fault in (await self._written(request, attempt, part)).items():
                queues[places[rewriting]][:0] = self._blame.parts(rewriting, fault)

    async def _written(
        self, request: Request, attempt: int, part: Sequence[TimesheetUpdate]
    ) -> Mapping[TimesheetUpdate, Fault]:
        """What was refused, and why. What is too much for one call goes by halves."""
        custom = await self._names(part)
        functions = [
            each.function(self._id(request, attempt, each), self._state, custom) for each in part
        ]
        control_id = derived_id(request.id, "time", *(each.control_id for each in functions))
        answer = await self._call(control_id, functions, part)
        half = len(part) // 2
        if answer.failed is not None and half:
            first = await self._written(request, attempt, part[:half])
            return {**first, **await self._written(request, attempt, part[half:])}
        results = {
            each: answer.results.get(function.control_id)
            for each, function in zip(part, functions, strict=True)
        }
        done = {r: told for r, told in results.items() if told and told.succeeded}
        await self._report(request, done, whole=len(done) == len(part))
        return self._refused(results, blamed(answer.faults) if answer.failed else None)

    async def _names(self, some: Sequence[TimesheetUpdate]) -> Collection[str]:
        """The custom fields of entries, where some are to be kept."""
        if not any(each.keeps for each in some):
            return ()
        return await self._custom.names(ENTRY, self._stop)

    def _refused(
        self, results: Mapping[TimesheetUpdate, Result | None], whole: Fault | None
    ) -> Mapping[TimesheetUpdate, Fault]:
        """What was refused, and why. Raises for what concerns the lane."""
        faults: dict[TimesheetUpdate, Fault] = {}
        for rewriting, result in results.items():
            if (result is None and whole is None) or (result and result.succeeded):
                continue
            faults[rewriting] = whole or blamed(result.faults if result else ())
            if error := function_error(faults[rewriting]):
                raise error
        return faults

    async def _report(
        self, request: Request, done: Mapping[TimesheetUpdate, Result], *, whole: bool
    ) -> None:
        """Read the sheets as they are now, and tell."""
        numbers = {each: _number(each, result) for each, result in done.items()}
        for each in done:
            self._told += [time_entries.removed(write) for write in each.takes]
        wanted = {numbers[each] for each in done if each.puts and numbers[each]}
        try:
            looking = self._looking
            now = await looking.after(request, wanted, whole=whole) if wanted else Timesheets()
        except LedgerError:
            self._told += [time_entries.unread(w, numbers[r]) for r in done for w in r.puts]
            raise
        self._later.append(partial(_posted, numbers, now))

    async def _let_go(self, request: Request, moved: Sequence[Write]) -> None:
        """Take what has gone to another sheet out of the one that it was in; until then it is not
        told."""
        self._told += DeferredOutcomes((), self._later)
        self._later.clear()
        posted = {each.seq: each for each in self._told if each.state is ItemState.POSTED}
        some = [write for write in moved if write.seq in posted]
        waiting = {write.seq for write in some}
        self._told[:] = [each for each in self._told if each.seq not in waiting]
        numbers = {number_of(write) for write in some}
        old = await timesheets.read(self._client, numbers, self._stop) if numbers else Timesheets()
        self._told += [posted[w.seq] for w in some if number_of(w) not in old.by_number]
        for sheet in old.by_number.values():
            takes = tuple(write for write in some if number_of(write) == sheet.number)
            fault = await self._take(request, TimesheetUpdate(sheet.period, sheet, takes=takes))
            done = [posted[write.seq] for write in takes]
            self._told += [_doubled(each, sheet, fault) for each in done] if fault else done

    async def _take(self, request: Request, part: TimesheetUpdate) -> Fault | None:
        """Take entries out of a sheet. Why it was refused, if it was. Raises for what concerns the
        lane."""
        control_id = derived_id(request.id, "moved", part.takes[0].seq)
        function = part.function(control_id, self._state, await self._names([part]))
        answer = await self._call(control_id, [function], [part])
        result = answer.results.get(control_id)
        if result is not None and result.succeeded:
            return None
        if result is None and answer.failed is None:
            raise unanswered("its answer lacks a result")
        fault = blamed(result.faults if result else answer.faults)
        if error := function_error(fault):
            raise error
        return fault

    async def _call(
        self, control_id: str, functions: Sequence[Function], some: Sequence[TimesheetUpdate]
    ) -> Response:
        try:
            call = Call(control_id, functions, writes=True, divisible=len(functions) > 1)
            return await self._client.call(call, self._stop)
        except Unanswered:
            self._looking.doubtful.update(each.period for each in some)
            raise

    def _id(self, request: Request, attempt: int, rewriting: TimesheetUpdate) -> str:
        """Another one for each attempt and for each set of entries: the gateway may hold that one
        which was refused is used up."""
        return derived_id(request.id, attempt, *sorted(write.seq for write in rewriting.writes))


def _rounds(queues: Queues) -> int:
    """How often a sheet is written at most: as it is, by halves and halves of halves down to its
    single entries; and once more for what is looked into again, of which each has its entries."""
    return 3 * max((len(queue[0]) for queue in queues.values()), default=0)


def _number(rewriting: TimesheetUpdate, result: Result) -> str:
    """The RECORDNO of a sheet that was written."""
    if rewriting.sheet is not None:
        return rewriting.sheet.number
    return queries.number(text(next(iter(result.rows), {}), queries.RECORDNO) or result.key)


def _posted(numbers: Mapping[TimesheetUpdate, str], now: Timesheets) -> list[Outcome]:
    """What the sheets hold of what was put in; of what they do not, nobody knows."""
    told: list[Outcome] = []
    for rewriting, number in numbers.items():
        sheet = now.by_number.get(number)
        ours = sheet.ours if sheet else {}
        found = [(write, ours.get(timesheets.mark_for(write))) for write in rewriting.puts]
        told += [time_entries.posted(w, sheet, entry) for w, entry in found if sheet and entry]
    return told


def _doubled(outcome: Outcome, sheet: Timesheet, fault: Fault) -> Outcome:
    """The outcome of an entry that is in two sheets now."""
    first_day = sheet.period.first_day
    detail = f"it is in the sheet of {first_day}, too, which said: {fault}"
    return replace(outcome, reason=reason("answer_differs", detail=detail))
