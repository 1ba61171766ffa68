"""Looking up the rule of an entity. Without a usable one its records are blocked or skipped."""

from ledgerlink.domain.model.reasons import Blocked, Skipped, reason
from ledgerlink.domain.model.rules import SINGULAR, Rule, RuleBook, RuleKind, Skip, Unreadable


def require_rule(rules: RuleBook, kind: RuleKind, source_key: str) -> Rule:
    """The rule of this entity. Raises Blocked without a readable one, Skipped for one that says
    so."""
    rule = rules.get((kind, source_key))
    if rule is None:
        raise Blocked(reason("no_rule", kind=SINGULAR[kind], key=source_key))
    if isinstance(rule.mapping, Unreadable):
        raise Blocked(reason("rule_unreadable", kind=SINGULAR[kind], key=source_key))
    if isinstance(rule.mapping, Skip):
        raise Skipped(reason("skipped_by_rule", kind=SINGULAR[kind], key=source_key))
    return rule


def incomplete(rule: Rule) -> Blocked:
    """That the mapping of a rule is of a kind that its entity cannot have."""
    kind = SINGULAR[rule.kind]
    return Blocked(
        reason("rule_incomplete", field="a mapping of its kind", kind=kind, key=rule.key)
    )
