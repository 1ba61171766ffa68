"""Taking back what was written, and what the ledger holds of it, against the sandbox over HTTP."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from ledgerlink.connectors.qbo.outcomes.billed_time import billed_reason
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.plan import Action, ItemState, Outcome, Request, Write
from ledgerlink.domain.model.snapshots import Snapshot

from tests.contract.qbo.books import Books, Make, Row
from tests.support.qbo.writes import OutcomeCollector, activity, create

FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))


@pytest.fixture
def books(company: Make) -> Books:
    return company("sample")


def written(books: Books, *writes: Write) -> Mapping[int, Outcome]:
    """What becomes of these, a batch at a time."""
    report = OutcomeCollector()
    groups = [writes[start : start + 30] for start in range(0, len(writes), 30)]
    requests = [Request(uuid4().hex, group) for group in groups]
    books.ask(lambda ledger: ledger.write(requests, report, lambda: False))
    return report.outcomes


def posted(books: Books, *writes: Write) -> list[Write]:
    """The deletes that take back what is created by these."""
    outcomes = written(books, *writes)
    assert {outcome.state for outcome in outcomes.values()} == {ItemState.POSTED}
    return [back(write, outcomes[write.seq]) for write in writes]


def back(write: Write, outcome: Outcome) -> Write:
    return replace(
        write,
        action=Action.DELETE,
        body=None,
        ledger_id=outcome.ledger_id,
        version=outcome.version,
        base_fingerprint=fingerprint(write.body or {}),
    )


def outcome(books: Books, write: Write) -> Outcome:
    return written(books, write)[write.seq]


def code(found: Outcome) -> str:
    assert found.reason is not None
    return found.reason.code


def row(books: Books, write: Write) -> Row | None:
    return next((r for r in books.rows(write.kind) if r["Id"] == write.ledger_id), None)


def is_done(found: Outcome, write: Write) -> bool:
    return (found.state, found.ledger_id, found.version, found.reason) == (
        ItemState.POSTED,
        write.ledger_id,
        None,
        None,
    )


def bill(books: Books, *linked: str) -> str:
    """Somebody invoices time; the invoice's id. Its number is in the ledger."""
    detail = {"DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"Qty": 1}}
    links = [[{"TxnId": each, "TxnType": "TimeActivity"}] for each in linked]
    lines = [{"Amount": 50, "LinkedTxn": link, **detail} for link in links]
    return books.create("Invoice", CustomerRef={"value": "21"}, Line=lines)


def number(books: Books, invoice: str) -> str:
    return next(str(r["DocNumber"]) for r in books.rows("Invoice") if r["Id"] == invoice)


def gone(books: Books, write: Write) -> None:
    books.edit(write.kind, id=write.ledger_id, delete=True)


def edited(books: Books, write: Write, **changes: Any) -> None:
    books.change(write.kind, str(write.ledger_id), **changes)


def test_time_is_deleted(books: Books) -> None:
    deletes = posted(books, create(0), create(1), create(2))
    outcomes = written(books, *deletes)
    assert all(is_done(outcomes[delete.seq], delete) for delete in deletes)
    assert [row(books, delete) for delete in deletes] == [None] * 3


def test_time_deleted_by_a_user_counts_as_deleted(books: Books) -> None:
    (delete,) = posted(books, create(0))
    gone(books, delete)
    assert is_done(outcome(books, delete), delete)


def test_billed_time_stays_and_its_invoice_is_named(books: Books) -> None:
    one, other = posted(books, create(0), create(1))
    invoice = number(books, bill(books, str(one.ledger_id), str(other.ledger_id)))
    outcomes = written(books, one, other)
    for delete in (one, other):
        assert outcomes[delete.seq].state is ItemState.FAILED
        assert code(outcomes[delete.seq]) == "billed"
        assert f"by invoice {invoice}" in str(outcomes[delete.seq].reason)
        assert row(books, delete) is not None


def test_billed_time_stays_at_the_version_that_it_has_now_too(books: Books) -> None:
    (delete,) = posted(books, create(0))
    invoice = number(books, bill(books, str(delete.ledger_id)))
    there = row(books, delete)
    assert there is not None
    found = outcome(books, replace(delete, version=there["SyncToken"]))
    assert code(found) == "billed"
    assert f"by invoice {invoice}" in str(found.reason)


def test_billed_time_is_not_updated(books: Books) -> None:
    (delete,) = posted(books, create(0))
    invoice = number(books, bill(books, str(delete.ledger_id)))
    found = outcome(books, replace(delete, action=Action.UPDATE, body=activity(0, Hours=1)))
    assert code(found) == "billed"
    assert f"by invoice {invoice}" in str(found.reason)
    assert (row(books, delete) or {})["Hours"] == 3


def test_time_whose_invoice_was_deleted_again_is_deleted(books: Books) -> None:
    (delete,) = posted(books, create(0))
    books.edit("Invoice", id=bill(books, str(delete.ledger_id)), delete=True)
    assert (row(books, delete) or {})["SyncToken"] == "2"
    assert is_done(outcome(books, delete), delete)
    assert row(books, delete) is None


def test_time_edited_by_a_user_is_not_deleted(books: Books) -> None:
    (delete,) = posted(books, create(0))
    edited(books, delete, Description="touched")
    assert code(outcome(books, delete)) == "changed_in_ledger"
    assert row(books, delete) is not None


def records() -> list[Write]:
    """One new record of each kind."""
    income = {"IncomeAccountRef": {"value": "1"}}
    named = {"GivenName": "Grace", "FamilyName": "Pariente"}
    mail = {"PrimaryEmailAddr": {"Address": "grace@example.com"}}
    return [
        create(0, {"DisplayName": "Amy & Sons"}, "Customer"),
        create(1, {"DisplayName": "Grace Pariente", **named, **mail}, "Employee"),
        create(2, {"DisplayName": "Bessie Books", **mail}, "Vendor"),
        create(3, {"Name": "Drafting", "Type": "Service", "UnitPrice": "95.5", **income}, "Item"),
    ]


SAME_AFTER = {"Id", "IncomeAccountRef", "Type", "UnitPrice", "GivenName", "PrimaryEmailAddr"}


def kept(found: Row | None) -> Row:
    return {name: value for name, value in (found or {}).items() if name in SAME_AFTER}


def test_list_records_are_made_inactive_and_keep_all_else(books: Books) -> None:
    deletes = posted(books, *records())
    before = [kept(row(books, delete)) for delete in deletes]
    outcomes = written(books, *deletes)
    assert all(is_done(outcomes[delete.seq], delete) for delete in deletes)
    assert [(row(books, delete) or {})["Active"] for delete in deletes] == [False] * 4
    assert [kept(row(books, delete)) for delete in deletes] == before


def test_each_list_record_alone_is_made_inactive(books: Books) -> None:
    for delete in posted(books, *records()):
        assert is_done(outcome(books, delete), delete)
        assert (row(books, delete) or {})["Active"] is False


def test_list_records_that_moved_on_are_made_inactive(books: Books) -> None:
    deletes = posted(books, *records())
    for delete in deletes:
        name = "Name" if delete.kind == "Item" else "DisplayName"
        edited(books, delete, **{name: f"Renamed {delete.seq}"})
    outcomes = written(books, *deletes)
    assert all(is_done(outcomes[delete.seq], delete) for delete in deletes)
    assert [(row(books, delete) or {})["Active"] for delete in deletes] == [False] * 4


def test_list_records_that_are_inactive_already_are_left_alone(books: Books) -> None:
    deletes = posted(books, *records())
    for delete in deletes:
        edited(books, delete, Active=False)
    versions = [(row(books, delete) or {})["SyncToken"] for delete in deletes]
    outcomes = written(books, *deletes)
    assert all(is_done(outcomes[delete.seq], delete) for delete in deletes)
    assert [(row(books, delete) or {})["SyncToken"] for delete in deletes] == versions


def test_a_project_and_then_its_customer_are_made_inactive(books: Books) -> None:
    (above,) = posted(books, create(0, {"DisplayName": "Amy & Sons"}, "Customer"))
    body = {"DisplayName": "Phase 1", "Job": True, "ParentRef": {"value": above.ledger_id}}
    (below,) = posted(books, create(1, body, "Customer"))
    for delete in (below, above):
        assert is_done(outcome(books, delete), delete)


def found(books: Books, *writes: Write) -> Mapping[int, Outcome]:
    since = datetime.now(UTC) - timedelta(minutes=5)
    return books.ask(lambda ledger: ledger.find_lost_writes(writes, since, set()))


def test_removals_are_found_once_they_are_done(books: Books) -> None:
    deletes = posted(books, *records(), create(4))
    assert found(books, *deletes) == {}
    written(books, *deletes)
    outcomes = found(books, *deletes)
    assert set(outcomes) == {0, 1, 2, 3, 4}
    assert all(is_done(outcomes[delete.seq], delete) for delete in deletes)


def snapshots(
    books: Books, *writes: Write, days: tuple[date, date] | None = FEBRUARY
) -> Mapping[str, Snapshot]:
    ids = [str(write.ledger_id) for write in writes]
    return books.ask(lambda ledger: ledger.snapshots("TimeActivity", ids, days))


def is_ours(copy: Snapshot, write: Write) -> bool:
    return copy.has(write.base_fingerprint or "")


def is_known(there: Mapping[str, Snapshot], write: Write) -> bool:
    copy = there.get(str(write.ledger_id))
    return copy is not None and is_ours(copy, write)


def test_a_written_document_is_recognised(books: Books) -> None:
    plain = activity(1, BillableStatus="NotBillable", HourlyRate=None)
    bare = activity(2, ItemRef=None, Description=None)
    writes = posted(books, create(0), create(1, plain), create(2, bare))
    there = snapshots(books, *writes)
    assert all(is_known(there, write) for write in writes)
    assert [copy.version for copy in there.values()] == ["0"] * 3
    assert [(copy.minutes, str(copy.rate)) for copy in there.values()] == [
        (210, "15.25"),
        (210, "None"),
        (210, "15.25"),
    ]


def test_gone_edited_and_billed_time_is_distinguished(books: Books) -> None:
    one, two, three, four = posted(books, *(create(n) for n in range(4)))
    gone(books, one)
    edited(books, two, Hours=9)
    invoice = number(books, bill(books, str(three.ledger_id)))
    there = snapshots(books, one, two, three, four)
    second, third, fourth = there.values()
    assert str(one.ledger_id) not in there
    assert (is_ours(second, two), second.minutes, second.version) == (False, 570, "1")
    assert (is_ours(third, three), third.locked) == (True, billed_reason(invoice))
    assert (is_ours(fourth, four), fourth.locked) == (True, None)


def test_an_invoice_that_is_linked_by_the_charge_is_named(books: Books) -> None:
    books.admin("settings", {"time_link_id": "timecharge"})
    (write,) = posted(books, create(0))
    invoice = bill(books, str((row(books, write) or {})["TimeChargeId"]))
    (copy,) = snapshots(books, write).values()
    assert copy.locked == billed_reason(number(books, invoice))


def test_many_copies_are_found_on_and_off_their_days(books: Books) -> None:
    writes = posted(books, *(create(n) for n in range(1050)))
    edited(books, writes[3], TxnDate="2026-05-01")
    gone(books, writes[5])
    there = snapshots(books, *writes)
    assert set(there) == {str(w.ledger_id) for w in writes} - {writes[5].ledger_id}
    edits = {seq for seq, write in enumerate(writes) if not is_known(there, write)}
    assert edits == {3, 5}
