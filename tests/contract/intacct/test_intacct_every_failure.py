"""Every way in which the gateway is known to fail, before, amid and after what it was asked to do:
what is to be told is told, neighbours are posted, and once it is well again everything is there
once."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from ledgerlink.connectors.intacct.reads.map_lists import PROJECT
from ledgerlink.domain.errors import (
    AuthorizationLost,
    LedgerError,
    LedgerStopped,
    LedgerUnavailable,
)
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.plan import ItemState, Outcome
from ledgerlink.domain.model.reasons import REASONS
from ledgerlink.domain.model.source_records import Record

from tests.contract.intacct.books import Books
from tests.contract.intacct.list_samples import CLIENT
from tests.contract.intacct.lost_answers import DONE, adopted, all_posted
from tests.contract.intacct.poster import Poster, code
from tests.contract.intacct.refusals import RULE, SAID, told
from tests.contract.intacct.time_entries import hours, states
from tests.contract.papers import charged, spent, worked
from tests.support.sampling import sampled

POSTED, FAILED = ItemState.POSTED, ItemState.FAILED
ROUNDS = 12
BATCH: Sequence[Record] = (
    CLIENT,
    worked("a"),
    worked("b", staff_key="bo"),
    charged("x1"),
    charged("x2"),
    spent("y1", report_key="R9"),
)
ASKED = (
    {"function": "create", "object": "CUSTOMER"},
    {"function": "create", "object": "TIMESHEET"},
    {"function": "record_cctransaction"},
)
"""What fails; a bill beside it does not."""

WHOLE: dict[str, type[LedgerError] | str] = {
    "429": LedgerUnavailable,
    "400": LedgerStopped,
    "401": AuthorizationLost,
    "invalid_session": LedgerUnavailable,
    "unavailable": LedgerUnavailable,
    "status500": "unknown",
    "html502": "unknown",
    "html503": "unknown",
    "524": "unknown",
    "html200": "unknown",
    "timeout": "unknown",
    "cut": "unknown",
    "truncate": "unknown",
    "schema_error": "our_request_wrong",
}
"""What comes of a request that fails so again and again, with nothing done: an error of the lane,
no outcome, or this reason for each of its records."""

ONE: dict[str, type[LedgerError] | str] = {
    "offline": LedgerUnavailable,
    "permission": "no_permission",
    "read_error": "unknown",
}
"""The same of a single function."""


def fail(poster: Poster, action: str, when: str, times: int) -> None:
    for match in ASKED:
        poster.lose(action, when, times=times, match=match)


def carried_through(poster: Poster, records: Sequence[Record]) -> dict[str, Outcome]:
    """As runs and their readers do: send; look for what has no outcome, and send it again, until it
    has one; post again what failed, or was not reached."""
    outcomes: dict[str, Outcome] = {}
    for _ in range(ROUNDS):
        operations = poster.planned(*records)
        with suppress(LedgerError):
            outcomes |= poster.send(operations)
        outcomes |= resumed(poster)
        if outcomes.keys() >= {op.key for op in operations} and all_posted(outcomes):
            return outcomes
    pytest.fail(f"still not done: {outcomes}")


def resumed(poster: Poster) -> dict[str, Outcome]:
    """What becomes of what was sent, however often the ledger has to be asked."""
    outcomes: dict[str, Outcome] = {}
    for _ in range(ROUNDS):
        with suppress(LedgerError):
            outcomes |= adopted(poster)
            outcomes |= poster.carried_on()
            break
    return outcomes


def once(poster: Poster) -> None:
    """The books hold each of the batch once."""
    assert set(hours(poster)) == {"time:a", "time:b"}
    assert [len(poster.ours(kind)) for kind in ("CCTRANSACTION", "APBILL")] == [2, 1]
    names = [row["NAME"] for row in poster.books.rows("CUSTOMER")]
    assert names.count(CLIENT.name) == 1


@sampled("action", [*WHOLE, *ONE], one_in=4)
def test_a_failure_before_any_write_is_reported_and_retried(poster: Poster, action: str) -> None:
    expected = {**WHOLE, **ONE}[action]
    operations = poster.planned(*BATCH[1:])
    fail(poster, action, "before", 99)
    if isinstance(expected, type):
        with pytest.raises(expected) as caught:
            poster.send(operations)
        assert caught.value.message
        assert caught.value.remedy
    else:
        outcomes = dict(poster.send(operations))
        bill = outcomes.pop("expense-report:R9")
        assert bill.state is POSTED
        assert {code(outcome) for outcome in outcomes.values()} <= {expected}
        assert bool(outcomes) is (expected != "unknown")
        assert all(told(outcome) for outcome in outcomes.values())
    assert hours(poster) == {}
    assert poster.ours("CCTRANSACTION") == []
    poster.books.well()
    carried_through(poster, BATCH)
    once(poster)


@sampled("action, when", product(WHOLE, ["midway", "after"]), one_in=4)
def test_a_write_done_before_its_failure_exists_once(
    poster: Poster, action: str, when: str
) -> None:
    fail(poster, action, when, 1)
    carried_through(poster, BATCH)
    once(poster)


@pytest.mark.parametrize("action", ["html502", "cut", "429", "invalid_session"])
def test_a_write_that_fails_three_times_after_taking_effect_exists_once(
    poster: Poster, action: str
) -> None:
    fail(poster, action, "after", 3)
    carried_through(poster, BATCH)
    once(poster)


# Refusals of one among others.

MORE = [
    (RULE, "Could not create cctransaction record!", "refused"),
    (RULE, "Cannot find customer with key '9999' to delete.", "target_missing"),
    (RULE, "Location must be US. This value is auto-filled from the project", "fixed_value"),
    (RULE, "The vendor V1 is on hold.", "on_hold"),
    (RULE, "The item LAB-1 is not billable.", "not_billable"),
    (RULE, "The class CL1 is inactive.", "target_missing"),
    (RULE, "The subledger AP is closed for this period.", "closed_period"),
    ("PL01000127", "Document Number is missing", "number_missing"),
    ("XL03000009", "Object definition X not found", "our_request_wrong"),
]
REFUSALS = sampled("errorno, text, reason", [*SAID, *MORE], one_in=5)


def refuse_second(poster: Poster, function: str, errorno: str, text: str, when: str) -> None:
    more: dict[str, Any] = {"errorno": errorno, "text": text, "correction": ""}
    match = {"function": function}
    poster.books.fail("function_error", when, skip=1, times=1, match=match, **more)


@REFUSALS
def test_a_refusal_stops_its_document_and_no_other(
    poster: Poster, errorno: str, text: str, reason: str
) -> None:
    records = [charged(f"x{n}") for n in range(3)]
    refuse_second(poster, "record_cctransaction", errorno, text, "before")
    outcomes = poster.post(*records)
    bad = outcomes["expense:x1"]
    assert states(outcomes) == {"expense:x0": POSTED, "expense:x1": FAILED, "expense:x2": POSTED}
    assert code(bad) in (reason, "number_taken")
    assert code(bad) in REASONS
    assert told(bad)
    assert len(poster.ours("CCTRANSACTION")) == 2
    carried_through(poster, records)
    assert len(poster.ours("CCTRANSACTION")) == 3


def test_a_passing_fault_of_a_document_leaves_it_open_until_it_is_sent_again(
    poster: Poster,
) -> None:
    """Case sage-intacct 9, its kind: what may pass is no rejection."""
    words = "There was an error processing the request."
    refuse_second(poster, "record_cctransaction", "DL02000001", words, "before")
    outcomes = poster.post(charged("x0"), charged("x1"))
    assert states(outcomes) == {"expense:x0": POSTED}
    assert poster.carried_on()["expense:x1"].state is POSTED
    assert len(poster.ours("CCTRANSACTION")) == 2


@REFUSALS
def test_a_refusal_stops_its_sheet_and_no_other(
    poster: Poster, errorno: str, text: str, reason: str
) -> None:
    records = [worked("a"), worked("b", staff_key="bo")]
    refuse_second(poster, "create", errorno, text, "before")
    outcomes = poster.post(*records)
    assert outcomes["time:a"].state is POSTED
    assert outcomes["time:b"].state is POSTED or code(outcomes["time:b"]) == reason
    assert set(hours(poster)) == {key for key, o in outcomes.items() if o.state is POSTED}
    carried_through(poster, records)
    assert set(hours(poster)) == {"time:a", "time:b"}


@REFUSALS
def test_a_write_reported_as_refused_but_done_exists_once(
    poster: Poster, errorno: str, text: str, reason: str
) -> None:
    records: list[Record] = [charged("x0"), charged("x1"), worked("a"), worked("b", staff_key="bo")]
    for function in ("record_cctransaction", "create"):
        refuse_second(poster, function, errorno, text, "after")
    outcomes = poster.post(*records)
    assert outcomes["expense:x1"].state is POSTED
    assert outcomes["time:b"].state is POSTED or code(outcomes["time:b"]) == reason
    carried_through(poster, records)
    assert len(poster.ours("CCTRANSACTION")) == 2
    assert set(hours(poster)) == {"time:a", "time:b"}


# Sessions that end in between.


def test_a_session_that_ends_after_every_answer_is_renewed_every_time(books: Books) -> None:
    def end(request: bytes, answer: bytes) -> bytes:
        if b"getAPISession" not in request:
            books.admin("sessions/expire", {"company": books.company})
        return answer

    poster = Poster(replace(books, spoil=end))
    outcomes = poster.post(*BATCH)
    assert all(outcome.state in DONE for outcome in outcomes.values())
    once(poster)
    assert len(poster.books.read(PROJECT)) == len(books.rows("PROJECT"))
    assert ListType.CUSTOMER in poster.books.changes(ListType.CUSTOMER)


@pytest.mark.parametrize("slides", [True, False])
def test_a_session_that_lives_a_few_minutes_is_renewed_as_it_ends(
    poster: Poster, slides: bool
) -> None:
    poster.books.admin("settings", {"session_seconds": 240, "session_slides": slides})
    for record in BATCH:
        poster.post(record)
        poster.books.admin("clock", {"advance_seconds": 130})
    assert all(o.state in DONE for o in carried_through(poster, BATCH).values())
    once(poster)
