"""Rules: how people, projects and labor codes are mapped."""

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from ledgerlink.domain.errors import NotFound
from ledgerlink.domain.model.rules import Rule, RuleKind
from ledgerlink.services.settings import rules
from ledgerlink.wire.rules import all_mappings, mappings, plain

from functions.api.app import app, dependencies, who
from functions.api.caller import Right
from functions.api.etags import IfMatch, allowed_version, etag
from functions.api.views.rules import AllRules, RuleList, Rules, RulesSet, RuleView

Body = TypeVar("Body")


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
    limit: Annotated[int, Query(ge=1, le=5000)] = 100,
) -> Response[RuleList]:
    """In a stable order. The ETag is the version of all the connection's rules."""
    caller = who(Right.READ)
    version = dependencies().rules.version(caller.connection_key(connection_id))
    page = rules.page_of_rules(
        dependencies(), caller.connection_key(connection_id), rule_kind(kind), after, limit
    )
    found = RuleList(rules=[RuleView.of(rule) for rule in page.items], next=page.after)
    return _answer(found, version)


@app.put("/v1/connections/<connection_id>/rules/<kind>", summary="Set rules", tags=["rules"])
def put_rules(
    connection_id: str, kind: str, body: Rules, if_match: IfMatch = None
) -> Response[RuleList]:
    """Sets the rules in the body and answers them. Other rules stay as they are."""
    caller = who(Right.ADMIN)
    wanted = rule_kind(kind)
    given = mappings(wanted, body.rules)
    done = rules.put_rules(
        dependencies(),
        caller.connection_key(connection_id),
        caller.user,
        wanted,
        given,
        allowed_version(if_match),
    )
    return _answer(_list(done.rules[wanted]), done.version)


@app.get(
    "/v1/connections/<connection_id>/rules/<kind>/history",
    summary="All versions of one rule, oldest first",
    tags=["rules"],
)
def rule_history(
    connection_id: str, kind: str, key: Annotated[str, Query(min_length=1, max_length=200)]
) -> RuleList:
    caller = who(Right.READ)
    return _list(
        rules.rule_history(
            dependencies(), caller.connection_key(connection_id), rule_kind(kind), key
        )
    )


@app.get("/v1/connections/<connection_id>/rules", summary="All rules", tags=["rules"])
def export_rules(
    connection_id: str,
    after: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=5000)] = 5000,
) -> Response[AllRules]:
    """The body can be sent to another connection, or back later. If there are more rules, the
    header `Next` has the cursor of the rest."""
    caller = who(Right.READ)
    version = dependencies().rules.version(caller.connection_key(connection_id))
    page = rules.page_of_all_rules(
        dependencies(), caller.connection_key(connection_id), after, limit
    )
    found: dict[RuleKind, dict[str, Any]] = {kind: {} for kind in RuleKind}
    for rule in page.items:
        found[rule.kind][rule.key] = plain(rule.kind, rule.mapping)
    answer = _answer(AllRules(rules=found), version)
    if page.after is not None:
        answer.headers["Next"] = quote(page.after)
    return answer


@app.put("/v1/connections/<connection_id>/rules", summary="Set rules of all kinds", tags=["rules"])
def import_rules(
    connection_id: str, body: AllRules, if_match: IfMatch = None
) -> Response[RulesSet]:
    """Sets the rules in the body; other rules stay. Where one is invalid, none is set."""
    caller = who(Right.ADMIN)
    given = all_mappings(body.rules)
    done = rules.put_all_rules(
        dependencies(),
        caller.connection_key(connection_id),
        caller.user,
        given,
        allowed_version(if_match),
    )
    counts = RulesSet(rules={kind: len(some) for kind, some in done.rules.items()})
    return _answer(counts, done.version)


def _list(found: Sequence[Rule]) -> RuleList:
    return RuleList(rules=[RuleView.of(rule) for rule in found])


def _answer(body: Body, version: int) -> Response[Body]:
    return Response(200, "application/json", body, headers=dict(etag(version)))
