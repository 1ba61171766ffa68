"""What a document needs, by what was written before and what a look at the ledger shows."""

from datetime import date
from typing import Any

import pytest
from ledgerlink.domain.model.documents import Document, Snapshot, fingerprint
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Action, ItemState
from ledgerlink.domain.planning.diff import Differ, LinkedDocument

from tests.fakes.clock import START

WAS, NOW = {"hours": 1}, {"hours": 2}
LINK = Link(
    key="time:a",
    kind="Entry",
    ledger_id="7",
    version="1",
    fingerprint=fingerprint(WAS),
    run_id="run",
    written_at=START,
    rank="5",
    members=("a",),
    day=date(2026, 3, 2),
)
COPY = Snapshot(ledger_id="7", version="1", body=WAS, forms=(fingerprint(WAS),), fixed="sheet 1")


def wanted(fixed: str, held: LinkedDocument, **differ: Any) -> list[tuple[Action, ItemState]]:
    document = Document(key="time:a", kind="Entry", body=NOW, members=("a",), fixed=fixed)
    operations = list(Differ(**differ).to_write(document, held))
    for made in (op for op in operations if op.action is Action.CREATE):
        assert made.after == ("time:a",)
    return [(op.action, op.state) for op in operations]


UPDATE = (Action.UPDATE, ItemState.PENDING)
DELETE = (Action.DELETE, ItemState.PENDING)
CREATE = (Action.CREATE, ItemState.PENDING)


@pytest.mark.parametrize(
    ("fixed", "operations"), [("sheet 1", [UPDATE]), ("sheet 2", [DELETE, CREATE])]
)
def test_a_change_of_fixed_values_recreates_the_document(
    fixed: str, operations: list[tuple[Action, ItemState]]
) -> None:
    assert wanted(fixed, LinkedDocument(LINK, COPY, was_read=True)) == operations


def test_without_snapshots_fixed_values_are_unknown() -> None:
    assert wanted("sheet 2", LinkedDocument(LINK)) == [UPDATE]


@pytest.mark.parametrize(("rank", "kept"), [("4", True), ("5", False), ("6", False)])
def test_an_undo_keeps_only_documents_of_later_runs(rank: str, kept: bool) -> None:
    operations = wanted("", LinkedDocument(LINK), rank=rank)
    assert operations == ([(Action.NONE, ItemState.UNCHANGED)] if kept else [UPDATE])


@pytest.mark.parametrize(("through", "open_"), [(1, True), (2, False), (3, False)])
def test_the_day_that_closes_the_books_is_closed_itself(through: int, open_: bool) -> None:
    closed = date(2026, 3, through)
    operations = wanted("", LinkedDocument(LINK), closed_through=closed)
    assert (operations == [UPDATE]) is open_
