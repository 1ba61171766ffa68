"""What the connector and the sandbox say to each other fits the vendor's schema, in this module and
in all that ran before it.

The schema is no part of the project; where it is absent, these tests say so and are skipped.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.model.source_records import RecordKind

from local.sandboxes.qbo.server import Running
from tests.contract.papers import FILE, charged, gone, invoice, receipt, sold, spent, worked
from tests.contract.qbo.books import Make
from tests.contract.qbo.list_samples import CLIENT, EMPLOYEE, PROJECT, VENDOR
from tests.contract.qbo.poster import Poster, abroad
from tests.contract.qbo.traffic import Forms, answered, sent
from tests.support.qbo.vendor_schema import SCHEMAS

pytestmark = pytest.mark.skipif(
    not SCHEMAS.is_dir(), reason="no schema of the vendor beside the project"
)

FULL: dict[str, Any] = {
    "class_key": "residential",
    "location_key": "north",
    "project_key": "birds",
    "billable": True,
    "markup_percent": Decimal(10),
    "tax_code_key": "taxable",
    "receipts": (receipt(note="Lunch"),),
}
SALE: dict[str, Any] = {
    "number": "INV-7",
    "due_on": worked().work_date,
    "terms_key": "net15",
    "class_key": "residential",
    "location_key": "north",
    "memo": "Thanks",
    "private_note": "File",
    "email": "amy@birds.example",
    "send": True,
    "custom_fields": {"1": "Crew 7"},
    "tax_amount": Decimal(8),
}


def everything(poster: Poster) -> None:
    """Every kind of record is posted with all that it can have, changed and taken back."""
    poster.upload("u1", FILE)
    poster.post(CLIENT, PROJECT, EMPLOYEE, VENDOR)
    poster.post(worked("t1"))
    billed = sold(None, quantity=Decimal(2), unit_price=Decimal(50), time_keys=("t1",))
    lines = (billed, sold("100", tax_code_key="taxable", class_key="commercial"))
    poster.post(
        spent("x1", **FULL, report_number="ER-1", report_name="Trip"),
        spent("x2", staff_key="emily", report_key="R2"),
        charged("x3", vendor_key="bessie", expense_code_key="pumps"),
        charged("x4", refund=True),
        invoice(*lines, **SALE),
    )
    for record in (spent("x1"), charged("x3", "40"), invoice(sold("80")), VENDOR):
        poster.post(record)
    for key, link in poster.links.items():
        if link.record is not RecordKind.EMAIL:  # which is an order, and not a record to read
            poster.copy(key)
    poster.post(*(gone(key) for key in ("x1", "x2", "x3", "x4")), gone("i1", RecordKind.INVOICE))
    poster.post(gone("oak", RecordKind.CLIENT))


@pytest.fixture
def traffic(poster: Poster, company: Make, served: Running) -> Sequence[Mapping[str, Any]]:
    """All that went over the wire."""
    everything(poster)
    taxed = {"tax_code_key": "two", "tax_amount": Decimal(5)}
    canadian = abroad(company("canada"))
    canadian.post(spent("x1", "100", **taxed), invoice(sold("100", **taxed)))
    canadian.post(spent("x1", "105", **taxed, tax_inclusive=True), invoice(sold("100")))
    entries: Sequence[Mapping[str, Any]] = served.sandbox.journal.since(0, 10**6)["entries"]
    return [entry for entry in entries if "request_body" in entry]


def told(places: Iterator[str]) -> list[str]:
    return sorted(set(places))


def test_every_body_that_is_sent_fits_the_schema(traffic: Sequence[Mapping[str, Any]]) -> None:
    forms = Forms({})
    said = [one for entry in traffic for one in sent(entry)]
    assert {"Bill", "Purchase", "Invoice", "Attachable", "Customer"} <= {name for name, _ in said}
    assert told(place for name, body in said for place in forms.misfits(name, body)) == []


BEYOND: Mapping[str, Sequence[str]] = dict.fromkeys(
    ("Bill", "Purchase", "Payment"), ("HomeTotalAmt", "HomeBalance")
)
"""What the ledger answers with and its schema lacks, as its reference says."""


def test_every_answer_fits_the_schema(traffic: Sequence[Mapping[str, Any]]) -> None:
    forms = Forms(BEYOND)
    said = [one for entry in traffic for one in answered(entry)]
    assert {"Bill", "Purchase", "Invoice", "Attachable", "Preferences"} <= {n for n, _ in said}
    assert told(place for name, body in said for place in forms.misfits(name, body)) == []


def test_a_value_that_does_not_fit_is_reported_with_its_pointer() -> None:
    line = {"Amount": "1", "DetailType": "Other", "Line": []}
    body = {
        "VendorRef": {"value": "1", "x": 2},
        "TxnDate": "3/2/2026",
        "Line": [line],
        "LinkedTxn": {},
        "SyncToken": 0,
        "sparse": "true",
    }
    assert list(Forms({}).misfits("Bill", body)) == [
        "Bill.VendorRef.x is not known",
        "Bill.TxnDate is no date: '3/2/2026'",
        "Bill.Line.Amount is no decimal: '1'",
        "Bill.Line.DetailType cannot be 'Other'",
        "Bill.Line.Line is not known",
        "Bill.LinkedTxn is no list",
        "Bill.SyncToken is no string: 0",
        "Bill.sparse is no boolean: 'true'",
    ]
