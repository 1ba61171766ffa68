"""What an undo plans for each document that an import wrote, by what became of it since."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from ledgerlink.domain.model.document_facts import EntryAttributes
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Action, ItemState, Operation, Outcome
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.snapshots import Snapshot
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.domain.planning.undo import Done, UndoInput, undo

from tests.fakes.clock import START
from tests.unit.domain.simulated_ledger import reasons, states, writes

DAY = date(2026, 2, 27)
SOURCE = EntryAttributes(staff_key="ada", work_date=DAY, project_key="p")
WAS, NOW = {"minutes": 60}, {"minutes": 90}
NEW_PROJECT = {"$pending": "project:p"}
EDITED = Snapshot(ledger_id="7", version="9", body={"minutes": 5}, forms=("another",))


def link(key: str, *members: str, **given: Any) -> Link:
    plain = Link(
        key=key,
        kind="Time",
        ledger_id=f"id of {key}",
        version="1",
        fingerprint=fingerprint(WAS),
        run_id="first",
        written_at=START,
        members=members,
        day=DAY,
        source=SOURCE,
    )
    return replace(plain, **given)


def done(action: Action, key: str, *members: str, **given: Any) -> Done:
    """An operation of the import `second`, and its outcome."""
    operation = Operation(
        seq=0,
        action=action,
        key=key,
        kind="Time",
        level=given.pop("level", 0),
        members=members,
        day=given.pop("day", DAY),
        source=given.pop("source", SOURCE),
        **given,
    )
    outcome = Outcome(seq=0, state=ItemState.POSTED, ledger_id=f"id of {key}", version="1")
    return operation, outcome


def created(key: str, *members: str, **given: Any) -> Done:
    return done(Action.CREATE, key, *members, body=NOW, **given)


def updated(key: str, *members: str, was: Link, **given: Any) -> Done:
    return done(Action.UPDATE, key, *members, body=NOW, before=WAS, was=was, **given)


def deleted(key: str, *members: str, was: Link, **given: Any) -> Done:
    return done(Action.DELETE, key, *members, before=WAS, was=was, **given)


def list_record(key: str, level: int, action: Action = Action.CREATE) -> Done:
    body = {"name": key}
    facts: dict[str, Any] = {"source": None, "day": None, "record": RecordKind.PROJECT}
    return done(action, key, key.partition(":")[2], body=body, level=level, **facts)


def by_second(one: Done, **given: Any) -> Link:
    """The link that the import left of an operation."""
    operation = one[0]
    facts = {"source": operation.source, "day": operation.day, "record": operation.record}
    written: dict[str, Any] = {"fingerprint": fingerprint(operation.body or {}), "run_id": "second"}
    return link(operation.key, *operation.members, **facts | written | given)


def undone(*some: Done, links: tuple[Link, ...] | None = None, **given: Any) -> list[Operation]:
    """The undo of the import `second`; without `links`, all is as that import left it."""
    left = [by_second(one) for one in some if one[0].action is not Action.DELETE]
    return list(
        undo(
            UndoInput(
                run_id="second",
                done=some,
                links={each.key: each for each in (left if links is None else links)},
                **given,
            )
        )
    )


def merge() -> tuple[Done, ...]:
    """Two activities that became one."""
    was_a, was_b = link("time:a", "a"), link("time:b", "b")
    return (
        deleted("time:a", "a", was=was_a),
        deleted("time:b", "b", was=was_b),
        created("merged:ab", "a", "b"),
    )


def test_a_merged_activity_goes_before_those_that_it_replaced_come_back() -> None:
    operations = undone(*merge())
    assert [(op.key, op.action) for op in operations] == [
        ("merged:ab", Action.DELETE),
        ("time:a", Action.CREATE),
        ("time:b", Action.CREATE),
    ]
    assert [op.seq for op in operations] == [0, 1, 2]
    assert operations[0].level < operations[1].level
    assert {op.after for op in operations[1:]} == {("merged:ab",)}
    assert {fingerprint(op.body or {}) for op in operations[1:]} == {fingerprint(WAS)}


def test_entries_do_not_come_back_while_the_activity_that_replaced_theirs_stays() -> None:
    """Else their time would be in the ledger twice."""
    found = undone(*merge(), snapshots={"merged:ab": EDITED})
    assert not writes(found)
    assert reasons(found) == {
        "merged:ab": "changed_in_ledger",
        "time:a": "stays_in_ledger",
        "time:b": "stays_in_ledger",
    }


def test_a_merged_activity_stays_while_one_of_its_entries_cannot_come_back() -> None:
    """Else the time of that entry would be lost."""
    was = link("time:a", "a", day=date(2026, 1, 31))
    some = (deleted("time:a", "a", was=was, day=was.day), *merge()[1:])
    found = undone(*some, closed_through=date(2026, 1, 31))
    assert not writes(found)
    assert reasons(found)["time:a"] == "closed_period"
    assert reasons(found)["merged:ab"] == "member_blocked"


@pytest.mark.parametrize(("last", "comes"), [(26, True), (27, False), (28, False)])
def test_a_deleted_activity_comes_back_only_after_the_last_closed_day(
    last: int, comes: bool
) -> None:
    some = deleted("time:a", "a", was=link("time:a", "a"))
    found = undone(some, closed_through=date(2026, 2, last))
    assert writes(found) == ({"time:a": Action.CREATE} if comes else {})
    assert reasons(found) == ({} if comes else {"time:a": "closed_period"})


def test_an_activity_without_a_day_comes_back_whatever_is_closed() -> None:
    some = deleted("time:a", "a", was=link("time:a", "a", day=None), day=None)
    assert writes(undone(some, closed_through=DAY)) == {"time:a": Action.CREATE}


@pytest.mark.parametrize(("before", "belongs_to"), [("", "first"), ("zeroth", "zeroth")])
def test_what_comes_back_belongs_to_the_run_that_had_written_it(
    before: str, belongs_to: str
) -> None:
    """That run's own undo finds it, also where another undo had brought it back before."""
    was = link("time:a", "a", restored=before)
    (again,) = undone(deleted("time:a", "a", was=was))
    (back,) = undone(updated("time:a", "a", was=was))
    assert (again.restored, back.restored) == (belongs_to, belongs_to)
    (unknown,) = undone(replace_was(deleted("time:a", "a", was=was)))
    assert unknown.restored == ""


def replace_was(one: Done) -> Done:
    """The operation as it was stored before it had its former link."""
    return replace(one[0], was=None), one[1]


def test_a_corrected_activity_gets_its_former_values_under_its_own_key() -> None:
    was = link("time:a", "a", minutes=60)
    (back,) = undone(updated("time:a", "a", was=was, minutes=90))
    assert (back.action, back.body, back.minutes) == (Action.UPDATE, WAS, 60)
    assert back.after == ()
    assert (back.ledger_id, back.base_version) == ("id of time:a", "1")
    assert back.base_fingerprint == fingerprint(NOW)


def test_a_replaced_activity_comes_back_after_what_replaced_it_under_the_same_key() -> None:
    was = link("time:a", "a")
    out, again = deleted("time:a", "a", was=was), created("time:a", "a")
    found = undone(out, again)
    assert [(op.key, op.action) for op in found] == [
        ("time:a", Action.DELETE),
        ("time:a", Action.CREATE),
    ]
    assert found[1].after == ("time:a",)


def test_what_another_run_has_written_since_stays() -> None:
    was = link("time:a", "a")
    one, other = updated("time:a", "a", was=was), deleted("time:b", "b", was=link("time:b", "b"))
    later = [link("time:a", "a", run_id="third"), link("time:b", "b", run_id="third")]
    found = undone(one, other, links=tuple(later))
    assert reasons(found) == {"time:a": "written_since", "time:b": "written_since"}
    assert set(states(found).values()) == {ItemState.BLOCKED}


def test_what_is_gone_already_needs_nothing() -> None:
    was = link("time:a", "a")
    found = undone(updated("time:a", "a", was=was), list_record("project:p", 0), links=())
    assert reasons(found) == {"time:a": "gone_in_ledger", "project:p": "gone_in_ledger"}
    assert set(states(found).values()) == {ItemState.UNCHANGED}


def test_what_a_user_deleted_in_the_ledger_needs_nothing() -> None:
    found = undone(created("time:a", "a"), snapshots={"time:a": None})
    assert states(found) == {"time:a": ItemState.UNCHANGED}


def test_what_stays_comes_after_all_that_is_sent() -> None:
    late, sent = created("time:a", "a"), created("time:b", "b")
    found = undone(late, sent, list_record("project:p", 0), snapshots={"time:a": EDITED})
    assert [op.key for op in found] == ["time:b", "project:p", "time:a"]
    assert [op.seq for op in found] == [0, 1, 2]


@pytest.mark.parametrize("with_time", [True, False])
def test_new_list_records_go_level_by_level_after_the_time_those_below_before_their_parents(
    with_time: bool,
) -> None:
    lists = [list_record("client:c", 0), list_record("project:p", 1), list_record("project:q", 1)]
    some = [*lists, created("time:a", "a", level=2)] if with_time else lists
    found = undone(*some)
    last = [("project:p", 0), ("project:q", 0), ("client:c", 1)]
    assert [(op.key, op.level) for op in found] == ([("time:a", -1)] if with_time else []) + last
    assert {op.action for op in found} == {Action.DELETE}
    assert all(op.body is None for op in found)
    assert {op.base_fingerprint for op in found if op.key == "client:c"} == {
        fingerprint({"name": "client:c"})
    }


def test_list_records_that_were_only_changed_stay_as_they_are() -> None:
    assert not undone(list_record("project:p", 0, Action.UPDATE))


@pytest.mark.parametrize("target", ["id of project:p", NEW_PROJECT])
def test_a_list_record_of_time_that_stays_is_still_used(target: Any) -> None:
    one = created("time:a", "a", targets=("P1", target, None))
    project = list_record("project:p", 0)
    since = link("time:a", "a", run_id="third", targets=("P1", "id of project:p", None))
    found = undone(one, project, links=(since, by_second(project)))
    assert reasons(found) == {"time:a": "written_since", "project:p": "used_since"}


def test_time_that_goes_uses_no_list_record() -> None:
    one, project = created("time:a", "a", targets=(NEW_PROJECT,)), list_record("project:p", 0)
    assert set(writes(undone(one, project))) == {"time:a", "project:p"}


def test_time_that_stays_may_name_a_list_record_that_is_gone() -> None:
    one = created("time:a", "a", targets=(NEW_PROJECT,))
    since = link("time:a", "a", run_id="third")
    found = undone(one, list_record("project:p", 0), links=(since,))
    assert reasons(found) == {"time:a": "written_since", "project:p": "gone_in_ledger"}


def test_a_list_record_that_other_time_uses_stays() -> None:
    found = undone(list_record("project:p", 0), in_use={"id of project:p"})
    assert reasons(found) == {"project:p": "used_since"}


def exchanged() -> tuple[Done, Done]:
    """Two merged activities: the second took an entry over from the first."""
    had_a, had_b = link("merged:1", "a", "b"), link("merged:2", "c")
    giving = updated("merged:1", "a", was=had_a)
    taking = updated("merged:2", "b", "c", was=had_b, after=("merged:1",))
    return giving, taking


def test_an_entry_leaves_the_activity_that_took_it_over_before_it_is_back_in_its_own() -> None:
    found = undone(*exchanged())
    assert [(op.key, op.members, op.after) for op in found] == [
        ("merged:2", ("c",), ()),
        ("merged:1", ("a", "b"), ("merged:2",)),
    ]
    assert found[0].level < found[1].level


def test_an_activity_does_not_take_an_entry_back_that_the_other_keeps() -> None:
    found = undone(*exchanged(), snapshots={"merged:2": EDITED})
    assert reasons(found) == {"merged:2": "changed_in_ledger", "merged:1": "stays_in_ledger"}
    assert {op.action for op in found} == {Action.NONE}


def test_list_records_go_after_the_last_time_that_is_restored() -> None:
    found = undone(*exchanged(), list_record("project:p", 0))
    assert [op.key for op in found] == ["merged:2", "merged:1", "project:p"]
    assert [op.level for op in found] == [0, 1, 2]


def test_without_its_former_link_a_corrected_activity_keeps_its_entries() -> None:
    one = replace_was(updated("time:a", "a", was=link("time:a", "a")))
    (back,) = undone(one)
    assert (back.action, back.body, back.members, back.day) == (Action.UPDATE, WAS, ("a",), DAY)


def test_what_was_billed_since_stays() -> None:
    billed = Snapshot(
        ledger_id="7",
        version="1",
        body=NOW,
        forms=(fingerprint(NOW),),
        locked=reason("billed", detail="1042"),
    )
    found = undone(created("time:a", "a"), snapshots={"time:a": billed})
    assert reasons(found) == {"time:a": "billed"}


BEFORE: dict[str, Any] = WAS | {"item": "I1"}


def restored(
    now: dict[str, Any], sent: dict[str, Any] | None, before: dict[str, Any] | None = BEFORE
) -> Any:
    """The body that an undone correction sends, of a record that had WAS and an item."""
    was = link("time:a", "a", fingerprint=fingerprint(BEFORE))
    one = replace(updated("time:a", "a", was=was)[0], body=sent, before=before)
    left = by_second((one, updated("time:a", was=was)[1]))
    form = left.expected_fingerprint
    copy = Snapshot(ledger_id="7", version="1", body=now, forms=(form,), optional=("item",))
    outcome = Outcome(seq=0, state=ItemState.POSTED, ledger_id="id of time:a", version="1")
    (back,) = undone((one, outcome), snapshots={"time:a": copy})
    return back.body


def test_a_field_that_the_correction_emptied_is_filled_again() -> None:
    assert restored(now=NOW, sent=NOW) == BEFORE


def test_a_field_that_was_filled_in_by_others_since_is_left_to_them() -> None:
    assert restored(now=NOW | {"item": "I9"}, sent=NOW) == WAS


def test_a_field_that_the_correction_sent_gets_its_former_value() -> None:
    sent = NOW | {"item": "I2"}
    assert restored(now=sent, sent=sent) == BEFORE


def test_what_was_there_before_is_not_made_up_where_it_is_unknown() -> None:
    assert restored(now=NOW, sent=NOW, before=None) is None
    assert restored(now=NOW, sent=None) == BEFORE
