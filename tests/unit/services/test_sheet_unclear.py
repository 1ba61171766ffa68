"""Which rejected records of an import every part of its plan knows of: few, whatever is wrong."""

from typing import Any

import pytest
from ledgerlink.services.imports import sheet
from ledgerlink.services.imports.sheet import Sheet
from ledgerlink.services.posting.sorted_lines import SortedLines

from tests.fakes.service import entry, in_memory_service
from tests.support.importing import FEBRUARY, drafted

NO_DAY = {"work_date": "2026-02-30"}


def undated(key: str, project: str = "p1", **more: Any) -> dict[str, Any]:
    return {**entry(key, project_key=project), **NO_DAY, **more}


def unclear(*records: Any) -> list[str]:
    app = in_memory_service()
    run = drafted(app, app.connected(), *records)
    with SortedLines() as lines:
        return [one.key for one in Sheet.read(app.deps, run, FEBRUARY, lines).unclear]


def test_those_that_may_belong_to_any_activity_are_known() -> None:
    records = [
        {"kind": "expense", "key": "other-kind"},
        {**entry("clear"), "minutes": -1},
        undated("first"),
        undated("alike"),
        undated("other-project", "p2"),
        "no record",
        "no record either",
        entry("valid"),
    ]
    assert unclear(*records) == ["first", "other-project", "record 6"]


def test_the_first_without_a_key_is_known_even_if_its_fields_are_those_of_another() -> None:
    nameless = undated("")
    del nameless["key"]
    assert unclear(undated("first"), nameless, nameless) == ["first", "record 2"]


@pytest.mark.parametrize("most", [0, 1])
def test_only_so_many_are_known_as_are_compared(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more says that there are too many, and one that there is one without a key."""
    monkeypatch.setattr(sheet, "MOST_UNCLEAR", most)
    found = unclear(*(undated(f"u{n}", f"p{n}") for n in range(6)), "no record", "no record")
    assert found == [*(f"u{n}" for n in range(most + 2)), "record 7"]
