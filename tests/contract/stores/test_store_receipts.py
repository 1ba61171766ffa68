"""Receipts are found by the record that they belong to, however long its key is."""

from dataclasses import replace

import pytest
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.domain.planning.attachments import receipts_of

from tests.contract.stores.samples import ACME, link
from tests.contract.stores.stores import Stores

KEYS = ["e1", "字" * 30, "字" * 200, "k" * 200, "a/b" * 60, "🙂" * 100, "%2F" * 60]


@pytest.mark.parametrize("key", KEYS)
def test_receipts_of_a_record_are_found_and_no_others(stores: Stores, key: str) -> None:
    """Case security 9."""
    start = receipts_of(RecordKind.EXPENSE, key)
    mine = [link(f"{start}{receipt}", f"m{receipt}") for receipt in ("r1", "r/2", "字" * 40)]
    others = [
        link(receipts_of(RecordKind.EXPENSE, f"{key}x") + "r1", "o1"),
        link(receipts_of(RecordKind.EXPENSE, f"{key}/x") + "r1", "o2"),
        link(receipts_of(RecordKind.INVOICE, key) + "r1", "o3"),
    ]
    stores.links.put(ACME, [*mine, *others])
    found = stores.links.beginning(ACME, [start])
    assert set(found) == {one.key for one in mine}
    stores.links.put(ACME, [replace(mine[0], ledger_id="new")])
    assert stores.links.beginning(ACME, [start])[mine[0].key].ledger_id == "new"
    stores.links.delete(ACME, [one.key for one in mine])
    assert stores.links.beginning(ACME, [start]) == {}
    assert len(stores.links.get(ACME, [one.key for one in others])) == 3
