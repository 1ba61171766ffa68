"""What the ledger says no with, in the words that are known of it, and what is made of that."""

from typing import Any

import pytest
from ledgerlink.connectors.intacct.reads.map_lists import PROJECT
from ledgerlink.domain.errors import LedgerError, LedgerStopped, LedgerUnavailable
from ledgerlink.domain.model.plan import ItemState, Outcome

from tests.contract.intacct.poster import Poster, code, words
from tests.contract.papers import charged, worked

RULE, FORMAT = "BL01001973", "BL03000018"

SAID: list[tuple[str, str, str]] = [
    (RULE, "Invalid Project '10064' specified.", "target_missing"),
    (RULE, "Project 'P-1' specified is not valid.", "target_missing"),
    (RULE, "Invalid Job 'P-1' specified.", "target_missing"),
    (RULE, "Job 'P-1' specified is not valid.", "target_missing"),
    (RULE, "The employee 'E1' is invalid.", "target_missing"),
    (RULE, "The vendor 'V1' is invalid.", "target_missing"),
    (RULE, "Vendor 'V1' specified is not valid.", "target_missing"),
    (RULE, "Activate the vendor V1, then try again.", "target_missing"),
    (RULE, "Customer 'C1' specified is not valid.", "target_missing"),
    (RULE, "The location 'US' is invalid.", "target_missing"),
    (RULE, "Location 'US' is not valid", "target_missing"),
    (RULE, "The department '10' is invalid.", "target_missing"),
    (RULE, "Invalid Department 10 selected", "target_missing"),
    (RULE, "Account 6100 is not valid", "target_missing"),
    (RULE, "The employee is not a resource of the project 'P-1'.", "refused"),
    (RULE, "The employee isn\u2019t a resource of the project 'P-1'.", "refused"),
    (RULE, "The employee isn't a resource of the project 'P-1'.", "refused"),
    (
        RULE,
        "The Project 'P-1' has a project status that prevents expense submittal.",
        "refused",
    ),
    (RULE, "The account number '6100' requires a Department.", "missing_dimension"),
    (
        RULE,
        "This transaction is missing the Department dimension for the Account 6100",
        "missing_dimension",
    ),
    (
        RULE,
        "This transaction is missing the Job dimension for the Account 6100",
        "missing_dimension",
    ),
    (RULE, "Required field Date Due is missing", "missing_dimension"),
    (RULE, "The Date Due field is missing a value.", "missing_dimension"),
    (RULE, "The period for the date 03/02/2026 is closed.", "closed_period"),
    (RULE, "Date must be on or after 04/01/2026", "closed_period"),
    (RULE, "Meals over 30.00 need a manager's approval (smart rule 7).", "refused"),
    (RULE, "The GL account is restricted by the location US.", "refused"),
    (FORMAT, "Missing unit", "missing_dimension"),
    (FORMAT, "Illegal format for Contactversion : Primary Email Address", "refused"),
    ("BL34000061", "Another Bill with the given value(s) P1  already exists", "name_taken"),
    ("PL05000104", "", "name_taken"),
    (RULE, "Duplicate account number", "name_taken"),
    (RULE, "Currently, we can't create the transaction", "refused"),
]


def refuse(poster: Poster, function: str, errorno: str, text: str) -> None:
    more: dict[str, Any] = {"errorno": errorno, "text": text, "times": 99, "correction": ""}
    poster.books.fail("function_error", match={"function": function}, **more)


def told(outcome: Outcome) -> str:
    """All that its reader is told, which has to be of use."""
    assert outcome.state is ItemState.FAILED
    assert outcome.reason is not None
    assert outcome.reason.remedy
    assert "Support ID" not in outcome.reason.message
    assert "%7E" not in outcome.reason.message
    return f"{outcome.reason.message} {outcome.reason.remedy}"


NUMBERED = {"name_taken": "number_taken"}
"""What a document has instead of a name."""


@pytest.mark.parametrize(("errorno", "text", "reason"), SAID, ids=[said[1][:40] for said in SAID])
def test_a_refusal_of_a_document_has_a_reason_and_a_remedy(
    poster: Poster, errorno: str, text: str, reason: str
) -> None:
    refuse(poster, "record_cctransaction", errorno, text)
    outcome = poster.post(charged())["expense:x1"]
    assert code(outcome) == NUMBERED.get(reason, reason)
    assert told(outcome)
    if reason in ("refused", "target_missing", "missing_dimension") and text:
        assert text.split()[0] in words(outcome)
    assert ("resources" in told(outcome)) == ("a resource" in text)


@pytest.mark.parametrize(("errorno", "text", "reason"), SAID, ids=[said[1][:40] for said in SAID])
def test_a_refusal_of_a_sheet_is_one_of_each_entry_and_of_no_other_sheet(
    poster: Poster, errorno: str, text: str, reason: str
) -> None:
    refuse(poster, "create", errorno, text)
    outcomes = poster.post(worked("a"), worked("b"))
    assert {code(outcome) for outcome in outcomes.values()} == {reason}
    assert all(told(outcome) for outcome in outcomes.values())
    poster.books.well()
    assert poster.again()["time:a"].state is ItemState.POSTED


def test_names_are_told_beside_ids_where_lists_were_read(poster: Poster) -> None:
    refuse(poster, "create", RULE, "Invalid Project 'P-1' specified.")
    poster.post(worked())
    outcome = poster.again(read_first=PROJECT)["time:t1"]
    assert "Acme website" in words(outcome)


@pytest.mark.parametrize(("action", "error"), [
    ("permission", LedgerStopped), ("offline", LedgerUnavailable),
])  # fmt: skip
@pytest.mark.parametrize("function", ["create", "record_cctransaction"])
def test_what_concerns_everybody_is_no_fault_of_a_record(
    poster: Poster, action: str, error: type[LedgerError], function: str
) -> None:
    poster.lose(action, "before", times=2, match={"function": function})
    with pytest.raises(error):
        poster.post(worked(), charged())
    poster.books.well()
    again = poster.again()
    poster.found()
    assert len(poster.ours("CCTRANSACTION")) == 1
    assert poster.entry("time:t1")
    assert {o.state for o in again.values()} == {ItemState.POSTED}


@pytest.mark.parametrize("status", ["failure", "aborted"])
@pytest.mark.parametrize("rest", ["aborted", "left_out"])
def test_of_a_change_that_is_rolled_back_the_true_reason_is_told_and_the_old_one_stays(
    poster: Poster, status: str, rest: str
) -> None:
    poster.books.admin("settings", {"failed_status": status, "after_failure": rest})
    poster.post(charged())
    refuse(poster, "record_cctransaction", RULE, "Account 6100 is not valid")
    outcome = poster.post(charged("x1", "40"))["expense:x1"]
    assert code(outcome) == "target_missing"
    assert "rolled back" not in words(outcome)
    (row,) = poster.ours("CCTRANSACTION")
    assert row["TOTALENTERED"] == "31.50"
    poster.books.well()
    outcome = poster.post(charged("x1", "40"))["expense:x1"]
    assert outcome.state is ItemState.POSTED
    assert len(poster.ours("CCTRANSACTION")) == 1
