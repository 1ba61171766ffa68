"""The service in memory for a firm that posts expenses with receipts, invoices and time."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.money_settings import ExpenseSettings, InvoiceSettings
from ledgerlink.domain.model.resolved_expenses import ResolvedExpenses
from ledgerlink.domain.model.rules import LinkExpenseCode, LinkTo, RuleKind, Skip
from ledgerlink.domain.model.rules import Mapping as RuleMapping
from ledgerlink.domain.model.settings import Settings
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.domain.model.time_settings import LedgerEdits, TimeSettings
from ledgerlink.services.posting import accept

from tests.fakes.composer import FakeComposer
from tests.fakes.failure_plan import FailurePlan
from tests.fakes.service import InMemoryService, in_memory_service

EXPENSING = ExpenseSettings(check_account_id="BANK", card_account_id="CARDS")
SETTINGS = Settings(expenses=EXPENSING, invoices=InvoiceSettings(item_id="HOURS"))
SPENT = ("Bill", "Spending", "Credit")


class BillComposer(FakeComposer):
    """Composes a payable as a bill, as real ledgers do."""

    def expenses(self, expenses: ResolvedExpenses) -> Document:
        document = super().expenses(expenses)
        owed = expenses.settlement == "payable"
        return replace(document, kind="Bill") if owed else document


def money_service(
    failure_plan: FailurePlan | None = None, chunk_size: int = 4
) -> tuple[InMemoryService, Connection]:
    """The service and its connection, with rules and settings for all kinds of records."""
    app = in_memory_service(failure_plan, chunk_size)
    app.connector.composer = BillComposer()
    connection = app.connected()
    app.rules(connection, RuleKind.USERS, {"vic": LinkTo(ledger_id="V1", person="vendor")})
    codes: dict[str, RuleMapping] = {"meals": LinkExpenseCode(ledger_id="A1"), "out": Skip()}
    app.rules(connection, RuleKind.EXPENSE_CODES, codes)
    choose(app, connection)
    return app, connection


def choose(
    app: InMemoryService, connection: Connection, edits: LedgerEdits = LedgerEdits.ASK
) -> None:
    """Set what happens to documents that were edited in the ledger."""
    settings = replace(SETTINGS, posting=TimeSettings(ledger_edits=edits))
    app.choose(connection.key, settings)


def spent(key: str, report: str | None = "R", **given: Any) -> dict[str, Any]:
    plain = {"kind": "expense", "key": key, "staff_key": "u1", "spent_on": "2026-02-27"}
    plain |= {"amount": "10.00", "expense_code_key": "meals", "notes": f"spent {key}"}
    return plain | ({"report_key": report} if report else {}) | given


def invoice(key: str, *lines: Mapping[str, Any], **given: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {"kind": "invoice", "key": key, "issued_on": "2026-02-27"}
    plain |= {"project_key": "p1", "lines": list(lines) or [{"amount": "100.00"}]}
    return plain | given


def gone(key: str, kind: str = "expense") -> dict[str, Any]:
    return {"kind": kind, "key": key, "deleted": True}


def receipt(upload_id: str, key: str = "r1") -> dict[str, Any]:
    file = {"file_name": f"{key}.pdf", "content_type": "application/pdf"}
    return {"key": key, "upload_id": upload_id} | file


def uploaded(app: InMemoryService, connection: Connection, content: bytes = b"%PDF") -> str:
    """The id of a file that was uploaded."""
    upload_id, address = accept.upload(app.deps, connection.key)
    app.staging.files[address.removeprefix("memory:")] = content
    return upload_id


def expenses_in_ledger(app: InMemoryService, connection: Connection) -> dict[str, Decimal]:
    """The amounts of the expenses in the ledger, by their texts. Asserts that each is in one
    document, and that each document has its link."""
    documents = [stored for kind in SPENT for stored in app.company().of_kind(kind)]
    links = app.links.rows.get(connection.key, {}).values()
    linked = {link.ledger_id: link for link in links if link.record is RecordKind.EXPENSE}
    assert linked.keys() == {document.id for document in documents}
    lines = [(line, document) for document in documents for line in document.body["lines"]]
    texts = Counter(line["text"][0] for line, _ in lines)
    assert all(count == 1 for count in texts.values()), texts
    for document in documents:
        members = {f"spent {member}" for member in linked[document.id].members}
        assert members == {line["text"][0] for line in document.body["lines"]}
    return {line["text"][0].removeprefix("spent "): Decimal(line["net"]) for line, _ in lines}
