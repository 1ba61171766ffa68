"""A rule that our program cannot read blocks its own records, and nothing else."""

from datetime import UTC, datetime

import pytest
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import LinkTo, Rule, RuleKind, Unreadable
from ledgerlink.storage.rules import _rule
from ledgerlink.wire.rules import plain

from tests.fakes.service import entry, in_memory_service

ROW = {"key": "k", "set_by": "ada", "set_at": "2026-01-01T00:00:00+00:00", "version": 3}


@pytest.mark.parametrize("kind", RuleKind)
@pytest.mark.parametrize(
    "mapping",
    ["", "{", "[]", '{"action": "grow"}', '{"action": "link"}', '{"action": "skip", "x": 1}'],
)
def test_a_stored_mapping_that_cannot_be_read_is_marked(kind: RuleKind, mapping: str) -> None:
    """Case product 4: where stored rows are read."""
    rule = _rule(ROW | {"kind": kind.value, "mapping": mapping})
    assert (rule.key, rule.version, rule.mapping) == ("k", 3, Unreadable())
    assert plain(kind, rule.mapping) == {"action": "unreadable"}


def test_its_records_are_blocked_and_the_others_posted_until_it_is_set_again() -> None:
    app = in_memory_service()
    connection = app.connected()
    rules = app.deps.rules
    broken = Rule(
        kind=RuleKind.PROJECTS,
        key="bad",
        mapping=Unreadable(),
        set_by="ada",
        set_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    rules.put(connection.key, [broken], rules.version(connection.key))
    client = {"kind": "client", "key": "bad", "name": "Known already"}
    run = app.post(connection, "one", [entry("t1", project_key="bad"), entry("t2"), client])
    app.work()
    items = {item.operation.key: item.outcome for item in app.items(run)}
    whys = {key: one.reason.code for key, one in items.items() if one.reason}
    assert whys == {"time:t1": "rule_unreadable", "project:bad": "rule_unreadable"}
    assert items["time:t2"].state is ItemState.POSTED
    app.rules(connection, RuleKind.PROJECTS, {"bad": LinkTo(ledger_id="C1")})
    again = app.post(connection, "two", [entry("t1", project_key="bad")])
    app.work()
    assert app.states(again) == {"time:t1": ItemState.POSTED}
