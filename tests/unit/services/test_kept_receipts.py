"""What was uploaded when a post was accepted is what goes out."""

from typing import Any

import pytest
from ledgerlink.services.posting.kept_receipts import MOST_KEPT, with_kept_receipts

from tests.fakes.service import InMemoryService, entry, in_memory_service


@pytest.fixture
def app() -> InMemoryService:
    return in_memory_service()


def receipt(upload_id: Any, key: str = "r1") -> dict[str, Any]:
    return {"key": key, "upload_id": upload_id, "file_name": "a.pdf", "content_type": "x/y"}


def test_an_overwritten_receipt_goes_out_as_it_was_accepted(app: InMemoryService) -> None:
    """Case security 8."""
    key = app.connected().key
    app.staging.put_file(key, "0a", b"first")
    expense = {"kind": "expense", "key": "e1", "receipts": [receipt("0a"), receipt("0b", "r2")]}
    (kept,) = with_kept_receipts(app.deps, key, [expense])
    app.staging.put_file(key, "0a", b"later")
    one, missing = kept["receipts"]
    assert app.staging.uploaded_file(key, one["upload_id"]) == b"first"
    assert missing == receipt("0b", "r2")  # was not uploaded: its item says so
    assert (one["file_name"], expense["receipts"]) == (
        "a.pdf",
        [receipt("0a"), receipt("0b", "r2")],
    )


def test_a_receipt_that_two_records_name_is_kept_once(app: InMemoryService) -> None:
    key = app.connected().key
    app.staging.put_file(key, "0a", b"first")
    files = len(app.staging.files)
    some = with_kept_receipts(app.deps, key, [{"receipts": [receipt("0a")]} for _ in range(3)])
    assert len({one["receipts"][0]["upload_id"] for one in some}) == 1
    assert len(app.staging.files) == files + 1


@pytest.mark.parametrize(
    "record",
    [
        7,
        None,
        [],
        entry("t1"),
        {"receipts": None},
        {"receipts": {"upload_id": "0a"}},
        {"receipts": [7, None, []]},
        {"receipts": [{"upload_id": 7}, {"upload_id": ""}, {}]},
    ],
)
def test_records_without_receipts_stay_as_they_are(app: InMemoryService, record: Any) -> None:
    assert with_kept_receipts(app.deps, app.connected().key, [record]) == [record]


def test_no_post_copies_receipts_without_end(app: InMemoryService) -> None:
    key = app.connected().key
    names = [f"{n:04x}" for n in range(MOST_KEPT + 5)]
    for name in names:
        app.staging.put_file(key, name, b"x")
    (kept,) = with_kept_receipts(app.deps, key, [{"receipts": [receipt(name) for name in names]}])
    assert [one["upload_id"] for one in kept["receipts"]][MOST_KEPT:] == names[MOST_KEPT:]


def test_the_same_post_again_is_the_same_run(app: InMemoryService) -> None:
    connection = app.connected()
    app.staging.put_file(connection.key, "0a", b"first")
    records = [{"kind": "expense", "key": "e1", "receipts": [receipt("0a")]}]
    first = app.post(connection, "k", records)
    assert app.post(connection, "k", records).id == first.id
