"""What the ledger holds now of what we wrote."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from ledgerlink.domain.model.documents import Snapshot
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.ports import Ledger, Stop


async def copies_of(
    ledger: Ledger, links: Iterable[Link], stop: Stop
) -> Mapping[str, Snapshot | None]:
    """What the ledger holds of what these links stand for, by posting key; None is gone. Raises
    Interrupted."""
    by_kind: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        by_kind[link.kind].append(link)
    copies: dict[str, Snapshot | None] = {}
    for kind, some in by_kind.items():
        found = await ledger.copies(kind, [link.ledger_id for link in some], _days(some), stop)
        copies |= {link.key: found.get(link.ledger_id) for link in some}
    return copies


def _days(links: Sequence[Link]) -> tuple[date, date] | None:
    days = [link.day for link in links if link.day is not None]
    return (min(days), max(days)) if days else None
