"""All rules of a connection in one small file, so that a page of rules, or the
question which of 6,000 projects have one, does not read 6,000 rows.

The row that counts the changes of the rules names the file of its content. A file never
changes: the next change of the rules has another name. It may be missing, because it expired or its
writer died; then the rows are read, and the reader stores it again.
"""

import gzip
import json
import logging
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.rules import RuleKind
from ledgerlink.storage import keys
from ledgerlink.storage.table import Row

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

logger = logging.getLogger(__name__)
FIELDS = ("sk", "kind", "key", "mapping", "set_by", "set_at", "version")
"""What a file has of each row, in this order."""
KEPT = 4
"""Files that a process keeps, so that the pages of one table of rules read it once."""


@dataclass(frozen=True)
class RuleFile:
    """The rows of all rules, in the order of their sort keys. It has no slots, because it keeps
    what was looked up in it."""

    rows: Sequence[Sequence[Any]]

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "RuleFile":
        """The file of these rows of the table."""
        plain = ([row[name] for name in FIELDS[:-1]] + [int(row["version"])] for row in rows)
        return cls(sorted(plain, key=lambda row: row[0]))

    @cached_property
    def _sort_keys(self) -> Sequence[str]:
        return [row[0] for row in self.rows]

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], Sequence[Any]]:
        return {(row[1], row[2]): row for row in self.rows}

    def get(self, kind: RuleKind, key: str) -> Row | None:
        """The row of one rule; None when there is none."""
        row = self._by_name.get((kind.value, key))
        return _named(row) if row else None

    def of_kind(self, kind: RuleKind | None) -> Iterable[Row]:
        """The rows of one kind, or of all kinds, in order."""
        return (_named(row) for row in self.rows if kind in (None, row[1]))

    def names(self, kind: RuleKind) -> set[str]:
        """The keys of the rules of a kind."""
        return {row[2] for row in self.rows if row[1] == kind}

    def after(self, prefix: str, sort_key: str | None, limit: int) -> Sequence[Row]:
        """At most `limit` rows whose sort keys begin with `prefix`, after this sort key."""
        start = bisect_right(self._sort_keys, max(sort_key or "", prefix))
        some = self.rows[start : start + limit]
        return [_named(row) for row in some if row[0].startswith(prefix)]

    def changed(self, rows: Iterable[Row]) -> "RuleFile":
        """The file with these rows in place of those of the same sort keys."""
        newest = {row[0]: row for row in (*self.rows, *RuleFile.of(rows).rows)}
        return RuleFile(sorted(newest.values(), key=lambda row: row[0]))


def _named(row: Sequence[Any]) -> Row:
    return dict(zip(FIELDS, row, strict=True))


class S3RuleFiles:
    """Files in S3, under the prefix of staged files, where they expire. The newest ones are
    kept by the process."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket
        self._kept: dict[str, RuleFile] = {}

    def get(self, connection_key: ConnectionKey, name: str) -> RuleFile | None:
        """The file of this name; None when it is missing or cannot be read."""
        place = _place(connection_key, name)
        if place not in self._kept:
            try:
                body = self._client.get_object(Bucket=self._bucket, Key=place)["Body"].read()
                self._keep(place, RuleFile(json.loads(gzip.decompress(body))))
            except (ClientError, BotoCoreError, OSError, EOFError, ValueError):
                return None
        return self._kept[place]

    def put(self, connection_key: ConnectionKey, name: str, file: RuleFile) -> None:
        """Store the file, if that is possible: without it the rows are read."""
        place = _place(connection_key, name)
        body = gzip.compress(json.dumps(file.rows).encode(), compresslevel=3, mtime=0)
        try:
            self._client.put_object(Bucket=self._bucket, Key=place, Body=body)
        except (ClientError, BotoCoreError) as error:
            logger.warning("no file of rules was stored: %s", type(error).__name__)
        self._keep(place, file)

    def _keep(self, place: str, file: RuleFile) -> None:
        self._kept[place] = file
        while len(self._kept) > KEPT:
            self._kept.pop(next(iter(self._kept)), None)


def _place(connection_key: ConnectionKey, name: str) -> str:
    return f"staged/{keys.prefix(connection_key)}/rules/{name}.json.gz"
