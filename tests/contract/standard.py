"""What every ledger has to do: the tests that each connector inherits, against its own sandbox."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.plan import ItemState, Outcome
from ledgerlink.domain.model.source_records import Record, RecordKind
from ledgerlink.domain.model.time_settings import LedgerEdits, TimeSettings

from tests.contract.papers import PAPERS, charged, gone, invoice, spent, worked
from tests.contract.poster import Outcomes, Poster, code
from tests.support.sampling import sampled


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

EVERY = sampled("case", CASES.values(), one_in=3, ids=CASES)

ALL: Mapping[str, Record] = {
    "time:t1": worked(),
    "expense-report:R1": spent(),
    "expense-report:R2": spent("x2", staff_key="emily", report_key="R2"),
    "expense:x3": charged("x3"),
    "expense:x4": charged("x4", refund=True),
    "invoice:i1": invoice(),
}
"""One of each, at once."""


EDITED = {
    LedgerEdits.ASK: (ItemState.BLOCKED, "changed_in_ledger"),
    LedgerEdits.THEIRS: (ItemState.UNCHANGED, "kept_theirs"),
    LedgerEdits.OURS: (ItemState.POSTED, ""),
}
DELETED = {
    LedgerEdits.ASK: (ItemState.BLOCKED, "gone_in_ledger"),
    LedgerEdits.THEIRS: (ItemState.SKIPPED, "gone_in_ledger"),
    LedgerEdits.OURS: (ItemState.POSTED, ""),
}


def _allowed(outcome: Outcome, edits: LedgerEdits) -> bool:
    """Whether a deletion of an edited document ends as the settings say."""
    if edits is LedgerEdits.OURS:
        return outcome.state is ItemState.POSTED
    return (outcome.state, code(outcome)) == EDITED[edits]


def states(outcomes: Outcomes) -> set[ItemState]:
    return {outcome.state for outcome in outcomes.values()}


class Standard:
    """Each connector's tests are of a class below this one; `poster` is its own fixture."""

    # Lists.

    def test_a_customers_changes_are_reported_as_they_are_read(self, poster: Poster[Any]) -> None:
        books, kind = poster.books, ListType.CUSTOMER
        number = poster.customer("Amy")
        for name, active in (("Amy", True), ("Amy's Birds", True), ("Amy's Birds", False)):
            poster.change_customer(number, name, active=active)
            (told,) = (r for r in books.changes(kind)[kind].records if r.id == number)
            assert (told.name, told.active) == (name, active)
            assert books.read(kind)[number] == told
            assert books.read(kind, ids=(number,)) == {number: told}

    def test_every_list_can_be_read_and_every_record_has_a_name_and_a_type(
        self, poster: Poster[Any]
    ) -> None:
        for kind in poster.books.connector.lists:
            if kind is ListType.INVOICE or kind is ListType.TIME:
                continue
            for ledger_id, record in poster.books.read(kind).items():
                assert (record.id, record.type) == (ledger_id, kind)
                assert record.name

    # Documents.

    @EVERY
    def test_a_record_is_written_changed_and_taken_back(
        self, poster: Poster[Any], case: Case
    ) -> None:
        for record, held in ((case.first, [case.held]), (case.then, [case.held_then])):
            outcome = poster.post(record)[case.key]
            assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
            assert poster.held() == held
            assert poster.post(record)[case.key].state is ItemState.UNCHANGED
        outcome = poster.post(case.gone)[case.key]
        assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
        assert poster.held() == []

    @EVERY
    def test_the_same_request_again_has_the_same_answer(
        self, poster: Poster[Any], case: Case
    ) -> None:
        poster.recognises_repeats()
        for record, held in ((case.first, [case.held]), (case.then, [case.held_then])):
            first = poster.post(record)[case.key]
            again = poster.again()[case.key]
            assert (again.state, again.ledger_id) == (ItemState.POSTED, first.ledger_id)
            assert (again.content, again.total) == (first.content, first.total)
            assert poster.held() == held
        poster.post(case.gone)
        assert poster.again()[case.key].state is ItemState.POSTED
        assert poster.held() == []

    @EVERY
    def test_a_write_of_unknown_outcome_is_found_and_done_once(
        self, poster: Poster[Any], case: Case
    ) -> None:
        for record, held in (
            (case.first, [case.held]),
            (case.then, [case.held_then]),
            (case.gone, []),
        ):
            operations = poster.planned(record)
            poster.deaf()
            assert poster.send(operations) == {}
            poster.well()
            assert poster.found()[case.key].state is ItemState.POSTED
            assert poster.held() == held
            assert poster.carried_on()[case.key].state is ItemState.POSTED
            assert poster.held() == held

    @EVERY
    def test_an_undelivered_write_is_not_found_and_sent_again(
        self, poster: Poster[Any], case: Case
    ) -> None:
        operations = poster.planned(case.first)
        poster.deaf("before")
        assert poster.send(operations) == {}
        poster.well()
        assert poster.found() == {}
        assert poster.carried_on()[case.key].state is ItemState.POSTED
        assert poster.held() == [case.held]

    def test_a_mixed_post_of_unknown_outcome_is_found_whole(self, poster: Poster[Any]) -> None:
        operations = poster.planned(*ALL.values())
        poster.deaf()
        assert poster.send(operations) == {}
        poster.well()
        assert {key: o.state for key, o in poster.found().items()} == dict.fromkeys(
            ALL, ItemState.POSTED
        )
        assert len(poster.held()) == len(ALL)

    @EVERY
    def test_dimensions_reach_the_ledger_and_a_change_of_one_alone_is_a_change(
        self, poster: Poster[Any], case: Case
    ) -> None:
        poster.reads_all_first = True
        ids = {
            key: getattr(rule.mapping, "ledger_id", "") for (_, key), rule in poster.rules.items()
        }
        first = {name: keys[0] for name, keys in poster.dimensions.items()}
        given: Any = case.first
        assert poster.post(replace(given, **first))[case.key].reason is None
        for name, (before, after) in poster.dimensions.items():
            assert poster.said(case.key, name) == {ids[before]}
            first[name] = after
            record = replace(given, **first)
            outcome = poster.post(record)[case.key]
            assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
            assert poster.said(case.key, name) == {ids[after]}
            assert poster.post(record)[case.key].state is ItemState.UNCHANGED
        assert poster.held() == [case.held]

    # What others do.

    @EVERY
    def test_a_document_changed_by_a_user_is_not_overwritten(
        self, poster: Poster[Any], case: Case
    ) -> None:
        poster.post(case.first)
        changes = poster.planned(case.then)
        poster.tamper(case.key)
        held = poster.held()
        outcome = poster.send(changes)[case.key]
        assert (outcome.state, code(outcome)) == (ItemState.FAILED, "changed_in_ledger")
        assert poster.held() == held

    @EVERY
    def test_a_document_removed_by_a_user_is_reported_and_needs_no_delete(
        self, poster: Poster[Any], case: Case
    ) -> None:
        poster.post(case.first)
        changes, removal = poster.planned(case.then), poster.planned(case.gone)
        poster.take_out(case.key)
        outcome = poster.send(changes)[case.key]
        assert (outcome.state, code(outcome)) == (ItemState.FAILED, "gone_in_ledger")
        assert poster.send(removal)[case.key].state is ItemState.POSTED
        assert poster.held() == []

    @EVERY
    @pytest.mark.parametrize("edits", LedgerEdits)
    def test_a_user_s_edit_is_dealt_with_as_the_settings_say_however_often_it_is_posted(
        self, poster: Poster[Any], case: Case, edits: LedgerEdits
    ) -> None:
        """Case product 1."""
        poster.post(case.first)
        poster.tamper(case.key)
        held = poster.held()
        poster.posting = TimeSettings(ledger_edits=edits)
        state, reason_code = EDITED[edits]
        for record in (case.then, case.then):
            outcome = poster.post(record)[case.key]
            assert (outcome.state, code(outcome)) == (state, reason_code)
            assert poster.held() == ([case.held_then] if edits is LedgerEdits.OURS else held)
            if edits is LedgerEdits.OURS:
                state, reason_code = ItemState.UNCHANGED, ""
        assert _allowed(poster.post(case.gone)[case.key], edits)
        assert poster.held() == ([] if edits is LedgerEdits.OURS else held)

    @EVERY
    @pytest.mark.parametrize("edits", LedgerEdits)
    def test_a_user_s_deletion_is_dealt_with_as_the_settings_say_however_often_it_is_posted(
        self, poster: Poster[Any], case: Case, edits: LedgerEdits
    ) -> None:
        """Case product 1: the second post does not create it anew by itself."""
        poster.post(case.first)
        poster.take_out(case.key)
        poster.posting = TimeSettings(ledger_edits=edits)
        state, reason_code = DELETED[edits]
        for record in (case.then, case.then):
            outcome = poster.post(record)[case.key]
            assert (outcome.state, code(outcome)) == (state, reason_code)
            assert poster.held() == ([case.held_then] if edits is LedgerEdits.OURS else [])
            if edits is LedgerEdits.OURS:
                state, reason_code = ItemState.UNCHANGED, ""
        outcome = poster.post(case.gone)[case.key]
        assert outcome.state in (ItemState.POSTED, ItemState.UNCHANGED)
        assert poster.held() == []

    @EVERY
    def test_a_deletion_seen_too_late_is_not_undone_by_the_next_post(
        self, poster: Poster[Any], case: Case
    ) -> None:
        """Case product 1: the document is deleted between the plan and its turn."""
        poster.post(case.first)
        changes = poster.planned(case.then)
        poster.take_out(case.key)
        assert poster.send(changes)[case.key].state is ItemState.FAILED
        for _ in range(2):
            outcome = poster.post(case.then)[case.key]
            assert (outcome.state, code(outcome)) == (ItemState.BLOCKED, "gone_in_ledger")
        assert poster.held() == []

    @EVERY
    def test_a_preview_has_the_items_of_the_post(self, poster: Poster[Any], case: Case) -> None:
        """Case product 2."""
        poster.post(case.first)
        for edited in (False, True):
            if edited:
                poster.tamper(case.key)
            previewed = poster.previewed(case.then)
            planned = poster.planned(case.then)
            assert [(op.key, op.action, op.state, op.reason) for op in previewed] == [
                (op.key, op.action, op.state, op.reason) for op in planned
            ]
        assert planned[0].state is ItemState.BLOCKED

    @EVERY
    def test_a_preview_shows_what_the_ledger_holds_beside_what_it_gets(
        self, poster: Poster[Any], case: Case
    ) -> None:
        """Case product 3: in the fields that are sent, however the ledger calls them."""
        poster.post(case.first)
        (operation,) = poster.previewed(case.then)
        before, after = operation.before or {}, operation.body or {}
        assert before
        assert {name.upper() for name in before} & {name.upper() for name in after}
        references = poster.books.connector.references
        assert {*references(operation.kind, after)} & {*references(operation.kind, before)}
        assert json.loads(json.dumps(before)) == before

    @EVERY
    def test_a_snapshot_shows_the_ledgers_document(self, poster: Poster[Any], case: Case) -> None:
        poster.post(case.first)
        expected_fingerprint = poster.links[case.key].expected_fingerprint
        copy = poster.copy(case.key)
        assert copy is not None
        assert copy.has(expected_fingerprint)
        poster.tamper(case.key)
        copy = poster.copy(case.key)
        assert copy is not None
        assert not copy.has(expected_fingerprint)
        poster.take_out(case.key)
        assert poster.copy(case.key) is None

    @pytest.mark.parametrize(
        "record",
        [worked("bad", project_key="cars"), charged("bad", project_key="cars")],
        ids=["time", "charge"],
    )
    def test_an_inactive_reference_blocks_only_its_own_record(
        self, poster: Poster[Any], record: Record
    ) -> None:
        poster.retire("cars")
        outcomes = poster.post(record, *ALL.values())
        (bad,) = (o for o in outcomes.values() if o.state is not ItemState.POSTED)
        assert (bad.state, code(bad)) == (ItemState.FAILED, "target_missing")
        assert bad.reason is not None
        assert bad.reason.remedy
        assert len(poster.held()) == len(ALL)

    def test_connector_state_is_json(self, poster: Poster[Any]) -> None:
        operations = poster.planned(*ALL.values())
        poster.deaf()
        poster.send(operations)
        assert json.loads(json.dumps(poster.state)) == poster.state
