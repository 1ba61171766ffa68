"""People: the employee or vendor that a user of the product is mapped to."""

from collections.abc import Mapping
from dataclasses import dataclass

from ledgerlink.domain.mapping.new_list_records import new_person
from ledgerlink.domain.mapping.records_to_create import RecordsToCreate
from ledgerlink.domain.mapping.rule_lookup import incomplete, require_rule
from ledgerlink.domain.mapping.targets import KnownTargets
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.posting_keys import posting_key
from ledgerlink.domain.model.references import ExistingRecord, Target
from ledgerlink.domain.model.rules import (
    SINGULAR,
    CreateUser,
    LinkTo,
    PersonType,
    RuleBook,
    RuleKind,
)
from ledgerlink.domain.model.targets import Purpose


@dataclass(frozen=True, slots=True)
class People:
    """The people of one plan."""

    rules: RuleBook
    links: Mapping[str, Link]
    targets: KnownTargets
    new: RecordsToCreate

    def staff(self, source_key: str) -> tuple[Target, PersonType]:
        """The person of the ledger, and in which list. Raises Blocked or Skipped."""
        rule = require_rule(self.rules, RuleKind.USERS, source_key)
        match rule.mapping:
            case LinkTo(ledger_id=ledger_id, person=person):
                return self.targets.existing(Purpose(person), ledger_id), person
            case CreateUser() as new:
                purpose = Purpose(new.person)
                return self.new.target(new_person(rule.key, new), purpose), new.person
        raise incomplete(rule)

    def known(self, source_key: str) -> Target | None:
        """The person in the ledger; None if there is none yet."""
        rule = self.rules.get((RuleKind.USERS, source_key))
        if rule is not None and isinstance(rule.mapping, LinkTo):
            return ExistingRecord(rule.mapping.ledger_id)
        made = self.links.get(posting_key(SINGULAR[RuleKind.USERS], source_key))
        return ExistingRecord(made.ledger_id) if made is not None else None
