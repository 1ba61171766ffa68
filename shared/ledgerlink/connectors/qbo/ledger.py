"""One open connection to one QuickBooks company."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

import httpx

from ledgerlink.connectors.qbo.outcomes.diagnosis import Inquiry
from ledgerlink.connectors.qbo.outcomes.lost_writes import Finding
from ledgerlink.connectors.qbo.outcomes.snapshots import Snapshots
from ledgerlink.connectors.qbo.outcomes.time_billing import TimeLinks
from ledgerlink.connectors.qbo.posting.writer import Writing
from ledgerlink.connectors.qbo.reads import company_features
from ledgerlink.connectors.qbo.reads import exchange_rates as rates
from ledgerlink.connectors.qbo.reads.changes import Changes
from ledgerlink.connectors.qbo.reads.reader import Readings
from ledgerlink.connectors.qbo.transport.client import Client
from ledgerlink.connectors.qbo.transport.rate_limits import Limiter
from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.domain.model.documents import Company, Snapshot
from ledgerlink.domain.model.list_records import ListBatch, ListRead, ListType
from ledgerlink.domain.model.plan import Operation, Outcome, Request, Write
from ledgerlink.domain.ports import Answered, ConnectorState, Stop, never


class QuickBooksLedger:
    """The ledger port over one company's client."""

    def __init__(
        self,
        company_id: str,
        client: Client,
        limiter: Limiter,
        time: LedgerTime,
        http: httpx.AsyncClient,
        state: ConnectorState,
    ) -> None:
        self._company_id = company_id
        self._client = client
        self._limiter = limiter
        self._time = time
        self._http = http
        self._inquiry = Inquiry(client)
        self._links = TimeLinks.restored(client, state)
        self._readings = Readings(client, company_id)
        self._changes = Changes(client, self._readings, state)

    @property
    def calls(self) -> Mapping[str, int]:
        """Requests that left so far: single, batch, query, read, cdc, token."""
        return self._client.calls

    async def company(self, stop: Stop = never) -> Company:
        """The company with its features, in two reads."""
        return await company_features.company(self._client, self._company_id, stop)

    async def prepare(self, operations: Sequence[Operation], stop: Stop) -> None:
        """Nothing: what is to be known is known by each write's own answer."""

    async def write(self, requests: Sequence[Request], answered: Answered, stop: Stop) -> None:
        """Send the requests as the port describes."""
        await Writing(self._client, self._inquiry, self._links, answered, stop).send(requests)

    async def find(
        self,
        writes: Sequence[Write],
        since: datetime,
        known: Collection[str],
        stop: Stop = never,
    ) -> Mapping[int, Outcome]:
        """Look for writes as the port describes."""
        await self._client.unanswered.wait(stop)
        return await Finding(self._client, since, known, stop).find(writes)

    async def copies(
        self, kind: str, ids: Sequence[str], days: tuple[date, date] | None, stop: Stop = never
    ) -> Mapping[str, Snapshot]:
        """What the ledger holds of these records of ours, as the port describes."""
        return await Snapshots(self._client, stop).of(kind, ids, days)

    async def exchange_rates(
        self, wanted: Collection[tuple[str, date]], stop: Stop = never
    ) -> Mapping[tuple[str, date], Decimal]:
        """Home units for one of a currency on a day, in one call for each."""
        return await rates.exchange_rates(self._client, wanted, stop)

    async def read_list(self, reading: ListRead, stop: Stop = never) -> ListBatch:
        """One batch as the port describes, usually in one call."""
        return await self._readings.read(reading, stop)

    async def changes(
        self, wanted: Sequence[ListType], since: datetime, stop: Stop = never
    ) -> Mapping[ListType, ListBatch]:
        """What changed as the port describes, usually in one call."""
        return await self._changes.since(wanted, since, stop)

    def connector_state(self) -> ConnectorState:
        """What the limiter remembers, until when writes may come late, what the ledger does not
        tell the changes of, and how it wants to be told of time, as JSON values."""
        limits, unanswered = self._limiter.state(self._time), self._client.unanswered.state()
        return {**limits, **unanswered, **self._changes.state(), **self._links.state()}

    async def close(self) -> None:
        """Close the network connections."""
        await self._http.aclose()
