"""Case sage-intacct 6: a user who may not create one kind of record posts all others."""

from collections.abc import Sequence

import pytest
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.source_records import Record

from tests.contract.intacct.books import PASSWORD, USER
from tests.contract.intacct.poster import Poster, code
from tests.contract.papers import charged, spent, worked
from tests.support.sampling import sampled

RECORDS: Sequence[Record] = (worked("t1"), spent(staff_key="emily"), charged("x2"))
DENIED = ("CREATE EEXPENSES", "CREATE CCTRANSACTION", "CREATE TIMESHEET", "READ TIMESHEET")


def may(poster: Poster, *denied: str) -> None:
    """From now on the user may do everything but this."""
    user = {"id": USER, "password": PASSWORD, "denied": list(denied)}
    poster.books.admin(f"companies/{poster.books.company}", {"users": [user]})


@sampled("denied", DENIED, one_in=2)
def test_one_kind_is_blocked_until_it_is_allowed_and_the_others_are_posted(
    poster: Poster, denied: str
) -> None:
    may(poster, denied)
    outcomes = poster.post(*RECORDS)
    bad = [key for key, outcome in outcomes.items() if outcome.state is not ItemState.POSTED]
    assert len(outcomes) == len(RECORDS)
    assert [code(outcomes[key]) for key in bad] == ["no_permission"]
    assert outcomes[bad[0]].state is ItemState.BLOCKED
    why = outcomes[bad[0]].reason
    assert why is not None
    assert "Web Services users" in why.remedy
    may(poster)
    assert poster.post(*RECORDS)[bad[0]].state is ItemState.POSTED


@pytest.mark.parametrize(
    ("application", "kinds"), [("CM", {"expense"}), ("EE", {"time", "expense"})]
)
def test_a_missing_subscription_blocks_what_needs_it_and_nothing_else(
    poster: Poster, application: str, kinds: set[str]
) -> None:
    poster.planned()
    has = [each for each in ("PROJACCT", "EE", "AR", "AP", "CM", "SO") if each != application]
    poster.books.admin(f"companies/{poster.books.company}", {"applications": has})
    outcomes = poster.post(*RECORDS)
    bad = {key: one for key, one in outcomes.items() if one.state is not ItemState.POSTED}
    assert {key.partition(":")[0].partition("-")[0] for key in bad} == kinds
    assert len(bad) < len(outcomes)
    for outcome in bad.values():
        assert (outcome.state, code(outcome)) == (ItemState.BLOCKED, "not_subscribed")
        assert outcome.reason is not None
        assert "Admin > Subscriptions" in outcome.reason.remedy
