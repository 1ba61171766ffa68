"""Numbers of documents are never cut, whatever the settings say of texts."""

import pytest
from ledgerlink.domain.model.reasons import Blocked

from tests.unit.connectors.qbo.document_samples import CARD, CHECK, composed, expenses, invoice
from tests.unit.connectors.qbo.stored_documents import MoneyRecord

LONG = "INV-2026-CLIENT-NAME-0014"
SAMPLES: list[tuple[MoneyRecord, str]] = [
    (invoice(number=LONG, shorten=True), "number"),
    (expenses(number=LONG, shorten=True), "report_number"),
    (expenses(number=LONG, shorten=True, **CHECK), "report_number"),
    (expenses(number=LONG, shorten=True, **CARD), "report_number"),
]


@pytest.mark.parametrize(("sample", "field"), SAMPLES)
def test_a_number_that_is_too_long_blocks_its_document(sample: MoneyRecord, field: str) -> None:
    """Cases general 04 and product 19."""
    with pytest.raises(Blocked) as blocked:
        composed(sample)
    assert (blocked.value.reason.code, blocked.value.reason.field) == ("text_too_long", field)
