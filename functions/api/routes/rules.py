"""Rules: how people, projects and labor codes are mapped."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query
from ledgerlink.domain.errors import NotFound
from ledgerlink.domain.rules import RuleKind
from ledgerlink.services import rules
from ledgerlink.wire.rules import mappings

from functions.api.app import app, house, who
from functions.api.caller import Right
from functions.api.views import RuleList, Rules, RuleView


def _kind(name: str) -> RuleKind:
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
    page = rules.page_of_rules(house(), caller.firm, connection_id, _kind(kind), after, limit)
    return RuleList(rules=[RuleView.of(rule) for rule in page.items], next=page.after)


@app.put("/v1/connections/<connection_id>/rules/<kind>", summary="Set rules", tags=["rules"])
def put_rules(connection_id: str, kind: str, body: Rules) -> RuleList:
    """Sets the rules named, leaves the others as they are, and answers those set."""
    caller = who(Right.ADMIN)
    given = mappings(_kind(kind), body.rules)
    found = rules.put_rules(house(), caller.firm, caller.user, connection_id, _kind(kind), given)
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
    return _answer(rules.rule_history(house(), caller.firm, connection_id, _kind(kind), key))


def _answer(found: Any) -> RuleList:
    return RuleList(rules=[RuleView.of(rule) for rule in found])
