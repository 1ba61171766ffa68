"""No body has a property that the vendor's schema lacks: the ledger refuses such a one (2010).

The schema is no part of the project; where it is absent, these tests say so and are skipped.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.connectors.qbo.posting.batching import call_for
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.new_records import NewCustomer, NewItem, NewPerson
from ledgerlink.domain.model.plan import Action, Request
from ledgerlink.domain.model.references import ExistingRecord

from tests.support.qbo.vendor_schema import SCHEMAS, VendorSchema
from tests.support.qbo.writes import activity, change
from tests.unit.connectors.qbo.document_samples import (
    AMERICAN,
    BRITISH,
    CARD,
    CHECK,
    COMPOSER,
    DAY,
    VENDOR,
    composed,
    expenses,
    invoice,
    line,
    receipt,
    sold,
)

pytestmark = pytest.mark.skipif(
    not SCHEMAS.is_dir(), reason="no schema of the vendor beside the project"
)

SCHEMA = VendorSchema()

HEAD: dict[str, Any] = {
    "number": "R-1",
    "location_id": "2",
    "currency": "EUR",
    "rate": Decimal("1.08"),
    "tax_inclusive": True,
    "note": (("notes", "a note"),),
}
SPENT = {
    "customer": ExistingRecord("21"),
    "class_id": "5",
    "billable": True,
    "markup_percent": Decimal(10),
    "tax": Decimal(5),
    "tax_code_id": "6",
    "parts": (("notes", "Lunch"),),
}


def documents() -> Iterator[Document]:
    """Documents with all that they can have."""
    lines = (line(**SPENT), line(**SPENT | {"account_id": None, "item_id": "8"}))
    for features in (AMERICAN, BRITISH):
        of_all = {**HEAD, "features": features}
        yield composed(expenses(*lines, **of_all, account_id="33"))
        yield composed(expenses(*lines, **of_all, **CHECK))
        yield composed(expenses(*lines, **of_all, **CARD | {"payee": VENDOR}, credit=True))
        yield composed(
            invoice(
                sold(
                    tax=Decimal(5),
                    tax_code_id="6",
                    description="Work",
                    service_date=DAY,
                    class_id="5",
                    time=ExistingRecord("147"),
                ),
                **of_all,
                due=DAY,
                terms_id="3",
                class_id="5",
                tax=Decimal(5),
                tax_code_id="4",
                memo="Thank you",
                email="amy@birds.example",
                custom_fields={"1": "102"},
            )
        )
    yield composed(receipt(note="Lunch"))
    yield COMPOSER.list_record(NewCustomer(key="c", name="Phase", parent=ExistingRecord("58")))
    for person in ("employee", "vendor"):
        new = NewPerson(key="u", name="Emily Platt", person=person, email="e@platt.example")
        yield COMPOSER.list_record(new)
    item = NewItem(key="i", name="Design", income_account_id="79", rate=Decimal(75), parent_id="3")
    yield COMPOSER.list_record(item)
    yield Document(key="t", kind="TimeActivity", body=activity())


EVERY = list(documents())


def named(document: Document) -> str:
    return document.kind


@pytest.mark.parametrize("document", EVERY, ids=named)
def test_every_property_of_a_new_document_is_in_the_schema(document: Document) -> None:
    assert list(SCHEMA.unknown(document.kind, document.body)) == []


@pytest.mark.parametrize("document", EVERY, ids=named)
def test_every_property_of_an_update_is_in_the_schema_whether_it_is_sent_or_cleared(
    document: Document,
) -> None:
    for body in (document.body, {}):
        write = replace(change(1, Action.UPDATE), kind=document.kind, body=body)
        sent = json.loads(call_for(Request("r", (write,))).body())
        assert list(SCHEMA.unknown(document.kind, sent)) == []


def test_an_unknown_property_is_reported_at_any_depth() -> None:
    body = {
        "Line": [{"Amount": "1", "DetailType": "x", "AccountBasedExpenseLineDetail": {"Qty": 1}}]
    }
    wrong = list(
        SCHEMA.unknown("Bill", {**body, "BadJson": 1, "VendorRef": {"value": "1", "x": 2}})
    )
    assert wrong == [
        "Bill.Line.AccountBasedExpenseLineDetail.Qty",
        "Bill.BadJson",
        "Bill.VendorRef.x",
    ]
