"""Whether an operation may still be sent, by what was stored since its plan was made."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.document_facts import EntryAttributes
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Action, ItemState, Operation, Outcome
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.services.applying.preconditions import Preconditions

from tests.fakes.clock import START
from tests.fakes.rows import FakeLinks
from tests.unit.domain.simulated_ledger import DAY

CONNECTION = ConnectionKey("acme", "c1")
RUN = Run(
    firm="acme",
    connection_id="c1",
    id="r5",
    kind="post",
    state=RunState.APPLYING,
    created_by="ada",
    created_at=START,
)
SOURCE = EntryAttributes(staff_key="ada", work_date=DAY)
BODY = {"minutes": 60}


def link(key: str, *members: str, **given: Any) -> Link:
    plain = Link(
        key=key,
        kind="Time",
        ledger_id="7",
        version="1",
        fingerprint=fingerprint({"minutes": 5}),
        run_id="r1",
        rank="r1",
        written_at=START,
        members=members,
        source=SOURCE,
    )
    return replace(plain, **given)


def operation(key: str, *members: str, action: Action = Action.UPDATE, **given: Any) -> Operation:
    """An update of what `link` describes, unless something else is given."""
    plain: dict[str, Any] = {"body": BODY, "source": SOURCE, "ledger_id": "7", "base_version": "1"}
    return Operation(
        seq=3, action=action, key=key, kind="Time", level=0, members=members, **plain | given
    )


def outcome(one: Operation, *links: Link, run: Run = RUN) -> Outcome | None:
    """The outcome where these links are stored."""
    stored = FakeLinks()
    stored.put(CONNECTION, links)
    return Preconditions.load(stored, run, [one]).outcome(one)


def why(one: Operation, *links: Link) -> tuple[str, Mapping[str, Any]] | None:
    """Why it is not sent: the reason's code and parameters."""
    decided = outcome(one, *links)
    return (decided.reason.code, decided.reason.parameters) if decided and decided.reason else None


def found(one: Operation, *links: Link, run: Run = RUN) -> tuple[ItemState, str] | None:
    decided = outcome(one, *links, run=run)
    if decided is None:
        return None
    assert decided.seq == 3
    return decided.state, decided.reason.code if decided.reason else ""


OVERTAKEN = (ItemState.BLOCKED, "overtaken")
SUPERSEDED = (ItemState.UNCHANGED, "superseded")


def test_what_nobody_else_has_written_is_sent() -> None:
    assert found(operation("time:a", "a"), link("time:a", "a")) is None
    create = operation("time:b", "b", action=Action.CREATE, ledger_id=None, base_version=None)
    assert found(create) is None


def test_what_refers_to_a_record_that_is_not_there_names_the_first_such() -> None:
    body = {"customer": {"$pending": "project:p"}, "item": {"$pending": "labor_code:l"}}
    create = operation("time:a", "a", body=body)
    made = link("project:p", source=None)
    expected = ("dependency_failed", {"key": "labor_code:l"})
    assert why(create, made, link("time:a", "a")) == expected
    assert found(create, made, link("labor_code:l", source=None), link("time:a", "a")) is None


def test_what_this_run_has_written_already_is_done() -> None:
    mine = link("time:a", "a", run_id="r5", ledger_id="9", version="4")
    decided = outcome(operation("time:a", "a"), mine)
    assert decided is not None
    assert (decided.state, decided.ledger_id, decided.version) == (ItemState.POSTED, "9", "4")


@pytest.mark.parametrize(("ledger_id", "version"), [("8", "1"), ("7", "2")])
@pytest.mark.parametrize(("rank", "expected"), [("r4", OVERTAKEN), ("r6", SUPERSEDED)])
def test_of_two_runs_the_one_that_was_started_later_wins(
    ledger_id: str, version: str, rank: str, expected: tuple[ItemState, str]
) -> None:
    other = link("time:a", "a", ledger_id=ledger_id, version=version, rank=rank)
    decided = outcome(operation("time:a", "a"), other)
    assert decided is not None
    assert found(operation("time:a", "a"), other) == expected
    assert (decided.ledger_id, decided.version) == (ledger_id, version)


@pytest.mark.parametrize(("own", "expected"), [("r7", OVERTAKEN), ("r6", OVERTAKEN)])
def test_the_rank_of_a_run_counts_before_its_id(own: str, expected: tuple[ItemState, str]) -> None:
    other = link("time:a", "a", version="2", rank="r6")
    assert found(operation("time:a", "a"), other, run=replace(RUN, rank=own)) == expected


def test_another_run_that_wrote_the_same_is_no_conflict() -> None:
    same = link("time:a", "a", version="2", fingerprint=fingerprint(BODY))
    assert found(operation("time:a", "a"), same) == SUPERSEDED


def test_a_delete_of_what_another_run_has_corrected_since_is_blocked() -> None:
    delete = operation("time:a", "a", action=Action.DELETE, body=None)
    assert found(delete, link("time:a", "a", version="2")) == OVERTAKEN
    empty = link("time:a", "a", version="2", fingerprint=fingerprint({}))
    assert found(delete, empty) == SUPERSEDED


def test_a_created_document_of_another_run_is_not_created_again() -> None:
    create = operation("time:a", "a", action=Action.CREATE, ledger_id=None, base_version=None)
    assert found(create, link("time:a", "a")) == OVERTAKEN


def test_what_was_gone_is_created_again_over_the_link_that_the_plan_saw() -> None:
    was = link("time:a", "a", ledger_id="7")
    create = operation("time:a", "a", action=Action.CREATE, ledger_id=None, was=was)
    assert found(create, was) is None
    assert found(create, replace(was, ledger_id="8")) == OVERTAKEN


def test_a_document_that_should_have_released_an_entry_and_has_not_is_named() -> None:
    taker = operation("time:a", "a", "b", after=("time:gone", "merged:other", "merged:1"))
    other, holder = link("merged:other", "x"), link("merged:1", "b", "c")
    expected = ("stays_in_ledger", {"key": "merged:1"})
    assert why(taker, link("time:a", "a"), other, holder) == expected
    released = replace(holder, members=("c",))
    assert found(taker, link("time:a", "a"), other, released) is None


@pytest.mark.parametrize(
    ("record", "source"), [(RecordKind.TIME, SOURCE), (RecordKind.EXPENSE, None)]
)
@pytest.mark.parametrize("alone", [True, False])
def test_a_record_that_another_run_put_into_a_document_is_not_posted_a_second_time(
    record: RecordKind, source: EntryAttributes | None, alone: bool
) -> None:
    key, members = (f"{record}:a", ("a",)) if alone else ("group:1", ("a", "b"))
    holder = link(key, *members, record=record, source=source, listed=False)
    facts: dict[str, Any] = {"record": record, "source": source}
    wanted = operation("group:2", "z", "a", action=Action.CREATE, ledger_id=None, **facts)
    assert found(wanted, holder) == OVERTAKEN
    own = replace(wanted, key=key, ledger_id="7")
    assert found(own, holder) is None
    delete = operation("group:2", "a", action=Action.DELETE, body=None, **facts)
    assert found(delete, link("group:2", "a", **facts), holder) is None


@pytest.mark.parametrize("record", [RecordKind.TIME, RecordKind.PROJECT])
def test_a_list_record_is_not_taken_for_time_with_the_same_key(record: RecordKind) -> None:
    project = operation("project:a", "a", action=Action.CREATE, source=None, record=record)
    time, stored = operation("time:a", "a"), FakeLinks()
    stored.put(CONNECTION, [link("merged:1", "a", "b")])
    loaded = Preconditions.load(stored, RUN, [project, time])
    assert loaded.outcome(project) is None
    assert loaded.outcome(time) is not None


class Asked(FakeLinks):
    """Notes whose documents were looked for."""

    def owner_documents(
        self,
        connection_key: ConnectionKey,
        members: Iterable[str],
        record: RecordKind = RecordKind.TIME,
    ) -> Mapping[str, Link]:
        self.members = {**vars(self).get("members", {}), record: sorted(members)}
        return {}


def test_the_owners_of_time_and_expenses_are_read_and_of_nothing_else() -> None:
    """Each is a read of the store."""
    time, project = operation("time:a", "a"), operation("project:p", "p", source=None)
    expense = operation("expense:e", "e", source=None, record=RecordKind.EXPENSE)
    Preconditions.load(asked := Asked(), RUN, [time, project, expense, email(())])
    assert asked.members == {RecordKind.TIME: ["a"], RecordKind.EXPENSE: ["e"]}


@pytest.mark.parametrize("record", [RecordKind.TIME, RecordKind.EXPENSE])
def test_records_of_different_kinds_may_have_the_same_key(record: RecordKind) -> None:
    other = RecordKind.EXPENSE if record is RecordKind.TIME else RecordKind.TIME
    facts: dict[RecordKind, Any] = {RecordKind.TIME: SOURCE, RecordKind.EXPENSE: None}
    wanted = operation(f"{record}:a", "a", record=record, source=facts[record])
    held = link(f"{other}:a", "a", record=other, source=facts[other])
    grouped = link("group:1", "a", "b", record=other, source=facts[other])
    assert found(wanted, held, grouped) is None


def email(after: tuple[str, ...], record: RecordKind = RecordKind.EMAIL) -> Operation:
    facts: dict[str, Any] = {"record": record, "source": None}
    return operation("email:i", "i", action=Action.CREATE, after=after, **facts)


@pytest.mark.parametrize("run_id", ["r1", None])
def test_an_invoice_is_mailed_only_as_this_run_has_written_it(run_id: str | None) -> None:
    """Else the customer gets other values than the product shows."""
    written = link("invoice:j", run_id="r5", source=None)
    old = [link("invoice:i", run_id=run_id, source=None)] if run_id else []
    expected = ("dependency_failed", {"key": "invoice:i"})
    assert why(email(("invoice:j", "invoice:i")), written, *old) == expected
    assert found(email(("invoice:j",)), written) is None
    assert found(email(("invoice:i",), RecordKind.RECEIPT), *old) is None
