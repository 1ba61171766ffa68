"""What was stored against what was sent."""

from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.connectors.qbo.answers import posted
from ledgerlink.domain.plan import Action, ItemState

from tests.unit.connectors.qbo.stage import activity, change, create


def stored(**changes: Any) -> dict[str, Any]:
    """The ledger's own words for `activity(1)`, as in its reference."""
    return {
        **activity(1),
        "EmployeeRef": {"value": "55", "name": "Emily Platt"},
        "TimeChargeId": 54,
        "HourlyRate": Decimal("15.250"),
        "CostRate": 0,
        "Seconds": 0,
        "domain": "QBO",
        "sparse": False,
        "Id": "5",
        "SyncToken": "0",
        **changes,
    }


def test_an_answer_that_says_the_same_needs_no_reason() -> None:
    outcome = posted(create(1), stored(Description=" Garden \n Lighting 1"), "1-tid")
    assert (outcome.state, outcome.reason, outcome.trace_id) == (ItemState.POSTED, None, "1-tid")
    assert (outcome.ledger_id, outcome.version) == ("5", "0")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"Hours": 4}, "Hours 3 became 4"),
        ({"Minutes": None}, "Minutes 30 became 0"),
        ({"TxnDate": "2026-02-01"}, "TxnDate 2026-02-02 became 2026-02-01"),
        ({"NameOf": "Other", "EmployeeRef": None}, "NameOf Employee became Other"),
        ({"EmployeeRef": {"value": "54"}}, "EmployeeRef 55 became 54"),
        ({"CustomerRef": {"value": "3"}}, "CustomerRef 21 became 3"),
        ({"ItemRef": {"value": "2"}}, "ItemRef 8 became 2"),
        ({"BillableStatus": "NotBillable"}, "BillableStatus Billable became NotBillable"),
        ({"HourlyRate": Decimal("15.3")}, "HourlyRate 15.25 became 15.3"),
        ({"Description": "Garden"}, "Description Garden Lighting 1 became Garden"),
    ],
)
def test_each_field_that_was_stored_otherwise_is_named(changes: dict[str, Any], words: str) -> None:
    outcome = posted(create(1), stored(**changes))
    assert outcome.state is ItemState.POSTED
    assert outcome.reason is not None
    assert outcome.reason.code == "answer_differs"
    assert words in outcome.reason.message


def test_what_was_not_sent_may_be_filled_in() -> None:
    assert posted(create(1, activity(1, ItemRef=None)), stored()).reason is None


def test_a_deleted_document_has_its_last_id_and_no_version() -> None:
    outcome = posted(change(1, Action.DELETE), {"domain": "QBO", "status": "Deleted", "Id": "7"})
    assert (outcome.ledger_id, outcome.version, outcome.reason) == ("7", None, None)
