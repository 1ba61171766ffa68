"""Links, in the table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from ledgerlink.domain.links import Link
from ledgerlink.storage import keys
from ledgerlink.storage.table import Row, Table


class DynamoLinks:
    """Implements `services.stores.Links`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, firm: str, connection_id: str, wanted: Iterable[str]) -> Mapping[str, Link]:
        pk = keys.connection(firm, connection_id)
        rows = self._table.get_many(pk, (keys.row("link", key) for key in wanted))
        return {row["key"]: _link(row) for row in rows}

    def put(self, firm: str, connection_id: str, links: Sequence[Link]) -> None:
        pk = keys.connection(firm, connection_id)
        self._table.put_many(
            asdict(link)
            | {
                "pk": pk,
                "sk": keys.row("link", link.key),
                "written_at": link.written_at.isoformat(),
            }
            for link in links
        )

    def delete(self, firm: str, connection_id: str, gone: Sequence[str]) -> None:
        pk = keys.connection(firm, connection_id)
        self._table.delete_many(pk, (keys.row("link", key) for key in gone))


def _link(row: Row) -> Link:
    return Link(
        key=row["key"],
        kind=row["kind"],
        ledger_id=row["ledger_id"],
        version=row.get("version"),
        fingerprint=row["fingerprint"],
        run_id=row["run_id"],
        written_at=datetime.fromisoformat(row["written_at"]),
    )
