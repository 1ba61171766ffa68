"""A worker that dies anywhere in a post of expenses, receipts and invoices is repeated without loss
or double."""

from itertools import product
from typing import Any

from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.runs import RunState

from tests.fakes.service import InMemoryService, entry
from tests.support.money_service import (
    expenses_in_ledger,
    invoice,
    money_service,
    receipt,
    spent,
    uploaded,
)
from tests.support.sampling import sampled

CLIENT = {"kind": "client", "key": "c1", "name": "Client"}


def everything(app: InMemoryService, connection: Connection) -> list[dict[str, Any]]:
    file = receipt(uploaded(app, connection))
    return [
        CLIENT,
        entry("t1"),
        spent("e1", receipts=[file, receipt("f" * 32, "missing")]),
        spent("e2"),
        spent("e3", None, staff_key="vic", receipts=[file]),
        invoice("i1", {"amount": "9.99", "time_keys": ["t1"]}, project_key=None, client_key="c1"),
        invoice("i2", project_key="unknown"),
    ]


def check_everything(app: InMemoryService, connection: Connection) -> None:
    """Exactly one document each, with its link and its outcome."""
    assert expenses_in_ledger(app, connection) == {"e1": 10, "e2": 10, "e3": 10}
    kinds = sorted(stored.kind for stored in app.company().stored.values())
    assert kinds == ["Bill", "Customer", "File", "File", "Invoice", "Spending", "Time"]
    links = app.links.rows[connection.key]
    assert {link.ledger_id for link in links.values()} == set(app.company().stored)
    (billed,) = app.company().of_kind("Invoice")
    assert billed.body["lines"][0]["time"] == links["time:t1"].ledger_id
    attached = {file.body["document"] for file in app.company().of_kind("File")}
    assert attached == {links["expense-report:R"].ledger_id, links["expense:e3"].ledger_id}
    run = app.runs.list(connection.key, None, 10).items[0]
    assert run.state is RunState.COMPLETED_WITH_PROBLEMS
    states = app.states(run)
    assert states.pop("receipt:expense/e1/missing") is ItemState.BLOCKED
    assert states.pop("invoice:i2") is ItemState.BLOCKED
    assert set(states.values()) == {ItemState.POSTED}


def before_the_move() -> tuple[InMemoryService, Connection]:
    """Three reports in the ledger, and nothing in the lane."""
    app, connection = money_service()
    file = receipt(uploaded(app, connection))
    first = [spent("e1", "A", receipts=[file]), spent("e2", "A"), spent("e3", "B")]
    app.post(connection, "first", [*first, spent("e4", "C")])
    app.work()
    return app, connection


def moved() -> list[dict[str, Any]]:
    """e1 goes to another report, B and C swap, and e2 becomes a charge of a card."""
    file = receipt("0" * 31 + "1")
    return [
        spent("e1", "B", receipts=[file]),
        spent("e2", "A", paid_with="company_card"),
        spent("e3", "C"),
        spent("e4", "B"),
    ]


def check_moved(app: InMemoryService, connection: Connection) -> None:
    assert expenses_in_ledger(app, connection) == {"e1": 10, "e2": 10, "e3": 10, "e4": 10}
    links = app.links.rows[connection.key]
    members = {key: link.members for key, link in links.items() if key.startswith("expense")}
    assert members == {
        "expense-report:B": ("e1", "e4"),
        "expense-report:C": ("e3",),
        "expense:e2": ("e2",),
    }
    (file,) = app.company().of_kind("File")
    assert file.body["document"] == links["expense-report:B"].ledger_id
    (run,) = [r for r in app.runs.list(connection.key, None, 10).items if r.records == 4][:1]
    assert run.state is RunState.COMPLETED


def steps(moving: bool) -> int:
    app, connection = before_the_move() if moving else money_service()
    app.post(connection, "key", moved() if moving else everything(app, connection))
    posted = len(app.failure_plan.steps)
    app.work()
    return len(app.failure_plan.steps) - posted


@sampled("at, away", product(range(steps(moving=False)), [0, 7200]))
def test_a_worker_that_dies_at_any_step_leaves_one_document_each(at: int, away: int) -> None:
    app, connection = money_service()
    app.post(connection, "key", everything(app, connection))
    app.failure_plan.at = len(app.failure_plan.steps) + at
    app.work(redelivered_after=away)
    check_everything(app, connection)


@sampled("at, away", product(range(steps(moving=True)), [0, 7200]))
def test_a_worker_that_dies_while_records_move_leaves_each_in_one_document(
    at: int, away: int
) -> None:
    app, connection = before_the_move()
    app.post(connection, "key", moved())
    app.failure_plan.at = len(app.failure_plan.steps) + at
    app.work(redelivered_after=away)
    check_moved(app, connection)
