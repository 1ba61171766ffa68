"""Rules: how a source entity is mapped into the ledger."""

from collections import abc
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from ledgerlink.domain.errors import Conflict
from ledgerlink.domain.model.source_records import Key, Rate


class RuleKind(StrEnum):
    """What a rule maps. People are one-to-one, the rest many-to-one. A project's rule may also be
    that of a client, for what has no project."""

    USERS = "users"
    PROJECTS = "projects"
    LABOR_CODES = "labor-codes"
    LEAVE_TYPES = "leave-types"
    EXPENSE_CODES = "expense-codes"
    CARDS = "cards"
    VENDORS = "vendors"
    CLASSES = "classes"
    DEPARTMENTS = "departments"
    LOCATIONS = "locations"
    TERMS = "terms"
    TAX_CODES = "tax-codes"


SINGULAR = {
    RuleKind.USERS: "user",
    RuleKind.PROJECTS: "project",
    RuleKind.LABOR_CODES: "labor-code",
    RuleKind.LEAVE_TYPES: "leave-type",
    RuleKind.EXPENSE_CODES: "expense-code",
    RuleKind.CARDS: "card",
    RuleKind.VENDORS: "vendor",
    RuleKind.CLASSES: "class",
    RuleKind.DEPARTMENTS: "department",
    RuleKind.LOCATIONS: "location",
    RuleKind.TERMS: "terms",
    RuleKind.TAX_CODES: "tax-code",
}
"""What one of each kind is called."""


PersonType = Literal["employee", "vendor"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """Records of this entity are not posted. Of what a record merely carries (a class, a
    department, a location, terms, a tax code, a vendor) only the field is left out."""

    action: Literal["skip"] = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTo:
    """Records of this entity go to an existing record of the ledger.

    `person` matters for users; `rate` (money per hour) and `billable` for labor codes.
    """

    action: Literal["link"] = "link"
    ledger_id: Key
    person: PersonType = "employee"
    rate: Rate | None = None
    billable: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkExpenseCode:
    """Expenses of this code go to an account or to an item of the ledger, by its id."""

    action: Literal["link"] = "link"
    ledger_id: Key
    target: Literal["account", "item"] = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateUser:
    """A person to be created. `name` is shown in the ledger; the parts default to its words."""

    action: Literal["create"] = "create"
    name: Key
    person: PersonType = "employee"
    given_name: Key | None = None
    family_name: Key | None = None
    email: Key | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """The customer above a project, created once per `key` however many projects name it."""

    key: Key
    name: Key


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateProject:
    """A sub-customer below `client` (created too) or below `parent_id` (an existing customer),
    or a customer of its own when neither is given."""

    action: Literal["create"] = "create"
    name: Key
    client: Client | None = None
    parent_id: Key | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateLaborCode:
    """A service item for a labor code or leave type, below `parent_id` when that is given. `rate`
    is money per hour; `billable` is what it says of its time."""

    action: Literal["create"] = "create"
    name: Key
    income_account_id: Key
    rate: Rate | None = None
    parent_id: Key | None = None
    billable: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A mapping that is stored in a form that our program cannot read. Records of this entity are
    blocked until the rule is set again."""

    action: Literal["unreadable"] = "unreadable"


Mapping = (
    Skip | LinkTo | LinkExpenseCode | CreateUser | CreateProject | CreateLaborCode | Unreadable
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A mapping with its history: who set it, when, and which version it is (from 1)."""

    kind: RuleKind
    key: str
    mapping: Mapping
    set_by: str
    set_at: datetime
    version: int = 1


RuleBook = abc.Mapping[tuple[RuleKind, str], Rule]
"""Rules by the kind and the key of what they map."""


def refuse_shared_people(rules: Iterable[Rule]) -> None:
    """People are one-to-one: two users may not be linked to the same person of the ledger.

    Raises Conflict naming both users.
    """
    taken: dict[tuple[str, str], str] = {}
    for rule in rules:
        if rule.kind is not RuleKind.USERS or not isinstance(rule.mapping, LinkTo):
            continue
        target = (rule.mapping.person, rule.mapping.ledger_id)
        other = taken.setdefault(target, rule.key)
        if other != rule.key:
            raise Conflict(
                "person_already_linked",
                f"Users {other} and {rule.key} are both linked to {target[0]} {target[1]}.",
                "Link each user to a person of their own, or set one of the two to skip.",
            )
