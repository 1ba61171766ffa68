"""Every request is one that the vendor's schema allows, but for functions that are newer than it.

The schema is no part of the project; where it is absent, these tests say so and are skipped.
"""

from dataclasses import replace
from decimal import Decimal

import pytest
from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.connectors.intacct.documents.composer import IntacctComposer
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.plan import Action, ItemState, Write
from ledgerlink.domain.model.references import ExistingRecord
from ledgerlink.domain.model.resolved_expenses import Settlement
from lxml import etree

from tests.support.intacct.vendor_schema import SCHEMAS, needs_schemas
from tests.unit.connectors.intacct.open_company import OpenCompany, create
from tests.unit.connectors.intacct.resolved_records import expenses, invoice, line, sold, time
from tests.unit.connectors.intacct.sample_documents import (
    COMPOSER,
    LIST_RECORDS,
    MONEY_DOCUMENTS,
    RECEIVABLES,
    receipt,
)

pytestmark = needs_schemas
NEWER = ("query", "lookup")
NEWER_PARTS = ("Element 'billable'",)
"""What the reference has added since, to the lines of a charge card transaction."""

ABROAD = {"currency": "EUR", "rate": Decimal("1.1"), "number": "9"}
PLACED = {"department_id": "department/10", "location_id": "location/US"}
SPENT = line(
    customer=ExistingRecord("project/P-7"), class_id="class/C", parts=(("notes", "x"),), **PLACED
)
FULL = [
    COMPOSER.expenses(expenses(Settlement.PAYABLE, lines=(SPENT,), **ABROAD)),
    COMPOSER.expenses(expenses(Settlement.CHECK, lines=(SPENT,), **ABROAD)),
    COMPOSER.expenses(expenses(Settlement.CARD, lines=(SPENT,), **ABROAD)),
    COMPOSER.invoice(
        invoice(
            customer=ExistingRecord("project/P-7"), custom_fields={"SODOCUMENT.REGION": "x"},
            lines=(sold(description="d", class_id="class/C"),), **PLACED, **ABROAD,
        )
    ),
    RECEIVABLES.invoice(
        invoice(
            customer=ExistingRecord("project/P-7"), terms_id="arterm/Net 30", **PLACED, **ABROAD
        )
    ),
    IntacctComposer(choices=Choices(tax_subtotal="Tax")).invoice(
        invoice(number="9", tax=Decimal(1))
    ),
]  # fmt: skip


def refused(company: OpenCompany) -> list[str]:
    """What the schema says against the requests that were sent."""
    schema = etree.XMLSchema(etree.parse(str(SCHEMAS / "schema" / "api.xsd")))
    said = []
    for root in company.gateway.log:
        functions = root.iterfind("operation/content/function")
        if any(function[0].tag in NEWER for function in functions):
            continue
        try:
            schema.assertValid(root)
        except etree.DocumentInvalid as invalid:
            said.append(str(invalid))
    return [words for words in said if not words.startswith(NEWER_PARTS)]


def upon(company: OpenCompany, write: Write) -> Write:
    """The write, on what was written last."""
    old = company.outcomes.get(1, company.outcomes[0])
    return replace(write, ledger_id=old.ledger_id, base_fingerprint=old.content)


@pytest.mark.parametrize(
    "document", MONEY_DOCUMENTS + LIST_RECORDS + FULL, ids=lambda d: f"{d.kind}{len(d.body)}"
)
async def test_functions_for_documents_match_the_schema(document: Document) -> None:
    company = OpenCompany()
    company.gateway.add("PROJECT", PROJECTID="P-7", CUSTOMERID="C9")
    await company.write(create(0, document))
    old = company.outcomes[0]
    assert old.ledger_id
    await company.write(upon(company, create(1, document, action=Action.UPDATE)), name="r2")
    if document in MONEY_DOCUMENTS:
        ledger_id = company.outcomes[1].ledger_id or old.ledger_id
        await company.write(replace(receipt(ledger_id, document.kind), seq=2), name="r3")
    going = upon(company, create(3, document, action=Action.DELETE, body=None))
    await company.write(going, name="r4")
    assert {outcome.state for outcome in company.outcomes.values()} == {ItemState.POSTED}
    assert refused(company) == []


async def test_functions_for_timesheets_match_the_schema() -> None:
    company = OpenCompany()
    company.gateway.owned_apart = True
    entry = COMPOSER.time(
        time(customer=ExistingRecord("project/P-7"), item=ExistingRecord("timetype/Regular"))
    )
    await company.write(create(0, entry))
    await company.write(create(1, COMPOSER.time(time("t2"))), name="r2")
    for seq in (0, 1):
        going = create(
            seq + 2,
            entry,
            action=Action.DELETE,
            body=None,
            ledger_id=company.outcomes[seq].ledger_id,
        )
        await company.write(going, name=f"r{seq + 3}")
    sent = {function.tag for function in company.gateway.functions()}
    assert {"create", "update", "delete", "read", "readByQuery", "getAPISession"} <= sent
    assert refused(company) == []
