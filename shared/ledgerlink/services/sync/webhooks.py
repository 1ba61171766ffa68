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
from ledgerlink.domain.model.list_records import ListRecord, ListTraits, ListType, Notice
from ledgerlink.services.dependencies import House
from ledgerlink.services.sync.scheduler import chosen, hint, incoming

MERGE, DELETE = "merge", "delete"


def receive(house: House, ledger: str, headers: Mapping[str, str], body: bytes) -> None:
    """Take in a webhook; `headers` have lower-case names.

    Raises NotFound for an unknown ledger, Forbidden for a wrong signature, Invalid for a body
    that cannot be read. Whatever else is raised, the ledger may send the same again.
    """
    if ledger not in house.connectors:
        known = ", ".join(sorted(house.connectors))
        raise NotFound("unknown_ledger", f"{ledger} is not a ledger.", f"Use one of: {known}.")
    credentials = partial(house.vaults.credentials, ledger)
    notices = house.connectors[ledger].notices(headers, body, credentials)
    house.count("NoticesReceived", len(notices))
    for company_id, some in _by_company(notices).items():
        _take_in(house, house.connections.of_company(ledger, company_id), some)


def _by_company(notices: Iterable[Notice]) -> Mapping[str, Sequence[Notice]]:
    grouped: dict[str, list[Notice]] = {}
    for notice in notices:
        grouped.setdefault(notice.company_id, []).append(notice)
    return grouped


def _take_in(house: House, connection: Connection | None, notices: Sequence[Notice]) -> None:
    """Whoever is not connected has nothing read; a connect reads everything anyway."""
    if connection is None or connection.state is not ConnectionState.CONNECTED:
        house.count("NoticesIgnored", len(notices))
        return
    wanted = _wanted(house, connection, notices)
    house.count("NoticesIgnored", len(notices) - sum(map(len, wanted.values())))
    hinted = {
        kind
        for kind, some in wanted.items()
        if Sieve(house, connection, kind, _traits(house, connection, kind)).left(some)
    }
    if hinted:
        hint(house, connection, hinted)


def _wanted(
    house: House, connection: Connection, notices: Iterable[Notice]
) -> Mapping[ListType, Sequence[Notice]]:
    """The notices of lists that come in by themselves, by list."""
    settings = house.settings.get(connection.firm, connection.id)
    kinds = chosen(house, connection, settings) if incoming(house, connection, settings) else ()
    grouped: dict[ListType, list[Notice]] = {}
    for notice in notices:
        if notice.type is not None and notice.type in kinds:
            grouped.setdefault(notice.type, []).append(notice)
    return grouped


def _traits(house: House, connection: Connection, kind: ListType) -> ListTraits:
    return house.connector(connection.ledger).lists[kind]


@dataclass(frozen=True, slots=True)
class Sieve:
    """Keeps the notices of one list that say something new."""

    house: House
    connection: Connection
    kind: ListType
    traits: ListTraits

    def left(self, notices: Sequence[Notice]) -> Sequence[Notice]:
        """What remains, counted. A notice without an id speaks of the whole list."""
        ids = list(dict.fromkeys(notice.id for notice in notices if notice.id))
        links, records = self._links(ids), self._records(notices)
        ours = [n for n in notices if self._is_ours(n, links)]
        fresh = [n for n in ours if not _is_echo(n, links)]
        left = [n for n in fresh if not _is_known(n, records)]
        self.house.count("NoticesIgnored", len(notices) - len(ours))
        self.house.count("NoticesEchoed", len(ours) - len(fresh))
        self.house.count("NoticesKnown", len(fresh) - len(left))
        self.house.count("NoticesHinted", len(left))
        return left

    def _links(self, ids: Iterable[str]) -> Mapping[str, Link]:
        firm, connection_id = self.connection.firm, self.connection.id
        return self.house.links.of_records(firm, connection_id, self.traits.entities, ids)

    def _records(self, notices: Iterable[Notice]) -> Mapping[str, ListRecord]:
        ids = [i for n in notices for i in (n.id, n.merged_id) if i]
        firm, connection_id = self.connection.firm, self.connection.id
        return self.house.lists.get(firm, connection_id, self.kind, dict.fromkeys(ids))

    def _is_ours(self, notice: Notice, links: Mapping[str, Link]) -> bool:
        """Of some lists only what we wrote is read."""
        if not self.traits.linked_only or notice.id in links:
            return True
        return not notice.id and self._wrote_some()

    def _wrote_some(self) -> bool:
        firm, connection_id = self.connection.firm, self.connection.id
        ids = self.house.links.ledger_ids(firm, connection_id, self.traits.entities)
        return next(iter(ids), None) is not None


def _is_echo(notice: Notice, links: Mapping[str, Link]) -> bool:
    """Whether it tells of our own last write or of what was before it."""
    link = links.get(notice.id)
    return notice.operation != MERGE and link is not None and link.written_at >= notice.at


def _is_known(notice: Notice, records: Mapping[str, ListRecord]) -> bool:
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
