"""The `Connector` port for Sage Intacct: what the ledger offers, and how a company is opened."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence

import httpx

from ledgerlink.connectors.intacct.auth.login import LoginVault, parse_login
from ledgerlink.connectors.intacct.auth.sessions import Sessions
from ledgerlink.connectors.intacct.config import LATEST_EFFECT, OFFERED, Choices, Endpoints
from ledgerlink.connectors.intacct.documents.composer import IntacctComposer
from ledgerlink.connectors.intacct.documents.encoding import references_in
from ledgerlink.connectors.intacct.documents.timesheet_periods import TimesheetPeriods
from ledgerlink.connectors.intacct.ledger import IntacctLedger
from ledgerlink.connectors.intacct.posting import batching
from ledgerlink.connectors.intacct.posting.refused_kinds import RefusedKinds
from ledgerlink.connectors.intacct.protocol.requests import Sender
from ledgerlink.connectors.intacct.reads import catalog
from ledgerlink.connectors.intacct.reads.learned_requirements import LearnedRequirements
from ledgerlink.connectors.intacct.reads.refused_fields import RefusedFields
from ledgerlink.connectors.intacct.reads.targets import TARGETS
from ledgerlink.connectors.intacct.transport.client import Client, timeout
from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.connectors.shared.network import AiohttpTransport
from ledgerlink.connectors.shared.tls import trusted
from ledgerlink.connectors.shared.unanswered import UnansweredWrites
from ledgerlink.domain.errors import Forbidden, Invalid
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.ledger_choices import NOTHING, Chosen
from ledgerlink.domain.model.list_records import ListType, WebhookEvent
from ledgerlink.domain.model.logins import Login
from ledgerlink.domain.model.plan import Operation, Write
from ledgerlink.domain.model.references import Body
from ledgerlink.domain.ports import Clock, ConnectorState, Consents

LIST_OF_OBJECT = {
    source.entity.lower(): kind for kind, some in catalog.LIST_SOURCES.items() for source in some
}
"""The list that holds the records of each object, by the object as ids name it."""


class SageIntacct:
    """The connector port. `jitter` gives numbers from 0 to 1 for the waits between repeats."""

    name = "intacct"
    chunk_size = batching.CHUNK_SIZE
    targets = TARGETS
    shared_names: tuple[ListType, ...] = ()
    shows_closed_books = False
    changes_reach = catalog.REACH
    metered = catalog.METERED
    lists = catalog.LISTS
    choices = OFFERED

    def __init__(
        self,
        endpoints: Endpoints,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._endpoints = endpoints
        self.clock_scale = endpoints.clock_scale
        self._time = LedgerTime(clock, endpoints.clock_scale)
        self._transport = transport
        self._timeout = timeout(self._time)
        self._jitter = jitter

    def composer_for(self, features: Features, chosen: Chosen = NOTHING) -> IntacctComposer:
        """The composer for a company with these features and choices."""
        return IntacctComposer(
            TimesheetPeriods.of(features.timesheet_period), Choices.of(chosen), features
        )

    def references(self, kind: str, body: Body) -> Iterator[tuple[ListType, str]]:  # noqa: ARG002
        """The list records that a document refers to, as the port describes."""
        found = references_in(body)
        return ((LIST_OF_OBJECT[r.kind], str(r)) for r in found if r.kind in LIST_OF_OBJECT)

    def webhook_events(
        self,
        headers: Mapping[str, str],  # noqa: ARG002 - the port's
        body: bytes,  # noqa: ARG002 - the port's
        credentials: Callable[[], Mapping[str, str]],  # noqa: ARG002 - the port's
    ) -> Sequence[WebhookEvent]:
        """The ledger sends no webhooks. Raises Forbidden."""
        raise Forbidden("no_notices", "Sage Intacct sends no webhooks.")

    def batch(self, operations: Sequence[Operation | Write]) -> Sequence[Sequence[int]]:
        """Batches of up to 100 whole timesheets or 3500 entries, or of 50 documents, or of one
        file."""
        return batching.group_by_request(operations)

    def consents(self, credentials: Mapping[str, str]) -> Consents:  # noqa: ARG002 - the port's
        """The ledger has no consent flow: a company is connected by a login. Raises Invalid."""
        message = "Sage Intacct is connected with the login of a Web Services user."
        remedy = "Enter company ID, user ID and password, and the entity ID for a single entity."
        raise Invalid.at("/login", message, remedy, code="login_needed")

    def login(self, given: Mapping[str, str]) -> tuple[str, Login]:
        """The company id and login of `company_id`, `user_id`, `password` and, for a single entity,
        `entity`. Raises Invalid."""
        return parse_login(given)

    def revoke(self, keys: Login, credentials: Mapping[str, str]) -> None:
        """Nothing to revoke: the session expires, and the user belongs to the company."""

    def open(
        self,
        company_id: str,
        vault: LoginVault,
        credentials: Mapping[str, str],
        connector_state: ConnectorState,
        chosen: Chosen = NOTHING,
    ) -> IntacctLedger:
        """A connection to the company of the vault's login. `credentials` hold `sender_id` and
        `sender_password`."""
        transport = self._transport or AiohttpTransport(trusted())
        http = httpx.AsyncClient(transport=transport, timeout=self._timeout)
        sessions = Sessions(vault, self._endpoints, self._time)
        client = Client(
            self._endpoints.gateway_url,
            Sender.of(credentials),
            sessions,
            http,
            self._time,
            self._jitter,
            UnansweredWrites(self._time, connector_state, latest=LATEST_EFFECT),
        )
        choices = Choices.of(chosen)
        learned = LearnedRequirements(connector_state)
        refused = RefusedKinds(connector_state)
        fields = RefusedFields(connector_state, self._time)
        return IntacctLedger(
            company_id, client, sessions, self._time, http, choices, learned, refused, fields
        )
