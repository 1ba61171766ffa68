"""Sorting more lines than fit into memory: in parts, each of which waits packed on the disk of the
worker until they are merged."""

import heapq
from collections.abc import Iterator
from contextlib import ExitStack
from gzip import GzipFile
from io import BufferedReader
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Self

PART_BYTES = 16 * 1024 * 1024
"""Bytes of lines that are sorted in memory at once."""
BUFFER = 128 * 1024
"""Bytes that are unpacked at once."""


class SortedLines:
    """Lines without line breaks, given in any order and read in theirs, as often as one likes. A
    context manager, because its files exist as long as it is open."""

    def __init__(self, part_bytes: int = PART_BYTES) -> None:
        self._part_bytes = part_bytes
        self._newest: list[bytes] = []
        self._size = 0
        self._parts: list[IO[bytes]] = []
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open.close()

    def add(self, line: bytes) -> None:
        """Add a line. None may be added once they are read."""
        self._newest.append(line)
        self._size += len(line)
        if self._size >= self._part_bytes:
            self._parts.append(self._stored(sorted(self._newest)))
            self._newest, self._size = [], 0

    def _stored(self, lines: list[bytes]) -> IO[bytes]:
        file = self._open.enter_context(TemporaryFile())  # noqa: SIM115 - the stack closes it
        with GzipFile(fileobj=file, mode="wb", compresslevel=1, mtime=0) as packed:
            packed.write(b"\n".join(lines))
        return file

    def __iter__(self) -> Iterator[bytes]:
        """All lines in their order. One reader at a time."""
        return heapq.merge(*map(_lines, self._parts), sorted(self._newest))


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    with BufferedReader(GzipFile(fileobj=file), BUFFER) as unpacked:
        for line in unpacked:
            yield line.removesuffix(b"\n")
