"""What the planner decides about each record."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.mapping.targets import KnownTargets
from ledgerlink.domain.model.list_records import ListRecord, ListType
from ledgerlink.domain.model.plan import Action, ItemState
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.references import needs
from ledgerlink.domain.model.rules import Client, CreateProject, LinkTo, RuleKind
from ledgerlink.domain.model.source_records import Deleted, RecordKind
from ledgerlink.domain.model.targets import Fitting, Purpose, Targets
from ledgerlink.domain.planning.inputs import Rejected

from tests.support.sampling import amount
from tests.unit.domain.simulated_ledger import (
    DAY,
    SimulatedLedger,
    entry,
    reasons,
    rule_book,
    states,
    writes,
)


def test_a_new_entry_is_created() -> None:
    (op,) = SimulatedLedger().plan([entry("t1")])
    assert (op.action, op.state, op.key, op.members) == (
        Action.CREATE,
        ItemState.PENDING,
        "time:t1",
        ("t1",),
    )
    assert (op.day, op.minutes, op.ledger_id) == (DAY, 60, None)


def test_time_is_blocked_where_the_company_keeps_none() -> None:
    """Case quickbooks-online 11."""
    ledger = SimulatedLedger()
    ledger.time_refused = reason("time_tracking_off")
    found = ledger.plan([entry("t1"), entry("t2", staff_key="new")])
    assert reasons(found) == dict.fromkeys(("time:t1", "time:t2"), "time_tracking_off")
    assert writes(found) == {}


def test_planning_an_applied_plan_again_gives_no_write() -> None:
    ledger = SimulatedLedger()
    entries = [entry("t1"), entry("t2", project_key="site", staff_key="new")]
    ledger.apply(ledger.plan(entries))
    assert writes(ledger.plan(entries)) == {}


@pytest.mark.parametrize(
    "change",
    [
        {"minutes": 61},
        {"notes": "other"},
        {"work_date": DAY + timedelta(days=1)},
        {"staff_key": "vendor"},
        {"project_key": "alone"},
        {"labor_code_key": "linked"},
        {"bill_rate": Decimal("1.10")},
    ],
)
def test_a_changed_entry_is_updated_from_the_last_written_version(change: dict[str, Any]) -> None:
    ledger = SimulatedLedger()
    ledger.apply(ledger.plan([entry("t1"), entry("t2", project_key="alone")]))
    link = ledger.links["time:t1"]
    found = ledger.plan([entry("t1", **change), entry("t2", project_key="alone")])
    assert writes(found) == {"time:t1": Action.UPDATE}
    assert (found[0].ledger_id, found[0].version) == (link.ledger_id, link.version)


def test_a_changed_rule_updates_the_entries_that_it_touches_and_no_others() -> None:
    ledger = SimulatedLedger()
    entries = [entry("t1"), entry("t2", staff_key="vendor")]
    ledger.apply(ledger.plan(entries))
    ledger.rules |= rule_book({RuleKind.USERS: {"linked": LinkTo(ledger_id="P9")}})
    assert writes(ledger.plan(entries)) == {"time:t1": Action.UPDATE}


def test_documents_of_a_later_run_are_left_alone() -> None:
    ledger = SimulatedLedger()
    ledger.apply(ledger.plan([entry("t1")]), run_id="0002")
    found = ledger.plan([entry("t1", minutes=61)], rank="0001")
    assert states(found) == {"time:t1": ItemState.UNCHANGED}
    assert reasons(found) == {"time:t1": "superseded"}
    assert writes(ledger.plan([entry("t1", minutes=61)], rank="0003"))


@pytest.mark.parametrize(
    ("given", "state", "code"),
    [
        ({"staff_key": "nobody"}, ItemState.BLOCKED, "no_rule"),
        ({"project_key": "nothing"}, ItemState.BLOCKED, "no_rule"),
        ({"project_key": None, "client_key": "nothing"}, ItemState.BLOCKED, "no_rule"),
        ({"labor_code_key": "nothing"}, ItemState.BLOCKED, "no_rule"),
        ({"staff_key": "skipped"}, ItemState.SKIPPED, "skipped_by_rule"),
        ({"project_key": "skipped"}, ItemState.SKIPPED, "skipped_by_rule"),
        ({"labor_code_key": "skipped"}, ItemState.SKIPPED, "skipped_by_rule"),
        ({"approval": "draft"}, ItemState.BLOCKED, "not_approved"),
        ({"approval": "submitted"}, ItemState.BLOCKED, "not_approved"),
        ({"approval": "rejected"}, ItemState.BLOCKED, "not_approved"),
        ({"staff_key": "refused"}, ItemState.BLOCKED, "dependency_failed"),
        ({"project_key": "orphan"}, ItemState.BLOCKED, "dependency_failed"),
        ({"billable": True, "project_key": None}, ItemState.BLOCKED, "missing_customer"),
        ({"notes": "x" * 5000}, ItemState.BLOCKED, "text_too_long"),
        ({"notes": "a\x07"}, ItemState.BLOCKED, "control_characters"),
    ],
)
def test_a_record_that_cannot_go_stops_itself_and_leaves_its_neighbours(
    given: dict[str, Any], state: ItemState, code: str
) -> None:
    ledger = SimulatedLedger()
    found = ledger.plan([entry("before"), entry("bad", **given), entry("after")])
    assert states(found)["time:bad"] is state
    assert reasons(found)["time:bad"] == code
    assert writes(found) == {"time:before": Action.CREATE, "time:after": Action.CREATE}
    assert all(op.reason.remedy for op in found if op.reason)


def test_an_entry_that_is_rejected_later_is_said_to_be_in_the_ledger_still() -> None:
    """Case general 17: and how to take it out."""
    ledger = SimulatedLedger()
    ledger.apply(ledger.plan([entry("t1")]))
    (op,) = ledger.plan([entry("t1", approval="rejected")])
    assert op.reason is not None
    assert op.reason.code == "not_approved"
    assert "is still in the accounting system" in op.reason.message
    assert "deleted" in op.reason.remedy
    (new,) = ledger.plan([entry("t2", approval="rejected")])
    assert new.reason is not None
    assert "still" not in new.reason.message


def test_an_approved_entry_is_posted() -> None:
    assert writes(SimulatedLedger().plan([entry("t1", approval="approved")]))


def test_a_key_that_occurs_twice_blocks_each_of_its_records() -> None:
    found = SimulatedLedger().plan([entry("t1"), entry("t2"), entry("t1", minutes=5), entry("t1")])
    assert Counter(op.key for op in found) == {"time:t1": 3, "time:t2": 1}
    assert writes(found) == {"time:t2": Action.CREATE}
    blocked = [op for op in found if op.state is ItemState.BLOCKED]
    assert all(op.reason and op.reason.code == "duplicate_key" for op in blocked)
    assert all(op.reason and "3 times" in op.reason.message for op in blocked)


@pytest.mark.parametrize(("days", "blocked"), [(-1, True), (0, True), (1, False)])
def test_the_books_are_closed_through_their_last_day(days: int, blocked: bool) -> None:
    ledger = SimulatedLedger(closed_through=DAY)
    day = DAY + timedelta(days=days)
    found = ledger.plan([entry("t1", work_date=day), entry("bad", staff_key="x")])
    assert (reasons(found).get("time:t1") == "closed_period") is blocked
    assert reasons(found)["time:bad"] == "no_rule"


def test_an_unchanged_entry_in_a_closed_period_is_unchanged_and_a_changed_one_blocked() -> None:
    ledger = SimulatedLedger()
    ledger.apply(ledger.plan([entry("t1"), entry("t2")]))
    ledger.closed_through = DAY
    found = ledger.plan([entry("t1"), entry("t2", minutes=5)])
    assert states(found) == {"time:t1": ItemState.UNCHANGED, "time:t2": ItemState.BLOCKED}


def test_a_closed_entry_does_not_have_its_list_records_created() -> None:
    ledger = SimulatedLedger(closed_through=date(2026, 12, 31))
    assert writes(ledger.plan([entry("t1", staff_key="new", project_key="site")])) == {}


def test_list_records_are_created_once_before_their_users_and_parents_first() -> None:
    entries = [
        entry(f"t{n}", staff_key="new", project_key=project, labor_code_key="new")
        for n, project in enumerate(["site", "yard", "site"])
    ]
    found = SimulatedLedger().plan(entries)
    keys = [op.key for op in found]
    assert Counter(keys).most_common(1)[0][1] == 1
    assert set(keys[:5]) == {
        "user:new",
        "client:client",
        "project:site",
        "project:yard",
        "labor-code:new",
    }
    assert keys.index("client:client") < keys.index("project:site")
    assert [op.level for op in found if op.key == "time:t0"] == [2]


def test_an_unneeded_list_record_is_not_created() -> None:
    found = SimulatedLedger().plan([entry("t1", project_key="site", staff_key="skipped")])
    assert states(found) == {"time:t1": ItemState.SKIPPED}


def test_a_record_once_created_is_used_by_its_id() -> None:
    ledger = SimulatedLedger()
    ledger.apply(ledger.plan([entry("t1", project_key="site")]))
    found = ledger.plan([entry("t2", project_key="site")])
    assert [op.key for op in found] == ["time:t2"]
    assert found[0].body is not None
    assert found[0].body["customer"] == ledger.links["project:site"].ledger_id


def test_a_project_can_stand_below_a_known_customer_or_alone() -> None:
    found = {op.key: op for op in SimulatedLedger().plan([entry("t1", project_key="below")])}
    assert dict(found["project:below"].body or {})["parent"] == "C1"
    found = {op.key: op for op in SimulatedLedger().plan([entry("t1", project_key="alone")])}
    assert "parent" not in (found["project:alone"].body or {})


def test_a_client_refused_by_the_ledger_has_an_item_of_its_own_with_the_reason() -> None:
    found = SimulatedLedger().plan(
        [entry("t1", project_key="orphan"), entry("t2", project_key="orphan")]
    )
    assert reasons(found) == {
        "client:bad": "feature_off",
        "time:t1": "dependency_failed",
        "time:t2": "dependency_failed",
    }


def test_clients_that_lead_back_to_themselves_block() -> None:
    ledger = SimulatedLedger()
    ledger.rules |= rule_book(
        {
            RuleKind.PROJECTS: {
                "a": CreateProject(name="A", client=Client(key="b", name="B")),
                "b": CreateProject(name="B", client=Client(key="a", name="A")),
            }
        }
    )
    (found,) = ledger.plan([entry("t1", project_key="a")])
    assert found.reason is not None
    assert found.reason.code == "rule_incomplete"
    assert found.reason.message == "By its mapping, the client a is below itself."


def test_a_mapping_of_the_wrong_kind_blocks() -> None:
    ledger = SimulatedLedger()
    ledger.rules |= rule_book({RuleKind.USERS: {"odd": CreateProject(name="x")}})
    found = ledger.plan([entry("t1", staff_key="odd")])
    assert reasons(found) == {"time:t1": "rule_incomplete"}


def test_an_invalid_record_is_an_item_of_its_own() -> None:
    why = reason("invalid_record", field="minutes", detail="minutes: too many")
    found = SimulatedLedger().plan([entry("t1")], [Rejected("t2", why)])
    assert states(found) == {"time:t1": ItemState.PENDING, "time:t2": ItemState.BLOCKED}
    assert found[1].reason == why
    assert found[1].members == ("t2",)


def test_a_deleted_record_that_is_also_sent_but_unreadable_stays() -> None:
    ledger = SimulatedLedger()
    ledger.apply(ledger.plan([entry("t1"), entry("t2")]))
    why = reason("invalid_record", field="minutes", detail="minutes: too many")
    gone = [Deleted(kind=RecordKind.TIME, key=key, deleted=True) for key in ("t1", "t2")]
    found = ledger.plan([], [Rejected("t1", why)], deleted=gone)
    assert [(op.key, op.action) for op in found if op.state is ItemState.PENDING] == [
        ("time:t2", Action.DELETE)
    ]
    assert states(found)["time:t1"] is ItemState.BLOCKED


@pytest.mark.parametrize(
    ("entry_rate", "code_rate", "posted"),
    [
        (Decimal("10.10"), Decimal("20"), "10.10"),
        (None, Decimal("20.50"), "20.50"),
        (Decimal(0), Decimal("20"), "0"),
        (None, None, None),
    ],
)
def test_the_entrys_own_rate_wins_over_the_labor_codes(
    entry_rate: Decimal | None, code_rate: Decimal | None, posted: str | None
) -> None:
    ledger = SimulatedLedger()
    mapping = LinkTo(ledger_id="I9", rate=code_rate)
    ledger.rules |= rule_book({RuleKind.LABOR_CODES: {"code": mapping}})
    (op,) = ledger.plan([entry("t1", labor_code_key="code", bill_rate=entry_rate)])
    assert (op.body or {}).get("rate") == posted


def test_planning_reads_each_record_a_bounded_number_of_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = amount(2_000, 300)
    counts = [_compositions(size, monkeypatch) for size in (few, 10 * few)]
    assert counts[1] == 10 * counts[0]


def _compositions(size: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often entries and their bodies are looked at while so many are planned."""
    from ledgerlink.domain.planning import ordering, planner, time

    calls: Counter[str] = Counter()

    def counted(name: str, inner: Any) -> Any:
        def call(*given: Any, **named: Any) -> Any:
            calls[name] += 1
            return inner(*given, **named)

        return call

    with monkeypatch.context() as patch:
        for name in ("entry_attributes", "time_key"):
            patch.setattr(time, name, counted(name, getattr(time, name)))
        for module in (planner, ordering):
            patch.setattr(module, "needs", counted("needs", needs))
        found = SimulatedLedger().plan([entry(f"t{n}") for n in range(size)])
    assert len(found) == size
    return calls.total()


def test_levels_only_ever_wait_for_lower_ones() -> None:
    found = SimulatedLedger().plan(
        [entry("t1", staff_key="new", project_key="site", labor_code_key="new")]
    )
    level = {op.key: op.level for op in found}
    for op in found:
        assert all(level[key] < op.level for key in needs(op.body))
    assert [replace(op, seq=0) for op in found] == [
        replace(op, seq=0) for op in sorted(found, key=lambda op: op.level)
    ]


def test_a_record_of_the_ledger_is_named_as_the_lists_name_it() -> None:
    """texts.md: names instead of keys where the lists know them."""
    held = ListRecord(type=ListType.CUSTOMER, id="21", name="Web", path="Rossi:Web")
    fitting = Fitting(list=ListType.CUSTOMER, called="a customer")
    targets = Targets(fittings={Purpose.WORKED_FOR: (fitting,)})
    known = KnownTargets(targets=targets, records={(ListType.CUSTOMER, "21"): held})
    assert known.called(Purpose.WORKED_FOR, "21") == "the customer Rossi:Web (21)"
    assert known.called(Purpose.WORKED_FOR, "22") == "the record 22"
