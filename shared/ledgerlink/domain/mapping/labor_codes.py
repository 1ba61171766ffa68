"""Labor codes and leave types: the service item that each is mapped to, and its rate."""

from dataclasses import dataclass
from decimal import Decimal

from ledgerlink.domain.mapping.new_list_records import new_item
from ledgerlink.domain.mapping.records_to_create import RecordsToCreate
from ledgerlink.domain.mapping.rule_lookup import incomplete, require_rule
from ledgerlink.domain.mapping.targets import KnownTargets
from ledgerlink.domain.model.references import Target
from ledgerlink.domain.model.rules import CreateLaborCode, LinkTo, RuleBook, RuleKind
from ledgerlink.domain.model.targets import Purpose


@dataclass(frozen=True, slots=True)
class Labor:
    """What a labor code or leave type is mapped to."""

    item: Target
    """The service item."""
    rate: Decimal | None
    """Money per hour, for entries without a rate."""
    billable: bool | None
    """Whether its time is billable; None leaves it to the entry."""


@dataclass(frozen=True, slots=True)
class LaborCodes:
    """The labor codes and leave types of one plan."""

    rules: RuleBook
    targets: KnownTargets
    new: RecordsToCreate

    def of(self, kind: RuleKind, source_key: str, purpose: Purpose = Purpose.SERVICE) -> Labor:
        """What a labor code or leave type is mapped to. Raises Blocked or Skipped."""
        rule = require_rule(self.rules, kind, source_key)
        match rule.mapping:
            case LinkTo(ledger_id=ledger_id, rate=rate, billable=billable):
                return Labor(self.targets.existing(purpose, ledger_id), rate, billable)
            case CreateLaborCode() as new:
                self.targets.refuse(Purpose.EARNS, new.income_account_id)
                if new.parent_id is not None:
                    self.targets.refuse(Purpose.ITEM_ABOVE, new.parent_id)
                record = new_item(kind, rule.key, new)
                return Labor(self.new.target(record, purpose), new.rate, new.billable)
        raise incomplete(rule)
