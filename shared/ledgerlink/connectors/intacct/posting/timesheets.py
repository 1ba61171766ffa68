"""Writes time: whole timesheets, each read before it is written and read back afterwards.

An entry that the timesheet already holds is not sent again, so a repeat after a lost answer makes
no duplicates. A timesheet that is rejected is sent again without the entries at fault, as far as
the fault shows which those are.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

from ledgerlink.connectors.intacct.outcomes import time_entries
from ledgerlink.connectors.intacct.outcomes.timesheets import (
    EmployeePeriod,
    Timesheet,
    Timesheets,
    destination_of,
    entry_marker,
)
from ledgerlink.connectors.intacct.posting.deferred_outcomes import Deferred
from ledgerlink.connectors.intacct.posting.moved_entries import MovedEntries
from ledgerlink.connectors.intacct.posting.rejected_entries import RejectedEntries
from ledgerlink.connectors.intacct.posting.timesheet_calls import TimesheetCalls
from ledgerlink.connectors.intacct.posting.timesheet_prefetch import TimesheetPrefetch
from ledgerlink.connectors.intacct.posting.timesheet_update import TimesheetUpdate
from ledgerlink.connectors.intacct.protocol import queries
from ledgerlink.connectors.intacct.protocol.error_codes import function_error
from ledgerlink.connectors.intacct.protocol.faults import Fault, main_fault
from ledgerlink.connectors.intacct.protocol.requests import MAX_FUNCTIONS
from ledgerlink.connectors.intacct.protocol.response import Result
from ledgerlink.connectors.intacct.protocol.values import text
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.connectors.shared.request_id import derived_id
from ledgerlink.domain.errors import KindRefused, LedgerError
from ledgerlink.domain.model.plan import Outcome, Request, Write
from ledgerlink.domain.ports import Stop


class TimesheetKey(NamedTuple):
    """A timesheet to write: an existing one by its RECORDNO, or a new one of a period."""

    period: EmployeePeriod
    number: str = ""


Queues = dict[TimesheetKey, list[Sequence[Write]]]
"""What is still to be sent of each timesheet, in parts, one after the other."""


class TimesheetWriter:
    """Writes the time of one request. Outcomes are added to `outcomes` as they are known, or to
    `deferred` where an answer has to be compared first; a write whose outcome is unknown has
    none."""

    def __init__(
        self,
        client: Client,
        calls: TimesheetCalls,
        prefetch: TimesheetPrefetch,
        rejected: RejectedEntries,
        outcomes: list[Outcome],
        deferred: list[Deferred],
        stop: Stop,
    ) -> None:
        self._calls = calls
        self._prefetch = prefetch
        self._rejected = rejected
        self._outcomes = outcomes
        self._deferred = deferred
        self._moved = MovedEntries(client, calls, outcomes, deferred, stop)

    async def write(self, request: Request, writes: Sequence[Write]) -> None:
        """Update the timesheets of these writes. Raises as the client's `call`."""
        try:
            sheets = await self._prefetch.sheets_for(request)
        except KindRefused as error:  # nothing has been sent
            self._rejected.block(writes, error)
            return
        queues = self._queues(writes, sheets)
        moved: list[Write] = []
        for attempt in range(_max_attempts(queues)):
            pending = [write for queue in queues.values() for write in queue[0]]
            if not pending:
                break
            if attempt:
                sheets = await self._prefetch.read_now(pending)
            updates = self._next_updates(queues, sheets, moved)
            await self._send(request, attempt, updates, queues)
            queues = {key: queue for key, queue in queues.items() if queue}
        self._rejected.give_up(w for queue in queues.values() for part in queue for w in part)
        if moved:
            await self._moved.remove_from_old_timesheets(request, moved)

    def _queues(self, writes: Sequence[Write], sheets: Timesheets) -> Queues:
        """The writes by timesheet. A delete whose timesheet is gone is done."""
        found: dict[TimesheetKey, list[Write]] = {}
        for write in writes:
            sheet, destination = sheets.locate(write).target, destination_of(write)
            if sheet is not None:
                found.setdefault(TimesheetKey(sheet.period, sheet.number), []).append(write)
            elif destination is not None:
                found.setdefault(TimesheetKey(destination), []).append(write)
            else:
                self._outcomes.append(time_entries.removed(write))
        return {key: [some] for key, some in found.items()}

    def _next_updates(
        self, queues: Queues, sheets: Timesheets, moved: list[Write]
    ) -> Mapping[TimesheetKey, TimesheetUpdate]:
        updates = {key: self._next_update(key, queues, sheets, moved) for key in queues}
        return {key: update for key, update in updates.items() if update is not None}

    def _next_update(
        self, key: TimesheetKey, queues: Queues, sheets: Timesheets, moved: list[Write]
    ) -> TimesheetUpdate | None:
        """The next part of a timesheet, without the writes that need not be sent; None when none is
        left. Entries that another period's timesheet holds, too, are added to `moved`. An entry
        that a user has meanwhile moved to another timesheet of this period is left out, and its
        outcome stays unknown."""
        sheet = sheets.by_number.get(key.number) or sheets.of(key.period)
        upserts: list[Write] = []
        removals: list[Write] = []
        moved_from: dict[int, Timesheet] = {}
        for write in queues[key].pop(0):
            outcome = time_entries.outcome_before_sending(write, sheets)
            if outcome is not None:
                self._outcomes.append(outcome)
                continue
            location = sheets.locate(write)
            if location.target is not sheet:
                continue
            (removals if destination_of(write) is None else upserts).append(write)
            if old := [each for each in location.found_in if each.period != key.period]:
                moved.append(write)
                moved_from[write.seq] = old[0]
        if not upserts and not removals:
            return None
        return TimesheetUpdate(key.period, sheet, tuple(upserts), tuple(removals), moved_from)

    async def _send(
        self,
        request: Request,
        attempt: int,
        updates: Mapping[TimesheetKey, TimesheetUpdate],
        queues: Queues,
    ) -> None:
        """Send updates; what is to be sent again of rejected ones comes first in their queues."""
        keys = {update: key for key, update in updates.items()}
        for some in queries.batches_of(list(keys), MAX_FUNCTIONS):
            for update, fault in (await self._send_batch(request, attempt, some)).items():
                retried = self._rejected.parts_to_retry(update, fault)
                queues[keys[update]] = [*retried, *queues[keys[update]]]

    async def _send_batch(
        self, request: Request, attempt: int, updates: Sequence[TimesheetUpdate]
    ) -> Mapping[TimesheetUpdate, Fault]:
        """The rejected updates, each with its fault. A call that fails as a whole is halved."""
        ids = {_function_id(request, attempt, update): update for update in updates}
        response = await self._calls.send(derived_id(request.id, "time", *ids), ids)
        half = len(updates) // 2
        if response.failed is not None and half:
            first = await self._send_batch(request, attempt, updates[:half])
            return {**first, **await self._send_batch(request, attempt, updates[half:])}
        results = {update: response.results.get(each) for each, update in ids.items()}
        done = {update: r for update, r in results.items() if r is not None and r.succeeded}
        if done:
            self._rejected.accepted()
        await self._report(request, done, is_complete=len(done) == len(updates))
        return _faults(results, main_fault(response.faults) if response.failed else None)

    async def _report(
        self, request: Request, done: Mapping[TimesheetUpdate, Result], *, is_complete: bool
    ) -> None:
        """Read the written timesheets back, and add the outcomes of their writes."""
        numbers = {update: _number(update, result) for update, result in done.items()}
        for update in done:
            self._outcomes += [time_entries.removed(write) for write in update.removals]
        wanted = {numbers[update] for update in done if update.upserts and numbers[update]}
        sheets = Timesheets()
        try:
            if wanted:
                sheets = await self._prefetch.read_back(request, wanted, is_complete=is_complete)
        except LedgerError:
            self._outcomes += [
                time_entries.accepted_unread(write, numbers[update])
                for update in done
                for write in update.upserts
            ]
            raise
        self._deferred.append(partial(_accepted, numbers, sheets))


def _max_attempts(queues: Queues) -> int:
    """How often a timesheet is written at most: as a whole, by halves down to single entries, and
    once more for each part that is retried as it is."""
    return 3 * max((len(queue[0]) for queue in queues.values()), default=0)


def _function_id(request: Request, attempt: int, update: TimesheetUpdate) -> str:
    """Differs for each attempt and set of entries, because the gateway may count the id of a
    rejected function as used."""
    return derived_id(request.id, attempt, *sorted(write.seq for write in update.writes))


def _faults(
    results: Mapping[TimesheetUpdate, Result | None], of_call: Fault | None
) -> Mapping[TimesheetUpdate, Fault]:
    """The faults of rejected updates, or the one of the call for all. Raises errors of the lane."""
    faults: dict[TimesheetUpdate, Fault] = {}
    for update, result in results.items():
        if (result is None and of_call is None) or (result and result.succeeded):
            continue
        faults[update] = of_call or main_fault(result.faults if result else ())
        error = function_error(faults[update])
        if error is not None and not isinstance(error, KindRefused):
            raise error
    return faults


def _number(update: TimesheetUpdate, result: Result) -> str:
    """The RECORDNO of a timesheet that was written."""
    if update.sheet is not None:
        return update.sheet.number
    return queries.number(text(next(iter(result.rows), {}), queries.RECORDNO) or result.key)


def _accepted(numbers: Mapping[TimesheetUpdate, str], sheets: Timesheets) -> list[Outcome]:
    """The outcomes of entries that the timesheets hold; those of missing entries stay unknown."""
    outcomes: list[Outcome] = []
    for update, number in numbers.items():
        sheet = sheets.by_number.get(number)
        if sheet is None:
            continue
        found = [(write, sheet.our_entries.get(entry_marker(write))) for write in update.upserts]
        outcomes += [time_entries.accepted(w, sheet, entry) for w, entry in found if entry]
    return outcomes
