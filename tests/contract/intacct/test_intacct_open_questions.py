"""Questions about the gateway that nobody has settled, each with both answers: in either case what
is posted is in the ledger once, and what is not is told."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.connectors.intacct.reads.map_lists import PROJECT
from ledgerlink.domain.errors import LedgerStopped
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import LinkTo, RuleKind

from tests.contract.intacct.books import Books
from tests.contract.intacct.poster import Poster, code, words
from tests.contract.intacct.time_entries import hours, states, theirs
from tests.contract.papers import charged, spent, worked

POSTED = ItemState.POSTED


# How many requests at once, and what those hear that are too many.


def crowd(books: Books, answer: str) -> None:
    """Others use the company up for the next minute."""
    no_room = {"concurrent_requests": 0, "queue_seconds": 0.02, "busy_answer": answer}
    books.admin("settings", no_room)
    books.time.after(60, lambda: books.admin("settings", {"concurrent_requests": 2}))


@pytest.mark.parametrize("answer", ["429", "operation"])
def test_a_company_that_others_use_up_is_waited_for(poster: Poster, answer: str) -> None:
    operations = poster.planned(worked("a"), charged("x2"))
    crowd(poster.books, answer)
    outcomes = poster.send(operations)
    assert states(outcomes) == {"time:a": POSTED, "expense:x2": POSTED}
    assert hours(poster) == {"time:a": Decimal(2)}
    assert len(poster.ours("CCTRANSACTION")) == 1


@pytest.mark.parametrize("answer", ["429", "operation"])
def test_a_list_is_waited_for_too(books: Books, answer: str) -> None:
    whole = books.read(ListType.CUSTOMER)
    crowd(books, answer)
    assert books.read(ListType.CUSTOMER) == whole


# Which fields there are, and which can be asked for.


@pytest.mark.parametrize("number", ["XL03000006", "XL03000009", "XL03000010"])
def test_a_list_comes_without_the_fields_that_cannot_be_asked_for(
    books: Books, number: str
) -> None:
    names = ["CUSTOMER.TERMNAME", "CUSTOMER.CURRENCY"]
    books.admin("settings", {"bad_select_errorno": number, "not_queryable": names})
    assert len(books.read(ListType.CUSTOMER)) == 4


@pytest.mark.parametrize("absent", ["PROJECT.SONUMBER", "PROJECT.PONUMBER"])
def test_a_list_comes_without_the_fields_that_a_company_lacks(books: Books, absent: str) -> None:
    whole = books.read(PROJECT)
    books.about("", {"absent": [absent]})
    assert books.read(PROJECT).keys() == whole.keys()


@pytest.mark.parametrize("shown", [True, False], ids=["with entries", "without"])
def test_a_sheet_is_known_with_its_entries_or_asked_for_them(poster: Poster, shown: bool) -> None:
    poster.books.admin("settings", {"timesheet_reads_show_entries": shown})
    theirs(poster)
    assert states(poster.post(worked("a"), worked("b"))) == {"time:a": POSTED, "time:b": POSTED}
    assert poster.post(worked("a", minutes=30))["time:a"].state is POSTED
    assert hours(poster) == {"time:a": Decimal("0.5"), "time:b": Decimal(2)}
    assert "By hand" in [row["NOTES"] for row in poster.books.rows("TIMESHEETENTRY")]


def test_entries_that_cannot_be_asked_for_by_their_sheet_stop_the_lane(poster: Poster) -> None:
    poster.books.admin("settings", {"timesheet_reads_show_entries": False})
    poster.books.about("", {"absent": ["TIMESHEETENTRY.TIMESHEETKEY"]})
    theirs(poster)
    with pytest.raises(LedgerStopped):
        poster.post(worked("a"))
    assert [row["NOTES"] for row in poster.books.rows("TIMESHEETENTRY")].count("By hand") == 1


def test_a_sheet_of_which_entries_are_hidden_is_not_written_over(group: Books) -> None:
    group.admin(
        "settings", {"timesheet_reads_show_entries": False, "legacy_reads_show_private": False}
    )
    poster = Poster(group)
    line = {"ENTRYDATE": "03/03/2026", "QTY": "1.5", "NOTES": "By hand", "LOCATIONID": "US"}
    head = {"EMPLOYEEID": "E1", "BEGINDATE": "03/02/2026"}
    group.about("/edit", {"object": "TIMESHEET", "create": head, "lines": [line], "entity": "US"})
    outcome = poster.post(worked("a", location_key="us"))["time:a"]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "refused")
    assert "not allowed to see" in words(outcome)
    assert [row["NOTES"] for row in group.rows("TIMESHEETENTRY")].count("By hand") == 1


@pytest.mark.parametrize("ends", [True, False], ids=["with its session", "later"])
def test_pages_go_on_though_the_session_is_renewed_in_between(poster: Poster, ends: bool) -> None:
    settings = {"timesheet_reads_show_entries": False, "results_end_with_session": ends}
    poster.books.admin("settings", settings)
    lines = [
        {"ENTRYDATE": "03/03/2026", "QTY": "0.01", "NOTES": f"By hand {n}"} for n in range(1100)
    ]
    poster.books.create("TIMESHEET", lines, EMPLOYEEID="E1", BEGINDATE="03/02/2026")
    poster.books.fail("invalid_session", match={"function": "readMore"})
    assert poster.post(worked("a"))["time:a"].state is POSTED
    by_hand = [r for r in poster.books.rows("TIMESHEETENTRY") if r["NOTES"].startswith("By hand")]
    assert len(by_hand) == 1100


# How long texts may be.


@pytest.mark.parametrize("overlong", ["refuse", "truncate"])
@pytest.mark.parametrize("lengths", ["reference", "dtd"])
def test_a_long_text_is_posted_or_cut_or_refused_and_its_neighbour_is_posted(
    poster: Poster, overlong: str, lengths: str
) -> None:
    poster.books.admin("settings", {"overlong": overlong, "lengths": lengths})
    poster.lose()
    poster.post(worked("a", notes="Long words " * 20), worked("b"))
    found = {**poster.found(), **poster.carried_on()}
    assert found["time:b"].state is POSTED
    if (overlong, lengths) == ("refuse", "dtd"):
        assert (found["time:a"].state, code(found["time:a"])) == (
            ItemState.FAILED,
            "value_too_long",
        )
        assert "NOTES" in words(found["time:a"])
    else:
        assert found["time:a"].state is POSTED
    held = [str(row) for row in poster.books.rows("TIMESHEETENTRY")]
    for key, outcome in found.items():
        assert sum(f"[{key}]" in row for row in held) == (outcome.state is POSTED)


# How many functions a request has at most, and how large it is.

BOUNDS: list[dict[str, Any]] = [
    {"functions_limit": 2},
    {"functions_limit": 1},
    {"request_bytes": 2500},
    {"request_bytes": 2500, "oversize_answer": "413"},
]


@pytest.mark.parametrize("bound", BOUNDS, ids=str)
def test_oversized_requests_are_split(poster: Poster, bound: dict[str, Any]) -> None:
    for n in (1, 2, 3):
        poster.rule(RuleKind.USERS, f"p{n}", LinkTo(ledger_id=f"employee/E{n}"))
    operations = poster.planned(
        *(worked(f"{n}", staff_key=f"p{n}") for n in (1, 2, 3)),
        *(charged(f"x{n}") for n in (1, 2, 3)),
        *(spent(f"y{n}", report_key=f"R{n}") for n in (1, 2, 3)),
    )
    poster.books.admin("settings", bound)
    outcomes = poster.send(operations)
    assert set(states(outcomes).values()) == {POSTED}
    assert len(outcomes) == 9
    assert len(hours(poster)) == 3
    assert [len(poster.ours(kind)) for kind in ("CCTRANSACTION", "APBILL")] == [3, 3]


@pytest.mark.parametrize("bound", BOUNDS, ids=str)
def test_changes_of_lists_come_by_as_many_requests_as_it_takes(
    books: Books, bound: dict[str, Any]
) -> None:
    kinds = (ListType.CUSTOMER, ListType.EMPLOYEE, ListType.VENDOR, ListType.ACCOUNT)
    whole = books.changes(*kinds)
    books.admin("settings", bound)
    some = books.changes(*kinds)
    assert {k: len(v.records) for k, v in some.items()} == {
        k: len(v.records) for k, v in whole.items()
    }


def test_a_single_function_that_is_too_large_is_reported(poster: Poster) -> None:
    operations = poster.planned(worked("a"))
    poster.books.admin("settings", {"request_bytes": 900, "oversize_answer": "413"})
    with pytest.raises(LedgerStopped, match="too large"):
        poster.send(operations)
    assert hours(poster) == {}


# What the time limit does to what it cuts off.


@pytest.mark.parametrize("survives", [True, False])
def test_writes_cut_off_by_the_time_limit_exist_once_in_the_end(
    poster: Poster, survives: bool
) -> None:
    operations = poster.planned(worked("a"), *(charged(f"x{n}") for n in range(40)))
    poster.books.admin("settings", {"function_ms": 30_000.0, "work_survives_limit": survives})
    outcomes = poster.send(operations)
    assert states(outcomes) == {"time:a": POSTED}
    poster.books.admin("settings", {"function_ms": 0.0})
    assert len(poster.found()) == (41 if survives else 1)
    assert set(states(poster.carried_on()).values()) == {POSTED}
    assert hours(poster) == {"time:a": Decimal(2)}
    assert len(poster.ours("CCTRANSACTION")) == 40


# The zone of stamps.


@pytest.mark.parametrize("zone", ["utc", "pacific"])
def test_a_change_is_reported_in_any_time_zone_of_timestamps(books: Books, zone: str) -> None:
    books.admin("settings", {"times_zone": zone})
    before = datetime.now(UTC)
    for entity in ("CUSTOMER", "CONTACT"):
        books.age(entity, 3)
    books.change("CUSTOMER", books.number("CUSTOMER", "C1"), NAME="Acme again")
    books.delete("CUSTOMER", books.plant("CUSTOMER", {"CUSTOMERID": "C50", "NAME": "N"}, "N"))
    told = books.changes(ListType.CUSTOMER, since=before)[ListType.CUSTOMER]
    assert [record.name for record in told.records] == ["Acme again"]
    assert [gone.id for gone in told.gone] == ["customer/C50"]


# A repeat of what was done.


@pytest.mark.parametrize("number", ["XL03000008", "BL01001973", "XL03000009", "XYZ"])
@pytest.mark.parametrize("text", ["", "Something is wrong", "Currently, we can't create it"])
def test_a_repeat_that_is_refused_in_any_words_is_known_to_be_done(
    poster: Poster, number: str, text: str
) -> None:
    poster.recognises_repeats()
    poster.books.admin("settings", {"duplicate_errorno": number, "duplicate_text": text})
    first = poster.post(charged("x1"), charged("x2"))
    again = poster.again()
    assert {k: o.ledger_id for k, o in again.items()} == {k: o.ledger_id for k, o in first.items()}
    assert len(poster.ours("CCTRANSACTION")) == 2


@pytest.mark.parametrize("scope", ["company", "sender", "everywhere"])
@pytest.mark.parametrize("uses_up", [True, False])
def test_an_entry_that_was_refused_comes_through_when_it_is_mended(
    poster: Poster, scope: str, uses_up: bool
) -> None:
    poster.books.admin("settings", {"duplicate_scope": scope, "failures_use_up_ids": uses_up})
    number = poster.books.number("PROJECT", "P-1")
    poster.books.change("PROJECT", number, STATUS="inactive")
    outcomes = poster.post(worked("a"), worked("b", project_key="cars"))
    assert states(outcomes) == {"time:a": ItemState.FAILED, "time:b": POSTED}
    poster.books.change("PROJECT", number, STATUS="active")
    assert states(poster.again()) == {"time:a": POSTED, "time:b": POSTED}
    assert hours(poster) == {"time:a": Decimal(2), "time:b": Decimal(2)}


# Refunds on a card.


@pytest.mark.parametrize("allowed", [True, False])
def test_a_refund_on_a_card_is_posted_or_refused_with_the_reason(
    poster: Poster, allowed: bool
) -> None:
    poster.books.admin("settings", {"negative_card_amounts": allowed})
    outcomes = poster.post(charged("x1", refund=True), charged("x2"))
    assert outcomes["expense:x2"].state is POSTED
    assert (outcomes["expense:x1"].state is POSTED) is allowed
    if not allowed:
        assert outcomes["expense:x1"].reason is not None
        assert outcomes["expense:x1"].reason.remedy
