"""Connections, rules and links in memory."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from ledgerlink.domain.errors import ChangedMeanwhile, Conflict, Invalid, NotFound
from ledgerlink.domain.model.connections import Authorization, Connection, ConnectionKey
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.rules import Rule, RuleKind
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.services.ports import Page


@dataclass(frozen=True)
class Claim:
    """Who has a company, or had it last."""

    firm: str
    connection_id: str
    held: bool = True


@dataclass
class FakeConnections:
    """Implements `services.ports.Connections`."""

    rows: dict[ConnectionKey, Connection] = field(default_factory=dict)
    consents: dict[str, Authorization] = field(default_factory=dict)
    claims: dict[tuple[str, str], Claim] = field(default_factory=dict)

    def save(self, connection: Connection) -> Connection:
        self._require_newest(connection)
        stored = replace(connection, version=connection.version + 1)
        self.rows[connection.key] = stored
        return stored

    def _require_newest(self, connection: Connection) -> None:
        there = self.rows.get(connection.key)
        if connection.version != (there.version if there else 0):
            raise ChangedMeanwhile

    def get(self, connection_key: ConnectionKey) -> Connection:
        if connection_key not in self.rows:
            raise NotFound(
                "no_connection", f"There is no connection {connection_key.id}.", "See the list."
            )
        return self.rows[connection_key]

    def list(self, firm: str) -> Sequence[Connection]:
        return [self.rows[key] for key in sorted(self.rows) if key.firm == firm]

    def page(self, firm: str, after: str | None, limit: int) -> Page[Connection]:
        left = [one for one in self.list(firm) if after is None or one.id > after]
        return Page(left[:limit], left[limit - 1].id if len(left) > limit else None)

    def remove(self, connection: Connection) -> None:
        self._require_newest(connection)
        self.rows.pop(connection.key, None)

    def begin(self, authorization: Authorization) -> None:
        self.consents[authorization.state] = authorization

    def pending(self, state: str) -> Authorization:
        if state not in self.consents:
            raise Invalid(
                "unknown_state",
                "This consent is unknown or was used already.",
                "Start connecting again.",
            )
        return self.consents[state]

    def finish(self, state: str) -> Authorization:
        authorization = self.pending(state)
        del self.consents[state]
        return authorization

    def of_company(self, ledger: str, company_id: str) -> Connection | None:
        claim = self.claims.get((ledger, company_id))
        if claim is None or not claim.held:
            return None
        return self.rows.get(ConnectionKey(claim.firm, claim.connection_id))

    def require_free(self, connection: Connection, company_id: str) -> None:
        there = self.claims.get((connection.ledger, company_id))
        same = there is not None and (there.firm, there.connection_id) == (
            connection.firm,
            connection.id,
        )
        free = there is None or (not there.held and there.firm != connection.firm)
        if not (free or same):
            raise Conflict(
                "company_already_connected", "This company is connected already.", "Disconnect it."
            )

    def claim(self, connection: Connection, company_id: str) -> None:
        self.require_free(connection, company_id)
        company = (connection.ledger, company_id)
        self.claims[company] = Claim(connection.firm, connection.id)

    def release(self, connection: Connection) -> None:
        if connection.company_id is None:
            return
        company = (connection.ledger, connection.company_id)
        if self.claims.get(company) == Claim(connection.firm, connection.id):
            self.claims[company] = Claim(connection.firm, connection.id, held=False)


@dataclass
class FakeRules:
    """Implements `services.ports.Rules`."""

    log: dict[tuple[ConnectionKey, RuleKind, str], dict[int, Rule]] = field(default_factory=dict)
    changes: Counter[ConnectionKey] = field(default_factory=Counter)

    def version(self, connection_key: ConnectionKey) -> int:
        return self.changes[connection_key]

    def changed_since(self, connection_key: ConnectionKey, moment: datetime) -> bool:
        return any(rule.set_at > moment for rule in self.list(connection_key))

    def put(self, connection_key: ConnectionKey, rules: Iterable[Rule], of_version: int) -> int:
        if not (given := list(rules)):
            return of_version
        if self.changes[connection_key] != of_version:
            raise ChangedMeanwhile
        for rule in given:
            versions = self.log.setdefault((connection_key, rule.kind, rule.key), {})
            versions[rule.version] = rule
        self.changes[connection_key] += 1
        return self.changes[connection_key]

    def get(
        self, connection_key: ConnectionKey, kind: RuleKind, wanted: Iterable[str]
    ) -> Mapping[str, Rule]:
        mine = {rule.key: rule for rule in self.list(connection_key, kind)}
        return {key: mine[key] for key in wanted if key in mine}

    def keys(self, connection_key: ConnectionKey, kind: RuleKind) -> Collection[str]:
        return {rule.key for rule in self.list(connection_key, kind)}

    def page(
        self,
        connection_key: ConnectionKey,
        kind: RuleKind | None,
        after: tuple[RuleKind, str] | None,
        limit: int,
    ) -> tuple[Sequence[Rule], bool]:
        mine = sorted(self.list(connection_key, kind), key=lambda rule: (rule.kind, rule.key))
        left = [rule for rule in mine if after is None or (rule.kind, rule.key) > after]
        return left[:limit], len(left) > limit

    def list(self, connection_key: ConnectionKey, kind: RuleKind | None = None) -> Sequence[Rule]:
        return [
            versions[max(versions)]
            for (owner, of_kind, _), versions in self.log.items()
            if owner == connection_key and kind in (None, of_kind)
        ]

    def history(self, connection_key: ConnectionKey, kind: RuleKind, key: str) -> Sequence[Rule]:
        versions = self.log.get((connection_key, kind, key), {})
        return [versions[number] for number in sorted(versions)]


NO_LINKS: Mapping[str, Link] = {}
NO_DAYS: Mapping[str, date] = {}


@dataclass
class FakeLinks:
    """Implements `services.ports.Links`. Like the table, it finds only what was indexed."""

    rows: dict[ConnectionKey, dict[str, Link]] = field(default_factory=dict)
    found_by: dict[ConnectionKey, set[tuple[str, object]]] = field(default_factory=dict)
    """Posting keys with the days and ids by which their links are found."""

    def get(self, connection_key: ConnectionKey, wanted: Iterable[str]) -> Mapping[str, Link]:
        mine = self.rows.get(connection_key, {})
        return {key: mine[key] for key in wanted if key in mine}

    def of_records(
        self, connection_key: ConnectionKey, kinds: Collection[str], ledger_ids: Iterable[str]
    ) -> Mapping[str, Link]:
        by_id = {link.ledger_id: link for link in self._listed(connection_key, kinds)}
        return {each: by_id[each] for each in ledger_ids if each in by_id}

    def ledger_ids(self, connection_key: ConnectionKey, kinds: Collection[str]) -> Iterator[str]:
        return iter([link.ledger_id for link in self._listed(connection_key, kinds)])

    def _listed(self, connection_key: ConnectionKey, kinds: Collection[str]) -> Iterator[Link]:
        found_by = self.found_by.get(connection_key, set())
        for link in self.rows.get(connection_key, {}).values():
            if link.kind in kinds and (link.key, link.ledger_id) in found_by:
                yield link

    def between(self, connection_key: ConnectionKey, first: date, last: date) -> Iterator[Link]:
        mine = self.rows.get(connection_key, {}).values()
        found_by = self.found_by.get(connection_key, set())
        worked = [
            link
            for link in mine
            if link.source
            and first <= link.source.work_date <= last
            and (link.key, link.source.work_date) in found_by
        ]
        return iter(worked)

    def beginning(self, connection_key: ConnectionKey, starts: Iterable[str]) -> Mapping[str, Link]:
        mine, wanted = self.rows.get(connection_key, {}), tuple(starts)
        return {key: link for key, link in mine.items() if key.startswith(wanted)}

    def owner_documents(
        self,
        connection_key: ConnectionKey,
        members: Iterable[str],
        record: RecordKind = RecordKind.TIME,
    ) -> Mapping[str, Link]:
        mine = self.rows.get(connection_key, {}).values()
        several = [link for link in mine if link.is_found_by_members and link.record is record]
        carried = {member: link for link in several for member in link.members}
        return {member: carried[member] for member in members if member in carried}

    def index_days(self, connection_key: ConnectionKey, days: Mapping[str, date]) -> None:
        self.found_by.setdefault(connection_key, set()).update(days.items())

    def put(
        self,
        connection_key: ConnectionKey,
        links: Sequence[Link],
        before: Mapping[str, Link] = NO_LINKS,
        days: Mapping[str, date] = NO_DAYS,
    ) -> None:
        self.rows.setdefault(connection_key, {}).update({link.key: link for link in links})
        found_by = self.found_by.setdefault(connection_key, set())
        for link in links:
            found_by |= _ways(link) - _ways(before.get(link.key)) - {(link.key, days.get(link.key))}

    def delete(self, connection_key: ConnectionKey, gone: Sequence[str]) -> None:
        mine = self.rows.get(connection_key, {})
        for key in gone:
            mine.pop(key, None)


def _ways(link: Link | None) -> set[tuple[str, object]]:
    """The day and the id by which the link is found, with its posting key."""
    if link is None:
        return set()
    day = {(link.key, link.source.work_date)} if link.source else set()
    return day | ({(link.key, link.ledger_id)} if link.listed else set())
