"""Faults of single functions that concern the whole lane: they are no record's fault, and what
could not be read is neither gone nor done."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date

import httpx
import pytest
from ledgerlink.connectors.intacct.documents.composer import IntacctComposer
from ledgerlink.domain.errors import LedgerError, LedgerStopped, LedgerUnavailable
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.plan import Action, ItemState, Write
from ledgerlink.domain.model.references import ExistingRecord

from tests.unit.connectors.intacct.gateway_client import client_of, reading
from tests.unit.connectors.intacct.in_memory_gateway import failing
from tests.unit.connectors.intacct.open_company import OpenCompany, create, delete, update
from tests.unit.connectors.intacct.resolved_records import expenses, invoice, time

COMPOSER = IntacctComposer()
BILL = COMPOSER.expenses(expenses())
BUSY = [("PL04000050", "The Service is Temporarily Off-line")]
FORBIDDEN = [("X", "You do not have permission for API operation GET on objects of type supdoc")]


def entry(key: str = "t1", day: date = date(2026, 3, 4), staff: str = "E1") -> Document:
    return COMPOSER.time(time(key, day=day, staff=ExistingRecord(f"employee/{staff}")))


def receipt(company: OpenCompany) -> Write:
    """What takes out the receipt of a bill that is in the ledger."""
    number = company.gateway.add("APBILL", VENDORID="V1", SUPDOCID="LL-1")
    company.gateway.files = {"LL-1": {"lunch.pdf": b"%PDF"}}
    body = {"document": number, "document_kind": "APBILL"}
    return create(
        0, BILL, kind="SUPDOC", action=Action.DELETE, body=body, ledger_id="LL-1/lunch.pdf"
    )


async def test_a_busy_ledger_fails_no_document() -> None:
    company = OpenCompany()
    bad = COMPOSER.expenses(expenses(key="expense:e2", reference="expense:e2", number="BUSY"))
    company.gateway.refusals = {"BUSY": BUSY}
    with pytest.raises(LedgerUnavailable, match="Off-line"):
        await company.write(create(0, BILL), create(1, bad))
    assert company.reasons() == {0: None}


async def test_a_busy_ledger_fails_no_time() -> None:
    company = OpenCompany()
    company.gateway.refusals = {"<EMPLOYEEID>E2": BUSY}
    with pytest.raises(LedgerUnavailable, match="Off-line"):
        await company.write(create(0, entry("t1")), create(1, entry("t2", staff="E2")))
    assert company.reasons() == {0: None}
    assert company.gateway.requests("create") == 1


@pytest.mark.parametrize(("faults", "error"), [
    (BUSY, LedgerUnavailable), (FORBIDDEN, LedgerStopped),
])  # fmt: skip
async def test_an_unfinished_move_stopped_by_the_lane_has_no_outcome(
    faults: Sequence[tuple[str, str]], error: type[LedgerError]
) -> None:
    company = OpenCompany()
    was = entry("t1")
    await company.write(create(0, was), create(1, entry("t2")))
    write = update(2, entry("t1", date(2026, 3, 10)), was, company.outcomes[0].ledger_id)
    company.gateway.refusals = {"<update>": faults}
    with pytest.raises(error):
        await company.write(write, name="r2")
    assert 2 not in company.outcomes
    company.gateway.refusals = {}
    await company.write(write, name="r3")
    assert company.outcomes[2].state is ItemState.POSTED
    assert len(company.gateway.rows("TIMESHEETENTRY")) == 2


async def test_an_unfinished_move_without_an_answer_has_no_outcome() -> None:
    company = OpenCompany()
    was = entry("t1")
    await company.write(create(0, was), create(1, entry("t2")))
    write = update(2, entry("t1", date(2026, 3, 10)), was, company.outcomes[0].ledger_id)
    company.gateway.after = [None, lambda: bare(company)]
    await company.write(write, name="r2")
    assert 2 not in company.outcomes
    await company.write(write, name="r3")
    assert company.outcomes[2].state is ItemState.POSTED


def bare(company: OpenCompany, results: str = "") -> httpx.Response:
    """An answer to the newest request, with no more of its functions than these results."""
    control = company.gateway.log[-1].findtext("control/controlid")
    return httpx.Response(200, text=(
        f"<response><control><status>success</status><controlid>{control}</controlid></control>"
        "<operation><authentication><status>success</status></authentication>"
        f"{results}</operation></response>"
    ))  # fmt: skip


@pytest.mark.parametrize(("faults", "error"), [
    (BUSY, LedgerUnavailable), (FORBIDDEN, LedgerStopped),
])  # fmt: skip
async def test_a_receipt_that_may_not_be_read_does_not_count_as_gone(
    faults: Sequence[tuple[str, str]], error: type[LedgerError]
) -> None:
    company = OpenCompany()
    going = receipt(company)
    company.gateway.refusals = {"<get ": faults}
    with suppress(LedgerUnavailable):
        await company.write(going)
    assert company.reasons() in ({}, {0: "no_permission"})
    with pytest.raises(error):
        await company.ledger.snapshots("SUPDOC", ["LL-1/lunch.pdf"], None)


async def test_a_missing_permission_to_delete_a_receipt_blocks_it() -> None:
    """Case sage-intacct 6."""
    company = OpenCompany()
    going = receipt(company)
    company.gateway.refusals = {"delete_supdoc": FORBIDDEN}
    await company.write(going)
    assert company.reasons() == {0: "no_permission"}


async def test_a_sale_that_cannot_be_read_now_does_not_count_as_gone() -> None:
    company = OpenCompany()
    sale = COMPOSER.invoice(invoice(number="I-1"))
    await company.write(create(0, sale))
    company.gateway.refusals = {"<read>": BUSY}
    with pytest.raises(LedgerUnavailable):
        await company.write(delete(1, sale, company.outcomes[0].ledger_id), name="r2")
    assert 1 not in company.outcomes


async def test_a_fault_without_words_is_a_rejection() -> None:
    company = OpenCompany()

    def refused() -> httpx.Response:
        (function,) = company.gateway.log[-1].iter("function")
        said = f"<status>failure</status><controlid>{function.get('controlid')}</controlid>"
        return bare(company, f"<result>{said}</result>")

    company.gateway.after = [refused]
    company.gateway.refusals = {"<create>": [("X", "not stored")]}
    await company.write(create(0, BILL))
    assert company.reasons() == {0: "refused"}


async def test_an_unparsable_request_reveals_nothing_of_the_entity() -> None:
    company = OpenCompany()
    words = "XML Parse schema error: Element 'locationid': This element is not expected."
    wrong = failing("XL03000003", words, control=True)
    company.gateway.script = [None, wrong]
    await company.write(create(0, BILL))
    assert company.reasons() == {0: "our_request_wrong"}


async def test_a_ledger_that_is_too_busy_to_sign_in_to_is_tried_later() -> None:
    company = OpenCompany()
    company.gateway.refusals = {"getAPISession": BUSY}
    with pytest.raises(LedgerUnavailable, match="Off-line"):
        await client_of(company.gateway).read([reading()])
