from datetime import date
from pathlib import Path

import pytest

from local.demo.__main__ import SAMPLE
from local.demo.cells import COLUMNS
from local.demo.errors import DemoError
from local.demo.timesheet import read

HEADER = ",".join(COLUMNS)
GOOD = "e1,2026-03-02,u1,Zoë,c1,Brandt & Söhne,p1,Hall,Design,true,90,Task,Notes"


def write(folder: Path, *lines: str) -> Path:
    path = folder / "hours.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(DemoError) as refused:
        read(path)
    return str(refused.value)


def test_a_row_becomes_an_entry(tmp_path: Path) -> None:
    [row] = read(write(tmp_path, HEADER, GOOD)).rows
    assert (row.entry_key, row.work_date, row.minutes) == ("e1", date(2026, 3, 2), 90)
    assert (row.client, row.billable, row.notes) == ("Brandt & Söhne", True, "Notes")


def test_columns_may_come_in_any_order_and_after_a_byte_order_mark(tmp_path: Path) -> None:
    header = ",".join(reversed(HEADER.split(",")))
    path = write(tmp_path, "\ufeff" + header, ",".join(reversed(GOOD.split(","))))
    assert read(path).rows[0].staff == "Zoë"


def test_quotes_commas_and_line_breaks_in_a_cell_are_kept(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, GOOD.replace("Notes", '"a ""b"", c\nd"'))
    assert read(path).rows[0].notes == 'a "b", c\nd'


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "there is no file" in refusal(tmp_path / "none.csv").lower()


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    said = refusal(write(tmp_path, HEADER.replace("minutes", "mins"), GOOD))
    assert "lacks minutes" in said
    assert "unknown mins" in said


def test_an_empty_file_and_one_without_entries_are_refused(tmp_path: Path) -> None:
    empty = tmp_path / "hours.csv"
    empty.write_bytes(b"")
    assert "is empty" in refusal(empty)
    assert "no entries" in refusal(write(tmp_path, HEADER))


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("2026-03-02", "2026-02-30", "work_date"),
        ("2026-03-02", "02.03.2026", "work_date"),
        (",90,", ",1441,", "minutes"),
        (",90,", ",0,", "minutes"),
        (",90,", ",1.5,", "minutes"),
        (",90,", ",²,", "minutes"),
        ("true", "yes", "billable"),
        ("u1", "", "staff_key"),
        ("e1", " ", "entry_key"),
        ("p1", "p" * 201, "project_key"),
    ],
)
def test_a_bad_cell_is_named_by_line_and_column(
    tmp_path: Path, old: str, new: str, column: str
) -> None:
    rows = (GOOD.replace("e1", "e0"), GOOD.replace(old, new, 1))
    assert f"line 3, column {column}:" in refusal(write(tmp_path, HEADER, *rows))


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    tall = GOOD.replace("Notes", '"one\ntwo\nthree"')
    said = refusal(write(tmp_path, HEADER, tall, "", GOOD.replace("e1,2026", "e2,x2026")))
    assert "line 6, column work_date" in said


def test_a_row_of_another_length_is_named(tmp_path: Path) -> None:
    assert "line 2, column (all): it has 14 cells" in refusal(write(tmp_path, HEADER, GOOD + ",x"))


def test_a_repeated_entry_key_names_both_lines(tmp_path: Path) -> None:
    said = refusal(write(tmp_path, HEADER, GOOD, GOOD))
    assert "line 3, column entry_key: e1 is in line 2 already" in said


def test_many_mistakes_are_counted_but_not_all_shown(tmp_path: Path) -> None:
    rows = [GOOD.replace("e1", f"e{n}").replace("true", "maybe") for n in range(15)]
    assert "and 5 more" in refusal(write(tmp_path, HEADER, *rows))


def test_a_file_that_is_not_utf8_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "hours.csv"
    path.write_bytes(f"{HEADER}\n{GOOD}\n".encode("latin-1"))
    assert "line 2" in refusal(path)
    assert "UTF-8" in refusal(path)


def test_a_quote_that_never_ends_is_refused_with_its_line(tmp_path: Path) -> None:
    said = refusal(write(tmp_path, HEADER, GOOD, GOOD.replace("e1", "e2").replace("Task", '"Task')))
    assert "line 3: this is not CSV" in said


def test_the_sample_is_a_timesheet() -> None:
    rows = read(SAMPLE).rows
    assert 250 <= len(rows) <= 350
    assert {row.billable for row in rows} == {True, False}
    text = "".join(row.client + row.staff + row.notes for row in rows)
    assert all(character in text for character in "ö'\"&")


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"PK\x03\x04rest", "an Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "an old Excel workbook"),
        (b"%PDF-1.7", "a PDF"),
        ("entry_key,work_date".encode("utf-16"), "text in UTF-16"),
        (b"entry_key;work_date;staff_key\n1;2026-01-01;s1\n", "separated by semicolons"),
        (b"entry_key\twork_date\n", "separated by tabs"),
    ],
)
def test_a_file_of_another_form_is_named(tmp_path: Path, content: bytes, form: str) -> None:
    """Case product 13."""
    file = tmp_path / "hours.csv"
    file.write_bytes(content)
    with pytest.raises(DemoError, match=form):
        read(file)
