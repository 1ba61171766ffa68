"""Faults of single functions that concern the whole lane: they are no record's fault, and what
could not be read is neither gone nor done."""

from collections.abc import Sequence
from datetime import date

import httpx
import pytest
from ledgerlink.connectors.intacct.documents.composer import IntacctComposer
from ledgerlink.domain.errors import LedgerError, LedgerStopped, LedgerUnavailable
from ledgerlink.domain.model.documents import Document, Known
from ledgerlink.domain.model.plan import Action, ItemState, Write

from tests.unit.connectors.intacct.books import Books, create, delete, update
from tests.unit.connectors.intacct.desk import expenses, invoice, time
from tests.unit.connectors.intacct.gateway import failing
from tests.unit.connectors.intacct.stage import client_of, reading

COMPOSER = IntacctComposer()
BILL = COMPOSER.expenses(expenses())
BUSY = [("PL04000050", "The Service is Temporarily Off-line")]
FORBIDDEN = [("X", "You do not have permission for API operation GET on objects of type supdoc")]


def entry(key: str = "t1", day: date = date(2026, 3, 4), staff: str = "E1") -> Document:
    return COMPOSER.time(time(key, day=day, staff=Known(f"employee/{staff}")))


def receipt(books: Books) -> Write:
    """What takes out the receipt of a bill that is in the ledger."""
    number = books.gateway.add("APBILL", VENDORID="V1", SUPDOCID="LL-1")
    books.gateway.files = {"LL-1": {"lunch.pdf": b"%PDF"}}
    body = {"document": number, "document_kind": "APBILL"}
    return create(
        0, BILL, kind="SUPDOC", action=Action.DELETE, body=body, ledger_id="LL-1/lunch.pdf"
    )


async def test_a_busy_ledger_fails_no_document() -> None:
    books = Books()
    bad = COMPOSER.expenses(expenses(key="expense:e2", reference="expense:e2", number="BUSY"))
    books.gateway.refusals = {"BUSY": BUSY}
    with pytest.raises(LedgerUnavailable, match="Off-line"):
        await books.write(create(0, BILL), create(1, bad))
    assert books.reasons() == {0: None}


async def test_a_busy_ledger_fails_no_time() -> None:
    books = Books()
    books.gateway.refusals = {"<EMPLOYEEID>E2": BUSY}
    with pytest.raises(LedgerUnavailable, match="Off-line"):
        await books.write(create(0, entry("t1")), create(1, entry("t2", staff="E2")))
    assert books.reasons() == {0: None}
    assert books.gateway.requests("create") == 1


@pytest.mark.parametrize(("faults", "error"), [
    (BUSY, LedgerUnavailable), (FORBIDDEN, LedgerStopped),
])  # fmt: skip
async def test_a_move_that_the_lane_cuts_halfway_is_not_told_before_it_is_finished(
    faults: Sequence[tuple[str, str]], error: type[LedgerError]
) -> None:
    books = Books()
    was = entry("t1")
    await books.write(create(0, was), create(1, entry("t2")))
    write = update(2, entry("t1", date(2026, 3, 10)), was, books.told[0].ledger_id)
    books.gateway.refusals = {"<update>": faults}
    with pytest.raises(error):
        await books.write(write, name="r2")
    assert 2 not in books.told
    books.gateway.refusals = {}
    await books.write(write, name="r3")
    assert books.told[2].state is ItemState.POSTED
    assert len(books.gateway.rows("TIMESHEETENTRY")) == 2


async def test_a_move_without_an_answer_of_its_end_is_not_told_before_it_is_finished() -> None:
    books = Books()
    was = entry("t1")
    await books.write(create(0, was), create(1, entry("t2")))
    write = update(2, entry("t1", date(2026, 3, 10)), was, books.told[0].ledger_id)
    books.gateway.after = [None, lambda: bare(books)]
    await books.write(write, name="r2")
    assert 2 not in books.told
    await books.write(write, name="r3")
    assert books.told[2].state is ItemState.POSTED


def bare(books: Books, results: str = "") -> httpx.Response:
    """An answer to the newest request, with no more of its functions than these results."""
    control = books.gateway.log[-1].findtext("control/controlid")
    return httpx.Response(200, text=(
        f"<response><control><status>success</status><controlid>{control}</controlid></control>"
        "<operation><authentication><status>success</status></authentication>"
        f"{results}</operation></response>"
    ))  # fmt: skip


@pytest.mark.parametrize(("faults", "error"), [
    (BUSY, LedgerUnavailable), (FORBIDDEN, LedgerStopped),
])  # fmt: skip
async def test_a_receipt_that_may_not_be_seen_is_not_taken_for_gone(
    faults: Sequence[tuple[str, str]], error: type[LedgerError]
) -> None:
    books = Books()
    going = receipt(books)
    books.gateway.refusals = {"<get ": faults}
    with pytest.raises(error):
        await books.write(going)
    assert books.told == {}
    with pytest.raises(error):
        await books.ledger.copies("SUPDOC", ["LL-1/lunch.pdf"], None)


async def test_a_permission_to_take_a_receipt_out_is_asked_of_a_person() -> None:
    books = Books()
    going = receipt(books)
    books.gateway.refusals = {"delete_supdoc": FORBIDDEN}
    with pytest.raises(LedgerStopped, match="permission"):
        await books.write(going)
    assert books.told == {}


async def test_a_sale_that_cannot_be_read_now_is_not_taken_for_gone() -> None:
    books = Books()
    sale = COMPOSER.invoice(invoice(number="I-1"))
    await books.write(create(0, sale))
    books.gateway.refusals = {"<read>": BUSY}
    with pytest.raises(LedgerUnavailable):
        await books.write(delete(1, sale, books.told[0].ledger_id), name="r2")
    assert 1 not in books.told


async def test_a_refusal_without_words_is_a_refusal() -> None:
    books = Books()

    def refused() -> httpx.Response:
        (function,) = books.gateway.log[-1].iter("function")
        said = f"<status>failure</status><controlid>{function.get('controlid')}</controlid>"
        return bare(books, f"<result>{said}</result>")

    books.gateway.after = [refused]
    books.gateway.refusals = {"<create>": [("X", "not stored")]}
    await books.write(create(0, BILL))
    assert books.reasons() == {0: "refused"}


async def test_a_request_that_cannot_be_parsed_says_nothing_of_the_entity() -> None:
    books = Books()
    words = "XML Parse schema error: Element 'locationid': This element is not expected."
    wrong = failing("XL03000003", words, control=True)
    books.gateway.script = [None, wrong]
    await books.write(create(0, BILL))
    assert books.reasons() == {0: "our_request_wrong"}


async def test_a_ledger_that_is_too_busy_to_sign_in_to_is_tried_later() -> None:
    books = Books()
    books.gateway.refusals = {"getAPISession": BUSY}
    with pytest.raises(LedgerUnavailable, match="Off-line"):
        await client_of(books.gateway).read([reading()])
