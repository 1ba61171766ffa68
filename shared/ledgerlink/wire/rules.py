"""Mappings of rules from and to JSON; which forms each kind of rule may take."""

from collections.abc import Mapping as Mappings
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from ledgerlink.domain.errors import FieldError, Invalid
from ledgerlink.domain.model.rules import (
    Client,
    CreateLaborCode,
    CreateProject,
    CreateUser,
    LinkExpenseCode,
    LinkTo,
    Mapping,
    RuleKind,
    Skip,
    Unreadable,
)
from ledgerlink.wire.records import Place, forbid_unknown, pointer, problems

for _form in (Skip, LinkExpenseCode, Client, CreateUser, CreateProject, CreateLaborCode):
    forbid_unknown(_form)
forbid_unknown(LinkTo, title="Link")

FORMS = (["skip"], ["link"], ["create"], ["[key]"])

UserMapping = Annotated[Skip | LinkTo | CreateUser, Field(discriminator="action")]
ProjectMapping = Annotated[Skip | LinkTo | CreateProject, Field(discriminator="action")]
LaborCodeMapping = Annotated[Skip | LinkTo | CreateLaborCode, Field(discriminator="action")]
ExpenseCodeMapping = Annotated[Skip | LinkExpenseCode, Field(discriminator="action")]
NamedMapping = Annotated[Skip | LinkTo, Field(discriminator="action")]

Found = TypeVar("Found")

SourceKey = Annotated[str, Field(min_length=1, max_length=200)]
UserMappings = dict[SourceKey, UserMapping]
ProjectMappings = dict[SourceKey, ProjectMapping]
LaborCodeMappings = dict[SourceKey, LaborCodeMapping]
ExpenseCodeMappings = dict[SourceKey, ExpenseCodeMapping]
NamedMappings = dict[SourceKey, NamedMapping]


@cache
def _adapter(kind: RuleKind) -> TypeAdapter[Any]:
    forms: dict[RuleKind, Any] = {
        RuleKind.USERS: UserMapping,
        RuleKind.PROJECTS: ProjectMapping,
        RuleKind.LABOR_CODES: LaborCodeMapping,
        RuleKind.LEAVE_TYPES: LaborCodeMapping,
        RuleKind.EXPENSE_CODES: ExpenseCodeMapping,
    }
    return TypeAdapter(forms.get(kind, NamedMapping))


@cache
def _all_of(kind: RuleKind) -> TypeAdapter[Any]:
    forms: dict[RuleKind, Any] = {
        RuleKind.USERS: UserMappings,
        RuleKind.PROJECTS: ProjectMappings,
        RuleKind.LABOR_CODES: LaborCodeMappings,
        RuleKind.LEAVE_TYPES: LaborCodeMappings,
        RuleKind.EXPENSE_CODES: ExpenseCodeMappings,
    }
    return TypeAdapter(forms.get(kind, NamedMappings))


def mappings(kind: RuleKind, given: Any) -> dict[str, Mapping]:
    """Mappings by source key. Raises Invalid naming each wrong field."""
    found, wrong = _read(kind, given, ["rules"])
    return _refuse(found, wrong)


def all_mappings(given: Mappings[RuleKind, Any]) -> dict[RuleKind, dict[str, Mapping]]:
    """Mappings by kind and source key. Raises Invalid naming each wrong field of all kinds."""
    read = {kind: _read(kind, some, ["rules", kind]) for kind, some in given.items()}
    wrong = [problem for _, problems_of_kind in read.values() for problem in problems_of_kind]
    return _refuse({kind: found for kind, (found, _) in read.items()}, wrong)


def _read(
    kind: RuleKind, given: Any, above: Place
) -> tuple[dict[str, Mapping], Sequence[FieldError]]:
    """The mappings, or what is wrong with them, with pointers below `above`."""
    some = given if isinstance(given, dict) else {}
    deleted = [key for key, mapping in some.items() if mapping is None]
    if deleted:
        return {}, [_undeletable([*above, key]) for key in deleted]
    try:
        return _all_of(kind).validate_python(given), ()
    except ValidationError as error:
        return {}, problems(error, lambda place: [*above, *_place(place)])


def _undeletable(place: Place) -> FieldError:
    """That a rule cannot be taken back by null."""
    words = "A rule cannot be deleted yet."
    return FieldError(pointer(place), words, "Set it to skip, or link another record.")


def _refuse(found: Found, wrong: Sequence[FieldError]) -> Found:
    if wrong:
        raise Invalid("wrong_rule", "Some rules are not valid.", "See the problems.", wrong)
    return found


def _place(found: Place) -> Place:
    """The place of a mapping without the tag of its form, which pydantic puts behind the key."""
    key, rest = found[:1], found[1:]
    return [*key, *(rest[1:] if list(rest[:1]) in FORMS else rest)]


def dump_mapping(kind: RuleKind, mapping: Mapping) -> str:
    """A mapping as JSON text."""
    return _adapter(kind).dump_json(mapping, exclude_none=True).decode()


def load_mapping(kind: RuleKind, text: str) -> Mapping:
    """The mapping that `dump_mapping` wrote."""
    mapping: Mapping = _adapter(kind).validate_json(text)
    return mapping


def plain(kind: RuleKind, mapping: Mapping) -> Any:
    """A mapping as JSON values."""
    if isinstance(mapping, Unreadable):
        return {"action": mapping.action}
    return _adapter(kind).dump_python(mapping, mode="json", exclude_none=True)
