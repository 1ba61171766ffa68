"""Checks of references into the ledger when a rule or a setting is set.

The record must exist in the company, be of the right kind and be active. What is not known, because
its list did not come in yet, is accepted; the plan checks it again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ledgerlink.domain.errors import FieldError
from ledgerlink.domain.mapping.targets import Unfit, bare_id, references_of
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.ledger_choices import Use
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.rules import Rule
from ledgerlink.domain.model.settings import Settings
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.posting.known_targets import (
    OF_SETTINGS,
    complete_lists,
    known_targets,
    used_by_rules,
)


def unfit_rules(
    deps: Dependencies, connection: Connection, rules: Sequence[Rule], *, kinds_named: bool
) -> Iterator[FieldError]:
    """What is wrong with the references of these rules. The pointers begin with `/rules/{key}`, or
    with `/rules/{kind}/{key}` where kinds are named."""
    settings = deps.settings.get(connection.key)
    known = known_targets(deps, connection, settings, used_by_rules(rules))
    for rule in rules:
        for reference in references_of(rule.kind, rule.mapping):
            if (unfit := known.unfit_for_all(reference)) is not None:
                kind = [rule.kind.value] if kinds_named else []
                yield _problem(["rules", *kind, rule.key, reference.field], unfit)


def unfit_settings(
    deps: Dependencies, connection: Connection, settings: Settings, part: str, given: Iterable[str]
) -> Iterator[FieldError]:
    """What is wrong with the records that these settings of `expenses` or `invoices` name."""
    chosen = {name: getattr(getattr(settings, part), name) for name in given if name in OF_SETTINGS}
    used = [(OF_SETTINGS[name], ledger_id) for name, ledger_id in chosen.items() if ledger_id]
    known = known_targets(deps, connection, settings, used)
    for name, ledger_id in chosen.items():
        unfit = known.unfit(OF_SETTINGS[name], ledger_id) if ledger_id else None
        if unfit is not None:
            yield _problem([part, name], unfit)


def unfit_choices(
    deps: Dependencies, connection: Connection, settings: Settings, chosen: Mapping[str, Use]
) -> Iterator[FieldError]:
    """What is wrong with the records that these choices of the ledger name, by the choice."""
    complete = complete_lists(deps, connection, settings) if chosen else ()
    for name, (kind, role) in chosen.items():
        ledger_id = settings.ledger[name]
        found = deps.lists.get(connection.key, kind, [ledger_id]).get(ledger_id)
        fitting = f"{_words(kind)} with the role {role}" if role else _words(kind)
        remedy = f"Choose an active {fitting}."
        if found is None and kind in complete:
            message = f"There is no {_words(kind)} {bare_id(ledger_id)} in the lists."
            yield FieldError(f"/ledger/{name}", message, remedy)
        elif found is not None and not (found.usable and role in (None, *found.roles)):
            message = f"{found.name} ({bare_id(ledger_id)}) is inactive, or is no {fitting}."
            yield FieldError(f"/ledger/{name}", message, remedy)


def _problem(place: Sequence[str], unfit: Unfit) -> FieldError:
    escaped = (part.replace("~", "~0").replace("/", "~1") for part in place)
    new = " If it is new or was changed there, sync the lists first."
    remedy = f"Use the id of {unfit.wanted} that is active, as the lists give it."
    later = new if unfit.code == "target_missing" else ""
    return FieldError(f"/{'/'.join(escaped)}", unfit.words, f"{remedy}{later}")


def _words(kind: ListType) -> str:
    return kind.replace("_", " ")
