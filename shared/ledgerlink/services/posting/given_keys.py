"""The keys of all records of a run, as digests, because a million keys with what belongs to them do
not fit into memory: which are given more than once, and where the others are."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

KEY_BYTES, CELL_BYTES = 16, 8
"""Bytes of a digest: of a key so many that no two of a million have the same."""
ROW_BYTES = KEY_BYTES + 1 + CELL_BYTES
NOWHERE = bytes(CELL_BYTES)
"""The cell of a record that belongs to none."""
COUNTED, REJECTED = 1, 2
"""What a row says besides: that its record counts as one with this key, that it was rejected."""


def digest_of(value: object, size: int = CELL_BYTES) -> bytes:
    """A digest of a value, the same in every worker."""
    return hashlib.blake2b(repr(value).encode(errors="replace"), digest_size=size).digest()


class GivenKeys:
    """The keys, each with the cell of its record: records of different cells are never combined
    into one document. Read once all are added."""

    def __init__(self) -> None:
        self._rows: list[bytes] = []
        self._sorted = b""
        self._doubled: Mapping[bytes, int] = {}
        self._any_rejected = False

    def add(self, key: str, cell: bytes, *, counted: bool, rejected: bool) -> None:
        """Add the key of a record."""
        self._any_rejected = self._any_rejected or rejected
        marks = COUNTED * counted | REJECTED * rejected
        self._rows.append(digest_of(key, KEY_BYTES) + bytes([marks]) + cell)

    def seal(self) -> None:
        """Make the keys readable, once all are added."""
        self._rows.sort()
        self._doubled = dict(_doubled(self._rows))
        self._sorted = b"".join(self._rows)
        self._rows.clear()

    def doubled(self, keys: Iterable[str]) -> dict[str, int]:
        """How often those of these keys are given that are given more than once."""
        if not self._doubled:
            return {}
        counts = {key: self._doubled.get(digest_of(key, KEY_BYTES), 1) for key in keys}
        return {key: count for key, count in counts.items() if count > 1}

    def cells(self, key: str) -> set[bytes]:
        """The cells of the records with this key that were not rejected."""
        return {row[-CELL_BYTES:] for row in self._rows_of(key) if not row[KEY_BYTES] & REJECTED}

    def rejected(self, keys: Iterable[str]) -> set[str]:
        """Those of these keys of which a record was rejected."""
        if not self._any_rejected:
            return set()
        return {key for key in keys if any(row[KEY_BYTES] & REJECTED for row in self._rows_of(key))}

    def _rows_of(self, key: str) -> Iterator[bytes]:
        wanted = digest_of(key, KEY_BYTES)
        low, high = 0, len(self._sorted) // ROW_BYTES
        while low < high:
            middle = (low + high) // 2
            if self._row(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        while (row := self._row(low)).startswith(wanted):
            yield row
            low += 1

    def _row(self, number: int) -> bytes:
        return self._sorted[number * ROW_BYTES : (number + 1) * ROW_BYTES]


def _doubled(rows: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
    """Digests of keys that are given more than once, with how often."""
    counted = (row for row in rows if row[KEY_BYTES] & COUNTED)
    for key, same in groupby(counted, key=lambda row: row[:KEY_BYTES]):
        if (count := sum(1 for _ in same)) > 1:
            yield key, count
