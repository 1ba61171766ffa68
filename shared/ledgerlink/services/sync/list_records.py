"""Reading list records, with the rules and links that refer to them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import takewhile

from ledgerlink.domain.errors import NotFound
from ledgerlink.domain.model.connections import Connection, ConnectionKey
from ledgerlink.domain.model.list_records import Change, ListRecord, ListType
from ledgerlink.domain.model.rules import (
    CreateLaborCode,
    CreateProject,
    LinkExpenseCode,
    LinkTo,
    Rule,
    RuleKind,
)
from ledgerlink.domain.model.runs import Run
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.ports import Page
from ledgerlink.services.runs.history import bad_cursor

PEOPLE = {"employee": ListType.EMPLOYEE, "vendor": ListType.VENDOR}
CUSTOMERS = (ListType.CUSTOMER, ListType.PROJECT, ListType.TASK)
SERVICES = (ListType.ITEM, ListType.TIME_TYPE)
LINKED = {
    RuleKind.PROJECTS: CUSTOMERS,
    RuleKind.LABOR_CODES: SERVICES,
    RuleKind.LEAVE_TYPES: SERVICES,
    RuleKind.CARDS: (ListType.ACCOUNT,),
    RuleKind.VENDORS: (ListType.VENDOR,),
    RuleKind.CLASSES: (ListType.CLASS,),
    RuleKind.DEPARTMENTS: (ListType.DEPARTMENT,),
    RuleKind.LOCATIONS: (ListType.LOCATION, ListType.ENTITY),
    RuleKind.TERMS: (ListType.TERM,),
    RuleKind.TAX_CODES: (ListType.TAX_CODE,),
}
"""The lists that a link of each kind of rule may refer to; links of people name their list. In a
ledger with several of these lists, an id is in one of them only."""
CODES = {
    "account": (ListType.ACCOUNT, ListType.ACCOUNT_LABEL, ListType.EXPENSE_TYPE),
    "item": (ListType.ITEM,),
}
"""The lists that a link of an expense code may refer to, by its target."""


def targets(rule: Rule) -> Iterator[tuple[ListType, str]]:
    """The list records that a rule refers to, as list and id. If several lists could have the id,
    all of them are given."""
    match rule.mapping:
        case LinkTo(ledger_id=ledger_id, person=person):
            lists = LINKED.get(rule.kind) or (PEOPLE[person],)
            yield from ((each, ledger_id) for each in lists)
        case LinkExpenseCode(ledger_id=ledger_id, target=target):
            yield from ((each, ledger_id) for each in CODES[target])
        case CreateProject(parent_id=str(parent_id)):
            yield from ((each, parent_id) for each in CUSTOMERS)
        case CreateLaborCode(income_account_id=account_id, parent_id=parent_id):
            yield ListType.ACCOUNT, account_id
            if parent_id is not None:
                yield ListType.ITEM, parent_id


def rules_by_target(rules: Iterable[Rule], kind: ListType) -> dict[str, list[Rule]]:
    """Those of these rules that refer to a record of this list, by the record's id."""
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        for list_type, ledger_id in targets(rule):
            if list_type is kind:
                found.setdefault(ledger_id, []).append(rule)
    return found


FEW = 25
"""Records that are looked up without asking first whether there can be any."""


class LinkedRecords:
    """Which list records a rule refers to or we wrote. Rules are read once, and only if some
    record is asked for."""

    def __init__(self, deps: Dependencies, connection: Connection) -> None:
        self._deps, self._connection = deps, connection
        self._named: dict[ListType, Collection[str]] = {}
        self._wrote: dict[ListType, bool] = {}

    def among(self, kind: ListType, ids: Collection[str]) -> set[str]:
        """Those of these records of a list."""
        if not ids:
            return set()
        named = self._named_by_rules(kind)
        found = {each for each in ids if each in named}
        return found | self._written(kind, [each for each in ids if each not in named])

    @cached_property
    def _rules(self) -> Sequence[Rule]:
        return self._deps.rules.list(self._connection.key)

    def _named_by_rules(self, kind: ListType) -> Collection[str]:
        if kind not in self._named:
            self._named[kind] = rules_by_target(self._rules, kind).keys()
        return self._named[kind]

    def _written(self, kind: ListType, ids: Collection[str]) -> set[str]:
        """Those of these records that we wrote. Many are looked up only if we wrote any record of
        the list: after a connect, when every record is new, there is none."""
        links, key = self._deps.links, self._connection.key
        kinds = self._deps.connector(self._connection.ledger).lists[kind].entities
        if len(ids) > FEW and kind not in self._wrote:
            self._wrote[kind] = any(True for _ in links.ledger_ids(key, kinds))
        return set(links.of_records(key, kinds, ids)) if self._wrote.get(kind, ids) else set()


MOST_READ = 5_000
"""Records that are read for one page at most. A page may therefore be short."""
SLICE = 500
"""Records that are read at once."""


@dataclass(frozen=True, slots=True)
class RecordWithRules:
    """A list record with the rules that refer to it."""

    record: ListRecord
    rules: Sequence[Rule] = ()
    written: bool = False
    """Whether we wrote the record."""

    @property
    def linked(self) -> bool:
        """Whether the product uses the record."""
        return self.written or bool(self.rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which records are listed; None does not restrict."""

    active: bool | None = True
    role: str | None = None
    """Only records that can be used in this role; blocked ones cannot."""
    linked: bool | None = None
    parent_id: str | None = None
    words: str | None = None
    """Text that the name or path contains, in any case."""
    changed_since: datetime | None = None
    gone: bool = False
    """Whether records are listed that the ledger no longer has."""

    def matches(self, found: RecordWithRules) -> bool:
        """Whether the record is listed."""
        record = found.record
        return all(
            (
                self.gone or record.gone is None,
                self.active is None or record.active is self.active or bool(record.gone),
                self.role is None or (self.role in record.roles and not record.blocked),
                self.linked is None or found.linked is self.linked,
                self.parent_id is None or record.parent_id == self.parent_id,
                self.words is None or self.words.casefold() in _searched_text(record),
                self.changed_since is None or _changed(record, self.changed_since),
            )
        )


def _searched_text(record: ListRecord) -> str:
    return f"{record.name}\n{record.path or ''}".casefold()


def _changed(record: ListRecord, since: datetime) -> bool:
    return record.changed_at is not None and record.changed_at >= since


def list_records(
    deps: Dependencies,
    connection_key: ConnectionKey,
    kind: str,
    wanted: Filter,
    *,
    after: str | None,
    limit: int,
) -> Page[RecordWithRules]:
    """At most `limit` of the wanted records, in a stable order. A page with a cursor is not the
    last one, even if it is empty. Raises NotFound for an unknown connection or list."""
    connection = deps.connections.get(connection_key)
    list_type = type_of(deps, connection, kind)
    if after is not None and after not in deps.lists.get(connection_key, list_type, [after]):
        raise bad_cursor()
    rules = rules_by_target(deps.rules.list(connection_key), list_type)
    found: list[RecordWithRules] = []
    for _ in range(0, MOST_READ, SLICE):
        page = deps.lists.page(connection_key, list_type, after, SLICE)
        for known in _with_rules(deps, connection, list_type, page.items, rules):
            if wanted.matches(known):
                if len(found) == limit:
                    return Page(found, found[-1].record.id)
                found.append(known)
        after = page.after
        if after is None:
            return Page(found)
    return Page(found, after)


def get_record(
    deps: Dependencies, connection_key: ConnectionKey, kind: str, record_id: str
) -> RecordWithRules:
    """One record with its rules. Raises NotFound for an unknown connection, list or record."""
    connection = deps.connections.get(connection_key)
    list_type = type_of(deps, connection, kind)
    records = deps.lists.get(connection_key, list_type, [record_id])
    if record_id not in records:
        message = f"There is no {kind} {record_id}."
        raise NotFound("no_record", message, "List the records. Start a sync if the record is new.")
    rules = rules_by_target(deps.rules.list(connection_key), list_type)
    (known,) = _with_rules(deps, connection, list_type, [records[record_id]], rules)
    return known


def type_of(deps: Dependencies, connection: Connection, kind: str) -> ListType:
    """The list of that name. Raises NotFound if the ledger does not have it."""
    offered = deps.connector(connection.ledger).lists
    if kind not in offered:
        message = f"{connection.ledger} has no list {kind}."
        raise NotFound("no_list_type", message, f"Use one of: {', '.join(offered)}.")
    return ListType(kind)


def _with_rules(
    deps: Dependencies,
    connection: Connection,
    list_type: ListType,
    records: Sequence[ListRecord],
    rules: Mapping[str, Sequence[Rule]],
) -> list[RecordWithRules]:
    kinds = deps.connector(connection.ledger).lists[list_type].entities
    ids = [record.id for record in records]
    written = deps.links.of_records(connection.key, kinds, ids) if ids else {}
    return [
        RecordWithRules(record, rules.get(record.id, ()), record.id in written)
        for record in records
    ]


def changes_of_run(deps: Dependencies, run: Run, after: int, limit: int) -> Page[Change]:
    """The changes of a sync in order, after the cursor `after`. They are consecutive in the feed,
    because syncs of a connection do not overlap."""
    if run.sync is None or run.started_at is None:
        return Page(())
    begin = max(after, run.sync.feed_before)
    page = deps.lists.changes(run.connection_key, begin, limit + 1)
    of_run = list(takewhile(lambda change: change.run_id == run.id, page.items))
    return Page(of_run[:limit], str(of_run[limit - 1].seq) if len(of_run) > limit else None)
