"""A timesheet as a CSV file: UTF-8, a header, one row per time entry."""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from local.demo.cells import COLUMNS
from local.demo.errors import DemoError

MOST_COMPLAINTS = 10
FILE_LIMIT = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One entry as the file says it. Empty text means that the file says nothing."""

    entry_key: str
    work_date: date
    staff_key: str
    staff: str
    client_key: str
    client: str
    project_key: str
    project: str
    labor_code: str
    billable: bool
    minutes: int
    task: str
    notes: str


@dataclass(frozen=True, slots=True)
class Timesheet:
    """A file's entries; `digest` is the SHA-256 (hex) of the file."""

    name: str
    digest: str
    rows: tuple[Row, ...]


def read(path: Path) -> Timesheet:
    """The timesheet in that file. Raises DemoError naming line and column of what is wrong."""
    content = _content(path)
    if form := _other_form(content):
        raise DemoError(f"{path.name} is {form}; save it as CSV (UTF-8, separated by commas).")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DemoError(
            f"{path.name}, line {line}: the file is not UTF-8; save it as UTF-8."
        ) from None
    rows = _rows(path.name, text)
    return Timesheet(path.name, hashlib.sha256(content).hexdigest(), rows)


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise DemoError(f"There is no file {path}. Name a CSV file with --timesheet.")
    if path.stat().st_size > FILE_LIMIT:
        raise DemoError(f"{path.name} is larger than {FILE_LIMIT // 2**20} MB; split it.")
    try:
        return path.read_bytes()
    except OSError as error:
        raise DemoError(f"{path} cannot be read: {error.strerror}.") from None


OTHER_FORMS = {
    b"PK\x03\x04": "an Excel workbook (.xlsx)",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls)",
    b"%PDF": "a PDF",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
}
"""What a file is that begins with these bytes."""
OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def _other_form(content: bytes) -> str | None:
    """What a file is that is no CSV file separated by commas; None for one that may be."""
    for start, form in OTHER_FORMS.items():
        if content.startswith(start):
            return form
    header = content.partition(b"\n")[0].decode("utf-8", errors="replace")
    if "," in header:
        return None
    return next((f"separated by {w}" for s, w in OTHER_SEPARATORS.items() if s in header), None)


def _rows(name: str, text: str) -> tuple[Row, ...]:
    complaints: list[str] = []
    rows: list[Row] = []
    lines: dict[str, int] = {}
    for line, cells in _records(name, text):
        wrong = [f"line {line}, column {column}: {why}" for column, why in _faults(cells)]
        key = cells.get("entry_key", "")
        if key in lines:
            wrong.append(f"line {line}, column entry_key: {key} is in line {lines[key]} already")
        lines.setdefault(key, line)
        complaints += wrong
        if not wrong:
            rows.append(_row(cells))
    _refuse(name, complaints)
    if not rows:
        raise DemoError(f"{name} holds no entries below its header.")
    return tuple(rows)


def _refuse(name: str, complaints: Sequence[str]) -> None:
    if not complaints:
        return
    shown = "\n".join(f"  {complaint}" for complaint in complaints[:MOST_COMPLAINTS])
    more = len(complaints) - MOST_COMPLAINTS
    rest = f"\n  and {more} more" if more > 0 else ""
    raise DemoError(f"{name} cannot be used as it is:\n{shown}{rest}\nCorrect it and run again.")


def _records(name: str, text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Each record's cells by column, with the line in which the record begins."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    first = 1
    try:
        header = _header(name, next(reader, []))
        first = reader.line_num + 1
        for cells in reader:
            if cells:
                yield first, _named(header, cells)
            first = reader.line_num + 1
    except csv.Error as error:
        raise DemoError(f"{name}, line {first}: this is not CSV ({error}).") from None


def _header(name: str, header: Sequence[str]) -> Sequence[str]:
    if not header:
        raise DemoError(f"{name} is empty. Its first line must be: {','.join(COLUMNS)}")
    missing = [column for column in COLUMNS if column not in header]
    unknown = [column for column in header if column not in COLUMNS]
    doubled = [column for column, times in Counter(header).items() if times > 1]
    said = (("lacks", missing), ("has unknown", unknown), ("repeats", doubled))
    wrong = [f"{what} {', '.join(columns)}" for what, columns in said if columns]
    if wrong:
        raise DemoError(
            f"{name}, line 1: the header {' and '.join(wrong)}. "
            f"The columns are: {','.join(COLUMNS)}"
        )
    return header


def _named(header: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """Cells by column; a record of another length says so in a column of its own."""
    if len(cells) != len(header):
        return {"": f"it has {len(cells)} cells where the header has {len(header)}"}
    return dict(zip(header, cells, strict=True))


def _faults(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Columns of a record that cannot be used, each with the reason."""
    if "" in cells:
        yield "(all)", cells[""]
        return
    for column, read_cell in COLUMNS.items():
        try:
            read_cell(cells[column])
        except ValueError as error:
            yield column, str(error)


def _row(cells: Mapping[str, str]) -> Row:
    values: dict[str, Any] = {column: read(cells[column]) for column, read in COLUMNS.items()}
    return Row(**values)
