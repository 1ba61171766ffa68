"""Damaged responses: whatever comes back, nothing is lost and nothing is written twice."""

import asyncio
from collections.abc import Callable

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgerlink.connectors.intacct.documents.composer import IntacctComposer
from ledgerlink.domain.errors import LedgerError
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.new_records import NewCustomer
from ledgerlink.domain.model.plan import ItemState

from tests.fakes.clock import START
from tests.support.sampling import examples
from tests.unit.connectors.intacct.in_memory_gateway import page
from tests.unit.connectors.intacct.open_company import OpenCompany, create
from tests.unit.connectors.intacct.resolved_records import expenses, time

COMPOSER = IntacctComposer()
DOCUMENTS = [
    COMPOSER.time(time()),
    COMPOSER.expenses(expenses()),
    COMPOSER.list_record(NewCustomer(key="client:c", name="Acme")),
]

OTHERS = st.sampled_from([
    b"", b"<html><body>502 Bad Gateway</body></html>", b"{\"error\": 1}", b"<response/>",
    b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><response>&b;</response>",
    b"<response><control><status>success</status></control></response>",
    b"<response><control><status>success</status></control><operation><authentication><status>"
    b"success</status></authentication></operation></response>",
])  # fmt: skip


def damaged(company: OpenCompany, spoil: Callable[[bytes], bytes], status: int) -> None:
    """The next write is done, and its answer spoilt."""
    gateway = company.gateway
    true_page = gateway._response

    def spoilt() -> httpx.Response:
        root = gateway.log[-1]
        control_id = root.findtext("operation/content/function") or ""
        content = page(true_page(root, [])).content + control_id.encode()
        return httpx.Response(status, content=spoil(content))

    gateway.after = [spoilt]


async def _until_known(company: OpenCompany, document: Document) -> None:
    """As a run does: send, look up, send what is not there."""
    write = create(0, document)
    for attempt in range(4):
        try:
            await company.write(write, name=f"r{attempt}")
        except LedgerError:
            continue
        if 0 not in company.outcomes:
            company.outcomes.update(await company.ledger.find_lost_writes([write], START, ()))
        if 0 in company.outcomes:
            return


@settings(max_examples=examples(100), deadline=None)
@given(st.data())
def test_a_damaged_response_neither_loses_nor_duplicates(data: st.DataObject) -> None:
    document = data.draw(st.sampled_from(DOCUMENTS))
    status = data.draw(st.sampled_from([200, 400, 500, 502, 524]))
    cut, extra = data.draw(st.integers(0, 400)), data.draw(st.one_of(OTHERS, st.binary()))
    company = OpenCompany()
    damaged(company, lambda content: (content[:cut] + extra) if cut else extra, status)
    asyncio.run(_until_known(company, document))
    assert company.outcomes[0].state is ItemState.POSTED
    assert len(company.gateway.rows(document.kind)) == 1


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.kind)
@pytest.mark.parametrize("error", [
    httpx.ReadTimeout("late"), httpx.ReadError("cut"), httpx.RemoteProtocolError("cut"),
    httpx.WriteError("cut"),
], ids=lambda error: type(error).__name__)  # fmt: skip
def test_a_lost_connection_neither_loses_nor_duplicates(
    document: Document, error: Exception
) -> None:
    company = OpenCompany()
    company.gateway.after = [error]
    asyncio.run(_until_known(company, document))
    assert company.outcomes[0].state is ItemState.POSTED
    assert len(company.gateway.rows(document.kind)) == 1
