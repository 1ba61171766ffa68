"""Files of receipts, looked at before anything is sent: missing, empty or too large ones."""

from collections.abc import Container, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from ledgerlink.domain.errors import NotFound
from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.model.source_records import ExpenseEntry, Invoice, Receipt
from ledgerlink.domain.planning.attachments import receipt_key
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.ports import LARGEST_FILE

MOST_CHECKED = 2_000
"""Receipts of one post whose files are looked at. The others' files are read when they are sent."""
AT_ONCE = 8
"""Files that are looked at at the same time."""


def unusable_files(
    deps: Dependencies,
    connection_key: ConnectionKey,
    records: Iterable[ExpenseEntry | Invoice],
    attached: Container[str],
) -> Mapping[str, Reason]:
    """The reasons why files of receipts of these records cannot be sent, by posting key. Receipts
    that are `attached` already need no file."""
    found = ((receipt_key(one, each), each) for one in records for each in one.receipts)
    wanted = dict(islice((pair for pair in found if pair[0] not in attached), MOST_CHECKED))
    if not wanted:
        return {}

    def why(receipt: Receipt) -> Reason | None:
        return _why_unusable(deps, connection_key, receipt)

    with ThreadPoolExecutor(AT_ONCE) as looks:
        reasons = list(looks.map(why, wanted.values()))
    return {key: each for key, each in zip(wanted, reasons, strict=True) if each is not None}


def _why_unusable(
    deps: Dependencies, connection_key: ConnectionKey, receipt: Receipt
) -> Reason | None:
    words = {"field": "upload_id", "name": receipt.file_name}
    try:
        size = deps.staging.upload_size(connection_key, receipt.upload_id)
    except NotFound:
        return reason("receipt_missing", **words)
    if size == 0:
        return reason("receipt_empty", **words)
    if size > LARGEST_FILE:
        return reason("receipt_too_large", **words, size=size, limit=LARGEST_FILE)
    return None
