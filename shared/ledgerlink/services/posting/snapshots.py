"""Snapshots: what the ledger holds now of the documents that we wrote."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from ledgerlink.domain.errors import KindRefused
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.reasons import Reason
from ledgerlink.domain.model.snapshots import Snapshot
from ledgerlink.domain.ports import Ledger, Stop


async def read_snapshots(
    ledger: Ledger, links: Iterable[Link], stop: Stop, *, by_day: bool = True
) -> Mapping[str, Snapshot | None]:
    """The snapshot of each linked document, by posting key; None for one that the ledger no longer
    has. Many are read by their days, unless `by_day` is false. Documents of a kind that the ledger
    refuses to show are locked. Raises Interrupted."""
    by_kind: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        by_kind[link.kind].append(link)
    snapshots: dict[str, Snapshot | None] = {}
    for kind, some in by_kind.items():
        ids = [link.ledger_id for link in some]
        groups = {link.ledger_id: link.group for link in some if link.group}
        try:
            days = _days(some) if by_day else None
            found = await ledger.snapshots(kind, ids, days, stop, groups)
        except KindRefused as refused:
            found = {link.ledger_id: _unseen(link, refused) for link in some}
        snapshots |= {link.key: found.get(link.ledger_id) for link in some}
    return snapshots


def _unseen(link: Link, refused: KindRefused) -> Snapshot:
    """A document that the ledger does not show to our user. It is taken to be as we wrote it, and
    cannot be changed."""
    return Snapshot(
        ledger_id=link.ledger_id,
        version=link.version,
        body={},
        forms=(link.expected_fingerprint,),
        locked=Reason(refused.code, refused.message, refused.remedy),
    )


def _days(links: Sequence[Link]) -> tuple[date, date] | None:
    days = [link.day for link in links if link.day is not None]
    return (min(days), max(days)) if days else None
