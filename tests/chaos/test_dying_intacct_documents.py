"""A worker may die at any step of a month of money into Sage Intacct: everything is there once."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.runs import RunState
from ledgerlink.services.imports import service

from local.machine import Machine
from tests.chaos.intacct_lane import IntacctLane, is_gone, once_each
from tests.chaos.killing_proxy import Kill
from tests.chaos.lane import FIRM, entries
from tests.chaos.month import DOCUMENTS, MONEY, RECEIPTS, Month
from tests.chaos.test_dying_documents import Step, killed, requests_fixed
from tests.chaos.test_dying_workers import LINK, table_batch


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
    (table_batch, "before", 1, LINK),
    (gateway, "after", 1, b"<record_cctransaction>"),
    (table_batch, "after", 1, LINK),
    (gateway, "after", 1, b"<create_sotransaction>"),
    (gateway, "after", 2, b"<create_supdoc>"),
)
CHANGING: Sequence[Step] = (
    (gateway, "after", 1, b"<create_expensereport>"),
    (gateway, "before", 3, b"<reverse_cctransaction"),
    (gateway, "after", 1, b"<create_sotransaction>"),
)
REMOVING: Sequence[Step] = ((gateway, "after", 1, b"<delete_sotransaction"),)
TIMESHEETS: Sequence[Step] = (
    (gateway, "before", 1, b"<create><TIMESHEET>"),
    (gateway, "after", 1, b"<create><TIMESHEET>"),
)
UPDATES: Sequence[Step] = ((gateway, "after", 1, b"<update><TIMESHEET>"),)


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


def notes(lane: IntacctLane, prefix: str) -> Counter[str]:
    """The entries of timesheets with these notes, by their notes without our mark."""
    rows = lane.company.rows("TIMESHEETENTRY")
    found = (str(row["NOTES"]).partition("\n")[0] for row in rows)
    return Counter(note for note in found if note.startswith(f"{prefix}-"))


def quarters(prefix: str) -> list[dict[str, Any]]:
    """Time entries in timesheets of their own month, with hours that fit into a day."""
    return [
        one | {"work_date": f"2026-05-{1 + number % 28:02d}", "minutes": 15 + number}
        for number, one in enumerate(entries(prefix, 40))
    ]


def test_timesheets_are_written_once_by_workers_that_die(lane: IntacctLane) -> None:
    """Time goes in, is corrected and taken back."""
    told = quarters("sheet")
    assert killed(lane, told, TIMESHEETS) == {"posted": 40}
    assert notes(lane, "sheet") == {f"sheet-{number}": 1 for number in range(40)}
    changed = [one | {"minutes": one["minutes"] + 30} for one in told]
    assert killed(lane, changed, UPDATES) == {"posted": 40}
    assert notes(lane, "sheet") == {f"sheet-{number}": 1 for number in range(40)}


def test_an_import_is_written_and_undone_once_by_workers_that_die(lane: IntacctLane) -> None:
    kill = Kill(gateway, "after", 1, says=b"<TIMESHEETENTRIES>")
    run, deaths = lane.imported(entries("import", 20), kill)
    assert (kill.done, deaths, run.state) == (True, 1, RunState.COMPLETED)
    assert notes(lane, "import") == {f"import-{number}": 1 for number in range(20)}
    user = service.User(FIRM, "chaos")
    again = service.undo(lane.deps, user, run.connection_id, run.id, "undo-import")
    lane.work()
    service.start(lane.deps, user, run.connection_id, again.id, lane.run(again).plan)
    kill = Kill(gateway, "after", 1, says=b"<TIMESHEETENTRIES>")
    assert lane.work(ledger=kill) == 1
    assert lane.run(again).state is RunState.COMPLETED
    assert notes(lane, "import") == {}


@pytest.mark.parametrize("nth", [1, 3])
def test_a_sync_whose_worker_is_killed_is_finished(lane: IntacctLane, nth: int) -> None:
    kill = Kill(gateway, "after", nth, says=b"<query>")
    run = lane.sync(whole=True)
    assert lane.work(ledger=kill) == 1
    assert kill.done
    assert lane.run(run).state is RunState.COMPLETED
    known = lane.deps.lists.page(lane.connection.key, ListType.CUSTOMER, None, 1000).items
    assert len(known) == len(lane.company.rows("CUSTOMER"))
