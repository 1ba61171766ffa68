"""The list records that rules create: people, customers and items, each with its posting key."""

from ledgerlink.domain.model.new_records import NewItem, NewPerson
from ledgerlink.domain.model.posting_keys import posting_key
from ledgerlink.domain.model.rules import (
    SINGULAR,
    CreateLaborCode,
    CreateProject,
    CreateUser,
    RuleBook,
    RuleKind,
)


def new_person(source_key: str, new: CreateUser) -> NewPerson:
    """The person that a rule creates."""
    return NewPerson(
        key=posting_key("user", source_key),
        name=new.name,
        person=new.person,
        given_name=new.given_name,
        family_name=new.family_name,
        email=new.email,
    )


def new_item(kind: RuleKind, source_key: str, new: CreateLaborCode) -> NewItem:
    """The item that a rule of this kind creates."""
    return NewItem(
        key=posting_key(SINGULAR[kind], source_key),
        name=new.name,
        income_account_id=new.income_account_id,
        rate=new.rate,
        parent_id=new.parent_id,
    )


def creatable_keys(rules: RuleBook) -> set[str]:
    """The posting keys of the list records that rules may create."""
    keys = set()
    for rule in rules.values():
        if isinstance(rule.mapping, CreateUser | CreateProject | CreateLaborCode):
            keys.add(posting_key(SINGULAR[rule.kind], rule.key))
        if isinstance(rule.mapping, CreateProject) and rule.mapping.client:
            keys.add(posting_key("client", rule.mapping.client.key))
    return keys
