"""What an hour costs, as a record says it, against the sandbox. Cases quickbooks-online 14 and
general 11."""

from decimal import Decimal

import pytest
from ledgerlink.domain.model.plan import ItemState

from tests.contract.papers import worked
from tests.contract.qbo.poster import Poster, code

KEY = "time:t1"


@pytest.mark.parametrize("cost", ["41.25", "0", "1000"])
def test_the_cost_rate_of_an_entry_is_that_of_its_activity(poster: Poster, cost: str) -> None:
    entry = worked(cost_rate=Decimal(cost))
    outcome = poster.post(entry)[KEY]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert Decimal(str(poster.row(KEY)["CostRate"])) == Decimal(cost)
    assert poster.post(entry)[KEY].state is ItemState.UNCHANGED


def test_a_changed_cost_rate_is_corrected(poster: Poster) -> None:
    for cost in ("41.25", "42", "0", "12.5"):
        outcome = poster.post(worked(cost_rate=Decimal(cost)))[KEY]
        assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
        assert Decimal(str(poster.row(KEY)["CostRate"])) == Decimal(cost)


def test_a_cost_rate_that_a_record_states_no_more_goes(poster: Poster) -> None:
    poster.post(worked(cost_rate=Decimal("41.25")))
    assert poster.post(worked())[KEY].state is ItemState.POSTED
    assert not poster.row(KEY).get("CostRate")


def test_a_cost_rate_of_others_is_no_edit_where_the_record_states_none(poster: Poster) -> None:
    poster.post(worked())
    poster.edit(KEY, CostRate=31)
    assert poster.post(worked())[KEY].state is ItemState.UNCHANGED
    assert poster.row(KEY)["CostRate"] == 31


def test_a_cost_rate_of_ours_that_people_change_is_an_edit(poster: Poster) -> None:
    poster.post(worked(cost_rate=Decimal("41.25")))
    poster.edit(KEY, CostRate=31)
    assert code(poster.post(worked(minutes=30, cost_rate=Decimal("41.25")))[KEY]) == (
        "changed_in_ledger"
    )
    assert poster.row(KEY)["CostRate"] == 31
