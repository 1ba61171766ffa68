"""What a ledger says by webhook: hints to read, never data.

A notice is answered without asking the ledger. It is needless when nobody wants its list, when it
tells of our own write, or when we know that state already; duplicates and late ones end there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from ledgerlink.domain.errors import NotFound
from ledgerlink.domain.model.connections import Connection, ConnectionState
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.list_records import ListRecord, ListTraits, ListType, WebhookEvent
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.sync.scheduler import chosen, hint, incoming

MERGE, DELETE = "merge", "delete"


def receive(deps: Dependencies, ledger: str, headers: Mapping[str, str], body: bytes) -> None:
    """Take in a webhook; `headers` have lower-case names.

    Raises NotFound for an unknown ledger, Forbidden for a wrong signature, Invalid for a body
    that cannot be read. Whatever else is raised, the ledger may send the same again.
    """
    if ledger not in deps.connectors:
        known = ", ".join(sorted(deps.connectors))
        raise NotFound("unknown_ledger", f"{ledger} is not a ledger.", f"Use one of: {known}.")
    deps.metrics.add_up_per_ledger(ledger)
    credentials = partial(deps.vaults.credentials, ledger)
    webhook_events = deps.connectors[ledger].webhook_events(headers, body, credentials)
    deps.metrics.count("NoticesReceived", len(webhook_events))
    for company_id, some in _by_company(webhook_events).items():
        _take_in(deps, deps.connections.of_company(ledger, company_id), some)


def _by_company(webhook_events: Iterable[WebhookEvent]) -> Mapping[str, Sequence[WebhookEvent]]:
    grouped: dict[str, list[WebhookEvent]] = {}
    for notice in webhook_events:
        grouped.setdefault(notice.company_id, []).append(notice)
    return grouped


def _take_in(
    deps: Dependencies, connection: Connection | None, webhook_events: Sequence[WebhookEvent]
) -> None:
    """Whoever is not connected has nothing read; a connect reads everything anyway."""
    if connection is None or connection.state is not ConnectionState.CONNECTED:
        deps.metrics.count("NoticesIgnored", len(webhook_events))
        return
    wanted = _wanted(deps, connection, webhook_events)
    deps.metrics.count("NoticesIgnored", len(webhook_events) - sum(map(len, wanted.values())))
    hinted = {
        kind
        for kind, some in wanted.items()
        if Sieve(deps, connection, kind, _traits(deps, connection, kind)).left(some)
    }
    if hinted:
        hint(deps, connection, hinted)


def _wanted(
    deps: Dependencies, connection: Connection, webhook_events: Iterable[WebhookEvent]
) -> Mapping[ListType, Sequence[WebhookEvent]]:
    """The notices of lists that come in by themselves, by list."""
    settings = deps.settings.get(connection.key)
    kinds = chosen(deps, connection, settings) if incoming(deps, connection, settings) else ()
    grouped: dict[ListType, list[WebhookEvent]] = {}
    for notice in webhook_events:
        if notice.type is not None and notice.type in kinds:
            grouped.setdefault(notice.type, []).append(notice)
    return grouped


def _traits(deps: Dependencies, connection: Connection, kind: ListType) -> ListTraits:
    return deps.connector(connection.ledger).lists[kind]


@dataclass(frozen=True, slots=True)
class Sieve:
    """Keeps the notices of one list that say something new."""

    deps: Dependencies
    connection: Connection
    kind: ListType
    traits: ListTraits

    def left(self, webhook_events: Sequence[WebhookEvent]) -> Sequence[WebhookEvent]:
        """What remains, counted. A notice without an id speaks of the whole list."""
        ids = list(dict.fromkeys(notice.id for notice in webhook_events if notice.id))
        links, records = self._links(ids), self._records(webhook_events)
        ours = [n for n in webhook_events if self._is_ours(n, links)]
        fresh = [n for n in ours if not _is_echo(n, links)]
        left = [n for n in fresh if not _is_known(n, records)]
        self.deps.metrics.count("NoticesIgnored", len(webhook_events) - len(ours))
        self.deps.metrics.count("NoticesEchoed", len(ours) - len(fresh))
        self.deps.metrics.count("NoticesKnown", len(fresh) - len(left))
        self.deps.metrics.count("NoticesHinted", len(left))
        return left

    def _links(self, ids: Iterable[str]) -> Mapping[str, Link]:
        return self.deps.links.of_records(self.connection.key, self.traits.entities, ids)

    def _records(self, webhook_events: Iterable[WebhookEvent]) -> Mapping[str, ListRecord]:
        ids = [i for n in webhook_events for i in (n.id, n.merged_id) if i]
        return self.deps.lists.get(self.connection.key, self.kind, dict.fromkeys(ids))

    def _is_ours(self, notice: WebhookEvent, links: Mapping[str, Link]) -> bool:
        """Of some lists only what we wrote is read."""
        if not self.traits.linked_only or notice.id in links:
            return True
        return not notice.id and self._wrote_some()

    def _wrote_some(self) -> bool:
        ids = self.deps.links.ledger_ids(self.connection.key, self.traits.entities)
        return next(iter(ids), None) is not None


def _is_echo(notice: WebhookEvent, links: Mapping[str, Link]) -> bool:
    """Whether it tells of our own last write or of what was before it."""
    link = links.get(notice.id)
    return notice.operation != MERGE and link is not None and link.written_at >= notice.at


def _is_known(notice: WebhookEvent, records: Mapping[str, ListRecord]) -> bool:
    """Whether the record came in already as it was then, or as it became later."""
    if notice.operation == MERGE:
        merged = records.get(notice.merged_id or "")
        return merged is not None and merged.gone is not None
    record = records.get(notice.id)
    if record is None:
        return False
    if notice.operation == DELETE:
        return record.gone is not None
    if record.changed_at is None:
        return False
    # Ledgers date their records to the second and their notices to less.
    exact = record.changed_at.microsecond > 0
    return record.changed_at >= (notice.at if exact else notice.at.replace(microsecond=0))
