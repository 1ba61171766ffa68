"""Webhook events: hints that a list has changed, never data.

Events are handled without a call to the ledger. An event is dropped if the connection does not sync
its list, if our own write caused it, or if its state is already known, as with duplicates.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from ledgerlink.domain.errors import NotFound
from ledgerlink.domain.model.connections import Connection, ConnectionState
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.list_records import ListRecord, ListTraits, ListType, WebhookEvent
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.sync.scheduler import hint, synced_lists

MERGE, DELETE = "merge", "delete"


def receive(deps: Dependencies, ledger: str, headers: Mapping[str, str], body: bytes) -> None:
    """Receive a webhook; the names in `headers` are in lower case.

    Raises NotFound for an unknown ledger, Forbidden for a wrong signature, Invalid for a body
    that cannot be read. After any other error the ledger sends the webhook again.
    """
    if ledger not in deps.connectors:
        known = ", ".join(sorted(deps.connectors))
        raise NotFound("unknown_ledger", f"{ledger} is not a ledger.", f"Use one of: {known}.")
    deps.metrics.add_up_per_ledger(ledger)
    credentials = partial(deps.vaults.credentials, ledger)
    webhook_events = deps.connectors[ledger].webhook_events(headers, body, credentials)
    deps.metrics.count("NoticesReceived", len(webhook_events))
    for company_id, some in _by_company(webhook_events).items():
        _handle(deps, deps.connections.of_company(ledger, company_id), some)


def _by_company(webhook_events: Iterable[WebhookEvent]) -> Mapping[str, Sequence[WebhookEvent]]:
    grouped: dict[str, list[WebhookEvent]] = {}
    for event in webhook_events:
        grouped.setdefault(event.company_id, []).append(event)
    return grouped


def _handle(
    deps: Dependencies, connection: Connection | None, webhook_events: Sequence[WebhookEvent]
) -> None:
    """Hint at the lists with news. Events for a connection that is not connected are dropped,
    because a connect syncs all lists."""
    if connection is None or connection.state is not ConnectionState.CONNECTED:
        deps.metrics.count("NoticesIgnored", len(webhook_events))
        return
    wanted = _wanted(deps, connection, webhook_events)
    deps.metrics.count("NoticesIgnored", len(webhook_events) - sum(map(len, wanted.values())))
    hinted = {
        kind
        for kind, some in wanted.items()
        if NewsFilter(deps, connection, kind, _traits(deps, connection, kind)).news(some)
    }
    if hinted:
        hint(deps, connection, hinted)


def _wanted(
    deps: Dependencies, connection: Connection, webhook_events: Iterable[WebhookEvent]
) -> Mapping[ListType, Sequence[WebhookEvent]]:
    """The events of lists that are synced without a request, by list."""
    settings = deps.settings.get(connection.key)
    kinds = synced_lists(deps, connection, settings)
    grouped: dict[ListType, list[WebhookEvent]] = {}
    for event in webhook_events:
        if event.type is not None and event.type in kinds:
            grouped.setdefault(event.type, []).append(event)
    return grouped


def _traits(deps: Dependencies, connection: Connection, kind: ListType) -> ListTraits:
    return deps.connector(connection.ledger).lists[kind]


@dataclass(frozen=True, slots=True)
class NewsFilter:
    """Finds the events of one list that report something new."""

    deps: Dependencies
    connection: Connection
    kind: ListType
    traits: ListTraits

    def news(self, webhook_events: Sequence[WebhookEvent]) -> Sequence[WebhookEvent]:
        """The events with news; all are counted. An event without an id is about the whole list."""
        ids = list(dict.fromkeys(event.id for event in webhook_events if event.id))
        links, records = self._links(ids), self._records(webhook_events)
        relevant = [one for one in webhook_events if self._is_relevant(one, links)]
        foreign = [one for one in relevant if not _is_echo(one, links)]
        news = [one for one in foreign if not _is_known(one, records)]
        self.deps.metrics.count("NoticesIgnored", len(webhook_events) - len(relevant))
        self.deps.metrics.count("NoticesEchoed", len(relevant) - len(foreign))
        self.deps.metrics.count("NoticesKnown", len(foreign) - len(news))
        self.deps.metrics.count("NoticesHinted", len(news))
        return news

    def _links(self, ids: Iterable[str]) -> Mapping[str, Link]:
        return self.deps.links.of_records(self.connection.key, self.traits.entities, ids)

    def _records(self, webhook_events: Iterable[WebhookEvent]) -> Mapping[str, ListRecord]:
        ids = [i for n in webhook_events for i in (n.id, n.merged_id) if i]
        return self.deps.lists.get(self.connection.key, self.kind, dict.fromkeys(ids))

    def _is_relevant(self, event: WebhookEvent, links: Mapping[str, Link]) -> bool:
        """Whether the record is synced; of some lists, only the records that we wrote are."""
        if not self.traits.linked_only or event.id in links:
            return True
        return not event.id and self._wrote_some()

    def _wrote_some(self) -> bool:
        ids = self.deps.links.ledger_ids(self.connection.key, self.traits.entities)
        return next(iter(ids), None) is not None


def _is_echo(event: WebhookEvent, links: Mapping[str, Link]) -> bool:
    """Whether the event reports our own last write or something before it."""
    link = links.get(event.id)
    return event.operation != MERGE and link is not None and link.written_at >= event.at


def _is_known(event: WebhookEvent, records: Mapping[str, ListRecord]) -> bool:
    """Whether the record is already stored as it was then, or as it was later."""
    if event.operation == MERGE:
        merged = records.get(event.merged_id or "")
        return merged is not None and merged.gone is not None
    record = records.get(event.id)
    if record is None:
        return False
    if event.operation == DELETE:
        return record.gone is not None
    if record.changed_at is None:
        return False
    # Ledgers date records to the second, but events to the fraction of a second.
    exact = record.changed_at.microsecond > 0
    return record.changed_at >= (event.at if exact else event.at.replace(microsecond=0))
