"""Everything is in the ledger once, whatever it makes of a repeated request id: cases
quickbooks-online 2 to 5."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import CreateLaborCode, CreateProject, CreateUser, RuleKind
from ledgerlink.domain.model.source_records import Record, RecordKind

from tests.contract.papers import PAPERS, Paper, charged, gone, invoice, papers, sold, spent, worked
from tests.contract.qbo.books import Make
from tests.contract.qbo.poster import Outcomes, Poster, code
from tests.support.ledger_memory import MEMORIES
from tests.support.sampling import sampled

EVERY = sampled("paper", papers(), one_in=3, ids=PAPERS)
FIVE = [worked(f"t{n}", notes="Same") for n in range(5)]
KINDS = ("TimeActivity", "Bill", "Purchase", "Invoice")


def lose(poster: Poster, kind: str, action: str = "cut", when: str = "after", **more: Any) -> None:
    fault = {"action": action, "when": when, "match": {"kind": kind}, **more}
    poster.books.admin("faults", fault)


def internal_error(
    poster: Poster, entity: str, when: str = "before", times: int = 1, kind: str = "single"
) -> None:
    """QuickBooks fails inside when it writes: "Unexpected Internal Error. (-30000)"."""
    match = {"entity": entity, "kind": kind}
    fault = {"action": "item_fault", "when": when, "times": times, "match": match}
    poster.books.admin("faults", fault)


def states(outcomes: Outcomes) -> Counter[ItemState]:
    return Counter(outcome.state for outcome in outcomes.values())


def writes(poster: Poster) -> int:
    calls = poster.calls
    return sum(calls.get(kind, 0) for kind in ("single", "batch", "upload"))


def activities(poster: Poster) -> list[dict[str, Any]]:
    return [row for row in poster.books.rows("TimeActivity") if "Same" in str(row)]


@pytest.mark.parametrize("memory", MEMORIES)
@pytest.mark.parametrize("when", ["before", "after"])
def test_five_equal_entries_of_a_lost_batch_are_five_activities(
    poster: Poster, memory: str, when: str
) -> None:
    """Cases quickbooks-online 2 and 3: nothing is repeated before the ledger was searched."""
    poster.books.admin("settings", {"requestid": memory})
    lose(poster, "batch", when=when)
    outcomes = poster.post_through(*FIVE)
    assert states(outcomes) == {ItemState.POSTED: 5}
    assert len({outcome.ledger_id for outcome in outcomes.values()}) == 5
    assert len(activities(poster)) == 5
    assert states(poster.post(*FIVE)) == {ItemState.UNCHANGED: 5}


@pytest.mark.parametrize("memory", MEMORIES)
def test_time_with_the_ids_of_new_list_records_is_found_again(company: Make, memory: str) -> None:
    """The ids of QuickBooks are unique within a kind only: what an item of the same post has as its
    id may be that of an entry, too."""
    poster = Poster(company("empty"))
    accounts = poster.books.rows("Account")
    income = next(row["Id"] for row in accounts if row["AccountType"] == "Income")
    poster.rule(RuleKind.USERS, "new", CreateUser(name="Ada Lovelace"))
    poster.rule(RuleKind.PROJECTS, "new", CreateProject(name="Engine"))
    poster.rule(RuleKind.LABOR_CODES, "new", CreateLaborCode(name="Dev", income_account_id=income))
    ours = {"staff_key": "new", "project_key": "new", "labor_code_key": "new", "notes": "Same"}
    poster.post(worked("first", **ours))
    poster.books.admin("settings", {"requestid": memory})
    lose(poster, "batch")
    more = [worked(f"t{n}", **ours) for n in range(8)]
    assert states(poster.post_through(*more)) == {ItemState.POSTED: 8}
    ids = {row["Id"] for row in activities(poster)}
    others = {
        row["Id"] for kind in ("Customer", "Employee", "Item") for row in poster.books.rows(kind)
    }
    assert ids & others
    assert len(ids) == 9


@EVERY
def test_a_document_of_a_worker_that_died_is_there_once(
    repeating_poster: Poster, paper: Paper
) -> None:
    poster = repeating_poster
    first = poster.post(paper.record())[paper.key]
    again = poster.taken_over()[paper.key]
    assert (again.state, code(again)) == (ItemState.POSTED, "already_written")
    assert (again.ledger_id, again.content) == (first.ledger_id, first.content)
    assert len(poster.ours(paper.kind)) == 1
    assert writes(poster) == 0


@EVERY
def test_a_change_and_a_removal_of_a_worker_that_died_are_done_once(
    repeating_poster: Poster, paper: Paper
) -> None:
    poster = repeating_poster
    poster.post(paper.record())
    assert poster.post(paper.record("40"))[paper.key].version == "1"
    again = poster.taken_over()[paper.key]
    assert (again.state, again.version) == (ItemState.POSTED, "1")
    poster.post(paper.gone)
    assert poster.taken_over()[paper.key].state is ItemState.POSTED
    assert poster.ours(paper.kind) == []


def test_time_of_a_worker_that_died_is_there_once(repeating_poster: Poster) -> None:
    poster = repeating_poster
    first = poster.post(*FIVE)
    again = poster.taken_over()
    ids = {outcome.ledger_id for outcome in first.values()}
    assert {outcome.ledger_id for outcome in again.values()} == ids
    assert len(activities(poster)) == 5
    poster.post(*(gone(f"t{n}", RecordKind.TIME) for n in range(5)))
    assert states(poster.taken_over()) == {ItemState.POSTED: 5}
    assert activities(poster) == []


def test_a_ledger_that_is_well_is_not_searched(poster: Poster) -> None:
    """Reading costs calls, so it is done only where an outcome is unknown."""
    poster.post(*FIVE, charged(), invoice())
    assert poster.calls.keys() <= {"single", "batch"}


def test_a_lost_answer_costs_one_search_and_no_second_write(poster: Poster) -> None:
    lose(poster, "single")
    poster.post_through(charged())
    assert (writes(poster), poster.calls["query"]) == (1, 1)


# QuickBooks fails inside.


@pytest.mark.parametrize("when", ["before", "after"])
@EVERY
def test_a_document_that_met_an_internal_error_is_looked_up_and_tried_again(
    repeating_poster: Poster, paper: Paper, when: str
) -> None:
    """Case quickbooks-online 4."""
    poster = repeating_poster
    internal_error(poster, paper.kind, when)
    assert poster.post(paper.record()) == {}, "its outcome is unknown meanwhile"
    assert poster.taken_over()[paper.key].state is ItemState.POSTED
    assert len(poster.ours(paper.kind)) == 1


def test_a_read_that_met_an_internal_error_is_sent_again(poster: Poster) -> None:
    poster.post(charged())
    fault = {"action": "item_fault", "times": 2, "match": {"entity": "Purchase", "kind": "query"}}
    poster.books.admin("faults", fault)
    assert states(poster.post(charged(amount="40"))) == {ItemState.POSTED: 1}


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_item_of_a_batch_that_met_an_internal_error_is_tried_again(
    repeating_poster: Poster, when: str
) -> None:
    poster = repeating_poster
    internal_error(poster, "TimeActivity", when, times=2, kind="batch")
    outcomes = poster.post_through(*FIVE)
    assert states(outcomes) == {ItemState.POSTED: 5}
    assert len(activities(poster)) == 5


def test_an_unexpected_error_in_words_is_looked_up_too(poster: Poster) -> None:
    words = "An unexpected error occurred while saving. Please wait a few minutes and try again."
    fault = {"action": "item_fault", "message": words, "detail": words, "when": "after"}
    poster.books.admin("faults", {**fault, "match": {"entity": "Purchase"}})
    assert states(poster.post_through(charged())) == {ItemState.POSTED: 1}
    assert len(poster.ours("Purchase")) == 1


def test_an_internal_error_that_stays_ends_after_some_tries(poster: Poster) -> None:
    internal_error(poster, "Purchase", times=99)
    outcome = poster.post_through(charged())["expense:x1"]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "ledger_failed")
    assert writes(poster) == 4


def test_another_business_rule_is_a_refusal_at_once(poster: Poster) -> None:
    detail = "Business Validation Error: You must set a transaction amount."
    fault = {"action": "item_fault", "detail": detail, "times": 9}
    poster.books.admin("faults", {**fault, "match": {"entity": "Purchase"}})
    outcome = poster.post(charged())["expense:x1"]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "amount_refused")
    assert writes(poster) == 1


# An invoice that bills time keeps its links.

BILL: Sequence[Record] = (invoice(sold(time_keys=("t1",))),)


def billed(poster: Poster) -> str:
    return str(poster.row("time:t1")["BillableStatus"])


@pytest.mark.parametrize(
    "fault",
    [{}, {"detail": "Business Validation Error: Please try again."}],
    ids=["internal", "any-rule"],
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_invoice_keeps_its_time_links_when_a_fault_comes_once(
    repeating_poster: Poster, fault: dict[str, str], when: str
) -> None:
    """Case quickbooks-online 5."""
    poster = repeating_poster
    poster.post(worked("t1"))
    arm = {"action": "item_fault", "when": when, "match": {"entity": "Invoice"}, **fault}
    poster.books.admin("faults", arm)
    outcome = poster.post_through(*BILL)["invoice:i1"]
    assert outcome.state is ItemState.POSTED
    assert code(outcome) in ("", "already_written")
    assert billed(poster) == "HasBeenBilled"
    assert len(poster.ours("Invoice")) == 1


def test_links_are_given_up_when_the_fault_comes_twice(poster: Poster) -> None:
    poster.post(worked("t1"))
    internal_error(poster, "Invoice", times=3)
    outcome = poster.post_through(*BILL)["invoice:i1"]
    assert (outcome.state, code(outcome)) == (ItemState.POSTED, "link_refused")
    assert billed(poster) == "Billable"
    assert len(poster.ours("Invoice")) == 1


def test_links_are_given_up_at_once_when_the_fault_names_them(poster: Poster) -> None:
    poster.books.admin("settings", {"time_links": "refuse"})
    poster.post(worked("t1"))
    outcome = poster.post(*BILL)["invoice:i1"]
    assert (outcome.state, code(outcome)) == (ItemState.POSTED, "link_refused")
    assert writes(poster) == 3


def test_a_report_is_one_bill(repeating_poster: Poster) -> None:
    poster = repeating_poster
    for kind in ("single", "batch"):
        lose(poster, kind, "status500")
    poster.post_through(spent("x1"), spent("x2"))
    assert [len(poster.ours(kind)) for kind in KINDS[1:]] == [1, 0, 0]
