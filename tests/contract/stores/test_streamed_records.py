"""Reading and writing files of lines, without holding them in memory."""

import gzip
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

import pytest
from ledgerlink.domain.errors import Invalid
from ledgerlink.storage import staging
from ledgerlink.storage.staging import BUFFER, S3Staging

from tests.contract.stores.samples import ACME

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LINES = 20_000


class OneFile:
    """S3 with one file, which it hands out part by part."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.body = BytesIO()

    @property
    def read_bytes(self) -> int:
        return self.body.tell()

    def get_object(self, **_: Any) -> dict[str, Any]:
        self.body = BytesIO(self.content)
        return {"ContentLength": len(self.content), "Body": self.body}

    def put_object(self, **given: Any) -> None:
        self.content = given["Body"]

    def lines(self) -> Iterator[bytes]:
        return iter(S3Staging(cast("S3Client", self), "bucket").records("x"))


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_the_first_line_is_there_before_the_file_is_read(pack: Any) -> None:
    content = bytes(range(33, 127)) * 40_000
    file = OneFile(pack(b"first\n" + content))
    lines = file.lines()
    assert next(lines) == b"first"
    assert file.read_bytes <= BUFFER
    assert next(lines) == content


def test_lines_are_packed_as_they_come() -> None:
    """Only their packed form is kept: 20,000 equal lines take no memory."""
    file = OneFile(b"")
    handed_out = 0

    def lines() -> Iterator[dict[str, int]]:
        nonlocal handed_out
        for _ in range(LINES):
            handed_out += 1
            yield {"n": 1}

    S3Staging(cast("S3Client", file), "bucket").put_records(ACME, lines())
    assert len(file.content) < LINES / 10
    assert sum(1 for _ in file.lines()) == handed_out == LINES


def test_one_line_may_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "LARGEST_FILE", 1000)
    monkeypatch.setattr(staging, "LARGEST", 10_000)
    short, long = b"x" * 999, b"x" * 1001
    assert list(OneFile(gzip.compress(short)).lines()) == [short]
    with pytest.raises(Invalid, match="a line of more than 1000 bytes"):
        list(OneFile(gzip.compress(short + b"\n" + long)).lines())


@pytest.mark.parametrize("line", [b"{}", b"", b" "])
def test_short_lines_may_not_fill_the_memory(line: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few KB of gzip may hold millions of them, and each is a rejected record."""
    monkeypatch.setattr(staging, "MOST_LINES", 10)
    assert len(list(OneFile(gzip.compress(b"{}\n" * 10)).lines())) == 10
    with pytest.raises(Invalid, match="more than 10 lines"):
        list(OneFile(gzip.compress(b"{}\n" + (line + b"\n") * 10)).lines())


def test_empty_files_from_before_are_still_ours() -> None:
    before = gzip.compress(b"", compresslevel=3, mtime=0)
    assert list(OneFile(before).lines()) == []
