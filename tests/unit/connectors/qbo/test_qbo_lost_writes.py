"""Searching the ledger for documents whose write had no answer."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import pytest
from ledgerlink.connectors.qbo.documents import content as contents
from ledgerlink.domain.errors import NotFound
from ledgerlink.domain.model.plan import Action, Outcome, Write
from ledgerlink.domain.model.references import ExistingRecord
from ledgerlink.domain.ports import RecordKey

from tests.support.qbo.scripted_company import ScriptedCompany, open_ledger
from tests.support.qbo.virtual_time import START, run
from tests.support.qbo.writes import activity
from tests.unit.connectors.qbo.document_samples import (
    CARD,
    composed,
    expenses,
    invoice,
    receipt,
    sold,
)
from tests.unit.connectors.qbo.fake_query_server import FakeQueryServer, company
from tests.unit.connectors.qbo.stored_documents import (
    BILL,
    SALE,
    MoneyRecord,
    Row,
    create,
    reason_of,
    stored,
    update,
)

CHARGED = expenses(**CARD, key="expense:x1", reference="expense:x1")


def found(
    there: ScriptedCompany, *writes: Write, known: Collection[RecordKey] = ()
) -> Mapping[int, Outcome]:
    async def main() -> Mapping[int, Outcome]:
        return await open_ledger(there).find_lost_writes(writes, START, known)

    return run(main())


def there_is(kind: str, *rows: Row) -> ScriptedCompany:
    return company(**{kind: list(rows)})


def kind_of(sample: MoneyRecord) -> str:
    return composed(sample).kind


@pytest.mark.parametrize("sample", [BILL, CHARGED, SALE])
def test_a_document_is_known_again_by_our_name_in_its_note(sample: MoneyRecord) -> None:
    there = there_is(kind_of(sample), stored(sample, "144", PrivateNote="theirs"), stored(sample))
    (outcome,) = found(there, create(sample)).values()
    assert outcome.ledger_id == "145"
    assert reason_of(outcome).code == "already_written"
    assert outcome.content == contents.content_fingerprint(
        kind_of(sample), stored(sample), composed(sample).body
    )
    assert isinstance(there.rows, FakeQueryServer)
    (statement,) = there.rows.asked(kind_of(sample))
    assert "WHERE MetaData.CreateTime >= '2026-03-02T08:57:00+00:00' " in statement


def test_a_document_stored_with_other_values_is_still_ours() -> None:
    there = there_is("Bill", stored(BILL, TxnDate="2026-02-09"))
    (outcome,) = found(there, create(BILL)).values()
    assert reason_of(outcome).code == "answer_differs"


@pytest.mark.parametrize(
    "note", ["[expense-report:R10]", "see [expense-report:R1]", "expense-report:R1", ""]
)
def test_a_document_with_a_similar_marker_is_not_ours(note: str) -> None:
    assert found(there_is("Bill", stored(BILL, PrivateNote=note)), create(BILL)) == {}


def test_a_document_of_another_operation_is_not_ours() -> None:
    assert found(there_is("Bill", stored(BILL)), create(BILL), known={("Bill", "145")}) == {}


def test_each_write_is_found_once() -> None:
    other = expenses(key="expense-report:R2", reference="expense-report:R2")
    there = there_is("Bill", stored(other, "150"), stored(BILL, "145"), stored(BILL, "146"))
    outcomes = found(there, create(BILL, 1), create(other, 2))
    assert {seq: outcome.ledger_id for seq, outcome in outcomes.items()} == {1: "145", 2: "150"}


def test_a_found_invoice_without_its_time_links_has_a_warning() -> None:
    sample = invoice(sold(time=ExistingRecord("5")))
    row = stored(sample)
    lines = [{**each, "LinkedTxn": []} for each in row["Line"]]
    (outcome,) = found(there_is("Invoice", {**row, "Line": lines}), create(sample)).values()
    assert reason_of(outcome).code == "link_refused"


def test_an_update_is_found_by_a_newer_version_with_our_content() -> None:
    after = expenses(number="R1", location_id="3")
    write = update(after, stored(BILL))
    assert set(found(there_is("Bill", stored(after, version="3")), write)) == {0}
    assert found(there_is("Bill", stored(after, version="2")), write) == {}
    assert found(there_is("Bill", stored(BILL, version="3")), write) == {}


def filed(seq: int = 0, content: bytes = b"abc", **changes: Any) -> Write:
    return replace(create(receipt(**changes), seq), file=lambda: content)


def test_a_file_is_recognised_by_its_document_and_its_name() -> None:
    there = there_is(
        "Attachable",
        stored(receipt(document=ExistingRecord("146")), "1"),
        stored(receipt(file_name="other.pdf"), "2"),
        stored(receipt(), "3"),
    )
    (outcome,) = found(there, filed()).values()
    assert outcome.ledger_id == "3"
    assert reason_of(outcome).code == "already_written"


def test_of_files_with_one_name_the_size_decides() -> None:
    there = there_is("Attachable", stored(receipt(), "1", Size=4), stored(receipt(), "2", Size=3))
    outcomes = found(there, filed(1, b"abc"), filed(2, b"abcd"))
    assert {seq: outcome.ledger_id for seq, outcome in outcomes.items()} == {1: "2", 2: "1"}
    assert found(there, filed(3, b"other")) == {}


def test_an_unknown_size_decides_nothing() -> None:
    def gone() -> bytes:
        raise NotFound("no_upload", "It is kept no more.")

    there = there_is("Attachable", stored(receipt(), "1", Size=None))
    assert set(found(there, filed())) == {0}
    there = there_is("Attachable", stored(receipt(), "1", Size=9))
    assert set(found(there, replace(filed(), file=gone))) == {0}
    assert set(found(there, replace(filed(), file=None))) == {0}


def test_equal_files_are_as_many_as_there_are() -> None:
    there = there_is("Attachable", stored(receipt(), "1"))
    assert len(found(there, filed(1), filed(2))) == 1


def test_a_file_that_a_query_returns_incompletely_is_read_by_id() -> None:
    thin = stored(receipt(), "3", AttachableRef=None)
    there = there_is(
        "Attachable", thin, stored(receipt(file_name="b.pdf"), "4", AttachableRef=None)
    )
    there.reads = {"3": {"Attachable": stored(receipt(), "3")}}
    (outcome,) = found(there, filed()).values()
    assert outcome.ledger_id == "3"
    assert outcome.content == contents.content_fingerprint(
        "Attachable", stored(receipt()), composed(receipt()).body
    )


def test_a_client_stored_with_other_values_is_found_by_its_name() -> None:
    """Case quickbooks-online 3: else its name would be taken for ever."""
    body = {"DisplayName": "Cool Cars", "PrimaryEmailAddr": {"Address": "a@b.example"}}
    write = Write(seq=0, action=Action.CREATE, key="project:c1", kind="Customer", body=body)
    row = {"Id": "59", "SyncToken": "0", "DisplayName": "Cool Cars", "Active": True}
    outcome = found(there_is("Customer", row), write)[0]
    assert (outcome.ledger_id, reason_of(outcome).code) == ("59", "answer_differs")


def test_an_entry_on_two_pages_stands_for_one_of_two_equal_writes() -> None:
    """Pages shift when records are added meanwhile; the other write was never carried out."""
    row = {**activity(1), "Id": "7", "SyncToken": "0", "MetaData": {"CreateTime": "2026-03-02"}}
    writes = [
        Write(seq=n, action=Action.CREATE, key=f"time:t{n}", kind="TimeActivity", body=activity(1))
        for n in (1, 2)
    ]
    there = there_is("TimeActivity", row, row)
    assert [outcome.ledger_id for outcome in found(there, *writes).values()] == ["7"]
    there = there_is("TimeActivity", row, {**row, "Id": "8"})
    assert {outcome.ledger_id for outcome in found(there, *writes).values()} == {"7", "8"}
