"""Planning a large timesheet in a process of its own: python -m tests.bench.planning COUNT."""

import gzip
import json
import resource
import sys
import time
from datetime import UTC, datetime

from ledgerlink.bootstrap import SystemClock
from ledgerlink.connectors.qbo import Endpoints, QuickBooksOnline
from ledgerlink.domain.planner import PlanInput, plan
from ledgerlink.domain.resolver import RuleBook
from ledgerlink.domain.rules import Rule, RuleKind
from ledgerlink.services.plans import slices
from ledgerlink.wire.records import time_entry
from ledgerlink.wire.rules import mappings
from ledgerlink.wire.stored import dump

from tests.bench.sheet import lines, rules


def rule_book() -> RuleBook:
    """The rules of `sheet`, as they come from the table."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return {
        (RuleKind(kind), key): Rule(
            kind=RuleKind(kind), key=key, mapping=mapping, set_by="bench", set_at=at
        )
        for kind, given in rules("1").items()
        for key, mapping in mappings(RuleKind(kind), given).items()
    }


def main() -> None:
    """Read, plan and pack the chunks; print CPU seconds, peak MB and the number of operations."""
    stored = gzip.compress(b"\n".join(lines("plan", int(sys.argv[1]))), compresslevel=3)
    book, connector = rule_book(), QuickBooksOnline(Endpoints(), SystemClock())
    begun = time.process_time()
    entries = [time_entry(line) for line in gzip.decompress(stored).split(b"\n")]
    operations = plan(
        PlanInput(entries=entries, rejected=(), rules=book, links={}, composer=connector.composer)
    )
    packed = 0
    for part in slices(operations, connector.chunk_size):
        packed += len(gzip.compress(b"\n".join(map(dump, part)), compresslevel=3))
    result = {
        "cpu_seconds": time.process_time() - begun,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "operations": len(operations),
        "packed_mb": packed / 2**20,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
