"""Plans that see all there is of a period: merging, deleting, drift, the settings of posting."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.plan import Action, ItemState, Operation
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.rules import LinkTo, RuleKind, Skip
from ledgerlink.domain.model.snapshots import Snapshot
from ledgerlink.domain.model.source_records import Deleted, RecordKind, TimeEntry
from ledgerlink.domain.model.time_settings import (
    Billable,
    ClosedPeriod,
    Description,
    LedgerEdits,
    Rounding,
    TimeSettings,
)

from tests.unit.domain.simulated_ledger import (
    DAY,
    SimulatedLedger,
    entry,
    reasons,
    rule_book,
    states,
    writes,
)

NEITHER = TimeSettings(description=Description.NEITHER)


def imported(
    ledger: SimulatedLedger, entries: list[TimeEntry], **given: Any
) -> tuple[Operation, ...]:
    """The plan of an import of these entries, over all that imports wrote before."""
    scope = [link for link in ledger.links.values() if link.source]
    owners = {m: link for link in scope for m in link.members if "merged:" in link.key}
    return ledger.plan(entries, whole=True, scope=scope, owners=owners, **given)


def apply(ledger: SimulatedLedger, entries: list[TimeEntry], **given: Any) -> None:
    ledger.apply(imported(ledger, entries, **given), imported=True)


def held(ledger: SimulatedLedger) -> dict[str, tuple[int, tuple[str, ...]]]:
    """What the ledger holds of time: minutes and members by posting key."""
    return {k: (link.minutes, link.members) for k, link in ledger.links.items() if link.source}


def test_the_same_import_again_writes_nothing() -> None:
    ledger, entries = SimulatedLedger(), [entry("a"), entry("b", project_key="site")]
    apply(ledger, entries)
    assert not writes(imported(ledger, entries))


def test_an_entry_that_is_gone_from_the_product_is_deleted() -> None:
    ledger = SimulatedLedger()
    apply(ledger, [entry("a"), entry("b")])
    assert writes(imported(ledger, [entry("a")])) == {"time:b": Action.DELETE}


@pytest.mark.parametrize(
    "change", [{"approval": "draft"}, {"staff_key": "skipped"}, {"minutes": 2}]
)
def test_a_record_no_longer_to_be_posted_is_deleted(change: dict[str, Any]) -> None:
    ledger, by_quarters = SimulatedLedger(), TimeSettings(round_to=15)
    apply(ledger, [entry("a")])
    found = imported(ledger, [entry("a", **change)], posting=by_quarters)
    assert writes(found) == {"time:a": Action.DELETE}


def test_a_blocked_entry_keeps_its_activity() -> None:
    ledger = SimulatedLedger()
    apply(ledger, [entry("a")])
    found = imported(ledger, [entry("a", staff_key="nobody")])
    assert not writes(found)
    assert reasons(found) == {"time:a": "no_rule"}


def test_a_rule_that_points_elsewhere_deletes_and_creates() -> None:
    ledger = SimulatedLedger()
    apply(ledger, [entry("a"), entry("b", staff_key="vendor")])
    ledger.rules |= rule_book({RuleKind.USERS: {"linked": LinkTo(ledger_id="P9")}})
    found = imported(ledger, [entry("a"), entry("b", staff_key="vendor")])
    assert [(op.key, op.action) for op in found if op.state is ItemState.PENDING] == [
        ("time:a", Action.DELETE),
        ("time:a", Action.CREATE),
    ]
    assert found[1].after == ("time:a",)


def test_a_rule_that_points_elsewhere_updates_what_others_have_added_to() -> None:
    """Case 17.1. What they entered would go with the old activity."""
    ledger = SimulatedLedger()
    apply(ledger, [entry("a"), entry("b")])
    ledger.rules |= rule_book({RuleKind.USERS: {"linked": LinkTo(ledger_id="P9")}})
    plain, added = copy_of(ledger, "time:a"), copy_of(ledger, "time:b", added=lambda _: ["class"])
    copies = {"time:a": plain, "time:b": added}
    found = imported(ledger, [entry("a"), entry("b")], snapshots=copies)
    assert [(op.key, op.action) for op in found if op.state is ItemState.PENDING] == [
        ("time:a", Action.DELETE),
        ("time:a", Action.CREATE),
        ("time:b", Action.UPDATE),
    ]


def test_an_entry_that_the_product_moved_elsewhere_is_updated() -> None:
    ledger = SimulatedLedger()
    apply(ledger, [entry("a")])
    assert writes(imported(ledger, [entry("a", project_key="site")])) == {
        "client:client": Action.CREATE,
        "project:site": Action.CREATE,
        "time:a": Action.UPDATE,
    }


def test_entries_that_agree_become_one_activity_whose_members_are_known() -> None:
    ledger = SimulatedLedger()
    apply(ledger, [entry("a"), entry("b", notes="x"), entry("c", billable=True)], posting=NEITHER)
    assert sorted(held(ledger).values()) == [(60, ("c",)), (120, ("a", "b"))]


def test_without_merging_the_merged_activity_gives_way_to_its_entries() -> None:
    ledger, entries = SimulatedLedger(), [entry("a"), entry("b")]
    apply(ledger, entries, posting=NEITHER)
    apply(ledger, entries)
    assert held(ledger) == {"time:a": (60, ("a",)), "time:b": (60, ("b",))}
    apply(ledger, entries, posting=NEITHER)
    assert list(held(ledger).values()) == [(120, ("a", "b"))]


def test_a_post_of_an_entry_that_is_in_a_merged_activity_is_blocked() -> None:
    ledger = SimulatedLedger()
    apply(ledger, [entry("a"), entry("b")], posting=NEITHER)
    owners = {m: link for link in ledger.links.values() for m in link.members}
    assert reasons(ledger.plan([entry("a")], owners=owners)) == {"time:a": "carried"}


def test_more_than_a_day_in_one_activity_is_blocked() -> None:
    entries = [entry("a", minutes=1000), entry("b", minutes=441)]
    found = imported(SimulatedLedger(), entries, posting=NEITHER)
    assert reasons(found) == {"time:a": "day_too_long", "time:b": "day_too_long"}


def test_leave_goes_to_its_own_item_and_is_not_billable() -> None:
    ledger = SimulatedLedger()
    ledger.rules |= rule_book({RuleKind.LEAVE_TYPES: {"sick": LinkTo(ledger_id="I7")}})
    (op,) = imported(ledger, [entry("a", leave_type_key="sick", billable=True)])
    assert op.body is not None
    assert (op.body["item"], op.body["billable"]) == ("I7", False)


@pytest.mark.parametrize(("said", "expected"), [(True, True), (False, False), (None, True)])
def test_the_labor_code_decides_whether_time_is_billable(said: bool | None, expected: bool) -> None:
    ledger = SimulatedLedger()
    mapping = LinkTo(ledger_id="I1", billable=said)
    ledger.rules |= rule_book({RuleKind.LABOR_CODES: {"code": mapping}})
    given = entry("a", labor_code_key="code", billable=True)
    (op,) = imported(ledger, [given], posting=TimeSettings(billable=Billable.LABOR_CODE))
    assert op.body is not None
    assert op.body["billable"] is expected


@pytest.mark.parametrize(
    ("rounding", "step", "given", "posted"),
    [
        (Rounding.NEAREST, 15, 7, None),
        (Rounding.NEAREST, 15, 8, 15),
        (Rounding.NEAREST, 60, 29, None),
        (Rounding.NEAREST, 60, 30, 60),
        (Rounding.NEAREST, 60, 89, 60),
        (Rounding.NEAREST, 60, 90, 120),
        (Rounding.NEAREST, 6, 3, 6),
        (Rounding.UP, 15, 1, 15),
        (Rounding.UP, 15, 1440, 1440),
        (Rounding.DOWN, 15, 29, 15),
        (Rounding.DOWN, 15, 14, None),
        (Rounding.DOWN, 60, 59, None),
    ],
)
def test_time_is_rounded_as_chosen(
    rounding: Rounding, step: int, given: int, posted: int | None
) -> None:
    posting = TimeSettings(round_to=step, rounding=rounding)
    (op,) = imported(SimulatedLedger(), [entry("a", minutes=given)], posting=posting)
    assert (op.body or {}).get("minutes") == posted
    if posted is None:
        assert reasons([op]) == {"time:a": "rounded_away"}


@pytest.mark.parametrize(
    ("posting", "text"),
    [
        (TimeSettings(), "Draw - Plan"),
        (TimeSettings(description=Description.TASK), "Draw"),
        (TimeSettings(description=Description.NOTES), "Plan"),
        (NEITHER, ""),
        (TimeSettings(memo="{task} of {work_date}: {notes}"), "Draw of 2026-02-27: Plan"),
    ],
)
def test_the_text_is_made_as_chosen(posting: TimeSettings, text: str) -> None:
    (op,) = imported(SimulatedLedger(), [entry("a", task="Draw", notes="Plan")], posting=posting)
    assert (op.body or {})["notes"] == text


@pytest.mark.parametrize("memo", ["{nothing}", "{", "{notes!r}", "{notes:>9}", "{}"])
def test_a_memo_with_unknown_places_is_refused(memo: str) -> None:
    with pytest.raises(Invalid):
        TimeSettings(memo=memo)


def test_time_in_closed_books_moves_to_the_first_open_day_with_its_true_date() -> None:
    ledger, moving = (
        SimulatedLedger(closed_through=DAY),
        TimeSettings(closed_period=ClosedPeriod.MOVE),
    )
    (op,) = imported(ledger, [entry("a")], posting=moving)
    assert (op.day, (op.body or {})["notes"]) == (date(2026, 2, 28), "Worked on 2026-02-27")
    assert [warning.code for warning in op.warnings] == ["moved_date"]
    ledger.apply([op], imported=True)
    ledger.closed_through = date(2026, 3, 31)
    found = imported(ledger, [entry("a")], posting=moving)
    assert states(found) == {"time:a": ItemState.UNCHANGED}
    changed = imported(ledger, [entry("a", minutes=30)], posting=moving)
    assert reasons(changed) == {"time:a": "closed_period"}


def copy_of(ledger: SimulatedLedger, key: str, **changes: Any) -> Snapshot:
    """What the ledger holds of it, at a later version."""
    body: dict[str, Any] = {"edited": True}
    forms = (
        (fingerprint(body),) if changes.pop("edited", False) else (ledger.links[key].fingerprint,)
    )
    link = ledger.links[key]
    return Snapshot(ledger_id=link.ledger_id, version="7", body=body, forms=forms, **changes)


def seen(
    ledger: SimulatedLedger, given: list[TimeEntry], copy: Snapshot | None, edits: LedgerEdits
) -> Operation:
    posting = TimeSettings(ledger_edits=edits)
    (op,) = imported(ledger, given, snapshots={"time:a": copy}, posting=posting)
    return op


@pytest.mark.parametrize("given", [[entry("a", minutes=30)], []])
def test_a_document_edited_in_the_ledger_follows_the_edit_setting(
    given: list[TimeEntry],
) -> None:
    ledger = SimulatedLedger()
    apply(ledger, [entry("a")])
    copy = copy_of(ledger, "time:a", edited=True)
    assert reasons([seen(ledger, given, copy, LedgerEdits.ASK)]) == {"time:a": "changed_in_ledger"}
    assert reasons([seen(ledger, given, copy, LedgerEdits.THEIRS)]) == {"time:a": "kept_theirs"}
    op = seen(ledger, given, copy, LedgerEdits.OURS)
    assert op.action is (Action.UPDATE if given else Action.DELETE)
    assert (op.version, op.base_version, op.before) == ("7", "0", {"edited": True})


def test_a_document_deleted_in_the_ledger_follows_the_edit_setting() -> None:
    ledger = SimulatedLedger()
    apply(ledger, [entry("a")])
    found = {edits: seen(ledger, [entry("a")], None, edits) for edits in LedgerEdits}
    assert found[LedgerEdits.ASK].state is ItemState.BLOCKED
    assert found[LedgerEdits.THEIRS].state is ItemState.SKIPPED
    assert found[LedgerEdits.OURS].action is Action.CREATE
    assert {op.reason.code for op in found.values() if op.reason} == {"gone_in_ledger"}


@pytest.mark.parametrize("given", [[entry("a", minutes=30)], []])
def test_billed_time_is_refused_with_the_invoice_number(given: list[TimeEntry]) -> None:
    ledger = SimulatedLedger()
    apply(ledger, [entry("a")])
    billed = copy_of(ledger, "time:a", locked=reason("billed", detail=" by invoice 1037"))
    op = seen(ledger, given, billed, LedgerEdits.OURS)
    assert op.reason is not None
    assert (op.reason.code, "1037" in op.reason.message) == ("billed", True)


def test_an_equal_billed_document_is_unchanged() -> None:
    ledger = SimulatedLedger()
    apply(ledger, [entry("a")])
    billed = copy_of(ledger, "time:a", locked=reason("billed", detail=" by invoice 1037"))
    op = seen(ledger, [entry("a")], replace(billed), LedgerEdits.ASK)
    assert op.state is ItemState.UNCHANGED


def test_a_rule_set_to_skip_takes_the_activities_of_the_scope_away() -> None:
    ledger = SimulatedLedger()
    apply(ledger, [entry("a"), entry("b", project_key="site")])
    ledger.rules |= rule_book({RuleKind.PROJECTS: {"site": Skip()}})
    found = imported(ledger, [entry("a"), entry("b", project_key="site")])
    assert writes(found) == {"time:b": Action.DELETE}


def test_an_entry_that_leaves_the_period_does_not_take_the_time_of_another_with_it() -> None:
    """The other entry of its activity is not in this import, so its hour would be gone."""
    ledger = SimulatedLedger()
    apply(ledger, [entry("a"), entry("b")], posting=NEITHER)
    owners = {m: link for link in ledger.links.values() for m in link.members}
    moved = [entry("a", work_date=date(2026, 4, 2))]
    found = ledger.plan(moved, whole=True, owners=owners, posting=NEITHER)
    assert reasons(found) == {"time:a": "carried"}
    assert not writes(found)


def test_an_entry_that_shares_its_activity_is_not_deleted_by_a_post() -> None:
    ledger = SimulatedLedger()
    apply(ledger, [entry("a"), entry("b")], posting=NEITHER)
    owners = {m: link for link in ledger.links.values() for m in link.members}
    gone = [Deleted(kind=RecordKind.TIME, key="a", deleted=True)]
    found = ledger.plan([], owners=owners, deleted=gone)
    assert reasons(found) == {"time:a": "carried"}
    assert states(found) == {"time:a": ItemState.BLOCKED}


def test_a_post_leaves_an_entry_in_its_activity_even_with_all_that_share_it() -> None:
    """A post does not merge, so it cannot correct what an import merged."""
    ledger = SimulatedLedger()
    apply(ledger, [entry("a"), entry("b")], posting=NEITHER)
    owners = {m: link for link in ledger.links.values() for m in link.members}
    found = ledger.plan([entry("a"), entry("b", minutes=30)], owners=owners)
    assert reasons(found) == {"time:a": "carried", "time:b": "carried"}
