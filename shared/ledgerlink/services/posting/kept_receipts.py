"""Receipts of a post, kept as they are when it is accepted: the address of an upload can be written
again for an hour."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import Any

from ledgerlink.domain.errors import NotFound
from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.services.dependencies import Dependencies

MOST_KEPT = 500
"""Receipts of one post that are kept; more would take an API call too long."""
COPIES = 8
"""Receipts that are copied at the same time."""


def with_kept_receipts(
    deps: Dependencies, connection_key: ConnectionKey, records: Sequence[Any]
) -> Sequence[Any]:
    """The records, whose receipts now name copies of their uploads. Receipts without an upload, and
    records that are none, stay as they are, because they are explained record by record later."""
    wanted = list(islice(dict.fromkeys(_uploads(records)), MOST_KEPT))
    if not wanted:
        return records
    with ThreadPoolExecutor(COPIES) as copies:
        kept = list(copies.map(partial(_kept, deps, connection_key), wanted))
    names = {old: new for old, new in zip(wanted, kept, strict=True) if new is not None}
    return [_renamed(record, names) for record in records]


def _kept(deps: Dependencies, connection_key: ConnectionKey, upload_id: str) -> str | None:
    try:
        return deps.staging.accept_upload(connection_key, upload_id).upload_id
    except NotFound:
        return None


def _uploads(records: Iterable[Any]) -> Iterator[str]:
    for record in records:
        for receipt in _receipts(record):
            if isinstance(upload_id := receipt.get("upload_id"), str) and upload_id:
                yield upload_id


def _receipts(record: Any) -> list[dict[str, Any]]:
    given = record.get("receipts") if isinstance(record, dict) else None
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def _renamed(record: Any, names: Mapping[str, str]) -> Any:
    if not _receipts(record):
        return record
    return {**record, "receipts": [_with_copy(one, names) for one in record["receipts"]]}


def _with_copy(receipt: Any, names: Mapping[str, str]) -> Any:
    if not isinstance(receipt, dict) or not isinstance(receipt.get("upload_id"), str):
        return receipt
    return {**receipt, "upload_id": names.get(receipt["upload_id"], receipt["upload_id"])}
