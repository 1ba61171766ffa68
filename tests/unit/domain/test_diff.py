"""What a document needs, by what was written before and what a look at the ledger shows."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from ledgerlink.domain.model.document_facts import EntryAttributes
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Action, ItemState, Operation
from ledgerlink.domain.model.reasons import TO_BE_DELETED, reason, reason_in_case
from ledgerlink.domain.model.snapshots import Snapshot
from ledgerlink.domain.model.time_settings import LedgerEdits
from ledgerlink.domain.planning.diff import Differ, LinkedDocument

from tests.fakes.clock import START

WAS, NOW = {"hours": 1}, {"hours": 2}
LINK = Link(
    key="time:a",
    kind="Entry",
    ledger_id="7",
    version="1",
    fingerprint=fingerprint(WAS),
    run_id="run",
    written_at=START,
    rank="5",
    members=("a",),
    day=date(2026, 3, 2),
)
COPY = Snapshot(ledger_id="7", version="1", body=WAS, forms=(fingerprint(WAS),), fixed="sheet 1")


def wanted(fixed: str, held: LinkedDocument, **differ: Any) -> list[tuple[Action, ItemState]]:
    document = Document(key="time:a", kind="Entry", body=NOW, members=("a",), fixed=fixed)
    operations = list(Differ(**differ).to_write(document, held))
    for made in (op for op in operations if op.action is Action.CREATE):
        assert made.after == ("time:a",)
    return [(op.action, op.state) for op in operations]


UPDATE = (Action.UPDATE, ItemState.PENDING)
DELETE = (Action.DELETE, ItemState.PENDING)
CREATE = (Action.CREATE, ItemState.PENDING)


@pytest.mark.parametrize(
    ("fixed", "operations"), [("sheet 1", [UPDATE]), ("sheet 2", [DELETE, CREATE])]
)
def test_a_change_of_fixed_values_recreates_the_document(
    fixed: str, operations: list[tuple[Action, ItemState]]
) -> None:
    assert wanted(fixed, LinkedDocument(LINK, COPY, was_read=True)) == operations


def test_without_snapshots_fixed_values_are_unknown() -> None:
    assert wanted("sheet 2", LinkedDocument(LINK)) == [UPDATE]


@pytest.mark.parametrize(("rank", "kept"), [("4", True), ("5", False), ("6", False)])
def test_an_undo_keeps_only_documents_of_later_runs(rank: str, kept: bool) -> None:
    operations = wanted("", LinkedDocument(LINK), rank=rank)
    assert operations == ([(Action.NONE, ItemState.UNCHANGED)] if kept else [UPDATE])


@pytest.mark.parametrize(("through", "open_"), [(1, True), (2, False), (3, False)])
def test_the_day_that_closes_the_books_is_closed_itself(through: int, open_: bool) -> None:
    closed = date(2026, 3, through)
    operations = wanted("", LinkedDocument(LINK), closed_through=closed)
    assert (operations == [UPDATE]) is open_


OLD_AND_NEW = Snapshot(
    ledger_id="7", version="1", body=WAS, forms=(fingerprint(WAS), fingerprint(NOW))
)
EDITED = Snapshot(ledger_id="7", version="9", body={"hours": 5}, forms=("edited", "or this"))
LINKED, CHANGED = LinkedDocument(LINK, COPY), LinkedDocument(LINK, EDITED, was_read=True)
GONE = LinkedDocument(LINK, was_read=True)
BODY_NOW = Document(key="time:a", kind="Entry", body=NOW, members=("a",), fixed="sheet 1")


def written(
    held: LinkedDocument | None, document: Document = BODY_NOW, again: bool = False, **differ: Any
) -> list[Operation]:
    return list(Differ(**differ).to_write(document, held, again=again))


def found(operations: list[Operation]) -> list[tuple[Action, ItemState, str]]:
    return [(op.action, op.state, op.reason.code if op.reason else "") for op in operations]


def kept(why: str) -> list[tuple[Action, ItemState, str]]:
    return [(Action.NONE, ItemState.UNCHANGED, why)]


def refused(why: str) -> list[tuple[Action, ItemState, str]]:
    return [(Action.NONE, ItemState.BLOCKED, why)]


UPDATED, DELETED, CREATED = ((action, state, "") for action, state in (UPDATE, DELETE, CREATE))


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        (LedgerEdits.ASK, refused("changed_in_ledger")),
        (LedgerEdits.THEIRS, kept("kept_theirs")),
        (LedgerEdits.OURS, None),
    ],
)
def test_the_settings_say_whose_values_stay_where_a_user_changed_a_record(
    edits: LedgerEdits, expected: list[tuple[Action, ItemState, str]] | None
) -> None:
    changed = LinkedDocument(LINK, replace(EDITED, fixed="sheet 1"), was_read=True)
    assert found(written(changed, edits=edits)) == (expected or [UPDATED])
    assert found([Differ(edits=edits).to_delete(changed)]) == (expected or [DELETED])


@pytest.mark.parametrize("edits", LedgerEdits)
def test_a_record_that_no_user_changed_is_written_whatever_the_settings_say(
    edits: LedgerEdits,
) -> None:
    assert found(written(LINKED, edits=edits)) == [UPDATED]
    assert found([Differ(edits=edits).to_delete(LINKED)]) == [DELETED]


def test_an_edit_to_the_values_of_the_product_is_none() -> None:
    equal = replace(EDITED, fixed="sheet 1", contains=lambda body: body == NOW)
    assert found(written(LinkedDocument(LINK, equal))) == [UPDATED]
    other = replace(EDITED, contains=lambda body: body == WAS)
    assert found(written(LinkedDocument(LINK, other))) == refused("changed_in_ledger")


def test_what_was_not_read_is_not_known_to_hold_anything() -> None:
    assert not LinkedDocument(LINK).already_contains(BODY_NOW)
    everything = LinkedDocument(LINK, replace(COPY, contains=lambda _: True))
    assert everything.already_contains(BODY_NOW)
    assert not everything.already_contains(None)


def test_why_a_changed_record_stays_says_what_was_to_be_done_with_it() -> None:
    (changing,), deleting = written(CHANGED), Differ().to_delete(CHANGED)
    assert changing.reason == reason_in_case("changed_in_ledger", "")
    assert deleting.reason == reason_in_case("changed_in_ledger", TO_BE_DELETED)


@pytest.mark.parametrize(
    ("edits", "again", "expected"),
    [
        (LedgerEdits.ASK, False, refused("gone_in_ledger")),
        (LedgerEdits.ASK, True, refused("gone_in_ledger")),
        (LedgerEdits.THEIRS, False, [(Action.NONE, ItemState.SKIPPED, "gone_in_ledger")]),
        (LedgerEdits.THEIRS, True, [(Action.NONE, ItemState.SKIPPED, "gone_in_ledger")]),
        (LedgerEdits.OURS, False, [CREATED]),
        (LedgerEdits.OURS, True, [*kept("gone_in_ledger"), CREATED]),
    ],
)
def test_the_settings_say_whether_a_record_that_a_user_deleted_comes_back(
    edits: LedgerEdits, again: bool, expected: list[tuple[Action, ItemState, str]]
) -> None:
    operations = written(GONE, edits=edits, again=again)
    assert found(operations) == expected
    if edits is LedgerEdits.OURS:
        assert operations[-1].body == NOW
        assert operations[-1].after == (("time:a",) if again else ())


def test_what_a_user_deleted_needs_no_delete() -> None:
    assert found([Differ().to_delete(GONE)]) == kept("gone_in_ledger")


def test_a_delete_warns_of_what_others_have_added_to_the_record() -> None:
    added = LinkedDocument(LINK, replace(COPY, added=lambda _: ["class"]))
    assert Differ().to_delete(added).warnings == (reason("additions_lost", fields="class"),)
    assert Differ().to_delete(LINKED).warnings == ()


def test_a_record_is_made_again_where_that_is_asked_for() -> None:
    delete, create = written(LINKED, again=True)
    assert found([delete, create]) == [DELETED, CREATED]
    assert create.after == ("time:a",)


def test_what_replaces_a_record_that_cannot_go_is_blocked_with_the_same_reason() -> None:
    billed = reason("billed", detail="1042")
    locked = LinkedDocument(LINK, replace(COPY, locked=billed))
    create = written(None)[0]
    free = LinkedDocument(replace(LINK, key="time:b"))
    *_, last = Differ().replaced(create, [free, locked])
    assert (last.state, last.reason, last.action) == (ItemState.BLOCKED, billed, Action.NONE)
    *deletes, last = Differ().replaced(create, [free, LINKED])
    assert found([*deletes, last]) == [DELETED, DELETED, CREATED]
    assert last.after == ("time:b", "time:a")


def test_a_document_of_another_kind_replaces_the_record() -> None:
    other = replace(BODY_NOW, kind="Sheet")
    assert found(written(LinkedDocument(LINK), other)) == [DELETED, CREATED]


SAME = replace(BODY_NOW, body=WAS)


def test_equal_values_of_equal_records_need_no_write() -> None:
    assert found(written(LINKED, SAME)) == kept("")
    assert found(written(LINKED, replace(SAME, members=("a", "b")))) == [UPDATED]
    assert found(written(LinkedDocument(LINK), replace(SAME, kind="Sheet"))) == [DELETED, CREATED]
    assert found(written(GONE, SAME)) == refused("gone_in_ledger")


def test_a_record_that_no_user_changed_is_compared_by_what_we_wrote() -> None:
    unedited = LinkedDocument(LINK, replace(OLD_AND_NEW, fixed="sheet 1"))
    assert found(written(unedited)) == [UPDATED]


def test_a_record_that_a_user_changed_is_compared_by_what_it_may_have_come_from() -> None:
    other = replace(LINK, fingerprint="older")
    assert found(written(LinkedDocument(other, OLD_AND_NEW))) == kept("")
    assert found(written(LinkedDocument(replace(LINK, fingerprint=fingerprint(NOW)), EDITED))) == (
        refused("changed_in_ledger")
    )


def test_a_change_is_based_on_what_the_ledger_holds() -> None:
    def base(held: LinkedDocument) -> str | None:
        return Differ(edits=LedgerEdits.OURS).to_delete(held).base_fingerprint

    assert base(CHANGED) == "edited"
    assert base(LinkedDocument(LINK, replace(EDITED, forms=()))) == LINK.fingerprint
    another_form_first = replace(COPY, forms=("another form", LINK.fingerprint))
    assert base(LinkedDocument(LINK, another_form_first)) == LINK.fingerprint
    assert base(LinkedDocument(LINK)) == LINK.fingerprint


@pytest.mark.parametrize(("anew", "expected"), [(True, [DELETED, CREATED]), (False, [UPDATED])])
def test_a_rule_that_points_elsewhere_makes_the_record_anew_where_nobody_added_to_it(
    anew: bool, expected: list[tuple[Action, ItemState, str]]
) -> None:
    source = EntryAttributes(staff_key="ada", work_date=date(2026, 3, 2))
    link = replace(LINK, source=source, targets=("P1",))
    elsewhere = replace(BODY_NOW, source=source, targets=("P2",))
    assert found(written(LinkedDocument(link, COPY), elsewhere, anew=anew)) == expected
    added = replace(COPY, added=lambda _: ["class"])
    assert found(written(LinkedDocument(link, added), elsewhere, anew=anew)) == [UPDATED]
    same = replace(elsewhere, targets=("P1",))
    assert found(written(LinkedDocument(link, COPY), same, anew=anew)) == [UPDATED]
    moved = replace(elsewhere, source=replace(source, staff_key="bob"))
    assert found(written(LinkedDocument(link, COPY), moved, anew=anew)) == [UPDATED]
