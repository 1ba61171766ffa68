"""The ledger port for one open QuickBooks company."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import httpx

from ledgerlink.connectors.qbo.auth.token_refresh import TokenRefresher
from ledgerlink.connectors.qbo.outcomes.diagnosis import Diagnosis
from ledgerlink.connectors.qbo.outcomes.lost_writes import LostWrites
from ledgerlink.connectors.qbo.outcomes.payroll import Payroll
from ledgerlink.connectors.qbo.outcomes.snapshots import Snapshots
from ledgerlink.connectors.qbo.outcomes.time_billing import TimeLinks
from ledgerlink.connectors.qbo.posting.stored_records import StoredRecords
from ledgerlink.connectors.qbo.posting.writer import Writer
from ledgerlink.connectors.qbo.reads.changes import Changes
from ledgerlink.connectors.qbo.reads.company import read_company
from ledgerlink.connectors.qbo.reads.exchange_rates import exchange_rates
from ledgerlink.connectors.qbo.reads.reader import ListReader
from ledgerlink.connectors.qbo.transport.client import Client
from ledgerlink.connectors.qbo.transport.rate_limits import RateLimiter
from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.domain.model.company import Company
from ledgerlink.domain.model.list_records import ListBatch, ListRead, ListType
from ledgerlink.domain.model.plan import Operation, Outcome, Request, Write
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.model.snapshots import Snapshot
from ledgerlink.domain.ports import NO_GROUPS, ConnectorState, OnOutcomes, RecordKey, Stop, never

ENDS_SOON = timedelta(weeks=6)
"""So long before an authorisation ends for good, the connection says so."""


class QuickBooksLedger:
    """The ledger port for one open QuickBooks company."""

    def __init__(
        self,
        company_id: str,
        client: Client,
        refresher: TokenRefresher,
        limiter: RateLimiter,
        time: LedgerTime,
        http: httpx.AsyncClient,
        state: ConnectorState,
    ) -> None:
        self._company_id = company_id
        self._client = client
        self._refresher = refresher
        self.calls: Mapping[str, int] = client.calls
        """Requests sent so far by kind: single, batch, upload, query, read, cdc, token."""
        self._limiter = limiter
        self._time = time
        self._http = http
        self._payroll = Payroll(time, state)
        self._diagnosis = Diagnosis(client, self._payroll)
        self._time_links = TimeLinks.restored(client, state)
        self._stored = StoredRecords(client)
        self._lists = ListReader(client, company_id)
        self._changes = Changes(client, self._lists, state)

    async def company(self, stop: Stop = never) -> Company:
        """The company with its features, in two calls."""
        found = await read_company(self._client, self._company_id, stop)
        ends = self._refresher.authorization_ends_at
        features = replace(
            found.features,
            payroll=self._payroll.is_on,
            authorization_ends_at=ends,
            limits=(*found.features.limits, *_ends_soon(ends, self._time.wall())),
        )
        return replace(found, features=features)

    async def prefetch(self, operations: Sequence[Operation], stop: Stop) -> None:
        """Read the records that are updated, so that an update keeps what others wrote there."""
        await self._stored.read(operations, stop)

    async def write(self, requests: Sequence[Request], on_outcomes: OnOutcomes, stop: Stop) -> None:
        """Send the requests as the port describes."""
        writer = Writer(
            self._client, self._diagnosis, self._time_links, self._stored, on_outcomes, stop
        )
        try:
            await writer.send(requests)
        finally:
            self._stored.forget()

    async def find_lost_writes(
        self,
        writes: Sequence[Write],
        since: datetime,
        known: Collection[RecordKey],
        stop: Stop = never,
    ) -> Mapping[int, Outcome]:
        """Search for lost writes as the port describes."""

        async def search() -> Mapping[int, Outcome]:
            return await LostWrites(self._client, since, known, stop).find(writes)

        return await self._client.unanswered.found_by(search, len(writes), stop)

    async def snapshots(
        self,
        kind: str,
        ids: Sequence[str],
        days: tuple[date, date] | None,
        stop: Stop = never,
        groups: Mapping[str, str] = NO_GROUPS,  # noqa: ARG002 - the port's
    ) -> Mapping[str, Snapshot]:
        """Snapshots of our records as the port describes."""
        return await Snapshots(self._client, stop).read(kind, ids, days)

    async def exchange_rates(
        self, wanted: Collection[tuple[str, date]], stop: Stop = never
    ) -> Mapping[tuple[str, date], Decimal]:
        """Units of the home currency for one of each currency on its day; one call for each."""
        return await exchange_rates(self._client, wanted, stop)

    async def read_list(self, reading: ListRead, stop: Stop = never) -> ListBatch:
        """One batch of a list as the port describes, usually in one call."""
        return await self._lists.read(reading, stop)

    async def changes(
        self, wanted: Sequence[ListType], since: datetime, stop: Stop = never
    ) -> Mapping[ListType, ListBatch]:
        """Changes of lists as the port describes, usually in one call."""
        return await self._changes.since(wanted, since, stop)

    def connector_state(self, *, is_writing: bool = False) -> ConnectorState:
        """What the next worker has to know, as JSON values: calls that count against the limits,
        writes without an answer, and how this company wants changes and time links to be asked
        for."""
        return {
            **self._limiter.state(self._time),
            **self._client.unanswered.state(is_writing=is_writing),
            **self._changes.state(),
            **self._time_links.state(),
            **self._payroll.state(),
        }

    async def close(self) -> None:
        """Close the network connections."""
        await self._http.aclose()


def _ends_soon(ends: datetime | None, now: datetime) -> Iterator[Reason]:
    if ends is not None and ends - now < ENDS_SOON:
        yield reason("authorization_ends", day=ends.date())
