"""Calls that write timesheets."""

from collections.abc import Collection, Iterable, Mapping

from ledgerlink.connectors.intacct.outcomes import time_entries
from ledgerlink.connectors.intacct.outcomes.timesheets import ENTRY
from ledgerlink.connectors.intacct.posting.timesheet_prefetch import TimesheetPrefetch
from ledgerlink.connectors.intacct.posting.timesheet_update import TimesheetUpdate
from ledgerlink.connectors.intacct.protocol.requests import Call
from ledgerlink.connectors.intacct.protocol.response import Response
from ledgerlink.connectors.intacct.reads.custom_fields import CustomFields
from ledgerlink.connectors.intacct.transport.client import (
    Client,
    TurnedAway,
    Unanswered,
    unanswered,
)
from ledgerlink.domain.ports import Stop


class TimesheetCalls:
    """Sends updates of timesheets. `new_state` is the state of those that are created."""

    def __init__(
        self,
        client: Client,
        custom: CustomFields,
        prefetch: TimesheetPrefetch,
        new_state: str,
        stop: Stop,
    ) -> None:
        self._client = client
        self._custom = custom
        self._prefetch = prefetch
        self._new_state = new_state
        self._stop = stop

    async def send(self, control_id: str, updates: Mapping[str, TimesheetUpdate]) -> Response:
        """The response to these updates, each under the control id of its function. Raises as the
        client's `call`; after Unanswered the state of their timesheets is unknown."""
        custom = await self._custom_fields(updates.values())
        functions = [
            update.function(function_id, self._new_state, custom)
            for function_id, update in updates.items()
        ]
        divisible = len(functions) > 1
        call = Call(control_id, functions, writes=True, divisible=divisible, repeatable=False)
        try:
            return await self._response(call, updates.values())
        except Unanswered:
            self._prefetch.in_doubt.update(update.period for update in updates.values())
            raise

    async def _response(self, call: Call, updates: Collection[TimesheetUpdate]) -> Response:
        """The response. A call that is turned away is sent again, and one that failed as a whole
        in parts, unless the ledger holds some of it: then its outcome is unknown."""
        retry = self._client.new_retry()
        while True:
            try:
                response = await self._client.call(call, self._stop, retry)
            except TurnedAway:
                await self._require_unwritten(updates)
                continue
            if response.failed is not None and call.divisible:
                await self._require_unwritten(updates)
            return response

    async def _require_unwritten(self, updates: Iterable[TimesheetUpdate]) -> None:
        """Raises Unanswered if the timesheets show one of these writes as done."""
        writes = [write for update in updates for write in update.writes]
        sheets = await self._prefetch.read_now(writes)
        if any(time_entries.outcome_before_sending(write, sheets) for write in writes):
            raise unanswered("it turned away a request that it had carried out in part")

    async def _custom_fields(self, updates: Iterable[TimesheetUpdate]) -> Collection[str]:
        """The custom fields of entries; only entries that are kept need them."""
        if not any(update.keeps_entries for update in updates):
            return ()
        return await self._custom.names(ENTRY, self._stop)
