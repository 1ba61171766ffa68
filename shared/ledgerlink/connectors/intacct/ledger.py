"""The `Ledger` port: one open connection to one Sage Intacct company."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import httpx

from ledgerlink.connectors.intacct.auth.sessions import Sessions
from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.connectors.intacct.documents.time_entry import TIME_ENTRY
from ledgerlink.connectors.intacct.outcomes.lost_writes import LostWrites
from ledgerlink.connectors.intacct.outcomes.snapshots import Snapshots
from ledgerlink.connectors.intacct.posting import batching
from ledgerlink.connectors.intacct.posting.refused_kinds import RefusedKinds
from ledgerlink.connectors.intacct.posting.timesheet_prefetch import TimesheetPrefetch
from ledgerlink.connectors.intacct.posting.writer import Writer
from ledgerlink.connectors.intacct.reads.changes import Changes
from ledgerlink.connectors.intacct.reads.company import CompanyReader, company_record
from ledgerlink.connectors.intacct.reads.custom_fields import CustomFields
from ledgerlink.connectors.intacct.reads.invoice_payments import InvoicePayments
from ledgerlink.connectors.intacct.reads.learned_requirements import LearnedRequirements
from ledgerlink.connectors.intacct.reads.reader import ListReader
from ledgerlink.connectors.intacct.reads.refused_fields import RefusedFields
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.domain.errors import KindRefused
from ledgerlink.domain.model.company import Company
from ledgerlink.domain.model.list_records import ListBatch, ListRead, ListType
from ledgerlink.domain.model.plan import Operation, Outcome, Request, Write
from ledgerlink.domain.model.snapshots import Snapshot
from ledgerlink.domain.ports import NO_GROUPS, ConnectorState, OnOutcomes, RecordKey, Stop, never

SUBMITTED = "Submitted"
"""The state of new timesheets where there are no drafts."""


class IntacctLedger:
    """The ledger port over the client of one company."""

    def __init__(
        self,
        company_id: str,
        client: Client,
        sessions: Sessions,
        time: LedgerTime,
        http: httpx.AsyncClient,
        choices: Choices,
        learned: LearnedRequirements,
        refused: RefusedKinds,
        refused_fields: RefusedFields,
    ) -> None:
        self._company_id = company_id
        self._client = client
        self.calls: Mapping[str, int] = client.calls
        """Requests so far: session, read, write; and the transactions that Sage counts."""
        self._sessions = sessions
        self._time = time
        self._http = http
        self._choices = choices
        self._without_drafts = replace(choices, timesheet_state=SUBMITTED)
        self._custom = CustomFields(client)
        self._learned = learned
        self._refused = refused
        self._company = CompanyReader(client, learned, time, choices)
        self._refused_fields = refused_fields
        self._lists = ListReader(client, self._custom, time, refused_fields)
        self._changes = Changes(client, self._lists, time)
        self._payments = InvoicePayments(client, choices.sales)
        self._prefetch: TimesheetPrefetch | None = None

    async def company(self, stop: Stop = never) -> Company:
        """The company with its features, in one request; the kinds of record that it refused last
        are among its limits."""
        found = await self._company.read(self._company_id, self._sessions.login, stop)
        limits = (*found.features.limits, *self._refused.reasons.values())
        return replace(found, features=replace(found.features, limits=limits))

    async def prefetch(self, operations: Sequence[Operation], stop: Stop) -> None:
        """Prefetch the timesheets of these operations, as the port describes; none where the user
        may not read them, which `write` says of each entry."""
        time = [operation for operation in operations if operation.kind == TIME_ENTRY]
        if time:
            self._prefetch = self._new_prefetch(stop)
            first_batch = batching.group_by_request(time)[0]
            with suppress(KindRefused):
                await self._prefetch.prefetch(time, [time[position] for position in first_batch])

    async def write(self, requests: Sequence[Request], on_outcomes: OnOutcomes, stop: Stop) -> None:
        """Send the requests as the port describes, one at a time."""
        writer = Writer(
            self._client,
            self._custom,
            self._prefetch or self._new_prefetch(stop),
            self._learned,
            self._refused,
            self._lists.names,
            self._choices if self._learned.has_drafts else self._without_drafts,
            on_outcomes,
            stop,
        )
        self._prefetch = None
        await writer.send(requests)

    async def find_lost_writes(
        self,
        writes: Sequence[Write],
        since: datetime,  # noqa: ARG002 - the port's
        known: Collection[RecordKey],  # noqa: ARG002 - the port's
        stop: Stop = never,
    ) -> Mapping[int, Outcome]:
        """Find lost writes as the port describes. Our ids and markers distinguish them from all
        other records, so neither `since` nor `known` is needed."""

        async def search() -> Mapping[int, Outcome]:
            return await LostWrites(self._client, stop).find(writes)

        return await self._client.unanswered.found_by(search, len(writes), stop)

    async def snapshots(
        self,
        kind: str,
        ids: Sequence[str],
        days: tuple[date, date] | None,  # noqa: ARG002 - the port's
        stop: Stop = never,
        groups: Mapping[str, str] = NO_GROUPS,
    ) -> Mapping[str, Snapshot]:
        """Snapshots of records of ours, as the port describes."""
        return await Snapshots(self._client, stop).read(kind, ids, groups)

    async def exchange_rates(
        self,
        wanted: Collection[tuple[str, date]],  # noqa: ARG002 - the port's
        stop: Stop = never,  # noqa: ARG002 - the port's
    ) -> Mapping[tuple[str, date], Decimal]:
        """None: the ledger applies its rates by their type, and has no function that shows them."""
        return {}

    async def read_list(self, reading: ListRead, stop: Stop = never) -> ListBatch:
        """One batch as the port describes, in one request."""
        as_of = self._time.wall()
        if reading.type is ListType.COMPANY:
            record = company_record(await self.company(stop), as_of)
            return ListBatch(records=[record], as_of=as_of)
        if reading.type is ListType.CUSTOM_FIELD:
            return ListBatch(records=await self._custom.records(stop), as_of=as_of)
        if reading.type is ListType.INVOICE:
            return await self._payments.read(reading, as_of, stop)
        return await self._lists.read(reading, stop)

    async def changes(
        self, wanted: Sequence[ListType], since: datetime, stop: Stop = never
    ) -> Mapping[ListType, ListBatch]:
        """What changed, as the port describes, in one request; one or two more for invoices."""
        as_of = self._time.wall()
        batches = dict(await self._changes.since(wanted, since, stop))
        if ListType.INVOICE in wanted:
            invoices = await self._payments.changed(since, as_of, stop)
            batches |= {ListType.INVOICE: invoices} if invoices else {}
        return batches

    def connector_state(self, *, is_writing: bool = False) -> ConnectorState:
        """Unanswered writes, learned requirements, refused kinds and fields, as JSON values."""
        return {
            **self._client.unanswered.state(is_writing=is_writing),
            **self._learned.state(),
            **self._refused.state(),
            **self._refused_fields.state(),
        }

    async def close(self) -> None:
        """Close the network connections."""
        await self._http.aclose()

    def _new_prefetch(self, stop: Stop) -> TimesheetPrefetch:
        return TimesheetPrefetch(self._client, self._custom, self._time, stop)
