"""Documents of every kind, composed from the fewest values that they need."""

from typing import Any

from ledgerlink.connectors.intacct.config import Choices, InvoiceModule
from ledgerlink.connectors.intacct.documents.composer import IntacctComposer
from ledgerlink.domain.model.new_records import NewCustomer, NewItem, NewPerson
from ledgerlink.domain.model.plan import Write
from ledgerlink.domain.model.references import ExistingRecord
from ledgerlink.domain.model.resolved_expenses import Settlement
from ledgerlink.domain.model.resolved_receipts import ResolvedReceipt

from tests.unit.connectors.intacct.open_company import create
from tests.unit.connectors.intacct.resolved_records import expenses, invoice

COMPOSER = IntacctComposer()
RECEIVABLES = IntacctComposer(
    choices=Choices(sales=InvoiceModule.RECEIVABLES, revenue_account_id="glaccount/4000")
)
BILL = COMPOSER.expenses(expenses())
REPORT = COMPOSER.expenses(expenses(Settlement.CHECK))
CHARGE = COMPOSER.expenses(expenses(Settlement.CARD))
SALE = COMPOSER.invoice(invoice(number="INV-1"))
UNNUMBERED = COMPOSER.invoice(invoice())
OWED = RECEIVABLES.invoice(invoice(number="INV-1"))
MONEY_DOCUMENTS = [BILL, REPORT, CHARGE, SALE, UNNUMBERED, OWED]

CLIENT = COMPOSER.list_record(NewCustomer(key="client:c", name="Acme"))
PROJECT = COMPOSER.list_record(
    NewCustomer(key="project:p", name="Rocket", parent=ExistingRecord("customer/C1"))
)
PERSON = COMPOSER.list_record(
    NewPerson(key="staff:s", name="Ada Byron", person="employee", email="ada@a.example")
)
VENDOR = COMPOSER.list_record(NewPerson(key="staff:v", name="Bob", person="vendor"))
ITEM = COMPOSER.list_record(NewItem(key="labor:l", name="Design", income_account_id="x"))
LIST_RECORDS = [CLIENT, PROJECT, PERSON, VENDOR, ITEM]


def receipt(document: str, kind: str, key: str = "r", **more: Any) -> Write:
    resolved = ResolvedReceipt(
        key=f"receipt:e1/{key}", document=ExistingRecord(document), document_kind=kind,
        file_name="lunch.pdf", content_type="application/pdf",
    )  # fmt: skip
    return create(1, COMPOSER.receipt(resolved), **{"file": lambda: b"%PDF", **more})
