"""Snapshots: what the ledger holds now of the documents that we wrote."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from ledgerlink.domain.model.documents import Snapshot
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.ports import Ledger, Stop


async def read_snapshots(
    ledger: Ledger, links: Iterable[Link], stop: Stop
) -> Mapping[str, Snapshot | None]:
    """The snapshot of each linked document, by posting key; None for one that the ledger no longer
    has. Raises Interrupted."""
    by_kind: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        by_kind[link.kind].append(link)
    snapshots: dict[str, Snapshot | None] = {}
    for kind, some in by_kind.items():
        ids = [link.ledger_id for link in some]
        groups = {link.ledger_id: link.group for link in some if link.group}
        found = await ledger.snapshots(kind, ids, _days(some), stop, groups)
        snapshots |= {link.key: found.get(link.ledger_id) for link in some}
    return snapshots


def _days(links: Sequence[Link]) -> tuple[date, date] | None:
    days = [link.day for link in links if link.day is not None]
    return (min(days), max(days)) if days else None
