"""A document is whole, and no record is ever in two."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.money_settings import GroupBy
from ledgerlink.domain.model.plan import Action, ItemState, Operation
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.model.rules import LinkTo, RuleKind
from ledgerlink.domain.model.source_records import ExpenseEntry, RecordKind
from ledgerlink.domain.model.time_settings import LedgerEdits, TimeSettings
from ledgerlink.domain.planning.grouping import block_failed_transfers, keys_in_cycles
from ledgerlink.domain.planning.inputs import Rejected

from tests.support.sampling import amount
from tests.unit.domain.money_ledger import (
    EXPENSING,
    MoneyLedger,
    by_key,
    gone,
    invoice,
    one,
    spent,
    warnings,
)
from tests.unit.domain.simulated_ledger import DAY, reasons, rule_book, states, writes

INVALID = reason("invalid_record", detail="no")
A, B, C = "expense-report:A", "expense-report:B", "expense-report:C"
OURS = TimeSettings(ledger_edits=LedgerEdits.OURS)
THEIRS = TimeSettings(ledger_edits=LedgerEdits.THEIRS)


def at(report: str, *keys: str) -> list[ExpenseEntry]:
    return [spent(key, report_key=report) for key in keys]


def test_the_same_again_writes_nothing() -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1", "e2"), *at("B", "e3"))
    found = ledger.post(*at("A", "e1", "e2"), *at("B", "e3"))
    assert states(found) == {A: ItemState.UNCHANGED, B: ItemState.UNCHANGED}


def test_an_entry_that_came_late_is_added_to_its_report() -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1"))
    op = one(ledger.posted(*at("A", "e1", "e2")))
    assert (op.action, op.members) == (Action.UPDATE, ("e1", "e2"))
    assert ledger.spent_in_all() == 20


def test_a_report_is_posted_with_all_that_is_in_its_document() -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1", "e2"))
    found = ledger.post(spent("e1", report_key="A", amount=Decimal(11)))
    assert reasons(found) == {"expense:e1": "incomplete"}
    assert found[0].reason is not None
    assert "e2" in found[0].reason.message
    assert writes(found) == {}


def test_a_reason_names_a_few_of_many_that_are_missing() -> None:
    ledger = MoneyLedger()
    keys = [f"e{n}" for n in range(9)]
    ledger.posted(*at("A", *keys))
    found = ledger.post(*at("A", "e0"))
    assert found[0].reason is not None
    assert "e1, e2, e3, e4, e5 …" in found[0].reason.message


def test_an_invalid_record_of_a_report_keeps_the_others_where_they_are() -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1", "e2"))
    why = reason("invalid_record", field="amount", detail="amount: too much")
    found = ledger.post(*at("A", "e1"), rejected=[Rejected("e2", why, RecordKind.EXPENSE)])
    assert reasons(found) == {"expense:e1": "member_blocked", "expense:e2": "invalid_record"}
    assert writes(found) == {}


@pytest.mark.parametrize("posted_before", [False, True])
def test_a_blocked_entry_keeps_the_whole_report_as_it_is(posted_before: bool) -> None:
    ledger = MoneyLedger()
    if posted_before:
        ledger.posted(*at("A", "e1", "e2"))
    bad = spent("e2", report_key="A", expense_code_key="nothing")
    found = ledger.post(spent("e1", report_key="A", amount=Decimal(11)), bad, *at("B", "e3"))
    assert reasons(found) == {"expense:e1": "member_blocked", "expense:e2": "no_rule"}
    assert writes(found) == {B: Action.CREATE}


def test_a_blocked_entry_of_a_period_keeps_the_whole_period() -> None:
    ledger = MoneyLedger(expensing=replace(EXPENSING, group_by=GroupBy.PERSON_AND_PERIOD))
    found = ledger.post(spent("e1"), spent("e2", approval="draft"))
    assert reasons(found) == {"expense:e1": "member_blocked", "expense:e2": "not_approved"}


def test_a_key_given_twice_blocks_all_that_it_has_to_do_with() -> None:
    ledger = MoneyLedger()
    found = ledger.post(*at("A", "e1", "e2"), *at("B", "e1", "e3"), *at("C", "e4"))
    assert reasons(found) == {
        "expense:e1": "duplicate_key",
        "expense:e2": "member_blocked",
        "expense:e3": "member_blocked",
    }
    assert writes(found) == {C: Action.CREATE}


def test_a_record_both_given_and_deleted_is_refused() -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1"))
    found = ledger.post(*at("A", "e1"), gone("e1"))
    assert reasons(found) == {"expense:e1": "duplicate_key"}
    assert writes(found) == {}


def test_trouble_spreads_over_all_documents_that_share_records_and_no_further() -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1", "e2"), *at("B", "e3", "e4"), *at("C", "e5"))
    found = ledger.post(
        spent("e1", report_key="A", approval="draft"),
        *at("B", "e2", "e3"),
        *at("D", "e4"),
        spent("e5", report_key="C", amount=Decimal(11)),
    )
    assert writes(found) == {C: Action.UPDATE}
    assert reasons(found) == {
        "expense:e1": "not_approved",
        "expense:e2": "member_blocked",
        "expense:e3": "member_blocked",
        "expense:e4": "member_blocked",
    }


def test_an_entry_whose_code_is_skipped_is_left_out_of_its_report() -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1", "e2"))
    skipped = spent("e2", report_key="A", expense_code_key="out")
    found = by_key(ledger.posted(*at("A", "e1"), skipped))
    assert (found[A].action, found[A].members) == (Action.UPDATE, ("e1",))
    assert found["expense:e2"].state is ItemState.SKIPPED
    assert ledger.spent_in_all() == 10
    assert writes(ledger.post(*at("A", "e1"), skipped)) == {}


@pytest.mark.parametrize("report", ["A", None])
def test_a_document_whose_records_are_all_skipped_is_deleted_with_the_reason(
    report: str | None,
) -> None:
    ledger = MoneyLedger()
    ledger.posted(spent("e1", report_key=report))
    op = one(ledger.posted(spent("e1", report_key=report, expense_code_key="out")))
    assert (op.action, op.members, warnings(op)) == (Action.DELETE, ("e1",), ["skipped_by_rule"])
    assert ledger.spent_in_all() == 0


def test_a_skipped_entry_stays_while_its_document_has_unknown_members() -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1", "e2"))
    found = ledger.post(spent("e1", report_key="A", expense_code_key="out"))
    assert reasons(found) == {"expense:e1": "incomplete"}
    assert writes(found) == {}


# Moving


def test_an_entry_moves_after_the_report_that_it_leaves() -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1", "e2"), *at("B", "e3"))
    moved = [*at("A", "e2"), *at("B", "e3", "e1")]
    found = by_key(ledger.posted(*moved))
    assert (found[A].members, found[B].members) == (("e2",), ("e3", "e1"))
    assert found[A].level < found[B].level
    assert found[B].after == (A,)
    assert ledger.spent_in_all() == 30
    assert writes(ledger.post(*moved)) == {}


def test_the_last_entry_takes_its_report_out_when_it_moves() -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1"))
    found = ledger.posted(*at("B", "e1"))
    assert [(op.key, op.action) for op in found] == [(A, Action.DELETE), (B, Action.CREATE)]
    assert ledger.spent_in_all() == 10


@pytest.mark.parametrize(
    ("paid", "why"),
    [(A, {A: "paid", B: "stays_in_ledger"}), (B, {A: "member_blocked", B: "paid"})],
)
def test_an_entry_moves_neither_out_of_nor_into_a_document_that_may_not_change(
    paid: str, why: dict[str, str]
) -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1", "e2"), *at("B", "e3"))
    ledger.lock(paid)
    found = ledger.post(*at("A", "e2"), *at("B", "e3", "e1"))
    assert writes(found) == {}
    assert reasons(found) == why


def test_a_report_of_two_sources_takes_from_both_or_from_none() -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1"), *at("B", "e2"))
    ledger.lock(B)
    found = ledger.post(*at("C", "e1", "e2"))
    assert writes(found) == {}
    assert reasons(found) == {A: "member_blocked", B: "paid", C: "stays_in_ledger"}


def test_a_chain_of_moves_goes_from_its_end() -> None:
    ledger = MoneyLedger()
    size = amount(1500, 300)
    ledger.posted(*(spent(f"e{n}", report_key=f"R{n}") for n in range(size)))
    found = ledger.posted(*(spent(f"e{n}", report_key=f"R{n + 1}") for n in range(size)))
    assert len(writes(found)) == size + 1
    assert ledger.spent_in_all() == 10 * size


def test_two_reports_swap_their_entries() -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1"), spent("e2", report_key="B", amount=Decimal(20)))
    swapped = [*at("B", "e1"), spent("e2", report_key="A", amount=Decimal(20))]
    found = ledger.posted(*swapped)
    assert sorted(op.action for op in found) == [Action.CREATE, Action.DELETE, Action.UPDATE]
    assert {k: ledger.links[k].members for k in (A, B)} == {A: ("e2",), B: ("e1",)}
    assert ledger.spent_in_all() == 30
    assert writes(ledger.post(*swapped)) == {}


def test_a_swap_with_a_paid_report_leaves_both_as_they_are() -> None:
    for paid in (A, B):
        ledger = MoneyLedger()
        ledger.posted(*at("A", "e1"), *at("B", "e2"))
        ledger.lock(paid)
        found = ledger.post(*at("B", "e1"), *at("A", "e2"))
        assert writes(found) == {}
        assert by_key(found).keys() == {A, B}


@pytest.mark.parametrize("lost", [A, B])
@pytest.mark.parametrize("edits", LedgerEdits)
def test_a_swap_with_a_report_that_is_gone_from_the_ledger_loses_nothing(
    lost: str, edits: LedgerEdits
) -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1"), *at("B", "e2"))
    ledger.lose(lost)
    found = ledger.posted(*at("B", "e1"), *at("A", "e2"), posting=TimeSettings(ledger_edits=edits))
    if edits is not LedgerEdits.OURS:
        assert writes(found) == {}
        return
    assert {k: ledger.links[k].members for k in (A, B)} == {A: ("e2",), B: ("e1",)}
    assert ledger.spent_in_all() == 20


def circular(waits: Mapping[str, Iterable[str]]) -> bool:
    try:
        TopologicalSorter(waits).prepare()
    except CycleError:
        return True
    return False


@given(st.dictionaries(st.integers(0, 9), st.lists(st.integers(0, 9), max_size=4)))
def test_removing_the_revisited_keys_leaves_no_cycle(
    told: dict[int, list[int]],
) -> None:
    waits = {
        str(key): [str(k) for k in some if k in told and k != key] for key, some in told.items()
    }
    found = keys_in_cycles(waits)
    assert not circular({k: set(some) - found for k, some in waits.items()})
    assert bool(found) == circular(waits)


def test_circles_of_many_are_undone_too() -> None:
    ledger = MoneyLedger()
    ledger.posted(*(spent(f"e{n}", report_key=f"R{n}") for n in range(30)))
    turned = [spent(f"e{n}", report_key=f"R{n // 5 * 5 + (n + 1) % 5}") for n in range(30)]
    found = ledger.posted(*turned)
    assert sum(op.action is Action.DELETE for op in found) == 6
    assert ledger.spent_in_all() == 300
    assert writes(ledger.post(*turned)) == {}


@pytest.mark.parametrize("first", GroupBy)
@pytest.mark.parametrize("second", GroupBy)
def test_another_grouping_makes_other_documents_of_the_same_entries(
    first: GroupBy, second: GroupBy
) -> None:
    entries = [*at("A", "e1", "e2"), *at("B", "e3")]
    ledger = MoneyLedger(expensing=replace(EXPENSING, group_by=first))
    ledger.posted(*entries)
    ledger.expensing = replace(EXPENSING, group_by=second)
    found = ledger.posted(*entries)
    deletes = [op.level for op in found if op.action is Action.DELETE]
    creates = [op.level for op in found if op.action is Action.CREATE]
    assert (len(found) == len(ledger.links)) if first is second else (deletes and creates)
    assert max(deletes, default=-2) < min(creates, default=0)
    assert ledger.spent_in_all() == 30
    assert writes(ledger.post(*entries)) == {}


# Going


def test_a_document_whose_entries_are_all_deleted_is_deleted() -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1", "e2"))
    op = one(ledger.posted(gone("e1"), gone("e2")))
    assert (op.action, op.key, op.members) == (Action.DELETE, A, ("e1", "e2"))
    assert ledger.spent_in_all() == 0


def test_a_deleted_entry_is_taken_out_of_its_report() -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1", "e2"))
    op = by_key(ledger.posted(*at("A", "e1"), gone("e2")))[A]
    assert (op.action, op.members) == (Action.UPDATE, ("e1",))


def test_a_deleted_entry_whose_neighbours_are_not_given_stays() -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1", "e2"))
    found = ledger.post(gone("e1"))
    assert (states(found), reasons(found)) == (
        {"expense:e1": ItemState.BLOCKED},
        {"expense:e1": "incomplete"},
    )


def test_a_deleted_entry_of_a_paid_report_stays_with_a_reason() -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1", "e2"))
    ledger.lock(A)
    found = ledger.post(*at("A", "e1"), gone("e2"))
    assert reasons(found) == {A: "paid", "expense:e2": "stays_in_ledger"}


def test_deleting_an_unposted_record_does_nothing() -> None:
    found = MoneyLedger().post(gone("e1"), gone("i1", RecordKind.INVOICE))
    assert states(found) == {"expense:e1": ItemState.SKIPPED, "invoice:i1": ItemState.SKIPPED}


def test_closed_books_keep_a_document_from_being_deleted_or_moved_out_of() -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1"))
    ledger.features = Features(books_closed_through=DAY)
    assert reasons(ledger.post(gone("e1"))) == {A: "closed_period"}
    moved = ledger.post(spent("e1", report_key="B", spent_on=DAY.replace(month=3)))
    assert reasons(moved) == {A: "closed_period", B: "stays_in_ledger"}


def test_the_same_content_under_other_keys_waits_until_the_old_ones_are_gone() -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1", "e2"))
    renamed = at("A", "x1", "x2")
    assert set(reasons(ledger.post(*renamed)).values()) == {"incomplete"}
    op = one(ledger.posted(*renamed, gone("e1"), gone("e2")))
    assert (op.key, op.action, op.members) == (A, Action.UPDATE, ("x1", "x2"))
    assert ledger.spent_in_all() == 20


# What somebody did in the ledger


def test_a_report_that_changed_in_the_ledger_gives_nothing_away_unless_ours_is_chosen() -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1", "e2"))
    stands = ledger.links[A].ledger_id
    kind, body = ledger.stored[stands]
    ledger.stored[stands] = (kind, {**body, "note": ["edited"]})
    moved = [*at("A", "e1"), *at("B", "e2")]
    assert reasons(ledger.post(*moved)) == {A: "changed_in_ledger", B: "stays_in_ledger"}
    found = ledger.post(*moved, posting=THEIRS)
    assert reasons(found) == {A: "kept_theirs", B: "stays_in_ledger"}
    assert set(writes(ledger.post(*moved, posting=OURS))) == {A, B}


def test_a_report_that_is_gone_from_the_ledger_gives_its_entries_away() -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1"))
    ledger.stored.clear()
    found = by_key(ledger.post(*at("B", "e1")))
    assert (found[A].state, found[A].was_already_gone) == (ItemState.UNCHANGED, True)
    assert writes(list(found.values())) == {B: Action.CREATE}


def test_another_kind_of_document_is_created_after_the_old_one_is_deleted() -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1"))
    ledger.rules |= rule_book({RuleKind.USERS: {"ann": LinkTo(ledger_id="V3", person="vendor")}})
    found = ledger.posted(*at("A", "e1"))
    assert [(op.action, op.kind) for op in found] == [
        (Action.DELETE, "Check"),
        (Action.CREATE, "Bill"),
    ]
    assert writes(ledger.post(*at("A", "e1"))) == {}


def test_a_paid_document_does_not_become_another_kind() -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1"))
    ledger.lock(A)
    ledger.rules |= rule_book({RuleKind.USERS: {"ann": LinkTo(ledger_id="V3", person="vendor")}})
    op = one(ledger.post(*at("A", "e1")))
    assert (op.state, op.reason and op.reason.code) == (ItemState.BLOCKED, "paid")


def test_an_invoice_whose_client_is_skipped_is_taken_out() -> None:
    ledger = MoneyLedger()
    ledger.posted(invoice("i1"))
    op = one(ledger.posted(invoice("i1", project_key="out")))
    assert (op.action, warnings(op)) == (Action.DELETE, ["skipped_by_rule"])


def test_a_deleted_invoice_is_deleted_in_the_ledger() -> None:
    ledger = MoneyLedger()
    ledger.posted(invoice("i1"), invoice("i2"))
    found = ledger.posted(gone("i1", RecordKind.INVOICE), invoice("i2"))
    assert writes(found) == {"invoice:i1": Action.DELETE}


def test_expenses_and_invoices_of_the_same_key_have_nothing_to_do_with_each_other() -> None:
    ledger = MoneyLedger()
    ledger.posted(spent("7", report_key=None), invoice("7"))
    found = ledger.posted(gone("7", RecordKind.INVOICE), spent("7", report_key=None))
    assert writes(found) == {"invoice:7": Action.DELETE}
    assert ledger.spent_in_all() == 10


def test_an_unreadable_record_holds_up_only_documents_that_lack_one() -> None:
    """It may be the one that is missing from an incomplete document, and from no other."""
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1"), *at("B", "e2", "e3"))
    unreadable = Rejected("record 3", INVALID, RecordKind.EXPENSE, has_key=False)
    changed = replace(at("A", "e1")[0], amount=Decimal(11))
    found = ledger.post(changed, *at("B", "e2"), rejected=[unreadable])
    assert writes(found) == {A: Action.UPDATE}
    assert reasons(found)["expense:e2"] == "member_blocked"


def test_an_entry_that_is_left_out_of_a_report_made_anew_still_has_an_outcome() -> None:
    ledger = MoneyLedger()
    ledger.posted(*at("A", "e1", "e2"))
    ledger.rules |= rule_book({RuleKind.USERS: {"ann": LinkTo(ledger_id="V3", person="vendor")}})
    skipped = spent("e2", report_key="A", expense_code_key="out")
    found = ledger.posted(*at("A", "e1"), skipped)
    assert [(op.action, op.key) for op in found] == [
        (Action.DELETE, A),
        (Action.CREATE, A),
        (Action.NONE, "expense:e2"),
    ]
    assert found[-1].state is ItemState.SKIPPED
    assert ledger.spent_in_all() == 10


# Transfers of records between documents


def planned(key: str, action: Action = Action.UPDATE, *after: str) -> Operation:
    return Operation(
        seq=0, action=action, key=key, kind="Time", level=0, members=(f"of {key}",), after=after
    )


def settled(key: str, state: ItemState, code: str | None, *after: str) -> Operation:
    why = Reason(code, "", "") if code else None
    return replace(planned(key, Action.NONE, *after), state=state, reason=why)


def after_transfers(
    to_write: Iterable[Operation], deletes: Iterable[Operation] = ()
) -> dict[str, str]:
    """The reasons of the operations by key; a delete's key is marked with a minus."""
    writing, leaving = ({op.key: op for op in some} for some in (to_write, deletes))
    block_failed_transfers(writing, leaving)
    found = writing | {f"-{key}": op for key, op in leaving.items()}
    return {key: op.reason.code if op.reason else "" for key, op in found.items()}


GIVER = planned("b", Action.DELETE)


def test_records_go_from_one_document_to_the_other_where_both_change() -> None:
    assert after_transfers([planned("a", Action.UPDATE, "b")], [GIVER]) == {"a": "", "-b": ""}
    assert after_transfers([planned("a", Action.UPDATE, "b"), planned("b")]) == {"a": "", "b": ""}


@pytest.mark.parametrize("state", [ItemState.BLOCKED, ItemState.UNCHANGED])
def test_a_document_takes_nothing_from_one_that_stays(state: ItemState) -> None:
    stays = settled("b", state, "kept_theirs")
    expected = {"a": "stays_in_ledger", "-b": "kept_theirs"}
    taker, free = planned("a", Action.UPDATE, "c", "b"), planned("c")
    assert after_transfers([taker, free], [stays]) == expected | {"c": "member_blocked"}


def test_a_document_takes_over_from_one_that_is_gone_already() -> None:
    gone_already = settled("b", ItemState.UNCHANGED, "gone_in_ledger")
    found = after_transfers([planned("a", Action.UPDATE, "b")], [gone_already])
    assert found == {"a": "", "-b": "gone_in_ledger"}


@pytest.mark.parametrize("state", [ItemState.BLOCKED, ItemState.UNCHANGED, ItemState.SKIPPED])
def test_a_document_gives_nothing_to_one_that_stays_as_it_is(state: ItemState) -> None:
    stays = settled("a", state, "kept_theirs", "b")
    expected = {"a": "kept_theirs", "-b": "member_blocked"}
    assert after_transfers([stays], [GIVER]) == expected
    assert after_transfers([stays, planned("b")]) == {"a": "kept_theirs", "b": "member_blocked"}


def test_a_document_gives_records_up_that_the_other_has_already() -> None:
    has = settled("a", ItemState.UNCHANGED, None, "b")
    assert after_transfers([has], [GIVER]) == {"a": "", "-b": ""}


def test_one_failed_transfer_fails_those_that_depend_on_it() -> None:
    """c takes from b, which takes from a, which stays."""
    stays = settled("a", ItemState.BLOCKED, "carried", "z")
    chain = [planned("c", Action.UPDATE, "b"), planned("b", Action.UPDATE, "a"), stays]
    found = after_transfers(chain, [planned("z", Action.DELETE)])
    expected = {"a": "carried", "b": "stays_in_ledger", "c": "stays_in_ledger"}
    assert found == expected | {"-z": "member_blocked"}


def test_a_document_that_would_be_made_anew_is_not_deleted_where_it_is_blocked() -> None:
    stays = settled("b", ItemState.BLOCKED, "billed")
    anew = planned("a", Action.CREATE, "a", "b")
    found = after_transfers([anew], [planned("a", Action.DELETE), stays])
    assert found == {"a": "stays_in_ledger", "-b": "billed"}


@pytest.mark.parametrize(
    ("waits", "in_cycles"),
    [
        ({"a": ["b"], "b": []}, 0),
        ({"a": ["b", "c"], "b": ["c"], "c": []}, 0),
        ({"a": ["b"], "b": ["a"]}, 1),
        ({"a": ["b"], "b": ["c"], "c": ["a"]}, 1),
        ({"z": ["a"], "a": ["b"], "b": ["a"], "c": ["d"], "d": ["c"]}, 2),
        ({"a": ["a"]}, 1),
    ],
)
def test_one_of_each_circle_of_documents_is_made_anew(
    waits: dict[str, list[str]], in_cycles: int
) -> None:
    assert len(keys_in_cycles(waits)) == in_cycles
