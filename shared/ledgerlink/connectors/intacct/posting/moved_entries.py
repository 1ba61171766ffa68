"""Entries that were moved to another timesheet: removes them from the one they were in."""

from collections.abc import Sequence
from dataclasses import replace

from ledgerlink.connectors.intacct.outcomes.timesheet_reads import read_timesheets
from ledgerlink.connectors.intacct.outcomes.timesheets import Timesheet, Timesheets, written_number
from ledgerlink.connectors.intacct.posting.deferred_outcomes import Deferred, DeferredOutcomes
from ledgerlink.connectors.intacct.posting.timesheet_calls import TimesheetCalls
from ledgerlink.connectors.intacct.posting.timesheet_update import TimesheetUpdate
from ledgerlink.connectors.intacct.protocol.error_codes import function_error
from ledgerlink.connectors.intacct.protocol.faults import Fault, main_fault
from ledgerlink.connectors.intacct.transport.client import Client, unanswered
from ledgerlink.connectors.shared.request_id import derived_id
from ledgerlink.domain.model.plan import ItemState, Outcome, Request, Write
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.ports import Stop


class MovedEntries:
    """The moved entries of one request. Their outcomes are held back until the old entries are
    gone, because the write is not done while the ledger holds the time twice."""

    def __init__(
        self,
        client: Client,
        calls: TimesheetCalls,
        outcomes: list[Outcome],
        deferred: list[Deferred],
        stop: Stop,
    ) -> None:
        self._client = client
        self._calls = calls
        self._outcomes = outcomes
        self._deferred = deferred
        self._stop = stop

    async def remove_from_old_timesheets(self, request: Request, moved: Sequence[Write]) -> None:
        """Remove those of these entries that are now in their new timesheet from their old one.
        Raises as the client's `call`."""
        posted = self._take_posted(moved)
        writes = [write for write in moved if write.seq in posted]
        sheets = await self._old_timesheets(writes)
        for write in writes:
            if written_number(write) not in sheets.by_number:
                self._outcomes.append(posted[write.seq])
        for sheet in sheets.by_number.values():
            removals = tuple(write for write in writes if written_number(write) == sheet.number)
            fault = await self._remove(request, sheet, removals)
            outcomes = [posted[write.seq] for write in removals]
            if fault is not None:
                outcomes = [_still_in(each, sheet, fault) for each in outcomes]
            self._outcomes += outcomes

    def _take_posted(self, moved: Sequence[Write]) -> dict[int, Outcome]:
        """Take the outcomes of posted moves out of the known ones; by seq."""
        self._outcomes += DeferredOutcomes((), self._deferred)
        self._deferred.clear()
        seqs = {write.seq for write in moved}
        posted = {
            outcome.seq: outcome
            for outcome in self._outcomes
            if outcome.seq in seqs and outcome.state is ItemState.POSTED
        }
        self._outcomes[:] = [each for each in self._outcomes if each.seq not in posted]
        return posted

    async def _old_timesheets(self, writes: Sequence[Write]) -> Timesheets:
        numbers = {written_number(write) for write in writes}
        return await read_timesheets(self._client, numbers, self._stop) if numbers else Timesheets()

    async def _remove(
        self, request: Request, sheet: Timesheet, removals: tuple[Write, ...]
    ) -> Fault | None:
        """The fault, if the ledger rejects the removal. Raises errors of the lane."""
        control_id = derived_id(request.id, "moved", removals[0].seq)
        update = TimesheetUpdate(sheet.period, sheet, removals=removals)
        response = await self._calls.send(control_id, {control_id: update})
        result = response.results.get(control_id)
        if result is not None and result.succeeded:
            return None
        if result is None and response.failed is None:
            raise unanswered("its answer lacks a result")
        fault = main_fault(result.faults if result else response.faults)
        if error := function_error(fault):
            raise error
        return fault


def _still_in(outcome: Outcome, sheet: Timesheet, fault: Fault) -> Outcome:
    """The outcome of an entry that is now in two timesheets."""
    first_day = sheet.period.first_day
    detail = f"it is also still in the timesheet of {first_day}, because Sage Intacct says: {fault}"
    return replace(outcome, reason=reason("answer_differs", detail=detail))
