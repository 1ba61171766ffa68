"""Rules: how people, projects and labor codes are mapped."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query
from ledgerlink.domain.errors import NotFound
from ledgerlink.domain.model.rules import RuleKind
from ledgerlink.services.settings import rules
from ledgerlink.wire.rules import all_mappings, mappings, plain

from functions.api.app import app, dependencies, who
from functions.api.caller import Right
from functions.api.views.rules import AllRules, RuleList, Rules, RulesSet, RuleView


def rule_kind(name: str) -> RuleKind:
    """The kind of that name. Raises NotFound."""
    try:
        return RuleKind(name)
    except ValueError:
        known = ", ".join(RuleKind)
        raise NotFound("no_rule_kind", f"There are no rules for {name}.", f"Use {known}.") from None


@app.get("/v1/connections/<connection_id>/rules/<kind>", summary="Rules of a kind", tags=["rules"])
def get_rules(
    connection_id: str,
    kind: str,
    after: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
) -> RuleList:
    """In the order of their keys."""
    caller = who(Right.READ)
    page = rules.page_of_rules(
        dependencies(), caller.connection_key(connection_id), rule_kind(kind), after, limit
    )
    return RuleList(rules=[RuleView.of(rule) for rule in page.items], next=page.after)


@app.put("/v1/connections/<connection_id>/rules/<kind>", summary="Set rules", tags=["rules"])
def put_rules(connection_id: str, kind: str, body: Rules) -> RuleList:
    """Sets the rules in the body and answers them. Other rules stay as they are."""
    caller = who(Right.ADMIN)
    wanted = rule_kind(kind)
    given = mappings(wanted, body.rules)
    found = rules.put_rules(
        dependencies(), caller.connection_key(connection_id), caller.user, wanted, given
    )
    return _answer(found)


@app.get(
    "/v1/connections/<connection_id>/rules/<kind>/history",
    summary="All versions of one rule, oldest first",
    tags=["rules"],
)
def rule_history(
    connection_id: str, kind: str, key: Annotated[str, Query(min_length=1, max_length=200)]
) -> RuleList:
    caller = who(Right.READ)
    return _answer(
        rules.rule_history(
            dependencies(), caller.connection_key(connection_id), rule_kind(kind), key
        )
    )


@app.get("/v1/connections/<connection_id>/rules", summary="All rules", tags=["rules"])
def export_rules(connection_id: str) -> AllRules:
    """The body can be sent to another connection, or back later."""
    caller = who(Right.READ)
    found = {
        kind: {
            rule.key: plain(kind, rule.mapping)
            for rule in rules.list_rules(dependencies(), caller.connection_key(connection_id), kind)
        }
        for kind in RuleKind
    }
    return AllRules(rules=found)


@app.put("/v1/connections/<connection_id>/rules", summary="Set rules of all kinds", tags=["rules"])
def import_rules(connection_id: str, body: AllRules) -> RulesSet:
    """Sets the rules in the body; other rules stay. Where one is invalid, none is set."""
    caller = who(Right.ADMIN)
    given = all_mappings(body.rules)
    versions = rules.put_all_rules(
        dependencies(), caller.connection_key(connection_id), caller.user, given
    )
    return RulesSet(rules={kind: len(some) for kind, some in versions.items()})


def _answer(found: Any) -> RuleList:
    return RuleList(rules=[RuleView.of(rule) for rule in found])
