"""The undo of an update restores what we changed; what others entered stays, whenever they did."""

from collections.abc import Mapping

import pytest
from ledgerlink.domain.model.plan import Action, ItemState
from ledgerlink.domain.model.time_settings import LedgerEdits, TimeSettings

from tests.contract.papers import worked
from tests.contract.qbo.books import Row
from tests.contract.qbo.poster import Poster

RESIDENTIAL = {"value": "5000000000000085681"}
COMMERCIAL = {"value": "5000000000000085682"}
NORTH, SOUTH = {"value": "1"}, {"value": "2"}
NOTHING: Row = {}


@pytest.fixture
def poster(poster: Poster) -> Poster:
    """Somebody whose plans read all that they change, as imports do."""
    poster.reads_all_first = True
    return poster


def ids(poster: Poster, *names: str) -> Mapping[str, str | None]:
    row = poster.row("time:t1")
    return {name: (row.get(name) or NOTHING).get("value") for name in names}


@pytest.mark.parametrize("then", [NOTHING, RESIDENTIAL])
@pytest.mark.parametrize("since", [RESIDENTIAL, COMMERCIAL])
def test_an_undo_leaves_the_class_that_others_entered(
    poster: Poster, then: Row, since: Row
) -> None:
    """Case 17.1. A class that was entered before the import, and one that was entered since."""
    poster.post(worked(minutes=60))
    if then:
        poster.edit("time:t1", ClassRef=then)
    update = poster.planned(worked(minutes=90))
    poster.send(update)
    poster.edit("time:t1", ClassRef=since, DepartmentRef=SOUTH, CostRate=31)
    (back,) = poster.undo_plan(update)
    assert (back.action, back.state) == (Action.UPDATE, ItemState.PENDING), back.reason
    assert poster.send([back])["time:t1"].state is ItemState.POSTED
    row = poster.row("time:t1")
    assert (row["Hours"], row.get("Minutes", 0), row["CostRate"]) == (1, 0, 31)
    expected = {"ClassRef": since["value"], "DepartmentRef": SOUTH["value"]}
    assert ids(poster, *expected) == expected
    assert not {"ClassRef", "DepartmentRef", "CostRate"} & (back.body or {}).keys()


def test_an_undo_leaves_a_class_that_others_took_out(poster: Poster) -> None:
    """Case 17.1."""
    poster.post(worked(minutes=60))
    poster.edit("time:t1", ClassRef=RESIDENTIAL)
    update = poster.planned(worked(minutes=90))
    poster.send(update)
    poster.edit("time:t1", ClassRef={"value": ""})
    poster.send(poster.undo_plan(update))
    assert ids(poster, "ClassRef") == {"ClassRef": None}
    assert poster.row("time:t1")["Hours"] == 1


@pytest.mark.parametrize("since", [None, COMMERCIAL])
def test_an_undo_restores_the_class_that_was_ours_unless_others_entered_one_since(
    poster: Poster, since: Row | None
) -> None:
    """Case 17.1."""
    poster.post(worked(minutes=60, class_key="residential"))
    update = poster.planned(worked(minutes=90))
    poster.send(update)
    assert ids(poster, "ClassRef") == {"ClassRef": None}
    if since is not None:
        poster.edit("time:t1", ClassRef=since)
    poster.send(poster.undo_plan(update))
    assert ids(poster, "ClassRef") == {"ClassRef": (since or RESIDENTIAL)["value"]}


def test_an_undo_gives_back_what_our_update_replaced(poster: Poster) -> None:
    """Case 17.1. Others' class, over which we sent one."""
    poster.post(worked(minutes=60))
    poster.edit("time:t1", ClassRef=RESIDENTIAL)
    update = poster.planned(worked(minutes=60, class_key="commercial"))
    poster.send(update)
    assert ids(poster, "ClassRef") == {"ClassRef": COMMERCIAL["value"]}
    poster.send(poster.undo_plan(update))
    assert ids(poster, "ClassRef") == {"ClassRef": RESIDENTIAL["value"]}


def test_an_undo_of_an_edit_that_ours_won_leaves_the_rest(poster: Poster) -> None:
    """Case 17.1. Hours that we overwrote come back; a class of others stays as it is now."""
    poster.posting = TimeSettings(ledger_edits=LedgerEdits.OURS)
    poster.post(worked(minutes=60))
    poster.edit("time:t1", Hours=7, ClassRef=RESIDENTIAL)
    update = poster.planned(worked(minutes=90))
    poster.send(update)
    poster.edit("time:t1", ClassRef=COMMERCIAL)
    poster.send(poster.undo_plan(update))
    assert poster.row("time:t1")["Hours"] == 7
    assert ids(poster, "ClassRef") == {"ClassRef": COMMERCIAL["value"]}
