"""What every ledger has to do: the tests that each connector inherits, against its own sandbox."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.source_records import Record, RecordKind

from tests.contract.clerk import Clerk, Outcomes, code
from tests.contract.papers import PAPERS, charged, gone, invoice, spent, worked


@dataclass(frozen=True)
class Case:
    """One kind of record: under which key it is posted, what it says first and then, what takes it
    back, and what the ledger holds of each."""

    key: str
    first: Record
    then: Record
    gone: Record
    held: Decimal = Decimal("31.5")
    held_then: Decimal = Decimal(40)


CASES: Mapping[str, Case] = {
    "time": Case(
        "time:t1",
        worked(),
        worked(minutes=30),
        gone("t1", RecordKind.TIME),
        Decimal(2),
        Decimal("0.5"),
    ),
    **{
        name: Case(paper.key, paper.record(), paper.record("40"), paper.gone)
        for name, paper in PAPERS.items()
    },
}

EVERY = pytest.mark.parametrize("case", CASES.values(), ids=CASES)

ALL: Mapping[str, Record] = {
    "time:t1": worked(),
    "expense-report:R1": spent(),
    "expense-report:R2": spent("x2", staff_key="emily", report_key="R2"),
    "expense:x3": charged("x3"),
    "expense:x4": charged("x4", refund=True),
    "invoice:i1": invoice(),
}
"""One of each, at once."""


def states(outcomes: Outcomes) -> set[ItemState]:
    return {outcome.state for outcome in outcomes.values()}


class Standard:
    """Each connector's tests are of a class below this one; `clerk` is its own fixture."""

    # Lists.

    def test_a_customers_life_is_told_as_it_is_read(self, clerk: Clerk[Any]) -> None:
        books, kind = clerk.books, ListType.CUSTOMER
        number = clerk.customer("Amy")
        for name, active in (("Amy", True), ("Amy's Birds", True), ("Amy's Birds", False)):
            clerk.change_customer(number, name, active=active)
            (told,) = (r for r in books.changes(kind)[kind].records if r.id == number)
            assert (told.name, told.active) == (name, active)
            assert books.read(kind)[number] == told
            assert books.read(kind, ids=(number,)) == {number: told}

    def test_every_list_can_be_read_and_every_record_has_a_name_and_a_type(
        self, clerk: Clerk[Any]
    ) -> None:
        for kind in clerk.books.connector.lists:
            if kind is ListType.INVOICE or kind is ListType.TIME:
                continue
            for ledger_id, record in clerk.books.read(kind).items():
                assert (record.id, record.type) == (ledger_id, kind)
                assert record.name

    # Documents.

    @EVERY
    def test_a_record_is_written_changed_and_taken_back(
        self, clerk: Clerk[Any], case: Case
    ) -> None:
        for record, held in ((case.first, [case.held]), (case.then, [case.held_then])):
            outcome = clerk.post(record)[case.key]
            assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
            assert clerk.held() == held
            assert clerk.post(record)[case.key].state is ItemState.UNCHANGED
        outcome = clerk.post(case.gone)[case.key]
        assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
        assert clerk.held() == []

    @EVERY
    def test_the_same_request_again_has_the_same_answer(
        self, clerk: Clerk[Any], case: Case
    ) -> None:
        for record, held in ((case.first, [case.held]), (case.then, [case.held_then])):
            first = clerk.post(record)[case.key]
            again = clerk.again()[case.key]
            assert (again.state, again.ledger_id) == (ItemState.POSTED, first.ledger_id)
            assert (again.content, again.total) == (first.content, first.total)
            assert clerk.held() == held
        clerk.post(case.gone)
        assert clerk.again()[case.key].state is ItemState.POSTED
        assert clerk.held() == []

    @EVERY
    def test_a_write_of_unknown_outcome_is_found_and_done_once(
        self, clerk: Clerk[Any], case: Case
    ) -> None:
        for record, held in (
            (case.first, [case.held]),
            (case.then, [case.held_then]),
            (case.gone, []),
        ):
            operations = clerk.planned(record)
            clerk.deaf()
            assert clerk.send(operations) == {}
            clerk.well()
            assert clerk.found()[case.key].state is ItemState.POSTED
            assert clerk.held() == held
            assert clerk.again()[case.key].state is ItemState.POSTED
            assert clerk.held() == held

    @EVERY
    def test_what_never_came_through_is_not_found_and_comes_through_again(
        self, clerk: Clerk[Any], case: Case
    ) -> None:
        operations = clerk.planned(case.first)
        clerk.deaf("before")
        assert clerk.send(operations) == {}
        clerk.well()
        assert clerk.found() == {}
        assert clerk.again()[case.key].state is ItemState.POSTED
        assert clerk.held() == [case.held]

    def test_a_mixed_post_of_unknown_outcome_is_found_whole(self, clerk: Clerk[Any]) -> None:
        operations = clerk.planned(*ALL.values())
        clerk.deaf()
        assert clerk.send(operations) == {}
        clerk.well()
        assert {key: o.state for key, o in clerk.found().items()} == dict.fromkeys(
            ALL, ItemState.POSTED
        )
        assert len(clerk.held()) == len(ALL)

    @EVERY
    def test_dimensions_reach_the_ledger_and_a_change_of_one_alone_is_a_change(
        self, clerk: Clerk[Any], case: Case
    ) -> None:
        clerk.looked_at = tuple(RecordKind)
        ids = {
            key: getattr(rule.mapping, "ledger_id", "") for (_, key), rule in clerk.rules.items()
        }
        first = {name: keys[0] for name, keys in clerk.dimensions.items()}
        given: Any = case.first
        assert clerk.post(replace(given, **first))[case.key].reason is None
        for name, (before, after) in clerk.dimensions.items():
            assert clerk.said(case.key, name) == {ids[before]}
            first[name] = after
            record = replace(given, **first)
            outcome = clerk.post(record)[case.key]
            assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
            assert clerk.said(case.key, name) == {ids[after]}
            assert clerk.post(record)[case.key].state is ItemState.UNCHANGED
        assert clerk.held() == [case.held]

    # What others do.

    @EVERY
    def test_what_somebody_changed_is_not_written_over(self, clerk: Clerk[Any], case: Case) -> None:
        clerk.post(case.first)
        changes = clerk.planned(case.then)
        clerk.tamper(case.key)
        held = clerk.held()
        outcome = clerk.send(changes)[case.key]
        assert (outcome.state, code(outcome)) == (ItemState.FAILED, "changed_in_ledger")
        assert clerk.held() == held

    @EVERY
    def test_what_somebody_took_out_is_told_and_needs_no_removal(
        self, clerk: Clerk[Any], case: Case
    ) -> None:
        clerk.post(case.first)
        changes, removal = clerk.planned(case.then), clerk.planned(case.gone)
        clerk.take_out(case.key)
        outcome = clerk.send(changes)[case.key]
        assert (outcome.state, code(outcome)) == (ItemState.FAILED, "gone_in_ledger")
        assert clerk.send(removal)[case.key].state is ItemState.POSTED
        assert clerk.held() == []

    @EVERY
    def test_a_copy_shows_what_is_there(self, clerk: Clerk[Any], case: Case) -> None:
        clerk.post(case.first)
        expected_fingerprint = clerk.links[case.key].expected_fingerprint
        copy = clerk.copy(case.key)
        assert copy is not None
        assert expected_fingerprint in copy.forms
        clerk.tamper(case.key)
        copy = clerk.copy(case.key)
        assert copy is not None
        assert expected_fingerprint not in copy.forms
        clerk.take_out(case.key)
        assert clerk.copy(case.key) is None

    @pytest.mark.parametrize(
        "record",
        [worked("bad", project_key="cars"), charged("bad", project_key="cars")],
        ids=["time", "charge"],
    )
    def test_what_points_at_something_inactive_stops_itself_alone(
        self, clerk: Clerk[Any], record: Record
    ) -> None:
        clerk.retire("cars")
        outcomes = clerk.post(record, *ALL.values())
        (bad,) = (o for o in outcomes.values() if o.state is not ItemState.POSTED)
        assert (bad.state, code(bad)) == (ItemState.FAILED, "target_missing")
        assert bad.reason is not None
        assert bad.reason.remedy
        assert len(clerk.held()) == len(ALL)

    def test_what_is_remembered_between_workers_is_json(self, clerk: Clerk[Any]) -> None:
        operations = clerk.planned(*ALL.values())
        clerk.deaf()
        clerk.send(operations)
        assert json.loads(json.dumps(clerk.state)) == clerk.state
