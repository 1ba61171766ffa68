"""Entities that rules can only link, never create: classes, departments, locations, terms, tax
codes, vendors, cards, expense codes."""

from dataclasses import dataclass

from ledgerlink.domain.mapping.document_terms import refuse_dimensions
from ledgerlink.domain.mapping.rule_lookup import incomplete, require_rule
from ledgerlink.domain.mapping.targets import MAPPING, PAGES, PURPOSES, KnownTargets
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.dimensions import Defaults, Dimensions, first_given
from ledgerlink.domain.model.reasons import Skipped
from ledgerlink.domain.model.references import ExistingRecord, Target
from ledgerlink.domain.model.rules import LinkExpenseCode, LinkTo, RuleBook, RuleKind
from ledgerlink.domain.model.source_records import ExpenseEntry, Invoice, TimeEntry
from ledgerlink.domain.model.targets import Purpose


@dataclass(frozen=True, slots=True)
class LinkedEntities:
    """The linked entities of one plan."""

    rules: RuleBook
    targets: KnownTargets
    features: Features
    defaults: Defaults
    """The dimensions that ledger records give to what is posted for them."""

    def named(self, kind: RuleKind, source_key: str | None) -> str | None:
        """The ledger's id of an entity that a record names (a class, terms, a vendor); None where
        it names none, or the rule is skip. Raises Blocked."""
        if source_key is None:
            return None
        try:
            rule = require_rule(self.rules, kind, source_key)
        except Skipped:
            return None
        if not isinstance(rule.mapping, LinkTo):
            raise incomplete(rule)
        (purpose,) = PURPOSES[kind]
        return self.targets.existing(
            purpose, rule.mapping.ledger_id, PAGES.get(kind, MAPPING)
        ).ledger_id

    def dimensions(
        self, record: TimeEntry | ExpenseEntry | Invoice, *targets: Target | None
    ) -> Dimensions:
        """Each dimension from the record, else from the first of these ledger records, or the one
        above it, that has it; without those that the ledger fills in by itself. Raises Blocked."""
        refuse_dimensions(record, self.features)
        own = Dimensions(
            class_id=self.named(RuleKind.CLASSES, record.class_key),
            department_id=self.named(RuleKind.DEPARTMENTS, record.department_key),
            location_id=self.named(RuleKind.LOCATIONS, record.location_key),
        )
        known = [target.ledger_id for target in targets if isinstance(target, ExistingRecord)]
        defaults = (each for one in known for each in self.defaults.of(one))
        return first_given([own, *(each.without(self.features.fills) for each in defaults)])

    def expense_code(self, source_key: str) -> LinkExpenseCode:
        """What an expense code is mapped to, unchecked. Raises Blocked or Skipped."""
        rule = require_rule(self.rules, RuleKind.EXPENSE_CODES, source_key)
        if not isinstance(rule.mapping, LinkExpenseCode):
            raise incomplete(rule)
        return rule.mapping

    def spent_on(self, source_key: str) -> LinkExpenseCode:
        """What an expense of this code is booked as. Raises Blocked or Skipped."""
        code = self.expense_code(source_key)
        purpose = Purpose.SPENT_ON if code.target == "account" else Purpose.BOUGHT
        self.targets.existing(purpose, code.ledger_id, PAGES[RuleKind.EXPENSE_CODES])
        return code
