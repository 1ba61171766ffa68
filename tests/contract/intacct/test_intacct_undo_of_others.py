"""The undo of an update restores what we changed; what others entered stays, whenever they did."""

import pytest
from ledgerlink.domain.model.plan import Action, ItemState
from ledgerlink.domain.model.time_settings import LedgerEdits, TimeSettings

from tests.contract.intacct.poster import Poster
from tests.contract.intacct.test_intacct_nothing_wiped import enter
from tests.contract.papers import worked

KEY = "time:t1"
ENTRY = "TIMESHEETENTRY"


@pytest.fixture
def poster(poster: Poster) -> Poster:
    """Somebody whose plans read all that they change, as imports do."""
    poster.reads_all_first = True
    return poster


def by_hand(poster: Poster, **values: str) -> None:
    enter(poster.books, ENTRY, poster.entry(KEY)["RECORDNO"], values)


@pytest.mark.parametrize("then", ["", "CL1"])
@pytest.mark.parametrize("since", ["CL1", "CL2"])
def test_an_undo_leaves_the_class_that_others_entered(
    poster: Poster, then: str, since: str
) -> None:
    """Case 17.1. A class that was entered before the import, and one that was entered since."""
    poster.post(worked(minutes=60))
    if then:
        by_hand(poster, CLASSID=then)
    update = poster.planned(worked(minutes=90))
    poster.send(update)
    by_hand(poster, CLASSID=since, EXTCOSTRATE="41.25", DEPARTMENTID="20")
    (back,) = poster.undo_plan(update)
    assert (back.action, back.state) == (Action.UPDATE, ItemState.PENDING), back.reason
    outcome = poster.send([back])[KEY]
    assert outcome.state is ItemState.POSTED, outcome.reason
    row = poster.entry(KEY)
    assert (row["QTY"], row["CLASSID"], row["DEPARTMENTID"]) == ("1", since, "20")
    assert row["EXTCOSTRATE"] == "41.25"
    assert "CLASS" not in (back.body or {})


@pytest.mark.parametrize("since", ["", "CL2"])
def test_an_undo_restores_the_class_that_was_ours_unless_others_entered_one_since(
    poster: Poster, since: str
) -> None:
    """Case 17.1."""
    poster.post(worked(minutes=60, class_key="commercial"))
    update = poster.planned(worked(minutes=90))
    poster.send(update)
    assert not poster.entry(KEY).get("CLASSID")
    if since:
        by_hand(poster, CLASSID=since)
    poster.send(poster.undo_plan(update))
    assert poster.entry(KEY)["CLASSID"] == (since or "CL1")


def test_our_hours_that_win_and_their_undo_leave_a_class_of_others(poster: Poster) -> None:
    """Case 17.1. Hours that we overwrote come back; a class of others stays throughout."""
    poster.posting = TimeSettings(ledger_edits=LedgerEdits.OURS)
    poster.post(worked(minutes=60))
    by_hand(poster, QTY="7", CLASSID="CL1")
    update = poster.planned(worked(minutes=90))
    poster.send(update)
    assert poster.entry(KEY)["CLASSID"] == "CL1"
    by_hand(poster, CLASSID="CL2")
    poster.send(poster.undo_plan(update))
    assert (poster.entry(KEY)["QTY"], poster.entry(KEY)["CLASSID"]) == ("7", "CL2")
