"""Uploads that were cut or whose lines cannot be read: nothing is deleted for what they lack.

Case general 05.
"""

import gzip
import json
from dataclasses import replace
from typing import Any

import pytest
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.domain.model.time_settings import Description, TimeSettings
from ledgerlink.services.imports import service
from ledgerlink.services.imports.service import ImportRequest
from ledgerlink.services.posting import accept

from tests.fakes.service import InMemoryService, entry, in_memory_service
from tests.support.importing import ADA, FEBRUARY, imported, planned, started

A, B = entry("a"), entry("b", minutes=90)
C = entry("c", work_date="2026-02-20", project_key=None)
"""An entry that is combined with neither of them."""
MERGED = TimeSettings(description=Description.NEITHER)


class Importer:
    """A firm that imports February again and again."""

    def __init__(self, *, merging: bool = False) -> None:
        self.app: InMemoryService = in_memory_service(chunk_size=50)
        self.connection: Connection = self.app.connected()
        stored = self.app.deps.settings.get(self.connection.key)
        if merging:
            self.app.deps.settings.put(self.connection.key, replace(stored, posting=MERGED))
        self.count = 0

    def planned(self, content: bytes) -> Run:
        """The plan of an import of this file."""
        self.count += 1
        upload_id, _ = accept.upload(self.app.deps, self.connection.key)
        self.app.staging.put_file(self.connection.key, upload_id, content)
        wanted = ImportRequest(scope=FEBRUARY, records=upload_id)
        run = service.create(self.app.deps, ADA, self.connection.id, f"i{self.count}", wanted)
        self.app.work()
        return planned(self.app, self.app.run(run))

    def imported(self, content: bytes) -> dict[str, str]:
        """The reasons of the items of an import of this file, empty for a posted one."""
        run = started(self.app, self.planned(content))
        return {
            item.operation.key.partition(":")[2]: item.outcome.reason.code
            if item.outcome.reason
            else item.state.value
            for item in self.app.items(run)
        }

    def minutes(self) -> list[int]:
        return sorted(stored.body["minutes"] for stored in self.app.company().of_kind("Time"))


def lines(*records: Any) -> bytes:
    return b"\n".join(json.dumps(one).encode() for one in records)


UNREADABLE = {
    "cut by 8 bytes": lines(A, B)[:-8],
    "cut by 1 byte": lines(A, B)[:-1],
    "cut in the key": lines(A) + b'\n{"key": "b',
    "no JSON": lines(A) + b"\nb;u1;2026-02-27;90",
    "no object": lines(A) + b'\n["b"]',
    "no key": lines(A, {**B, "key": None}),
    "a number as key": lines(A, {**B, "key": 2}),
    "empty key": lines(A, {**B, "key": ""}),
    "not UTF-8": lines(A) + b"\n" + lines(B).replace(b"work b", b"arbeit f\xfcr"),
    "first line": b"\xff\n" + lines(A),
}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_nothing_is_deleted_while_a_line_of_the_file_cannot_be_read(
    content: bytes, packed: bool
) -> None:
    firm = Importer()
    firm.imported(lines(A, B))
    found = firm.imported(gzip.compress(content) if packed else content)
    assert found["b"] == "unidentified_record"
    assert sorted(found.values()) == ["invalid_record", "unchanged", "unidentified_record"]
    assert firm.minutes() == [60, 90]
    assert firm.imported(lines(A)) == {"a": "unchanged", "b": "posted"}
    assert firm.minutes() == [60]


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_a_combined_activity_keeps_the_time_of_a_line_that_cannot_be_read(content: bytes) -> None:
    firm = Importer(merging=True)
    firm.imported(lines(A, B))
    firm.imported(content)
    assert firm.minutes() == [150]


@pytest.mark.parametrize(
    "bad",
    [{"minutes": 0}, {"work_date": "2026-02-30"}, {"bill_rate": "12,50"}, {"colour": "red"},
     {"staff_key": ""}, {"project_key": 7}],
    ids=str,
)  # fmt: skip
def test_a_refused_entry_holds_back_the_activity_that_it_would_be_combined_into(
    bad: dict[str, Any],
) -> None:
    """Case general 01, in an import."""
    firm = Importer(merging=True)
    found = firm.imported(lines(A, B | bad, C))
    assert (found["a"], found["b"]) == ("member_blocked", "invalid_record")
    assert firm.minutes() == [60]
    firm.imported(lines(A, B, C))
    assert firm.minutes() == [60, 150]


def test_entries_sent_twice_hold_back_the_activity_that_they_would_be_combined_into() -> None:
    firm = Importer(merging=True)
    found = firm.imported(lines(A, B, B))
    assert (found["a"], found["b"]) == ("member_blocked", "duplicate_key")
    assert firm.minutes() == []


def test_a_refused_entry_of_another_day_or_class_holds_back_nothing() -> None:
    firm = Importer(merging=True)
    other_day = B | {"minutes": 0, "work_date": "2026-02-26"}
    firm.imported(lines(A | {"billable": True}, other_day, B | {"key": "c", "minutes": 0}))
    assert firm.minutes() == [60]


def test_a_record_with_a_readable_key_is_known_so_others_are_deleted() -> None:
    firm = Importer()
    firm.imported(lines(A, B, entry("c")))
    found = firm.imported(lines(A, B | {"minutes": 0}))
    assert found == {"a": "unchanged", "b": "invalid_record", "c": "posted"}
    assert firm.minutes() == [60, 90]


def test_entries_sent_twice_are_kept() -> None:
    firm = Importer()
    firm.imported(lines(A, B))
    firm.imported(lines(A, B, B | {"minutes": 0}))
    assert firm.minutes() == [60, 90]


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", gzip.compress(b"\n"), gzip.compress(lines(A, B))[:-9],
     gzip.compress(lines(A, B))[:20], gzip.compress(lines(A)) + gzip.compress(lines(B))[:-9]],
    ids=["empty", "blank", "packed blank", "cut gzip", "cut early", "second part cut"],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_no_plan(content: bytes) -> None:
    firm = Importer()
    firm.imported(lines(A, B))
    upload_id, _ = accept.upload(firm.app.deps, firm.connection.key)
    firm.app.staging.put_file(firm.connection.key, upload_id, content)
    wanted = ImportRequest(scope=FEBRUARY, records=upload_id)
    run = service.create(firm.app.deps, ADA, firm.connection.id, "bad", wanted)
    firm.app.work()
    run = firm.app.run(run)
    assert run.state is RunState.DRAFT
    assert run.reason is not None
    assert run.reason.code == "unreadable_upload"
    assert firm.minutes() == [60, 90]
    posted = firm.app.post(firm.connection, "post", upload_id)
    firm.app.work()
    assert firm.app.run(posted).state is RunState.FAILED


def test_a_complete_last_line_needs_no_end_of_line() -> None:
    for end in (b"", b"\n", b"\r\n", b"\n\n"):
        firm = Importer()
        assert firm.imported(lines(A, B) + end) == {"a": "posted", "b": "posted"}


def test_an_import_of_no_entries_in_the_call_itself_deletes_the_period() -> None:
    firm = Importer()
    firm.imported(lines(A, B))
    run = imported(firm.app, firm.connection, key="none")
    assert {item.state for item in firm.app.items(run)} == {ItemState.POSTED}
    assert firm.minutes() == []
