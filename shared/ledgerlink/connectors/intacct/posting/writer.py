"""Sending requests: one after the other, each with what it holds of time and of documents."""

from collections.abc import Mapping, Sequence

from ledgerlink.connectors.intacct.documents.attachment import ATTACHMENT
from ledgerlink.connectors.intacct.documents.document_types import DOCUMENT_TYPES
from ledgerlink.connectors.intacct.documents.time_entry import TIME_ENTRY
from ledgerlink.connectors.intacct.posting.attachments import AttachmentWriter
from ledgerlink.connectors.intacct.posting.deferred_outcomes import Deferred, DeferredOutcomes
from ledgerlink.connectors.intacct.posting.documents import DocumentWriter
from ledgerlink.connectors.intacct.posting.rejected_entries import RejectedEntries
from ledgerlink.connectors.intacct.posting.timesheet_prefetch import TimesheetPrefetch
from ledgerlink.connectors.intacct.posting.timesheets import TimesheetWriter
from ledgerlink.connectors.intacct.reads.custom_fields import CustomFields
from ledgerlink.connectors.intacct.reads.learned_requirements import LearnedRequirements
from ledgerlink.connectors.intacct.transport.client import Client, Unanswered
from ledgerlink.domain.model.plan import Outcome, Request
from ledgerlink.domain.ports import Answered, Interrupted, Stop


class Writer:
    """One write of several requests. `state` is that of new timesheets."""

    def __init__(
        self,
        client: Client,
        custom: CustomFields,
        looking: TimesheetPrefetch,
        learned: LearnedRequirements,
        names: Mapping[str, str],
        state: str,
        answered: Answered,
        stop: Stop,
    ) -> None:
        self._client = client
        self._custom = custom
        self._looking = looking
        self._learned = learned
        self._names = names
        self._state = state
        self._answered = answered
        self._stop = stop

    async def send(self, requests: Sequence[Request]) -> None:
        """Send all, until `stop` says so. Raises what ends the lane, once what was answered has
        been reported. A request of which nobody knows is left, and the next one sent, as long as
        the gateway answers at all. What an earlier worker left unanswered has to be over: among
        these may be its repeat."""
        try:
            await self._client.unanswered.wait(self._stop)
        except Interrupted:
            return
        self._looking.expect(requests)
        for request in requests:
            if self._stop():
                return
            if not await self._sent(request):
                return

    async def _sent(self, request: Request) -> bool:
        """Whether to go on with the next one."""
        told: list[Outcome] = []
        later: list[Deferred] = []
        silent: Unanswered | None = None
        try:
            await self._write(request, told, later)
        except Interrupted:
            return False
        except Unanswered as unanswered:
            silent = unanswered
        finally:
            if told or later:
                await self._answered(request, DeferredOutcomes(told, later))
        if silent is not None and not await self._client.alive(self._stop):
            raise silent
        return True

    async def _write(self, request: Request, told: list[Outcome], later: list[Deferred]) -> None:
        client, names, stop = self._client, self._names, self._stop
        time = [write for write in request.writes if write.kind == TIME_ENTRY]
        files = [write for write in request.writes if write.kind == ATTACHMENT]
        others = [write for write in request.writes if write.kind in DOCUMENT_TYPES]
        if time:
            blame = RejectedEntries(names, self._learned, told)
            custom, looking, state = self._custom, self._looking, self._state
            sheets = TimesheetWriter(client, custom, looking, blame, state, told, later, stop)
            await sheets.write(request, time)
        await DocumentWriter(client, self._learned, names, told, stop).write(request, others)
        await AttachmentWriter(client, names, told, stop).write(request, files)
