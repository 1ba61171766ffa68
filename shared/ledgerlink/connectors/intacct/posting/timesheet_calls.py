"""Calls that write timesheets."""

from collections.abc import Collection, Iterable, Mapping

from ledgerlink.connectors.intacct.outcomes.timesheets import ENTRY
from ledgerlink.connectors.intacct.posting.timesheet_prefetch import TimesheetPrefetch
from ledgerlink.connectors.intacct.posting.timesheet_update import TimesheetUpdate
from ledgerlink.connectors.intacct.protocol.requests import Call
from ledgerlink.connectors.intacct.protocol.response import Response
from ledgerlink.connectors.intacct.reads.custom_fields import CustomFields
from ledgerlink.connectors.intacct.transport.client import Client, Unanswered
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
        call = Call(control_id, functions, writes=True, divisible=len(functions) > 1)
        try:
            return await self._client.call(call, self._stop)
        except Unanswered:
            self._prefetch.in_doubt.update(update.period for update in updates.values())
            raise

    async def _custom_fields(self, updates: Iterable[TimesheetUpdate]) -> Collection[str]:
        """The custom fields of entries; only entries that are kept need them."""
        if not any(update.keeps_entries for update in updates):
            return ()
        return await self._custom.names(ENTRY, self._stop)
