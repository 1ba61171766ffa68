"""The mapping of an import: the users, projects, labor codes, leave types, classes, departments and
locations in its records, each with its rule or with suggestions from the ledger's lists."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from ledgerlink.domain.mapping.suggestions import (
    Candidate,
    Clash,
    Entity,
    Suggestion,
    clashes,
    suggest,
)
from ledgerlink.domain.mapping.targets import KnownTargets, references_of
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.imports import Scope
from ledgerlink.domain.model.list_records import ListRecord, ListType
from ledgerlink.domain.model.rules import CreateUser, LinkTo, Rule, RuleKind
from ledgerlink.domain.model.runs import Run
from ledgerlink.domain.model.source_records import TimeEntry
from ledgerlink.domain.planning.time import entry_attributes
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.posting.known_targets import known_targets, used_by_rules
from ledgerlink.services.posting.ledger_names import records_of
from ledgerlink.services.posting.staged_records import time_entries

ENTITIES = "entities"
"""The name of the notes with the entities that were found in the records."""
LISTS = {
    RuleKind.USERS: (ListType.EMPLOYEE, ListType.VENDOR),
    RuleKind.PROJECTS: (ListType.CUSTOMER, ListType.PROJECT),
    RuleKind.LABOR_CODES: (ListType.ITEM, ListType.TIME_TYPE),
    RuleKind.LEAVE_TYPES: (ListType.ITEM, ListType.TIME_TYPE),
    RuleKind.CLASSES: (ListType.CLASS,),
    RuleKind.DEPARTMENTS: (ListType.DEPARTMENT,),
    RuleKind.LOCATIONS: (ListType.LOCATION, ListType.ENTITY),
}
"""The lists that each kind of entity may be mapped to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """One entity of the records with its rule."""

    entity: Entity
    entries: int
    """How many time entries it is in."""
    minutes: int
    """How much time these have together."""
    rule: Rule | None = None
    suggestions: Sequence[Suggestion] = ()
    """Proposed rules for an entity without one, best first."""
    withdrawn: str | None = None
    """Why the entity cannot be created in the ledger."""
    unfit: str | None = None
    """Why its rule cannot be used: what it points at is unknown, inactive or of a wrong kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingPage:
    """Some entities of one kind."""

    mapped: Sequence[Mapped]
    open: int
    """How many entities of that kind have no rule."""
    clashes: Sequence[Clash]
    """Users who would be the same person in the ledger."""
    after: str | None = None
    """The key that the next page begins after; None on the last page."""


def find_entities(deps: Dependencies, connection: Connection, run: Run) -> int:
    """Store the entities in the staged records with suggestions; returns the number of records.

    Raises Invalid for records that cannot be read.
    """
    assert run.imported is not None
    names = {
        (line["kind"], line["key"]): line for line in deps.staging.notes(run, run.imported.names)
    }
    entries = _Counted(time_entries(deps, run))
    found = _tally(entries, run.imported.scope)
    lines = []
    for kind in LISTS:
        known = [_entity(key, names.get((kind, key), {}), found[kind][key]) for key in found[kind]]
        candidates = _usable_records(deps, connection, kind) if known else ()
        proposed = suggest(known, [_candidate(record) for record in candidates])
        for entity in known:
            tally = found[kind][entity.key]
            lines.append(_line(kind, entity, tally, proposed[entity.key]))
    deps.staging.put_notes(run, ENTITIES, lines)
    return entries.records


@dataclass(slots=True)
class _Counted:
    """The entries among some records, all of which are counted as they are read."""

    found: Iterable[TimeEntry | None]
    records: int = 0

    def __iter__(self) -> Iterator[TimeEntry]:
        for entry in self.found:
            self.records += 1
            if entry is not None:
                yield entry


@dataclass(slots=True)
class _Tally:
    """How much time an entity has, and the client if it is a project."""

    entries: int = 0
    minutes: int = 0
    client: str | None = None


def _tally(entries: Iterable[TimeEntry], scope: Scope) -> Mapping[RuleKind, dict[str, _Tally]]:
    found: dict[RuleKind, dict[str, _Tally]] = {kind: {} for kind in RuleKind}
    for entry in entries:
        if not scope.includes(entry_attributes(entry)):
            continue
        for kind, key in _keys(entry):
            tally = found[kind].setdefault(key, _Tally(client=entry.client_key))
            tally.entries += 1
            tally.minutes += entry.minutes
    return found


def _keys(entry: TimeEntry) -> Iterator[tuple[RuleKind, str]]:
    yield RuleKind.USERS, entry.staff_key
    if project := entry.project_key or entry.client_key:
        yield RuleKind.PROJECTS, project
    if entry.leave_type_key:
        yield RuleKind.LEAVE_TYPES, entry.leave_type_key
    elif entry.labor_code_key:
        yield RuleKind.LABOR_CODES, entry.labor_code_key
    for kind, key in (
        (RuleKind.CLASSES, entry.class_key),
        (RuleKind.DEPARTMENTS, entry.department_key),
        (RuleKind.LOCATIONS, entry.location_key),
    ):
        if key:
            yield kind, key


def _entity(key: str, given: Mapping[str, Any], tally: _Tally) -> Entity:
    return Entity(
        key=key,
        name=given.get("name") or key,
        email=given.get("email"),
        number=given.get("number"),
        client_key=given.get("client_key") or tally.client,
        client_name=given.get("client_name") or given.get("client_key") or tally.client,
        billable=given.get("billable"),
        rate=_rate(given.get("rate")),
    )


def _rate(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None


def _usable_records(
    deps: Dependencies, connection: Connection, kind: RuleKind
) -> Iterator[ListRecord]:
    offered = deps.connector(connection.ledger).lists
    for list_type in LISTS[kind]:
        if list_type in offered:
            some = records_of(deps, connection, list_type)
            yield from (one for one in some if one.usable and not one.blocked)


def _candidate(record: ListRecord) -> Candidate:
    email, number = record.fields.get("email"), record.fields.get("number")
    return Candidate(
        ledger_id=record.id,
        type=record.type,
        name=record.name,
        full_name=record.path,
        email=email if isinstance(email, str) else None,
        number=number if isinstance(number, str) else None,
    )


def _line(
    kind: RuleKind, entity: Entity, tally: _Tally, proposed: Sequence[Suggestion]
) -> dict[str, Any]:
    return {
        "kind": kind,
        "entity": {
            "key": entity.key,
            "name": entity.name,
            "email": entity.email,
            "number": entity.number,
            "client_key": entity.client_key,
            "client_name": entity.client_name,
            "billable": entity.billable,
            "rate": None if entity.rate is None else str(entity.rate),
        },
        "entries": tally.entries,
        "minutes": tally.minutes,
        "suggestions": [
            {
                "ledger_id": one.ledger_id,
                "type": one.type,
                "name": one.name,
                "score": one.score,
                "match": one.match,
                "words": one.words,
            }
            for one in proposed
        ],
    }


def mapping_of(
    deps: Dependencies,
    connection: Connection,
    run: Run,
    kind: RuleKind,
    after: str | None = None,
    limit: int = 1000,
) -> MappingPage:
    """At most `limit` entities of that kind in the order of their keys, after the key `after`."""
    lines = [one for one in deps.staging.notes(run, ENTITIES) if one["kind"] == kind]
    lines.sort(key=lambda line: str(line["entity"]["key"]))
    ruled = deps.rules.keys(run.connection_key, kind)
    rest = [one for one in lines if after is None or one["entity"]["key"] > after]
    shown = rest[:limit]
    payroll = connection.company is not None and connection.company.features.payroll
    return MappingPage(
        mapped=_judged(
            deps, connection, _all_mapped(deps, run, kind, shown, payroll=bool(payroll))
        ),
        open=sum(line["entity"]["key"] not in ruled for line in lines),
        clashes=_clashes(_all_mapped(deps, run, kind, lines)) if kind is RuleKind.USERS else (),
        after=shown[-1]["entity"]["key"] if len(rest) > limit else None,
    )


def _all_mapped(
    deps: Dependencies,
    run: Run,
    kind: RuleKind,
    lines: Sequence[Mapping[str, Any]],
    *,
    payroll: bool = False,
) -> Sequence[Mapped]:
    """These entities with their rules."""
    rules = deps.rules.get(run.connection_key, kind, [one["entity"]["key"] for one in lines])
    payroll = payroll and kind is RuleKind.USERS
    return [_mapped(line, rules, payroll=payroll) for line in lines]


def _judged(
    deps: Dependencies, connection: Connection, mapped: Sequence[Mapped]
) -> Sequence[Mapped]:
    """The entities with what is wrong with their rules, by the lists as they are now."""
    rules = [one.rule for one in mapped if one.rule is not None]
    settings = deps.settings.get(connection.key)
    known = known_targets(deps, connection, settings, used_by_rules(rules))
    return [
        replace(one, unfit=_unfit(known, one.rule)) if one.rule is not None else one
        for one in mapped
    ]


def _unfit(known: KnownTargets, rule: Rule) -> str | None:
    found = (known.unfit_for_all(each) for each in references_of(rule.kind, rule.mapping))
    return next((unfit.words for unfit in found if unfit is not None), None)


def _mapped(line: Mapping[str, Any], rules: Mapping[str, Rule], *, payroll: bool) -> Mapped:
    given = dict(line["entity"])
    entity = replace(_entity(given["key"], given, _Tally()), client_name=given["client_name"])
    rule = rules.get(entity.key)
    creates = rule is None or isinstance(rule.mapping, CreateUser)
    withdrawn = "Payroll is on in the ledger; add the employee there." if payroll else None
    return Mapped(
        entity=entity,
        entries=line["entries"],
        minutes=line["minutes"],
        rule=rule,
        suggestions=[Suggestion(**one) for one in line["suggestions"]] if rule is None else (),
        withdrawn=withdrawn if creates else None,
    )


def _clashes(mapped: Iterable[Mapped]) -> Sequence[Clash]:
    """Users whose rule, or best suggestion, is the same person in the ledger."""
    chosen: dict[str, tuple[str, str]] = {}
    for one in mapped:
        if one.rule is not None and isinstance(one.rule.mapping, LinkTo):
            chosen[one.entity.key] = (one.rule.mapping.person, one.rule.mapping.ledger_id)
        elif one.rule is None and one.suggestions:
            chosen[one.entity.key] = (one.suggestions[0].type, one.suggestions[0].ledger_id)
    return clashes(chosen)
