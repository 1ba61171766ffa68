"""What a plan has to read of the ledger, says of it, and carries over from part to part."""

from dataclasses import replace
from typing import Any

import pytest
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Action, ItemState, Operation
from ledgerlink.domain.model.reasons import POSTED_BEFORE, reason, reason_in_case
from ledgerlink.domain.model.source_records import RecordKind, TimeEntry
from ledgerlink.domain.planning.inputs import PlanInput
from ledgerlink.domain.planning.ordering import GOING
from ledgerlink.domain.planning.planner import Planner, _levels, unread_documents

from tests.fakes.clock import START
from tests.fakes.composer import FakeComposer
from tests.unit.domain.simulated_ledger import RULES, SimulatedLedger, entry, rule_book

LINK = Link(
    key="time:a",
    kind="Time",
    ledger_id="7",
    version="1",
    fingerprint="f",
    run_id="r",
    written_at=START,
)


def given(*entries: TimeEntry, **more: Any) -> PlanInput:
    facts: dict[str, Any] = {"rules": rule_book(RULES), "links": {}, "composer": FakeComposer()}
    return PlanInput(entries=entries, rejected=[], **facts | more)


def operation(key: str = "time:a", action: Action = Action.UPDATE, **more: Any) -> Operation:
    facts: dict[str, Any] = {"ledger_id": "7", "kind": "Time"}
    return Operation(seq=0, action=action, key=key, level=0, **facts | more)


def unread(*some: Operation, **snapshots: Any) -> list[str]:
    links = {"time:a": LINK, "time:b": replace(LINK, key="time:b")}
    return [k.key for k in unread_documents(given(links=links, **snapshots), some)]


@pytest.mark.parametrize("state", [ItemState.PENDING, ItemState.BLOCKED])
@pytest.mark.parametrize("action", [Action.UPDATE, Action.DELETE, Action.NONE])
def test_what_would_be_changed_or_deleted_has_to_be_read_first(
    action: Action, state: ItemState
) -> None:
    """A user may have edited it in the ledger."""
    assert unread(operation(action=action, state=state)) == ["time:a"]


@pytest.mark.parametrize("state", [ItemState.UNCHANGED, ItemState.SKIPPED])
def test_what_stays_need_not_be_read(state: ItemState) -> None:
    assert unread(operation(action=Action.NONE, state=state)) == []


def test_each_document_is_read_once() -> None:
    twice = [operation(action=Action.DELETE), operation(action=Action.CREATE), operation("time:b")]
    assert unread(*twice) == ["time:a", "time:b"]
    assert unread(operation(), snapshots={"time:a": None}) == []


def test_what_is_created_or_unknown_need_not_be_read() -> None:
    assert unread(operation(ledger_id=None)) == []
    assert unread(operation("time:c")) == []


@pytest.mark.parametrize("record", [RecordKind.RECEIPT, RecordKind.EMAIL])
@pytest.mark.parametrize("action", [Action.UPDATE, Action.DELETE])
def test_receipts_and_emails_never_change(record: RecordKind, action: Action) -> None:
    assert unread(operation(action=action, record=record)) == []


@pytest.mark.parametrize(
    ("record", "action", "read"),
    [
        (RecordKind.PROJECT, Action.DELETE, []),
        (RecordKind.PROJECT, Action.UPDATE, ["time:a"]),
        (RecordKind.EXPENSE, Action.DELETE, ["time:a"]),
    ],
)
def test_a_list_record_is_made_inactive_whatever_a_user_did_with_it(
    record: RecordKind, action: Action, read: list[str]
) -> None:
    assert unread(operation(action=action, record=record)) == read


# What is said of records that are not approved


@pytest.mark.parametrize(
    ("where", "is_there"),
    [
        ({}, False),
        ({"links": {"time:a": LINK}}, True),
        ({"owners": {"a": LINK}, "whole": True}, True),
        ({"expense_owners": {"a": LINK}}, True),
        ({"links": {"time:b": LINK}, "owners": {"b": LINK}}, False),
    ],
)
def test_of_a_record_that_is_not_approved_it_is_said_whether_the_ledger_has_it(
    where: dict[str, Any], is_there: bool
) -> None:
    planning = given(entry("a", approval="draft"), **where)
    (op,) = Planner(planning).part(planning)
    plain = reason("not_approved", field="approval", state="draft")
    told = reason_in_case("not_approved", POSTED_BEFORE, "approval", state="draft")
    assert op.reason == (told if is_there else plain)
    assert told != plain


def test_other_reasons_are_the_same_for_what_the_ledger_has() -> None:
    planning = given(entry("a", staff_key="nobody"), links={"time:a": LINK})
    (op,) = Planner(planning).part(planning)
    assert op.reason is not None
    assert op.reason.code == "no_rule"
    assert op.reason.message == reason_of("b").message


def reason_of(key: str) -> Any:
    planning = given(entry(key, staff_key="nobody"))
    (op,) = Planner(planning).part(planning)
    return op.reason


# Parts


def test_list_records_of_all_parts_come_before_the_time_that_refers_to_them() -> None:
    site, yard = entry("a", project_key="site"), entry("b", project_key="yard")
    planner = Planner(given())
    (first,) = planner.part(given(site))
    (second,) = planner.part(given(yard))
    lists = planner.list_records()
    assert [op.key for op in lists] == ["project:site", "client:client", "project:yard"]
    assert {op.key: op.level for op in lists} == {
        "client:client": 0,
        "project:site": 1,
        "project:yard": 1,
    }
    assert (first.level, second.level, planner.highest) == (2, 2, 2)


def test_the_highest_level_is_that_of_all_parts() -> None:
    planner = Planner(given())
    assert planner.highest == GOING
    planner.part(given(entry("a", project_key="site")))
    planner.part(given(entry("b")))
    assert planner.highest == 2
    planner.part(given())
    assert planner.highest == 2


def test_another_planner_goes_on_with_the_list_records_of_those_before() -> None:
    before = Planner(given())
    before.part(given(entry("a", project_key="site")))
    after = Planner(given())
    after.restore(before.new_lists, [*before.needed, "project:gone"], before.asked, before.highest)
    assert [op.key for op in after.list_records()] == [op.key for op in before.list_records()]
    assert after.highest == 2
    assert set(after.needed) == {"project:site", "client:client"}


def test_a_plan_begins_with_the_new_list_records() -> None:
    found = SimulatedLedger().plan([entry("a"), entry("b", project_key="alone")])
    assert [op.key for op in found] == ["project:alone", "time:a", "time:b"]
    assert [op.seq for op in found] == [0, 1, 2]


def test_what_is_not_sent_comes_after_all_that_is() -> None:
    some = [entry("a", staff_key="nobody"), entry("b", project_key="site"), entry("c")]
    found = SimulatedLedger().plan(some)
    states = [op.state is ItemState.PENDING for op in found]
    assert states == sorted(states, reverse=True)
    assert found[-1].key == "time:a"


def test_a_list_record_comes_after_all_that_it_refers_to() -> None:
    def document(key: str, *needed: str) -> Document:
        return Document(key, "Customer", {"refers": [{"$pending": each} for each in needed]})

    some = [document("c", "a", "b"), document("b", "a"), document("a")]
    assert _levels({each.key: each for each in some}) == {"a": 0, "b": 1, "c": 2}
