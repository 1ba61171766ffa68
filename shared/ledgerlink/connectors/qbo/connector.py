"""The connector port for QuickBooks Online; wires the parts of an open ledger."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

import httpx

from ledgerlink.connectors.qbo.auth.consent import QuickBooksConsents
from ledgerlink.connectors.qbo.auth.token_endpoint import Application, TokenEndpoint
from ledgerlink.connectors.qbo.auth.token_refresh import TokenRefresher
from ledgerlink.connectors.qbo.config import LATEST_EFFECT, Endpoints
from ledgerlink.connectors.qbo.documents.composer import QuickBooksComposer
from ledgerlink.connectors.qbo.ledger import QuickBooksLedger
from ledgerlink.connectors.qbo.outcomes.references import references_in
from ledgerlink.connectors.qbo.posting import batching
from ledgerlink.connectors.qbo.reads import catalog, webhooks
from ledgerlink.connectors.qbo.reads.targets import TARGETS
from ledgerlink.connectors.qbo.transport.client import Client
from ledgerlink.connectors.qbo.transport.rate_limits import Limits, RateLimiter
from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.connectors.shared.network import AiohttpTransport
from ledgerlink.connectors.shared.tls import trusted
from ledgerlink.connectors.shared.unanswered import UnansweredWrites
from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.ledger_choices import NOTHING, Chosen, Offered
from ledgerlink.domain.model.list_records import ListType, WebhookEvent
from ledgerlink.domain.model.logins import Login
from ledgerlink.domain.model.plan import Operation, Write
from ledgerlink.domain.model.references import Body
from ledgerlink.domain.ports import Clock, ConnectorState, Tokens, TokenVault

LIMITS = Limits()
LIST_OF_ENTITY = {each: kind for kind, traits in catalog.LISTS.items() for each in traits.entities}
"""The list that holds each kind of list record."""


class QuickBooksOnline:
    """The connector port for QuickBooks Online."""

    name = "qbo"
    chunk_size = batching.CHUNK_SIZE
    lists = catalog.LISTS
    targets = TARGETS
    shared_names = catalog.SHARED_NAMES
    shows_closed_books = True
    changes_reach = catalog.REACH
    metered = catalog.METERED
    choices: Offered = {}

    def __init__(
        self,
        endpoints: Endpoints,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """`jitter` returns numbers from 0 to 1 for the waits between retries. A `transport` that is
        also synchronous (as `httpx.MockTransport`) carries the calls of the consent flow, too."""
        self.composer = QuickBooksComposer()
        self._endpoints = endpoints
        self.clock_scale = endpoints.clock_scale
        self._time = LedgerTime(clock, endpoints.clock_scale)
        self._transport = transport
        self._jitter = jitter

    def composer_for(
        self,
        features: Features,  # noqa: ARG002 - the port's
        chosen: Chosen = NOTHING,  # noqa: ARG002 - the port's
    ) -> QuickBooksComposer:
        """The same composer for all companies, because the records state the company's features."""
        return self.composer

    def references(self, kind: str, body: Body) -> Iterator[tuple[ListType, str]]:
        """The list records that a document refers to, as the port describes."""
        found = references_in(kind, body)
        return ((LIST_OF_ENTITY[entity], i) for entity, i in found if entity in LIST_OF_ENTITY)

    def webhook_events(
        self, headers: Mapping[str, str], body: bytes, credentials: Callable[[], Mapping[str, str]]
    ) -> Sequence[WebhookEvent]:
        """The events in a notification. `credentials` hold `webhook_verifier_token`."""
        return webhooks.webhook_events(headers, body, credentials())

    def batch(self, operations: Sequence[Operation | Write]) -> Sequence[Sequence[int]]:
        """Batches of 30; beyond 40 batches a minute single calls; each file alone."""
        return batching.group_by_request(operations)

    def consents(self, credentials: Mapping[str, str]) -> QuickBooksConsents:
        """The OAuth 2 flow. `credentials` hold `client_id` and `client_secret`."""
        transport = self._transport if isinstance(self._transport, httpx.BaseTransport) else None
        return QuickBooksConsents(
            self._endpoints, Application.of(credentials), self._time, transport
        )

    def login(self, given: Mapping[str, str]) -> tuple[str, Login]:  # noqa: ARG002 - the port's
        """Raises Invalid, because users give their consent at Intuit."""
        message = "QuickBooks Online is not connected by user name and password."
        remedy = "Choose Connect and sign in at Intuit."
        raise Invalid.at("/login", message, remedy, code="no_login")

    def revoke(self, keys: Tokens, credentials: Mapping[str, str]) -> None:
        """Revoke the tokens."""
        self.consents(credentials).revoke(keys)

    def open(
        self,
        company_id: str,
        vault: TokenVault,
        credentials: Mapping[str, str],
        connector_state: ConnectorState,
        chosen: Chosen = NOTHING,  # noqa: ARG002 - the port's
    ) -> QuickBooksLedger:
        """Open the company with this realm id."""
        calls: Counter[str] = Counter()
        network = self._transport or AiohttpTransport(trusted())
        http = httpx.AsyncClient(transport=network)
        endpoint = TokenEndpoint(self._endpoints, Application.of(credentials), self._time)
        refresher = TokenRefresher(
            vault, endpoint, http, self._time, lambda kind: calls.update([kind])
        )
        limiter = RateLimiter.restored(connector_state, LIMITS, self._time)
        unanswered = UnansweredWrites(self._time, connector_state, latest=LATEST_EFFECT)
        url = f"{self._endpoints.api_url.rstrip('/')}/v3/company/{company_id}"
        client = Client(
            url, network, refresher, limiter, self._time, self._jitter, calls, unanswered
        )
        return QuickBooksLedger(
            company_id, client, refresher, limiter, self._time, http, connector_state
        )
