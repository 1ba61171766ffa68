"""Links as the program of commit cf90c41 stored them: a row for each way to find one."""

from collections.abc import Iterator, Sequence

from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.storage import keys
from ledgerlink.storage.table import Row, Table
from ledgerlink.wire.stored import dump


def put_earlier(table: Table, connection_key: ConnectionKey, links: Sequence[Link]) -> None:
    """Store these links as that program did."""
    pk = keys.connection(connection_key)
    rows = {row["sk"]: row for link in links for row in _rows(pk, link)}
    table.put_many(rows.values())


def _rows(pk: str, link: Link) -> Iterator[Row]:
    yield {"pk": pk, "sk": keys.row("link", link.key), "data": dump(link).decode()}
    named = {"pk": pk, "key": link.key}
    if link.listed:
        written = keys.row("written", link.kind, link.ledger_id)
        yield named | {"sk": written, "ledger_id": link.ledger_id}
    if link.source is not None:
        day = link.source.work_date.isoformat()
        yield named | {"sk": keys.row("worked", day, link.key)}
    if link.key.startswith("receipt:") and keys.is_hashed(link.key):
        start = "/".join(link.key.split("/", 2)[:2]) + "/"
        yield named | {"sk": keys.row("attached", start, link.key)}
    if link.is_found_by_members:
        for member in link.members:
            yield named | {"sk": _carrier(link.record, member), "member": member}


def _carrier(record: RecordKind, member: str) -> str:
    if record is RecordKind.TIME:
        return keys.row("carrier", member)
    return keys.row("carrier", record, member)
