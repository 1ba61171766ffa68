"""Everything is in the ledger once, whatever it makes of a repeated control id, and nothing is
taken for gone that is there: cases quickbooks-online 3, sage-intacct 3 and 5."""

import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from ledgerlink.domain.errors import LedgerUnavailable
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.source_records import RecordKind

from tests.contract.intacct.books import Spoil
from tests.contract.intacct.papers import PAPERS, Paper, choose, papers
from tests.contract.intacct.poster import Poster, code
from tests.contract.papers import FILE, charged, gone, invoice, receipt, worked
from tests.contract.poster import Outcomes
from tests.support.ledger_memory import MEMORIES
from tests.support.sampling import sampled

EVERY = sampled("paper", papers(), one_in=3, ids=PAPERS)
FIVE = [worked(f"t{n}", notes="Work: same") for n in range(5)]
HEADER = re.compile(rb"<(DESCRIPTION|MESSAGE)>([^<]*)</")


def states(outcomes: Outcomes) -> Counter[ItemState]:
    return Counter(outcome.state for outcome in outcomes.values())


def same_entries(poster: Poster) -> int:
    return sum("Work: same" in row["NOTES"] for row in poster.books.rows("TIMESHEETENTRY"))


def on_one_line(_request: bytes, answer: bytes) -> bytes:
    """Header texts come back on one line."""
    return HEADER.sub(lambda found: found[0].replace(b"\n", b" ").replace(b"&#10;", b" "), answer)


@pytest.mark.parametrize("memory", MEMORIES)
@pytest.mark.parametrize("when", ["before", "after"])
def test_five_equal_entries_of_a_lost_request_are_five(
    poster: Poster, memory: str, when: str
) -> None:
    poster.books.admin("settings", {"uniqueid": memory})
    poster.lose(when=when)
    assert states(poster.post_through(*FIVE)) == {ItemState.POSTED: 5}
    assert same_entries(poster) == 5


@pytest.mark.parametrize("when", ["before", "after"])
@EVERY
def test_a_document_whose_answer_is_lost_is_there_once(
    repeating_poster: Poster, paper: Paper, when: str
) -> None:
    poster = choose(repeating_poster, paper)
    poster.lose(when=when, match={"function": paper.make})
    assert poster.post_through(paper.record())[paper.key].state is ItemState.POSTED
    assert len(poster.ours(paper.kind)) == 1


@EVERY
def test_a_document_of_a_worker_that_died_is_there_once(
    repeating_poster: Poster, paper: Paper
) -> None:
    poster = choose(repeating_poster, paper)
    first = poster.post(paper.record())[paper.key]
    again = poster.taken_over()[paper.key]
    assert (again.state, again.ledger_id) == (ItemState.POSTED, first.ledger_id)
    assert len(poster.ours(paper.kind)) == 1
    poster.post(paper.record("40"))
    assert poster.taken_over()[paper.key].state is ItemState.POSTED
    assert len(poster.ours(paper.kind)) == 1
    poster.post(paper.gone)
    assert poster.taken_over()[paper.key].state is ItemState.POSTED
    assert poster.ours(paper.kind) == []


def test_time_of_a_worker_that_died_is_there_once(repeating_poster: Poster) -> None:
    poster = repeating_poster
    poster.post(*FIVE)
    assert states(poster.taken_over()) == {ItemState.POSTED: 5}
    assert same_entries(poster) == 5
    poster.post(*(gone(f"t{n}", RecordKind.TIME) for n in range(5)))
    assert states(poster.taken_over()) == {ItemState.POSTED: 5}
    assert same_entries(poster) == 0


def test_a_file_of_a_worker_that_died_is_there_once(repeating_poster: Poster) -> None:
    poster = repeating_poster
    poster.upload("u1", FILE)
    poster.post(charged(receipts=(receipt(),)))
    assert set(states(poster.taken_over())) == {ItemState.POSTED}
    assert len(poster.books.rows("SUPDOCFILE")) == 1


@pytest.mark.parametrize("when", ["before", "after"])
@EVERY
def test_a_write_that_met_a_passing_error_is_looked_up_and_tried_again(
    repeating_poster: Poster, paper: Paper, when: str
) -> None:
    """As case quickbooks-online 4."""
    poster = choose(repeating_poster, paper)
    words = {"errorno": "DL02000001", "text": "There was an error processing the request."}
    poster.books.fail("function_error", when, match={"function": paper.make}, **words)
    assert poster.post_through(paper.record())[paper.key].state is ItemState.POSTED
    assert len(poster.ours(paper.kind)) == 1


# What is there is not taken for gone.

UNREADABLE = {
    "error": {"errorno": "DL02000001", "text": "There was an error processing the request."},
    "object": {"errorno": "XL03000009", "text": "Object definition SODOCUMENT not found"},
    "not-found": {"errorno": "XL03000009", "text": "The record was not found"},
}


@pytest.mark.parametrize("fault", UNREADABLE.values(), ids=UNREADABLE)
def test_an_order_invoice_that_cannot_be_read_is_not_taken_for_deleted(
    poster: Poster, fault: dict[str, str]
) -> None:
    """Case sage-intacct 3."""
    paper = PAPERS["order"]
    choose(poster, paper).post(paper.record())
    operations = poster.planned(paper.gone)
    match = {"function": "read", "object": "SODOCUMENT"}
    poster.books.fail("function_error", times=2, match=match, **fault)
    with pytest.raises(LedgerUnavailable):
        poster.send(operations)
    assert len(poster.ours(paper.kind)) == 1
    poster.well()
    assert poster.taken_over()[paper.key].state is ItemState.POSTED
    assert poster.ours(paper.kind) == []


@pytest.mark.parametrize("fault", UNREADABLE.values(), ids=UNREADABLE)
def test_an_update_of_an_order_invoice_that_cannot_be_read_is_tried_again(
    poster: Poster, fault: dict[str, str]
) -> None:
    paper = PAPERS["order"]
    choose(poster, paper).post(paper.record())
    operations = poster.planned(paper.record("40"))
    match = {"function": "read", "object": "SODOCUMENT"}
    poster.books.fail("function_error", times=2, match=match, **fault)
    with pytest.raises(LedgerUnavailable):
        poster.send(operations)
    poster.well()
    assert poster.taken_over()[paper.key].state is ItemState.POSTED
    (row,) = poster.ours(paper.kind)
    assert Decimal(row["TOTAL"]) == 40


def test_an_order_invoice_that_is_gone_is_known_to_be_deleted(poster: Poster) -> None:
    paper = PAPERS["order"]
    choose(poster, paper).post(paper.record())
    operations = poster.planned(paper.gone)
    poster.take_out(paper.key)
    assert poster.send(operations)[paper.key].state is ItemState.POSTED


@pytest.mark.parametrize("fault", UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_cannot_be_read_is_not_taken_for_deleted(
    poster: Poster, fault: dict[str, str]
) -> None:
    poster.upload("u1", FILE)
    poster.post(charged(receipts=(receipt(),)))
    operations = poster.planned(gone("x1"))
    match = {"function": "get", "object": "supdoc"}
    poster.books.fail("function_error", times=9, match=match, **fault)
    with pytest.raises(LedgerUnavailable):
        poster.send(operations)
    assert len(poster.books.rows("SUPDOCFILE")) == 1
    poster.well()
    assert set(states(poster.taken_over())) == {ItemState.POSTED}
    assert poster.books.rows("SUPDOCFILE") == []


# Header texts on one line.


@EVERY
def test_a_document_is_found_by_its_mark_on_one_line(poster: Poster, paper: Paper) -> None:
    """Case sage-intacct 5."""
    choose(poster, paper)
    poster.books = replace(poster.books, spoil=on_one_line)
    outcome = poster.post(
        paper.record(notes="Travel March")
        if paper.key != "invoice:i1"
        else paper.record(memo="Travel March")
    )[paper.key]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    again = poster.taken_over()[paper.key]
    assert (again.state, code(again)) == (ItemState.POSTED, "already_written")
    poster.lose(match={"function": paper.change})
    assert poster.post_through(paper.record("40"))[paper.key].state is ItemState.POSTED
    assert len(poster.ours(paper.kind)) == 1


def without_number(_request: bytes, answer: bytes) -> bytes:
    """The search shows a document, and not which."""
    return re.sub(rb"<RECORDNO>[^<]*</RECORDNO>", b"", answer)


def with_wrong_number(_request: bytes, answer: bytes) -> bytes:
    return re.sub(rb"<RECORDNO>[^<]*</", b"<RECORDNO>nothing</", answer)


@pytest.mark.parametrize("spoil", [without_number, with_wrong_number])
def test_a_document_that_the_search_shows_only_in_part_is_not_sent_again(
    repeating_poster: Poster, spoil: Spoil
) -> None:
    poster = repeating_poster
    whole = poster.books
    poster.lose(match={"function": "record_cctransaction"})
    assert poster.post(charged("x1")) == {}
    poster.books = replace(whole, spoil=spoil)
    with pytest.raises(LedgerUnavailable):
        poster.carried_on()
    poster.books = whole
    assert poster.carried_on()["expense:x1"].state is ItemState.POSTED
    assert len(poster.ours("CCTRANSACTION")) == 1


TURNED_AWAY = ("429", "invalid_session", "unavailable", "schema_error")
"""The last is no reason to send a request again, but to split it."""


@pytest.mark.parametrize("when", ["midway", "after"])
@pytest.mark.parametrize("action", TURNED_AWAY)
def test_a_request_that_is_turned_away_or_split_is_searched_for_first(
    repeating_poster: Poster, action: str, when: str
) -> None:
    """The gateway says that it did nothing, and has done it, or some of it."""
    poster = repeating_poster
    records = [charged(f"x{n}") for n in range(3)]
    poster.lose(action, when, match={"function": "record_cctransaction"})
    assert states(poster.post_through(*records)) == {ItemState.POSTED: 3}
    assert len(poster.ours("CCTRANSACTION")) == 3


@pytest.mark.parametrize("action", TURNED_AWAY)
@EVERY
def test_a_change_and_a_removal_that_are_turned_away_are_made_once(
    repeating_poster: Poster, paper: Paper, action: str
) -> None:
    poster = choose(repeating_poster, paper)
    poster.post(paper.record())
    poster.lose(action, match={"function": paper.change})
    assert poster.post_through(paper.record("40"))[paper.key].state is ItemState.POSTED
    assert len(poster.ours(paper.kind)) == 1
    poster.lose(action, match={"function": paper.remove})
    assert poster.post_through(paper.gone)[paper.key].state is ItemState.POSTED
    assert poster.ours(paper.kind) == []


@pytest.mark.parametrize("duplicates", ["allow", "refuse"])
@pytest.mark.parametrize("when", ["midway", "after"])
@pytest.mark.parametrize("action", TURNED_AWAY)
def test_time_that_is_turned_away_or_split_is_searched_for_first(
    repeating_poster: Poster, action: str, when: str, duplicates: str
) -> None:
    poster = repeating_poster
    poster.books.admin("settings", {"timesheet_duplicates": duplicates})
    poster.lose(action, when)
    records = [*FIVE[:2], worked("b", staff_key="bo", notes="Work: same")]
    assert states(poster.post_through(*records)) == {ItemState.POSTED: 3}
    assert same_entries(poster) == 3


def test_a_text_of_others_that_looks_like_a_mark_does_not_hide_ours(poster: Poster) -> None:
    poster.lose(match={"function": "create_sotransaction"})
    record = invoice(memo="See [ticket:12]", number="INV [a:1]")
    assert poster.post_through(record)["invoice:i1"].state is ItemState.POSTED
    assert len(poster.ours("SODOCUMENT")) == 1


def test_a_gateway_that_is_well_is_not_searched(poster: Poster) -> None:
    """Reading costs calls, so it is done only where an outcome is unknown."""
    poster.post(*(charged(f"x{n}") for n in range(3)))
    well = dict(poster.calls)
    assert (well["write"], well["read"]) == (1, 1), "the answer is compared with what was stored"
    poster.lose(match={"function": "record_cctransaction"})
    poster.post_through(*(charged(f"y{n}") for n in range(3)))
    assert poster.calls["write"] == 1
    assert poster.calls["read"] > 1
