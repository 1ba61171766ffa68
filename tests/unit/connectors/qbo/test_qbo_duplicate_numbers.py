"""Documents whose number is taken."""

import pytest
from ledgerlink.domain.errors import LedgerUnavailable
from ledgerlink.domain.model.plan import ItemState, Request
from ledgerlink.domain.model.references import ExistingRecord

from tests.support.qbo.scripted_company import fault, fault_body, open_ledger, reply, write_all
from tests.support.qbo.virtual_time import run
from tests.support.qbo.writes import OutcomeCollector
from tests.unit.connectors.qbo.document_samples import CARD, expenses, invoice, sold
from tests.unit.connectors.qbo.fake_query_server import FakeQueryServer, company
from tests.unit.connectors.qbo.stored_documents import (
    BILL,
    SALE,
    create,
    outcome,
    reason_of,
    stored,
    update,
)

WORDS = (
    "Duplicate Document Number Error : You must specify a different number. This number has "
    "already been used. DocNumber=1041 is assigned to TxnType={} with TxnId=145"
)


def double(kind: str = "Invoice", words: str = WORDS) -> str:
    return words.format(kind)


def test_an_invoice_that_has_our_number_and_name_is_taken_over() -> None:
    there = company(fault("6140", double()), Invoice=[stored(SALE, version="4")])
    found = outcome(there, create(SALE))
    assert (found.state, found.ledger_id, found.version) == (ItemState.POSTED, "145", "4")
    assert reason_of(found).code == "already_written"
    assert found.total is not None
    assert found.content
    assert isinstance(there.rows, FakeQueryServer)
    assert "WHERE Id IN ('145') " in there.rows.asked("Invoice")[0]


def test_a_duplicate_with_other_values_is_adopted_with_a_warning() -> None:
    there = company(fault("6140", double()), Invoice=[stored(SALE, TxnDate="2026-02-09")])
    found = outcome(there, create(SALE))
    assert (found.state, reason_of(found).code) == (ItemState.POSTED, "answer_differs")
    assert found.content == ""


def test_a_duplicate_without_its_time_links_has_a_warning() -> None:
    sample = invoice(sold(time=ExistingRecord("5")), number="1041")
    row = stored(sample)
    row = {**row, "Line": [{**each, "LinkedTxn": []} for each in row["Line"]]}
    found = outcome(company(fault("6140", double()), Invoice=[row]), create(sample))
    assert reason_of(found).code == "link_refused"


@pytest.mark.parametrize("note", ["theirs", "[invoice:I10]", None])
def test_a_foreign_invoice_is_named_with_number_and_day(note: str | None) -> None:
    there = company(fault("6140", double()), Invoice=[stored(SALE, PrivateNote=note)])
    found = outcome(there, create(SALE))
    assert (found.state, reason_of(found).code) == (ItemState.FAILED, "number_taken")
    assert "(1041 by invoice 145 of 2026-02-02)" in reason_of(found).message


def test_a_holder_that_is_not_found_is_named_by_its_id() -> None:
    found = outcome(company(fault("6140", double())), create(SALE))
    assert "(1041 by invoice 145)" in reason_of(found).message


@pytest.mark.parametrize("words", ["", "Ce numéro est déjà utilisé."])
def test_an_unknown_holder_is_looked_up_by_number(words: str) -> None:
    there = company(fault("6140", words), Invoice=[stored(SALE)])
    assert reason_of(outcome(there, create(SALE))).code == "already_written"
    assert isinstance(there.rows, FakeQueryServer)
    assert "WHERE DocNumber IN ('1041') " in there.rows.asked("Invoice")[0]
    there = company(fault("6140", words), Invoice=[stored(SALE, PrivateNote=None)])
    assert "(1041 by invoice 145 of" in reason_of(outcome(there, create(SALE))).message


def test_a_fault_in_french_names_the_holder_too() -> None:
    words = "DocNumber=1041 est attribué à TxnType=Invoice avec TxnId = 145"
    there = company(fault("6140", words), Invoice=[stored(SALE)])
    assert reason_of(outcome(there, create(SALE))).code == "already_written"


def test_a_bill_is_taken_over_as_an_invoice_is() -> None:
    there = company(fault("6140", double("Bill")), Bill=[stored(BILL)])
    assert reason_of(outcome(there, create(BILL))).code == "already_written"


@pytest.mark.parametrize("kind", ["Check", "CashPurchase", "CreditCardPurchase", "Purchase"])
def test_a_purchase_is_found_by_each_of_its_transaction_types(kind: str) -> None:
    sample = expenses(**CARD, number="1041")
    there = company(fault("6140", double(kind)), Purchase=[stored(sample)])
    assert reason_of(outcome(there, create(sample))).code == "already_written"


def test_a_record_of_another_kind_is_never_taken_over() -> None:
    there = company(fault("6140", double("Bill")), Bill=[stored(BILL, PrivateNote="[invoice:I1]")])
    found = outcome(there, create(SALE))
    assert (found.state, reason_of(found).code) == (ItemState.FAILED, "number_taken")
    assert "1041 by bill 145 of" in reason_of(found).message


def test_a_holder_of_another_kind_has_the_ledgers_name() -> None:
    found = outcome(company(fault("6140", double("SalesReceipt"))), create(SALE))
    assert "(1041 by SalesReceipt 145)" in reason_of(found).message


def test_an_update_never_takes_another_document_over() -> None:
    there = company(fault("6140", double()), Invoice=[stored(SALE)])
    write = update(invoice(number="1041", class_id="7"), stored(SALE))
    found = outcome(there, write)
    assert (found.state, reason_of(found).code) == (ItemState.FAILED, "number_taken")
    assert "TxnId=145" in reason_of(found).message


def test_the_duplicates_of_a_batch_are_read_in_one_call() -> None:
    other = invoice(key="invoice:I2", reference="invoice:I2", number="1042")
    words = [double(), double().replace("1041", "1042").replace("145", "146")]
    items = [{"bId": str(n), **fault_body("6140", words[n])} for n in range(2)]
    there = company(
        lambda request: reply({"BatchItemResponse": items}),
        Invoice=[stored(SALE), stored(other, "146", PrivateNote="theirs")],
    )
    writes = (create(SALE, 0), create(other, 1))
    outcomes = run(write_all(there, [Request("r", writes)])).outcomes
    assert outcomes[0].ledger_id == "145"
    assert reason_of(outcomes[1]).code == "number_taken"
    assert len(there.calls("query")) == 1


def test_a_holder_that_cannot_be_read_leaves_the_write_unknown() -> None:
    there = company(fault("6140", double()), *[fault("", status=503)] * 6)

    async def main() -> OutcomeCollector:
        report = OutcomeCollector()
        with pytest.raises(LedgerUnavailable):
            await open_ledger(there).write([Request("r", (create(SALE),))], report, lambda: False)
        return report

    assert run(main()).outcomes == {}
