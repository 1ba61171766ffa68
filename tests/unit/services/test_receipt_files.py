"""Case general 10: files of receipts are looked at when a post is planned.

So the preview shows what the post then has.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.services.posting import accept, receipt_files
from ledgerlink.services.posting.preview import preview

from tests.fakes.service import USER
from tests.support.money_service import invoice, money_service, receipt, spent

RECORDS: dict[str, tuple[str, str, Callable[..., dict[str, Any]]]] = {
    "report": ("expense-report:R", "receipt:expense/x1/r1", lambda **more: spent("x1", **more)),
    "expense": ("expense:x1", "receipt:expense/x1/r1", lambda **more: spent("x1", None, **more)),
    "card": (
        "expense:x1",
        "receipt:expense/x1/r1",
        lambda **more: spent("x1", None, paid_with="company_card", **more),
    ),
    "invoice": ("invoice:x1", "receipt:invoice/x1/r1", lambda **more: invoice("x1", **more)),
}
FILES = {
    "receipt_empty": b"",
    "receipt_missing": None,
    "receipt_too_large": b"x" * 11,
}


@pytest.mark.parametrize("by", ["body", "upload"])
@pytest.mark.parametrize("code", FILES)
@pytest.mark.parametrize("record", RECORDS)
def test_the_preview_shows_what_cannot_be_attached(
    monkeypatch: pytest.MonkeyPatch, record: str, code: str, by: str
) -> None:
    monkeypatch.setattr(receipt_files, "LARGEST_FILE", 10)
    app, connection = money_service()
    document, key, make = RECORDS[record]
    upload_id, content = "a" * 32, FILES[code]
    if content is not None:
        app.staging.put_file(connection.key, upload_id, content)
    given: list[Any] = [make(receipts=[receipt(upload_id)])]
    found = preview(app.deps, connection.key, USER, given)
    shown = {one.key: (one.state, one.reason and one.reason.code) for one in found}
    assert shown == {document: (ItemState.PENDING, None), key: (ItemState.BLOCKED, code)}
    posted: Any = given
    if by == "upload":
        posted = "b" * 32
        lines = b"\n".join(json.dumps(one).encode() for one in given)
        app.staging.put_file(connection.key, posted, lines)
    run = accept.post(app.deps, connection.key, USER, "k", posted, None)
    app.work()
    states = app.states(run)
    assert states == {document: ItemState.POSTED, key: ItemState.BLOCKED}
    (why,) = [item.outcome.reason for item in app.items(run) if item.outcome.reason]
    assert why.code == code
    assert not app.company().of_kind("File")


def test_a_file_that_is_attached_already_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Uploads expire; what was attached stays."""
    app, connection = money_service()
    app.staging.put_file(connection.key, "a" * 32, b"pdf")
    record = spent("x1", receipts=[receipt("a" * 32)])
    app.post(connection, "one", [record])
    app.work()
    app.staging.files.clear()
    looks: list[object] = []
    monkeypatch.setattr(app.staging, "upload_size", lambda *given: looks.append(given))
    found = preview(app.deps, connection.key, USER, [record])
    assert {one.state for one in found} == {ItemState.UNCHANGED}
    assert looks == []


def test_a_bounded_number_of_files_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipt_files, "MOST_CHECKED", 2)
    app, connection = money_service()
    records = [spent(f"x{n}", receipts=[receipt("a" * 32)]) for n in range(4)]
    run = app.post(connection, "one", records)
    app.work()
    states = [state for key, state in app.states(run).items() if key.startswith("receipt:")]
    assert sorted(states) == [ItemState.BLOCKED] * 2 + [ItemState.FAILED] * 2
