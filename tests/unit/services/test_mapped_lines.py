"""The mapping of an import counts damaged lines and does not find out what is wrong with them: a
million of them would take most of a minute, and the plan says it."""

import json
from typing import Any

import pytest
from ledgerlink.domain.model.source_records import TimeEntry
from ledgerlink.services.imports.mapping import find_entities
from ledgerlink.services.posting import staged_records
from ledgerlink.services.posting.staged_records import time_record
from ledgerlink.wire.records import time_entry

from tests.fakes.service import entry, in_memory_service
from tests.support.importing import drafted

DAMAGED: list[dict[str, Any]] = [
    {**entry("t1"), "minutes": -1},
    {**entry("t2"), "work_date": "02/01/2026"},
    {**entry("t3"), "unknown": 1},
    {**entry("t4"), "kind": "nothing"},
    {"key": "t5", "deleted": True},
    {"kind": "client", "key": "c1", "name": "Client"},
    {},
]
LINES = [
    *(json.dumps(record).encode() for record in [entry("t0"), *DAMAGED]),
    json.dumps({**entry("t6"), "kind": "time"}).encode(),
    json.dumps({**entry("t7"), "notes": "a kind word"}).encode(),
    b"[]",
    b"{",
    b"\xff\xfe",
    b'{"kind": ' + b"[" * 5000,
]


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_a_line_is_an_entry_for_the_mapping_if_it_is_one_for_the_plan(line: bytes) -> None:
    planned = time_record(line, 1, "user")
    assert time_entry(line) == (planned if isinstance(planned, TimeEntry) else None)


def test_damaged_lines_are_counted_without_their_reasons(monkeypatch: pytest.MonkeyPatch) -> None:
    app = in_memory_service()
    connection = app.connected()
    run = drafted(app, connection, entry("t0"), *DAMAGED, key="1")

    def no_reason(*_: object) -> None:
        raise AssertionError("nobody asked for the reason")

    monkeypatch.setattr(staged_records, "_rejected", no_reason)
    monkeypatch.setattr(staged_records, "_not_imported", no_reason)
    assert find_entities(app.deps, connection, app.run(run)) == 1 + len(DAMAGED)
