"""Which time is posted, under which keys, and what of it stays in the ledger."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Action, ItemState, Operation
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.rules import LinkTo, RuleKind
from ledgerlink.domain.model.snapshots import Snapshot
from ledgerlink.domain.model.source_records import Deleted, RecordKind, TimeEntry
from ledgerlink.domain.model.time_settings import Description, LedgerEdits, TimeSettings
from ledgerlink.domain.planning import time
from ledgerlink.domain.planning.hindering import fields_of
from ledgerlink.domain.planning.inputs import OtherParts, Rejected

from tests.unit.domain.simulated_ledger import (
    DAY,
    SimulatedLedger,
    entry,
    reasons,
    rule_book,
    states,
    writes,
)

MERGED = TimeSettings(description=Description.NEITHER)
INVALID = reason("invalid_record", detail="no")


def imported(ledger: SimulatedLedger, *entries: TimeEntry, **given: Any) -> tuple[Operation, ...]:
    """The plan of an import of these entries, over all that imports wrote before."""
    scope = [link for link in ledger.links.values() if link.source]
    facts: dict[str, Any] = {"whole": True, "scope": scope, "owners": owners(ledger)}
    return ledger.plan(entries, **facts | given)


def owners(ledger: SimulatedLedger) -> dict[str, Link]:
    return {m: k for k in ledger.links.values() for m in k.members if k.is_found_by_members}


def applied(*entries: TimeEntry, **given: Any) -> SimulatedLedger:
    """A ledger after an import of these entries."""
    ledger = SimulatedLedger()
    ledger.apply(imported(ledger, *entries, **given), imported=True)
    return ledger


def members(ledger: SimulatedLedger) -> list[tuple[str, ...]]:
    return sorted(link.members for link in ledger.links.values() if link.source)


# What is posted


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(
    ("approval", "approved_only", "is_posted"),
    [
        (None, True, True),
        ("approved", True, True),
        ("draft", True, False),
        ("rejected", True, False),
        (None, False, True),
        ("approved", False, True),
        ("draft", False, True),
        ("rejected", False, False),
    ],
)
def test_rejected_time_is_never_posted_and_other_time_as_the_settings_say(
    approval: str | None, approved_only: bool, is_posted: bool, whole: bool
) -> None:
    posting = TimeSettings(approved_only=approved_only)
    (op,) = imported(SimulatedLedger(), entry("a", approval=approval), posting=posting, whole=whole)
    assert (op.state is ItemState.PENDING) is is_posted
    if not is_posted:
        assert op.state is (ItemState.SKIPPED if whole else ItemState.BLOCKED)
        assert reasons([op]) == {"time:a": "not_approved"}


def test_an_entry_that_is_given_in_another_part_of_the_plan_too_is_blocked() -> None:
    others = OtherParts(doubled={"a": 2})
    found = imported(SimulatedLedger(), entry("a"), entry("b"), others=others)
    assert reasons(found) == {"time:a": "duplicate_key"}
    assert writes(found) == {"time:b": Action.CREATE}


@pytest.mark.parametrize(("minutes", "fits"), [(1439, True), (1440, True), (1441, False)])
def test_a_day_has_no_more_than_its_minutes(minutes: int, fits: bool) -> None:
    half = entry("b", minutes=minutes - 700)
    found = imported(SimulatedLedger(), entry("a", minutes=700), half, posting=MERGED)
    expected = {} if fits else {"time:a": "day_too_long", "time:b": "day_too_long"}
    assert reasons(found) == expected


def test_a_reason_says_how_much_was_rounded_away() -> None:
    posting = replace(MERGED, round_to=60)
    found = imported(
        SimulatedLedger(), entry("a", minutes=3), entry("b", minutes=4), posting=posting
    )
    assert [op.reason and op.reason.parameters for op in found] == [{"minutes": "7"}] * 2


# Posting keys


def test_the_key_of_a_merged_activity_is_the_same_in_every_version_of_the_program() -> None:
    """Another key would have every activity deleted and created again, or found no more."""
    assert set(writes(imported(SimulatedLedger(), entry("a"), posting=MERGED))) == {
        "merged:82175e2ae3c674944fb2a28ef6bf5e84"
    }


@pytest.mark.parametrize(
    "change",
    [
        {"staff_key": "vendor"},
        {"work_date": DAY + timedelta(days=1)},
        {"project_key": "site"},
        {"labor_code_key": "linked"},
        {"billable": True},
    ],
)
def test_only_entries_that_agree_are_merged(change: dict[str, Any]) -> None:
    ledger = applied(entry("a"), entry("b", **change), entry("c"), posting=MERGED)
    assert members(ledger) == [("a", "c"), ("b",)]
    assert set(writes(imported(ledger, entry("a"), entry("c"), posting=MERGED)).values()) == {
        Action.DELETE
    }


def test_a_post_merges_nothing_whatever_the_settings_say() -> None:
    found = SimulatedLedger().plan([entry("a"), entry("b")], posting=MERGED)
    assert set(writes(found)) == {"time:a", "time:b"}


# What stays


def test_an_entry_that_is_given_twice_keeps_those_from_being_posted_that_it_belongs_to() -> None:
    """Their activity would lack its time."""
    twice = [entry("a"), entry("b"), entry("b"), entry("c", project_key="site")]
    found = imported(SimulatedLedger(), *twice, posting=MERGED)
    codes = [op.reason.code for op in found if op.reason]
    assert sorted(codes) == ["duplicate_key", "duplicate_key", "member_blocked"]
    assert [op.members for op in found if op.key.startswith("merged:")] == [("c",)]


@pytest.mark.parametrize("elsewhere", [True, False])
def test_a_rejected_record_keeps_those_from_being_posted_that_it_may_belong_to(
    elsewhere: bool,
) -> None:
    read = {RecordKind.TIME: fields_of(entry("b"))}
    rejected = [Rejected("b", INVALID, readable_as=read)]
    given: dict[str, Any] = {"rejected": rejected}
    if elsewhere:
        given = {"others": OtherParts(unclear=rejected)}
    site = entry("c", project_key="site")
    found = imported(SimulatedLedger(), entry("a"), site, posting=MERGED, **given)
    assert reasons_of(found)["time:a"] == {"key": "b"}
    assert [op.members for op in found if op.key.startswith("merged:")] == [("c",)]


def test_an_activity_goes_on_without_the_entry_that_the_product_has_deleted() -> None:
    ledger = applied(entry("a"), entry("b"), posting=MERGED)
    (update,) = imported(ledger, entry("a"), posting=MERGED)
    assert (update.action, update.members) == (Action.UPDATE, ("a",))


def test_a_blocked_entry_keeps_its_time_in_the_activity_that_it_shares() -> None:
    ledger = applied(entry("a"), entry("b"), posting=MERGED)
    twice = [entry("a", minutes=5), entry("b"), entry("b")]
    found = imported(ledger, *twice, posting=MERGED)
    assert not writes(found)
    assert reasons(found)["time:a"] == "member_blocked"


def test_activities_that_share_entries_with_a_blocked_one_are_blocked_one_after_the_other() -> None:
    """a keeps b in their activity, so c cannot join b, so d cannot leave c."""
    first = [entry("a"), entry("b"), entry("c", project_key="site"), entry("d", project_key="site")]
    ledger = applied(*first, posting=MERGED)
    moved = [
        entry("d", project_key="alone"),
        entry("b", project_key="yard"),
        entry("c", project_key="yard"),
        entry("a", staff_key="nobody"),
    ]
    found = imported(ledger, *moved, posting=MERGED)
    assert not writes(found)
    blocked = dict.fromkeys(["time:b", "time:c", "time:d"], "member_blocked")
    assert reasons(found) == {"time:a": "no_rule", **blocked}


def test_an_activity_whose_entry_is_rejected_in_another_part_of_the_plan_stays() -> None:
    ledger = applied(entry("a"), entry("b"))
    others = OtherParts(rejected_keys={"b"})
    assert not writes(imported(ledger, entry("a"), others=others))


def unreadable(kind: RecordKind = RecordKind.TIME) -> Rejected:
    return Rejected("record 3", INVALID, kind, has_key=False)


def test_nothing_is_deleted_while_an_unreadable_record_may_be_the_missing_entry() -> None:
    ledger = applied(entry("a"), entry("b"))
    found = imported(ledger, entry("a", minutes=5), rejected=[unreadable()])
    assert writes(found) == {"time:a": Action.UPDATE}
    assert reasons(found)["time:b"] == "unidentified_record"
    assert writes(imported(ledger, entry("a"), rejected=[unreadable(RecordKind.INVOICE)])) == {
        "time:b": Action.DELETE
    }


def test_what_is_gone_needs_no_delete_whether_or_not_a_record_is_unreadable() -> None:
    ledger = applied(entry("a"))
    found = imported(ledger, rejected=[unreadable()], snapshots={"time:a": None})
    assert states(found)["time:a"] is ItemState.UNCHANGED


def test_an_activity_loses_no_entry_that_may_be_the_unreadable_one() -> None:
    ledger = applied(entry("a"), entry("b"), posting=MERGED)
    found = imported(ledger, entry("a", minutes=5), rejected=[unreadable()], posting=MERGED)
    assert not writes(found)
    both = [entry("a", minutes=5), entry("b")]
    changed = imported(ledger, *both, rejected=[unreadable()], posting=MERGED)
    assert list(writes(changed).values()) == [Action.UPDATE]
    known = Rejected("b", INVALID)
    left = imported(ledger, entry("a"), rejected=[unreadable(), known], posting=MERGED)
    assert reasons(left)["time:a"] == "member_blocked"


def test_a_post_is_not_held_up_by_an_unreadable_record() -> None:
    ledger = applied(entry("a"))
    found = ledger.plan([entry("a", minutes=5)], rejected=[unreadable()])
    assert writes(found) == {"time:a": Action.UPDATE}


# What an import does not own


def test_a_posted_entry_of_the_import_is_corrected_and_not_made_twice() -> None:
    ledger = SimulatedLedger()
    ledger.apply(ledger.plan([entry("a")]))
    assert writes(imported(ledger, entry("a", minutes=5), scope=[])) == {"time:a": Action.UPDATE}
    merged = imported(ledger, entry("a"), entry("b"), scope=[], posting=MERGED)
    assert [op.action for op in merged if op.state is ItemState.PENDING] == [
        Action.DELETE,
        Action.CREATE,
    ]


def test_an_activity_outside_the_scope_gives_up_entries_only_with_all_that_it_has() -> None:
    ledger = applied(entry("a"), entry("b"), posting=MERGED)
    alone = imported(ledger, entry("a"), scope=[])
    assert reasons(alone) == {"time:a": "carried"}
    together = imported(ledger, entry("a"), entry("b"), scope=[])
    assert sorted(op.action for op in together) == [Action.CREATE, Action.CREATE, Action.DELETE]
    with_day = reasons_of(alone)["time:a"]
    assert with_day == {"day": str(DAY)}


def test_an_entry_may_leave_an_activity_whose_other_entries_the_product_has_deleted() -> None:
    ledger = applied(entry("a"), entry("b"), posting=MERGED)
    found = imported(ledger, entry("a", project_key="alone"), posting=MERGED)
    assert list(writes(found).values()) == [Action.DELETE, Action.CREATE, Action.CREATE]


@pytest.mark.parametrize("is_known", [True, False])
def test_where_the_entry_was_says_which_days_to_import(is_known: bool) -> None:
    ledger = applied(entry("a"), entry("b"), posting=MERGED)
    day = DAY if is_known else None
    held = {key: replace(link, day=day) for key, link in owners(ledger).items()}
    moved = entry("a", work_date=DAY + timedelta(days=3))
    found = imported(ledger, moved, scope=[], owners=held)
    says = DAY if is_known else moved.work_date
    assert reasons_of(found) == {"time:a": {"day": str(says)}}


def reasons_of(operations: tuple[Operation, ...]) -> dict[str, Any]:
    return {op.key: op.reason.parameters for op in operations if op.reason}


def test_an_activity_that_is_made_anew_as_others_takes_nothing_from_one_that_stays() -> None:
    ledger = applied(entry("a"), entry("b"), posting=MERGED)
    (link,) = (k for k in ledger.links.values() if k.source)
    billed = Snapshot(
        ledger_id=link.ledger_id,
        version="1",
        body={},
        forms=(link.fingerprint,),
        locked=reason("billed", detail=""),
    )
    found = imported(ledger, entry("a"), entry("b"), snapshots={link.key: billed})
    assert not writes(found)
    assert reasons(found) == {
        link.key: "billed",
        "time:a": "stays_in_ledger",
        "time:b": "stays_in_ledger",
    }


def test_entries_that_swap_their_activities_lose_nothing() -> None:
    first = [entry("a"), entry("b", project_key="site")]
    ledger = applied(*first, posting=MERGED)
    swapped = [entry("a", project_key="site"), entry("b")]
    found = imported(ledger, *swapped, posting=MERGED)
    assert [op.action for op in found if op.state is ItemState.PENDING].count(Action.DELETE) == 1
    ledger.apply(found, imported=True)
    assert members(ledger) == [("a",), ("b",)]
    assert not writes(imported(ledger, *swapped, posting=MERGED))


def test_circles_are_looked_for_only_among_activities_that_take_entries_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Most of 100,000 take none over."""
    searched: list[Mapping[str, Any]] = []

    def noted(waits: Mapping[str, Any]) -> set[str]:
        searched.append(waits)
        return set()

    ledger = applied(entry("a"), entry("b", project_key="site"), entry("c"), posting=MERGED)
    monkeypatch.setattr(time, "keys_in_cycles", noted)
    moved = [entry("a"), entry("b", project_key="site"), entry("c", project_key="site")]
    found = imported(ledger, *moved, posting=MERGED)
    (taker,) = (op.key for op in found if op.after)
    assert searched == [{taker: []}]


def test_the_user_may_keep_what_was_deleted_in_the_ledger_out_of_it() -> None:
    ledger = applied(entry("a"))
    theirs = TimeSettings(ledger_edits=LedgerEdits.THEIRS)
    found = imported(ledger, entry("a"), snapshots={"time:a": None}, posting=theirs)
    assert reasons(found) == {"time:a": "gone_in_ledger"}


# Deletions of the product


def gone(key: str) -> Deleted:
    return Deleted(kind=RecordKind.TIME, key=key, deleted=True)


def test_a_deleted_entry_is_deleted_once_and_only_if_it_was_posted() -> None:
    ledger = applied(entry("a"))
    found = ledger.plan([], deleted=[gone("a"), gone("a"), gone("b")])
    assert writes(found) == {"time:a": Action.DELETE}
    assert reasons(found) == {"time:b": "undeletable"}
    assert states(found)["time:b"] is ItemState.SKIPPED


def test_an_entry_that_is_both_given_and_deleted_is_neither() -> None:
    ledger = applied(entry("a"))
    found = ledger.plan([entry("a", minutes=5)], deleted=[gone("a")])
    assert [(op.key, op.state) for op in found] == [("time:a", ItemState.BLOCKED)]
    assert reasons(found) == {"time:a": "duplicate_key"}


@pytest.mark.parametrize(("day", "says"), [(DAY, str(DAY)), (None, "its day")])
def test_a_deleted_entry_of_a_merged_activity_names_the_day_to_import(
    day: date | None, says: str
) -> None:
    ledger = applied(entry("a"), entry("b"), posting=MERGED)
    held = {key: replace(link, day=day) for key, link in owners(ledger).items()}
    found = ledger.plan([], owners=held, deleted=[gone("a")])
    assert reasons_of(found) == {"time:a": {"day": says}}
    assert states(found) == {"time:a": ItemState.BLOCKED}


# Warnings and rates


def test_an_hourly_rate_is_kept_of_billable_time_only() -> None:
    ledger = SimulatedLedger()
    ledger.rules |= rule_book({RuleKind.PROJECTS: {"euro": LinkTo(ledger_id="C9")}})
    for billable in (True, False):
        given = entry("a", billable=billable, bill_rate=Decimal(80), project_key="euro")
        (op,) = imported(ledger, given, currencies={"C9": "EUR"})
        assert (op.rate is not None) is billable
        assert [why.code for why in op.warnings] == (["foreign_currency"] if billable else [])
    (op,) = imported(
        ledger, entry("a", billable=True, bill_rate=Decimal(80)), currencies={"C9": "EUR"}
    )
    assert op.warnings == ()
