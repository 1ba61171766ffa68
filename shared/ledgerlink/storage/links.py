"""Links, in the table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import islice

from ledgerlink.domain.links import Link
from ledgerlink.storage import keys
from ledgerlink.storage.table import Row, Table

AT_ONCE = 100


class DynamoLinks:
    """Implements `services.stores.Links`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, firm: str, connection_id: str, wanted: Iterable[str]) -> Mapping[str, Link]:
        pk = keys.connection(firm, connection_id)
        rows = self._table.get_many(pk, (keys.row("link", key) for key in wanted))
        return {row["key"]: _link(row) for row in rows}

    def of_records(
        self, firm: str, connection_id: str, kind: str, ledger_ids: Iterable[str]
    ) -> Mapping[str, Link]:
        pk = keys.connection(firm, connection_id)
        rows = self._table.get_many(pk, (keys.row("written", kind, i) for i in ledger_ids))
        named = {row["ledger_id"]: row["key"] for row in rows}
        links = self.get(firm, connection_id, named.values())
        found = {ledger_id: links.get(key) for ledger_id, key in named.items()}
        # A link that was tied to another record since leaves its old row behind.
        return {i: link for i, link in found.items() if link is not None and link.ledger_id == i}

    def ledger_ids(self, firm: str, connection_id: str, kind: str) -> Iterator[str]:
        pk = keys.connection(firm, connection_id)
        rows = self._table.query(pk, keys.under("written", kind))
        while ids := [row["ledger_id"] for row in islice(rows, AT_ONCE)]:
            yield from self.of_records(firm, connection_id, kind, ids)

    def put(self, firm: str, connection_id: str, links: Sequence[Link]) -> None:
        pk = keys.connection(firm, connection_id)
        rows: dict[str, Row] = {}
        for link in links:
            at = {"written_at": link.written_at.isoformat()}
            forward = {"pk": pk, "sk": keys.row("link", link.key)}
            reverse = _reverse(pk, link) | {"ledger_id": link.ledger_id, "key": link.key}
            rows[forward["sk"]] = asdict(link) | forward | at
            rows[reverse["sk"]] = reverse
        self._table.put_many(rows.values())

    def delete(self, firm: str, connection_id: str, gone: Sequence[str]) -> None:
        pk = keys.connection(firm, connection_id)
        links = self.get(firm, connection_id, gone)
        reverse = (_reverse(pk, link)["sk"] for link in links.values())
        forward = (keys.row("link", key) for key in gone)
        self._table.delete_many(pk, dict.fromkeys([*forward, *reverse]))


def _reverse(pk: str, link: Link) -> Row:
    """Where the link is found by the ledger's id."""
    return {"pk": pk, "sk": keys.row("written", link.kind, link.ledger_id)}


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
