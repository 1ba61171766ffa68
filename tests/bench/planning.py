"""Planning a large timesheet in a process of its own: python -m tests.bench.planning MODE COUNT.

MODE is `post`, `import` (nothing was written before), `write FILE` (keep what would have been
written by that import in a file) or `again FILE` (the same import, after all of it was written).
"""

import gzip
import json
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path

from ledgerlink.bootstrap import SystemClock
from ledgerlink.connectors.qbo import Endpoints, QuickBooksOnline
from ledgerlink.connectors.qbo.documents.content import possible_bodies
from ledgerlink.connectors.qbo.documents.time_entry import TIME_ENTRY
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import ItemState, Operation
from ledgerlink.domain.model.references import resolve
from ledgerlink.domain.model.rules import Rule, RuleBook, RuleKind
from ledgerlink.domain.model.snapshots import Snapshot
from ledgerlink.domain.model.source_records import TimeEntry
from ledgerlink.domain.planning.inputs import PlanInput
from ledgerlink.domain.planning.planner import plan
from ledgerlink.services.posting.chunks import slices
from ledgerlink.wire.records import source_record
from ledgerlink.wire.rules import mappings
from ledgerlink.wire.stored import dump, load

from tests.bench.peak import peak_mb
from tests.bench.sheet import PEOPLE, lines, rules

AT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Held:
    """What was written before: links and the ledger's copies, by posting key."""

    links: dict[str, Link] = field(default_factory=dict)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "Held":
        held = cls()
        with path.open("rb") as stored:
            for line in stored:
                link, copy = load(Link, line), load(Snapshot, next(stored))
                held.links[link.key] = link
                if link.source:
                    held.snapshots[link.key] = as_read(copy)
        return held


def as_read(copy: Snapshot) -> Snapshot:
    """The copy as the connector makes it of what the ledger says."""
    return replace(copy, body=possible_bodies(TIME_ENTRY, copy.body)[0])


def rule_book(people: int = PEOPLE) -> RuleBook:
    """The rules of `sheet` for so many people, as they come from the table."""
    return {
        (RuleKind(kind), key): Rule(
            kind=RuleKind(kind), key=key, mapping=mapping, set_by="bench", set_at=AT
        )
        for kind, given in rules("1", people).items()
        for key, mapping in mappings(RuleKind(kind), given).items()
    }


def planned(
    stored: bytes, book: RuleBook, connector: QuickBooksOnline, held: Held, *, whole: bool
) -> tuple[Operation, ...]:
    """The plan of these packed lines."""
    records = map(source_record, gzip.decompress(stored).split(b"\n"))
    entries = [record for record in records if isinstance(record, TimeEntry)]
    return plan(
        PlanInput(
            entries=entries,
            rejected=(),
            rules=book,
            links=held.links,
            composer=connector.composer_for(Features()),
            whole=whole,
            scope=[link for link in held.links.values() if link.source],
            snapshots=held.snapshots,
        )
    )


def written(operations: Iterable[Operation], ids: dict[str, str]) -> Iterator[bytes]:
    """A link and a copy for each, as they would be stored, line by line. `ids` gets their ids in
    the ledger, by posting key."""
    for operation in operations:
        ids[operation.key] = str(len(ids) + 1)
        body, *targets = resolve([operation.body, *operation.targets], ids.__getitem__)
        mark = fingerprint(body)
        link = Link(
            key=operation.key,
            kind=operation.kind,
            ledger_id=ids[operation.key],
            version="0",
            fingerprint=mark,
            run_id="bench",
            written_at=AT,
            rank="bench",
            imported=True,
            members=operation.members,
            day=operation.day,
            minutes=operation.minutes,
            rate=operation.rate,
            source=operation.source,
            targets=tuple(targets),
        )
        # The connector offers two forms: with the item that the ledger may have filled in, and not.
        possible_bodies = (mark, fingerprint({**body, "ItemRef": None}))
        yield dump(link)
        yield dump(
            Snapshot(ledger_id=link.ledger_id, version="0", body=body, forms=possible_bodies)
        )


def main() -> None:
    """Read, plan and pack the chunks; print CPU seconds, peak MB and the number of operations."""
    mode, count, *file = sys.argv[1:]
    stored = gzip.compress(b"\n".join(lines("plan", int(count))), compresslevel=3)
    book, connector = rule_book(), QuickBooksOnline(Endpoints(), SystemClock())
    begun = time.process_time()
    held = Held.read(Path(file[0])) if mode == "again" else Held()
    operations = planned(stored, book, connector, held, whole=mode != "post")
    if mode == "write":
        Path(file[0]).write_bytes(b"\n".join(written(operations, {})))
    packed = 0
    for part in slices(operations, connector.chunk_size, attrgetter("state", "level")):
        packed += len(gzip.compress(b"\n".join(map(dump, part)), compresslevel=3))
    result = {
        "cpu_seconds": time.process_time() - begun,
        "peak_mb": peak_mb(),
        "operations": len(operations),
        "to_send": sum(operation.state is ItemState.PENDING for operation in operations),
        "packed_mb": packed / 2**20,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
