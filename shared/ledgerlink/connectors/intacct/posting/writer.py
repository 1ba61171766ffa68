"""Sends the requests of a chunk, one after the other, each by the writers of its kinds."""

from collections.abc import Mapping, Sequence

from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.connectors.intacct.documents.attachment import ATTACHMENT
from ledgerlink.connectors.intacct.documents.document_types import DOCUMENT_TYPES
from ledgerlink.connectors.intacct.documents.time_entry import TIME_ENTRY
from ledgerlink.connectors.intacct.posting.attachments import AttachmentWriter
from ledgerlink.connectors.intacct.posting.deferred_outcomes import Deferred, DeferredOutcomes
from ledgerlink.connectors.intacct.posting.documents import DocumentWriter
from ledgerlink.connectors.intacct.posting.refused_kinds import RefusedKinds
from ledgerlink.connectors.intacct.posting.rejected_entries import RejectedEntries
from ledgerlink.connectors.intacct.posting.timesheet_calls import TimesheetCalls
from ledgerlink.connectors.intacct.posting.timesheet_prefetch import TimesheetPrefetch
from ledgerlink.connectors.intacct.posting.timesheets import TimesheetWriter
from ledgerlink.connectors.intacct.reads.custom_fields import CustomFields
from ledgerlink.connectors.intacct.reads.learned_requirements import LearnedRequirements
from ledgerlink.connectors.intacct.transport.client import Client, Unanswered
from ledgerlink.domain.errors import Interrupted
from ledgerlink.domain.model.plan import Outcome, Request
from ledgerlink.domain.ports import OnOutcomes, Stop


class Writer:
    """Sends several requests and reports the outcomes of each to `answered`. `names` are names of
    records by their ledger ids, `choices` say the state of new timesheets and whose numbers bills
    get."""

    def __init__(
        self,
        client: Client,
        custom: CustomFields,
        prefetch: TimesheetPrefetch,
        learned: LearnedRequirements,
        refused: RefusedKinds,
        names: Mapping[str, str],
        choices: Choices,
        on_outcomes: OnOutcomes,
        stop: Stop,
    ) -> None:
        self._client = client
        self._custom = custom
        self._calls = TimesheetCalls(client, custom, prefetch, choices.timesheet_state, stop)
        self._choices = choices
        self._prefetch = prefetch
        self._learned = learned
        self._refused = refused
        self._names = names
        self._on_outcomes = on_outcomes
        self._stop = stop

    async def send(self, requests: Sequence[Request]) -> None:
        """Send all requests until `stop` says so. A request without an answer is skipped, and the
        next one sent, as long as the gateway answers at all. Writes of an earlier worker that are
        still unanswered have to finish first, because one of them may be repeated here.

        Raises errors of the lane, once the outcomes known by then have been reported.
        """
        try:
            await self._client.unanswered.wait(self._stop)
        except Interrupted:
            return
        self._prefetch.expect(requests)
        for request in requests:
            if self._stop() or not await self._send_one(request):
                return

    async def _send_one(self, request: Request) -> bool:
        """Whether the next request may be sent."""
        outcomes: list[Outcome] = []
        deferred: list[Deferred] = []
        unanswered: Unanswered | None = None
        try:
            await self._write(request, outcomes, deferred)
        except Interrupted:
            return False
        except Unanswered as error:
            unanswered = error
        finally:
            if outcomes or deferred:
                await self._on_outcomes(request, DeferredOutcomes(outcomes, deferred))
        if unanswered is not None and not await self._client.is_reachable(self._stop):
            raise unanswered
        return True

    async def _write(
        self, request: Request, outcomes: list[Outcome], deferred: list[Deferred]
    ) -> None:
        client, names, stop = self._client, self._names, self._stop
        time = [write for write in request.writes if write.kind == TIME_ENTRY]
        files = [write for write in request.writes if write.kind == ATTACHMENT]
        others = [write for write in request.writes if write.kind in DOCUMENT_TYPES]
        if time:
            rejected = RejectedEntries(names, self._learned, self._refused, outcomes)
            sheets = TimesheetWriter(
                client, self._calls, self._prefetch, rejected, outcomes, deferred, stop
            )
            await sheets.write(request, time)
        documents = DocumentWriter(
            client, self._custom, self._choices, self._learned, names, outcomes, stop, self._refused
        )
        await documents.write(request, others)
        await AttachmentWriter(client, names, outcomes, stop).write(request, files)
