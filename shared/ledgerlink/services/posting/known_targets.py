"""The list records that rules and settings point at, read before a plan is made or a rule set."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from ledgerlink.domain.mapping.targets import KnownTargets, references_of
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.list_records import ListRecord, ListType
from ledgerlink.domain.model.posting_keys import posting_key
from ledgerlink.domain.model.rules import SINGULAR, CreateProject, Rule, RuleBook, RuleKind
from ledgerlink.domain.model.settings import Direction, Settings
from ledgerlink.domain.model.source_records import RecordKind, TimeEntry
from ledgerlink.domain.model.targets import Purpose
from ledgerlink.domain.planning.list_records import RULES
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.posting.staged_records import Records

Used = tuple[Purpose, str]
"""What a record is used for, and its id."""
RuleKey = tuple[RuleKind, str]

OF_SETTINGS: Mapping[str, Purpose] = {
    "payable_account_id": Purpose.PAYABLE,
    "check_account_id": Purpose.PAYS_EMPLOYEES,
    "card_account_id": Purpose.CARD,
    "catch_all_vendor_id": Purpose.VENDOR,
    "item_id": Purpose.SOLD,
}
"""What the record that a setting of expenses or invoices names is used for."""


EVERYWHERE: Mapping[str, RuleKind] = {
    "project_key": RuleKind.PROJECTS,
    "client_key": RuleKind.PROJECTS,
    "class_key": RuleKind.CLASSES,
    "department_key": RuleKind.DEPARTMENTS,
    "location_key": RuleKind.LOCATIONS,
}
"""The fields of time, expenses and invoices that name an entity, with the kind of its rule."""
IN_TIME: Mapping[str, RuleKind] = {
    "staff_key": RuleKind.USERS,
    "labor_code_key": RuleKind.LABOR_CODES,
    "leave_type_key": RuleKind.LEAVE_TYPES,
}
IN_EXPENSES: Mapping[str, RuleKind] = {
    "staff_key": RuleKind.USERS,
    "expense_code_key": RuleKind.EXPENSE_CODES,
    "card_key": RuleKind.CARDS,
    "vendor_key": RuleKind.VENDORS,
    "tax_code_key": RuleKind.TAX_CODES,
}
IN_INVOICES: Mapping[str, RuleKind] = {
    "terms_key": RuleKind.TERMS,
    "tax_code_key": RuleKind.TAX_CODES,
}
IN_LINES: Mapping[str, RuleKind] = {
    "labor_code_key": RuleKind.LABOR_CODES,
    "expense_code_key": RuleKind.EXPENSE_CODES,
    "class_key": RuleKind.CLASSES,
    "department_key": RuleKind.DEPARTMENTS,
    "tax_code_key": RuleKind.TAX_CODES,
}


def known_targets(
    deps: Dependencies, connection: Connection, settings: Settings, used: Iterable[Used]
) -> KnownTargets:
    """What the lists have of these records."""
    targets = deps.connector(connection.ledger).targets
    places = {targets.place(purpose, ledger_id) for purpose, ledger_id in used} - {None}
    found = _read(deps, connection, (place for place in places if place is not None))
    missing = [place for place in places if place is not None and place not in found]
    others = targets.one_numbering
    elsewhere = {(o, i) for kind, i in missing if kind in others for o in others if o is not kind}
    found |= _read(deps, connection, elsewhere)
    complete = complete_lists(deps, connection, settings) if places else ()
    return KnownTargets(targets, found, complete)


def complete_lists(
    deps: Dependencies, connection: Connection, settings: Settings
) -> Collection[ListType]:
    """The lists that came in whole and still do, so that what they do not have is not there."""
    if settings.direction is Direction.OUT:
        return ()
    compared = deps.lists.state(connection.key).compared
    return {kind for kind in compared if settings.lists is None or kind in settings.lists}


def _read(
    deps: Dependencies, connection: Connection, places: Iterable[tuple[ListType, str]]
) -> dict[tuple[ListType, str], ListRecord]:
    ids: dict[ListType, list[str]] = defaultdict(list)
    for kind, ledger_id in places:
        ids[kind].append(ledger_id)
    return {
        (kind, ledger_id): record
        for kind, some in ids.items()
        for ledger_id, record in deps.lists.get(connection.key, kind, some).items()
    }


@dataclass(slots=True)
class EntityKeys:
    """The kinds and keys of the entities that time entries name. They are few, however many entries
    there are."""

    _by_field: Mapping[str, set[str | None]] = field(
        default_factory=lambda: {name: set() for name in {**EVERYWHERE, **IN_TIME}}
    )

    def add(self, entry: TimeEntry) -> None:
        """Add those of an entry."""
        for name, keys in self._by_field.items():
            keys.add(getattr(entry, name))

    def __iter__(self) -> Iterator[RuleKey]:
        """Each once or more often."""
        kinds = {**EVERYWHERE, **IN_TIME}
        for name, keys in self._by_field.items():
            yield from ((kinds[name], key) for key in keys if key is not None)


def used_by_plan(
    entities: Iterable[RuleKey], rules: RuleBook, links: Mapping[str, Link], settings: Settings
) -> set[Used]:
    """What the plan of records that name these entities may refer to: by their rules, by what was
    created for them before, and by the settings."""
    used = set(used_by_settings(settings))
    for kind, key in _with_clients(entities, rules):
        rule = rules.get((kind, key))
        references = references_of(kind, rule.mapping) if rule is not None else ()
        some = [(each.purposes, each.ledger_id) for each in references]
        used.update((purpose, ledger_id) for purposes, ledger_id in some for purpose in purposes)
        used.update(_created(kind, key, links))
    return used


def used_by_rules(rules: Iterable[Rule]) -> Iterator[Used]:
    """What these rules refer to."""
    for rule in rules:
        for reference in references_of(rule.kind, rule.mapping):
            yield from ((purpose, reference.ledger_id) for purpose in reference.purposes)


def used_by_settings(settings: Settings) -> Iterator[Used]:
    """What the settings of expenses and invoices refer to."""
    for name, purpose in OF_SETTINGS.items():
        part = settings.invoices if name == "item_id" else settings.expenses
        if ledger_id := getattr(part, name):
            yield purpose, ledger_id


def _created(kind: RuleKind, key: str, links: Mapping[str, Link]) -> Iterator[Used]:
    names = (SINGULAR[kind], "client") if kind is RuleKind.PROJECTS else (SINGULAR[kind],)
    purposes = {
        RuleKind.USERS: (Purpose.EMPLOYEE, Purpose.VENDOR),
        RuleKind.PROJECTS: (Purpose.WORKED_FOR,),
        RuleKind.LABOR_CODES: (Purpose.SERVICE,),
        RuleKind.LEAVE_TYPES: (Purpose.SERVICE,),
    }.get(kind, ())
    for name in names if purposes else ():
        if (made := links.get(posting_key(name, key))) is not None:
            yield from ((purpose, made.ledger_id) for purpose in purposes)


def _with_clients(keys: Iterable[RuleKey], rules: RuleBook) -> set[RuleKey]:
    """The keys with those of the clients above their projects."""
    found = set(keys)
    waiting = [key for kind, key in found if kind is RuleKind.PROJECTS]
    while waiting:
        rule = rules.get((RuleKind.PROJECTS, waiting.pop()))
        mapping = rule.mapping if rule is not None else None
        client = mapping.client if isinstance(mapping, CreateProject) else None
        if client is not None and (RuleKind.PROJECTS, client.key) not in found:
            found.add((RuleKind.PROJECTS, client.key))
            waiting.append(client.key)
    return found


def entities_of(records: Records) -> set[RuleKey]:
    """The kinds and keys of all entities that these records name."""
    lines = [line for invoice in records.invoices for line in invoice.lines]
    listed = {(RULES[RecordKind(record.kind)], record.key) for record in records.listed}
    return listed.union(
        _named(records.times, {**EVERYWHERE, **IN_TIME}),
        _named(records.expenses, {**EVERYWHERE, **IN_EXPENSES}),
        _named(records.invoices, {**EVERYWHERE, **IN_INVOICES}),
        _named(lines, IN_LINES),
    )


def _named(records: Sequence[object], fields: Mapping[str, RuleKind]) -> Iterator[RuleKey]:
    for name, kind in fields.items():
        keys = set(map(attrgetter(name), records))
        yield from ((kind, key) for key in keys if key is not None)
