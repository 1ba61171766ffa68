"""What the ledger says no with, in the words that are known of it, and what is made of that."""

from typing import Any

import pytest
from ledgerlink.connectors.intacct.reads.map_lists import PROJECT
from ledgerlink.domain.errors import LedgerError, LedgerUnavailable
from ledgerlink.domain.model.plan import ItemState

from tests.contract.intacct.poster import Poster, code, words
from tests.contract.intacct.refusals import RULE, SAID, told
from tests.contract.papers import charged, worked
from tests.support.sampling import sampled


def refuse(poster: Poster, function: str, errorno: str, text: str) -> None:
    more: dict[str, Any] = {"errorno": errorno, "text": text, "times": 99, "correction": ""}
    poster.books.fail("function_error", match={"function": function}, **more)


NUMBERED = {"name_taken": "number_taken"}
"""What a document has instead of a name."""


@sampled(("errorno", "text", "reason"), SAID, one_in=5, ids=[said[1][:40] for said in SAID])
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


@sampled(("errorno", "text", "reason"), SAID, one_in=5, ids=[said[1][:40] for said in SAID])
def test_a_refusal_of_a_sheet_is_one_of_each_entry_and_of_no_other_sheet(
    poster: Poster, errorno: str, text: str, reason: str
) -> None:
    refuse(poster, "create", errorno, text)
    outcomes = poster.post(worked("a"), worked("b"))
    assert {code(outcome) for outcome in outcomes.values()} == {reason}
    assert all(told(outcome) for outcome in outcomes.values())
    poster.books.well()
    assert poster.again()["time:a"].state is ItemState.POSTED


def test_names_are_shown_beside_ids_of_read_lists(poster: Poster) -> None:
    refuse(poster, "create", RULE, "Invalid Project 'P-1' specified.")
    poster.post(worked())
    outcome = poster.again(read_first=PROJECT)["time:t1"]
    assert "Acme website" in words(outcome)


@pytest.mark.parametrize(("action", "error"), [
    ("offline", LedgerUnavailable),
])  # fmt: skip
@pytest.mark.parametrize("function", ["create", "record_cctransaction"])
def test_a_fault_of_the_whole_company_rejects_no_record(
    poster: Poster, action: str, error: type[LedgerError], function: str
) -> None:
    poster.lose(action, "before", times=2, match={"function": function})
    with pytest.raises(error):
        poster.post(worked(), charged())
    poster.books.well()
    again = poster.carried_on()
    poster.found()
    assert len(poster.ours("CCTRANSACTION")) == 1
    assert poster.entry("time:t1")
    assert {o.state for o in again.values()} == {ItemState.POSTED}


@pytest.mark.parametrize("function", ["create", "record_cctransaction"])
def test_a_missing_permission_blocks_one_kind_and_no_other(poster: Poster, function: str) -> None:
    """Case sage-intacct 6: the others are posted, and the kind again once it is allowed."""
    poster.lose("permission", "before", times=9, match={"function": function})
    outcomes = poster.post(worked(), charged())
    bad = "time:t1" if function == "create" else "expense:x1"
    assert {key: o.state for key, o in outcomes.items() if key != bad} == {
        key: ItemState.POSTED for key in outcomes if key != bad
    }
    assert (outcomes[bad].state, code(outcomes[bad])) == (ItemState.BLOCKED, "no_permission")
    assert "Web Services users" in told(outcomes[bad])
    poster.books.well()
    assert poster.post(worked(), charged())[bad].state is ItemState.POSTED
    assert len(poster.ours("CCTRANSACTION")) == 1
    assert poster.entry("time:t1")


@pytest.mark.parametrize("status", ["failure", "aborted"])
@pytest.mark.parametrize("rest", ["aborted", "left_out"])
def test_a_rolled_back_update_has_its_true_reason_and_keeps_the_old_document(
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
