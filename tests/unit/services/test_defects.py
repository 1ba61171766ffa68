"""Mistakes of our own program with one record: they stay with that record."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.plan import ItemState, Outcome, Request
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.runs import RunState

from tests.fakes.composer import FakeComposer
from tests.fakes.service import InMemoryService, entry, in_memory_service
from tests.support.money_service import (
    BillComposer,
    invoice,
    money_service,
    receipt,
    spent,
    uploaded,
)

BAD = "work bad"
ERRORS = [
    KeyError("Regular"),
    TypeError("no"),
    ValueError("no"),
    AssertionError(),
    ZeroDivisionError(),
]


class CrashingComposer(BillComposer):
    """Raises an error for what names `bad`."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        object.__setattr__(self, "error", error)

    def __getattribute__(self, name: str) -> Any:
        found = object.__getattribute__(self, name)
        if name not in ("time", "expenses", "invoice", "receipt", "list_record"):
            return found

        def compose(given: Any) -> Document:
            if "bad" in repr(given):
                raise object.__getattribute__(self, "error")
            document: Document = found(given)
            return document

        return compose


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_document_that_cannot_be_composed_blocks_itself_alone(error: Exception) -> None:
    """Case sage-intacct 1, product 4: an error in composing is the outcome of that item."""
    app, connection = money_service()
    app.allows_defects = True
    app.connector.composer = CrashingComposer(error)
    records = [
        entry("bad"),
        entry("good"),
        spent("e-bad", report="R-bad", notes="bad"),
        spent("e-with-it", report="R-bad"),
        spent("e-good"),
        invoice("i-bad", {"amount": "1.00", "description": "bad"}),
        invoice("i-good"),
        {"kind": "client", "key": "c-bad", "name": "bad"},
        {"kind": "client", "key": "c-good", "name": "Good"},
        {"kind": "project", "key": "p-bad", "name": "Below", "client_key": "c-bad"},
        spent("e-receipt", report=None, receipts=[receipt(uploaded(app, connection), "bad")]),
    ]
    run = app.post(connection, "key", records)
    app.work()
    items = {item.operation.key: item.outcome for item in app.items(run)}
    why = {key: one.reason.code for key, one in items.items() if one.reason}
    assert why == {
        "time:bad": "our_defect",
        "expense:e-bad": "our_defect",
        "expense:e-with-it": "our_defect",
        "invoice:i-bad": "our_defect",
        "project:c-bad": "our_defect",
        "project:p-bad": "dependency_failed",
        "receipt:expense/e-receipt/bad": "our_defect",
    }
    assert {one.state for key, one in items.items() if key not in why} == {ItemState.POSTED}
    assert app.run(run).state is RunState.COMPLETED_WITH_PROBLEMS
    assert app.counts["Defects"] == 5
    defect = items["time:bad"].reason
    assert defect
    assert "bad" in defect.message
    assert "mistake on our side" in defect.remedy


def test_a_preview_shows_the_same_block() -> None:
    """Case product 4: the same through the other door."""
    from ledgerlink.services.posting.preview import preview

    app, connection = money_service()
    app.connector.composer = CrashingComposer(KeyError("Regular"))
    shown = preview(app.deps, connection.key, "ada", [entry("bad"), entry("good")])
    assert [(one.key, one.reason and one.reason.code) for one in shown] == [
        ("time:good", None),
        ("time:bad", "our_defect"),
    ]


Take = Callable[[Request], Sequence[Outcome] | None]


def crashing(app: InMemoryService, when: str, error: Exception) -> None:
    """Our program fails on the requests with the bad entry: before they are sent, or over the
    answer."""
    company = app.company()
    take: Take = company.take

    def failing(request: Request) -> Sequence[Outcome] | None:
        bad = any((write.body or {}).get("notes") == BAD for write in request.writes)
        if bad and when == "before":
            raise error
        answer = take(request)
        if bad:
            raise error
        return answer

    object.__setattr__(company, "take", failing)


@pytest.mark.parametrize("count", [1, 2, 4, 9, 150])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_request_that_cannot_be_made_or_judged_fails_one_item(when: str, count: int) -> None:
    """Case sage-intacct 1, product 4: a KeyError where a request is built, or its answer read, is
    the outcome of one item; the others are posted once, and what was sent is not sent twice."""
    app = in_memory_service(chunk_size=200)
    app.allows_defects = True
    connection = app.connected()
    app.connector.request_size = 40
    crashing(app, when, KeyError("Regular"))
    run = app.post(connection, "key", [entry(f"t{n}") for n in range(count - 1)] + [entry("bad")])
    app.work()
    states = app.states(run)
    bad = states.pop("time:bad")
    assert set(states.values()) <= {ItemState.POSTED}
    assert bad is (ItemState.FAILED if when == "before" else ItemState.POSTED)
    held = [str(stored.body["notes"]) for stored in app.company().of_kind("Time")]
    assert len(held) == len(set(held))
    assert (BAD in held) == (when == "after")
    assert app.counts["MessagesFailed"] == app.counts["RunsSetAside"] == 0


def test_a_write_that_cannot_be_searched_for_says_that_it_may_be_there() -> None:
    """Case product 4: the search for what was sent fails, too."""
    app = in_memory_service()
    app.allows_defects = True
    connection = app.connected()
    crashing(app, "after", ValueError("no"))
    find = app.company().find

    def failing(writes: Any, since: Any, known: Any) -> Any:
        if any((write.body or {}).get("notes") == BAD for write in writes):
            raise ValueError("no")
        return find(writes, since, known)

    object.__setattr__(app.company(), "find", failing)
    run = app.post(connection, "key", [entry("bad"), *(entry(f"t{n}") for n in range(6))])
    app.work()
    items = {item.operation.key: item.outcome for item in app.items(run)}
    why = items.pop("time:bad").reason
    assert why
    assert why.code == "our_defect_after_sending"
    assert {one.state for one in items.values()} == {ItemState.POSTED}
    held = [str(stored.body["notes"]) for stored in app.company().of_kind("Time")]
    assert len(held) == len(set(held)) == 7


def test_a_run_that_cannot_be_planned_is_set_aside_at_once_and_the_lane_goes_on() -> None:
    """Case product 4: the lane does not stand for eight minutes."""
    app = in_memory_service()
    app.allows_defects = True
    connection = app.connected()
    composer = app.connector.composer_for

    def failing(*_: Any) -> FakeComposer:
        object.__setattr__(app.connector, "composer_for", composer)
        raise KeyError("ours")

    object.__setattr__(app.connector, "composer_for", failing)
    first = app.post(connection, "one", [entry("t1")])
    second = app.post(connection, "two", [entry("t2")])
    app.work()
    parked, done = app.run(first), app.run(second)
    assert parked.state is RunState.PARKED
    assert parked.reason == reason("worker_failed")
    assert done.state is RunState.COMPLETED
    assert app.counts["RunsSetAside"] == 1


def test_the_log_of_a_defect_names_the_place_and_not_what_the_record_says(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app, connection = money_service()
    app.allows_defects = True
    app.connector.composer = CrashingComposer(ValueError("Secret Client 12.50"))
    app.post(connection, "key", [entry("bad")])
    app.work()
    assert "time:bad" in caplog.text
    assert "ValueError" in caplog.text
    assert "test_defects.py" in caplog.text
    assert "Secret" not in caplog.text
