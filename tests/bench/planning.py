"""Planning a large sheet in a process of its own:
python -m tests.bench.planning (post|first|again) COUNT FOLDER.

The services are the real ones, with the files of the run in FOLDER in place of the bucket. `post`
plans the sheet as a post, `first` as an import. That stores in FOLDER what it would have written;
`again` plans the same import after it, with links and copies of the ledger read from there.
"""

import asyncio
import gzip
import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError
from ledgerlink.bootstrap import SystemClock
from ledgerlink.connectors.qbo import Endpoints, QuickBooksOnline
from ledgerlink.domain.model.company import Company, Features
from ledgerlink.domain.model.connections import Connection, ConnectionKey
from ledgerlink.domain.model.imports import Import, Scope
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Operation
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.domain.model.snapshots import Snapshot
from ledgerlink.domain.ports import Ledger, never
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.imports.plan_import import plan_import
from ledgerlink.services.imports.plan_sheet import ImportPlanner
from ledgerlink.services.posting.plan_post import PostPlanner
from ledgerlink.services.posting.plan_posted import plan_posted
from ledgerlink.services.posting.post_sheet import PostSheet
from ledgerlink.services.posting.sorted_lines import SortedLines
from ledgerlink.storage.staging import S3Staging
from ledgerlink.wire.stored import load

from tests.bench.peak import peak_mb
from tests.bench.sheet import DAYS, FIRST_DAY, lines
from tests.bench.written import as_read, rule_book, written
from tests.fakes.rows import FakeLinks
from tests.fakes.service import in_memory_service

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SCOPE = Scope(first_day=FIRST_DAY, last_day=FIRST_DAY + timedelta(days=DAYS))
UPLOAD = "upload"
PEOPLE = 300
SIZE = 1 << 16


@dataclass(frozen=True, slots=True)
class FolderAsBucket:
    """The calls of S3 that staging makes, on files of a folder."""

    folder: Path

    def put_object(self, *, Key: str, Body: bytes, **_: Any) -> None:  # noqa: N803 - S3's names
        self._path(Key).write_bytes(Body)

    def get_object(self, *, Key: str, **_: Any) -> dict[str, Any]:  # noqa: N803 - S3's names
        path = self._path(Key)
        if not path.exists():
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        small = path.stat().st_size < SIZE
        body = BytesIO(path.read_bytes()) if small else path.open("rb")
        return {"ContentLength": path.stat().st_size, "Body": body}

    def _path(self, key: str) -> Path:
        return self.folder / key.replace("/", "+")


@dataclass(frozen=True, slots=True)
class Held:
    """What an import wrote, a file per day with a link and the ledger's copy of each activity."""

    folder: Path

    def write(self, operations: Iterable[Operation], ids: dict[str, str]) -> None:
        """Keep what would have been written for these operations."""
        found = written(operations, ids)
        by_day: dict[date | None, list[bytes]] = {}
        for operation, line in zip(operations, found, strict=False):
            day = operation.source.work_date if operation.source else None
            by_day.setdefault(day, []).extend((line, next(found)))
        for day, some in by_day.items():
            with gzip.open(self._path(day), "ab", compresslevel=1) as file:
                file.write(b"\n".join([*some, b""]))

    def read(self, day: date | None) -> Iterator[tuple[Link, bytes]]:
        """The links of a day, and the lines of the copies."""
        if self._path(day).exists():
            with gzip.open(self._path(day)) as file:
                for line in file:
                    yield load(Link, line), next(file)

    def _path(self, day: date | None) -> Path:
        return self.folder / f"held-{day}.gz"


class HeldLinks(FakeLinks):
    """Links of what is held; all of them are of their day and found by it."""

    def __init__(self, held: Held) -> None:
        super().__init__()
        self._held = held
        self._lists = {link.key: link for link, _ in held.read(None)}

    def get(self, connection_key: ConnectionKey, wanted: Iterable[str]) -> Mapping[str, Link]:
        return {key: self._lists[key] for key in wanted if key in self._lists}

    def between(self, connection_key: ConnectionKey, first: date, last: date) -> Iterator[Link]:
        for day in _days(first, last):
            yield from (link for link, _ in self._held.read(day))


@dataclass(frozen=True, slots=True)
class HeldLedger:
    """A ledger that holds what is held."""

    held: Held

    async def snapshots(
        self, _kind: str, ids: Sequence[str], days: tuple[date, date] | None, *_: Any
    ) -> Mapping[str, Snapshot]:
        wanted = set(ids)
        pairs = (pair for day in _days(*days) for pair in self.held.read(day)) if days else ()
        return {
            link.ledger_id: as_read(load(Snapshot, copy))
            for link, copy in pairs
            if link.ledger_id in wanted
        }


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


@dataclass(frozen=True, slots=True)
class Bench:
    """A connection, and a run of it that is to be planned."""

    deps: Dependencies
    connection: Connection
    ledger: Ledger
    run: Run

    @classmethod
    def made(cls, held: Held, bucket: Path, imported: Import | None) -> "Bench":
        """Of what is held, with the sheet in the bucket."""
        app, connector = in_memory_service(), QuickBooksOnline(Endpoints(), SystemClock())
        connection = replace(app.connected(), ledger="qbo")
        for rule in rule_book(PEOPLE).values():
            app.rules(connection, rule.kind, {rule.key: rule.mapping})
        staging = S3Staging(cast("S3Client", FolderAsBucket(bucket)), "bucket")
        links, connectors = HeldLinks(held), {"qbo": connector}
        deps = replace(app.deps, staging=staging, links=links, connectors=connectors)
        run = Run(
            firm=connection.firm,
            connection_id=connection.id,
            id="bench",
            kind="post" if imported is None else "import",
            state=RunState.PLANNING,
            created_by="bench",
            created_at=app.clock.now(),
            ledger="qbo",
            staged=UPLOAD,
            imported=imported,
        )
        run = app.deps.runs.create(run, "bench", "bench")
        return cls(deps, connection, cast("Ledger", HeldLedger(held)), run)

    async def plan(self) -> Run:
        """The run with the chunks of its plan."""
        company = Company(company_id="bench", name="Bench", features=Features())
        deps, imported = self.deps, self.run.imported
        if imported is not None:
            importing = ImportPlanner(
                deps, self.connection, self.run, imported, company, self.ledger, never
            )
            return await plan_import(importing)
        posting = PostPlanner(
            deps, self.connection, self.ledger, company, self.run.created_at, never
        )
        with SortedLines() as sorted_lines:
            sheet = PostSheet.read(deps, self.run, sorted_lines)
            planned = await plan_posted(posting, self.run, sheet)
        return replace(self.run, chunks=planned.chunks)


def _upload(path: Path, count: int) -> None:
    with gzip.open(path, "wb", compresslevel=3) as file:
        for line in lines("plan", count, people=PEOPLE):
            file.write(line + b"\n")


def main() -> None:
    """Plan the sheet; print CPU seconds, peak MB, and how many operations there are."""
    mode, count, name = sys.argv[1:]
    held, bucket = Held(Path(name)), Path(name) / mode
    bucket.mkdir()
    _upload(bucket / UPLOAD, int(count))
    bench = Bench.made(held, bucket, None if mode == "post" else Import(scope=SCOPE))
    begun = time.process_time()
    run = asyncio.run(bench.plan())
    result = {
        "cpu_seconds": time.process_time() - begun,
        "peak_mb": peak_mb(),
        "operations": sum(chunk.count for chunk in run.chunks),
        "to_send": sum(chunk.pending for chunk in run.chunks),
        "chunks": len(run.chunks),
    }
    print(json.dumps(result))
    if mode == "first":
        ids: dict[str, str] = {}
        for chunk in run.chunks:
            held.write(bench.deps.staging.chunk(run, chunk.number), ids)


if __name__ == "__main__":
    main()
