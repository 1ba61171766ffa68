"""A worker may die at any step of a month of money into Sage Intacct: everything is there once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from local.machine import Machine
from tests.chaos.intacct_lane import IntacctLane, is_gone, once_each
from tests.chaos.lane import entries
from tests.chaos.month import DOCUMENTS, MONEY, RECEIPTS, Month
from tests.chaos.test_dying_documents import Step, killed, requests_fixed
from tests.chaos.test_dying_workers import table_batch


@pytest.fixture(scope="module")
def lane(machine: Machine) -> Iterator[IntacctLane]:
    lane = IntacctLane(machine)
    lane.work_here()  # the first sync
    lane.set_up()
    # People, customers and items come first, so that what follows is documents alone.
    spent = {"kind": "expense", "staff_key": "two", "spent_on": "2026-01-31", "amount": "1"}
    lane.post([*entries("one", 1), spent | {"key": "first", "expense_code_key": "one"}])
    lane.work_here()
    yield lane
    lane.close()


def gateway(method: str, path: str, _headers: dict[str, str]) -> bool:
    return method == "POST" and path.endswith("xmlgw.phtml")


SENDING: Sequence[Step] = (
    (requests_fixed, "after", 1),
    (gateway, "before", 1, b"<create_expensereport>"),
    (gateway, "after", 1, b"<create_expensereport>"),
    (gateway, "after", 1, b"<create><APBILL>"),
    (table_batch, "before", 1),
    (gateway, "after", 1, b"<record_cctransaction>"),
    (table_batch, "after", 1),
    (gateway, "after", 1, b"<create_sotransaction>"),
    (gateway, "after", 2, b"<create_supdoc>"),
)
CHANGING: Sequence[Step] = (
    (gateway, "after", 1, b"<create_expensereport>"),
    (gateway, "before", 3, b"<reverse_cctransaction"),
    (gateway, "after", 1, b"<create_sotransaction>"),
)
REMOVING: Sequence[Step] = ((gateway, "after", 1, b"<delete_sotransaction"),)


def test_a_month_is_posted_corrected_and_taken_back_once_by_workers_that_die(
    lane: IntacctLane,
) -> None:
    month = Month.made(lane, "send")
    assert killed(lane, month.records(), SENDING) == {"posted": DOCUMENTS}
    once_each(lane, month)

    corrected = replace(month, more=Decimal("0.37"))
    assert killed(lane, corrected.records(), CHANGING) == {
        "posted": MONEY,
        "unchanged": DOCUMENTS - MONEY,
    }
    once_each(lane, corrected)

    assert killed(lane, month.removed(), REMOVING) == {"posted": MONEY + RECEIPTS}
    is_gone(lane, month)
