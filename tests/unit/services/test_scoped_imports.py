"""Imports with filters: what the filters leave out stays in the ledger as it is.

Each promise was found without a test: a change of the code broke it, and no test noticed.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import LinkTo, RuleKind
from ledgerlink.domain.model.rules import Mapping as RuleMapping

from tests.fakes.service import InMemoryService, entry, in_memory_service
from tests.support.importing import FEBRUARY, drafted, imported, planned

RULES: Mapping[RuleKind, dict[str, RuleMapping]] = {
    RuleKind.USERS: {"u2": LinkTo(ledger_id="P2")},
    RuleKind.PROJECTS: {"p2": LinkTo(ledger_id="C2")},
    RuleKind.LABOR_CODES: {"code": LinkTo(ledger_id="I1"), "other": LinkTo(ledger_id="I2")},
    RuleKind.LEAVE_TYPES: {"sick": LinkTo(ledger_id="I3")},
}
OURS: Mapping[str, Any] = {"labor_code_key": "code", "billable": False}


@pytest.fixture
def app() -> InMemoryService:
    return in_memory_service()


def held(app: InMemoryService) -> dict[str, int]:
    return {str(s.body["notes"]): s.body["minutes"] for s in app.company().of_kind("Time")}


@pytest.mark.parametrize(
    ("filters", "theirs"),
    [
        ({"people": ("u1",)}, {"staff_key": "u2"}),
        ({"projects": ("p1",)}, {"project_key": "p2"}),
        ({"labor_codes": ("code",)}, {"labor_code_key": "other"}),
        ({"labor_codes": ("code",)}, {"labor_code_key": None, "leave_type_key": "sick"}),
        ({"leave_types": ("sick",), "labor_codes": ("code",)}, {"labor_code_key": "other"}),
        ({"billable": False}, {"billable": True, "bill_rate": "10.00"}),
    ],
)
def test_time_that_the_filters_leave_out_is_neither_deleted_nor_read(
    app: InMemoryService, filters: Mapping[str, Any], theirs: Mapping[str, Any]
) -> None:
    connection = app.connected()
    for kind, mappings in RULES.items():
        app.rules(connection, kind, mappings)
    ours, others = entry("t1", **OURS), entry("t2", **{**OURS, **theirs})
    gone = entry("t3", **OURS)
    imported(app, connection, ours, others, gone)
    assert sorted(held(app)) == ["work t1", "work t2", "work t3"]
    scope = replace(FEBRUARY, **filters)
    again = imported(app, connection, ours, key="again", scope=scope)
    assert sorted(held(app)) == ["work t1", "work t2"]
    assert {i.operation.key for i in app.items(again)} == {"time:t1", "time:t3"}


def test_time_of_the_same_days_that_was_posted_and_not_imported_stays(
    app: InMemoryService,
) -> None:
    connection = app.connected()
    app.post(connection, "key", [entry("t1")])
    app.work()
    again = imported(app, connection)
    assert sorted(held(app)) == ["work t1"]
    assert list(app.items(again)) == []


def test_time_that_was_posted_is_taken_over_by_an_import_that_names_it(
    app: InMemoryService,
) -> None:
    connection = app.connected()
    app.post(connection, "key", [entry("t1")])
    app.work()
    ready = planned(app, drafted(app, connection, entry("t1", minutes=15)))
    assert [i.operation.action.value for i in app.items(ready)] == ["update"]
    unchanged = imported(app, connection, entry("t1"), key="again")
    assert unchanged.counts()[ItemState.UNCHANGED] == 1
