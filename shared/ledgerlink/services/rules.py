"""Rules: reading them and setting them."""

from collections.abc import Mapping, Sequence

from ledgerlink.domain.rules import Mapping as RuleMapping
from ledgerlink.domain.rules import Rule, RuleKind, refuse_shared_people
from ledgerlink.services.house import House


def list_rules(house: House, firm: str, connection_id: str, kind: RuleKind) -> Sequence[Rule]:
    """All rules of a kind. Raises NotFound for an unknown connection."""
    house.connections.get(firm, connection_id)
    return house.rules.list(firm, connection_id, kind)


def rule_history(
    house: House, firm: str, connection_id: str, kind: RuleKind, key: str
) -> Sequence[Rule]:
    """All versions of one rule, oldest first."""
    house.connections.get(firm, connection_id)
    return house.rules.history(firm, connection_id, kind, key)


def put_rules(
    house: House,
    firm: str,
    user: str,
    connection_id: str,
    kind: RuleKind,
    mappings: Mapping[str, RuleMapping],
) -> Sequence[Rule]:
    """Set these rules and leave the others; a rule that stays as it was keeps its version.

    Raises Conflict when two users would share a person.
    """
    house.connections.get(firm, connection_id)
    current = {rule.key: rule for rule in house.rules.list(firm, connection_id, kind)}
    changed = [
        Rule(
            kind=kind,
            key=key,
            mapping=mapping,
            set_by=user,
            set_at=house.clock.now(),
            version=current[key].version + 1 if key in current else 1,
        )
        for key, mapping in mappings.items()
        if key not in current or current[key].mapping != mapping
    ]
    current |= {rule.key: rule for rule in changed}
    refuse_shared_people(current.values())
    house.rules.put(firm, connection_id, changed)
    return list(current.values())
