"""A ledger in memory that holds documents of expenses, invoices and lists, for tests that plan and
apply them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.money_settings import ExpenseSettings, InvoiceSettings
from ledgerlink.domain.model.plan import Action, ItemState, Operation
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.model.references import needs, resolve
from ledgerlink.domain.model.resolved_expenses import ResolvedExpenses, Settlement
from ledgerlink.domain.model.resolved_invoices import ResolvedInvoice
from ledgerlink.domain.model.rules import (
    CreateProject,
    CreateUser,
    LinkExpenseCode,
    LinkTo,
    Rule,
    RuleKind,
    Skip,
)
from ledgerlink.domain.model.rules import Mapping as RuleMapping
from ledgerlink.domain.model.snapshots import Snapshot
from ledgerlink.domain.model.source_records import (
    Deleted,
    ExpenseEntry,
    Invoice,
    InvoiceLine,
    ListPost,
    Receipt,
    Record,
    RecordKind,
)
from ledgerlink.domain.planning.attachments import receipts_of
from ledgerlink.domain.planning.inputs import PlanInput
from ledgerlink.domain.planning.list_records import RULES as LISTED
from ledgerlink.domain.planning.list_records import created_by
from ledgerlink.domain.planning.planner import plan
from ledgerlink.services.posting.staged_records import Records

from tests.fakes.clock import START
from tests.fakes.composer import FakeComposer
from tests.unit.domain.simulated_ledger import DAY, SimulatedLedger, rule_book

EXPENSING = ExpenseSettings(
    check_account_id="BANK", payable_account_id="AP", card_account_id="CARDS"
)
SETTLED = {
    Settlement.PAYABLE: "Bill",
    Settlement.CHECK: "Check",
    Settlement.CARD: "Charge",
}
SPENT = ("Bill", "Check", "Charge", "Credit")
"""The kinds of documents that expenses are posted as."""
INVOICING = InvoiceSettings(item_id="HOURS")
OF_ONE_CURRENCY = [
    (Features(home_currency="USD", multi_currency=False), "no_multi_currency"),
    (Features(multi_currency=False), "no_multi_currency"),
    (Features(home_currency="USD"), "currencies_unknown"),
    (Features(multi_currency=True), "currencies_unknown"),
    (Features(), "currencies_unknown"),
]
"""Companies that no document in another currency is sent to, and the reason that it has."""
RULES: dict[RuleKind, dict[str, RuleMapping]] = {
    RuleKind.USERS: {
        "linked": LinkTo(ledger_id="P1"),
        "ann": LinkTo(ledger_id="P1"),
        "vic": LinkTo(ledger_id="V1", person="vendor"),
        "new": CreateUser(name="New", person="vendor"),
        "out": Skip(),
    },
    RuleKind.PROJECTS: {
        "linked": LinkTo(ledger_id="C1"),
        "euro": LinkTo(ledger_id="C2"),
        "new": CreateProject(name="New Site"),
        "out": Skip(),
    },
    RuleKind.LABOR_CODES: {"design": LinkTo(ledger_id="I1"), "out": Skip()},
    RuleKind.EXPENSE_CODES: {
        "meals": LinkExpenseCode(ledger_id="A1"),
        "travel": LinkExpenseCode(ledger_id="A2"),
        "gas": LinkExpenseCode(ledger_id="I5", target="item"),
        "out": Skip(),
    },
    RuleKind.CARDS: {"visa": LinkTo(ledger_id="VISA")},
    RuleKind.VENDORS: {"shop": LinkTo(ledger_id="V7"), "out": Skip()},
    RuleKind.CLASSES: {"east": LinkTo(ledger_id="K1"), "out": Skip()},
    RuleKind.DEPARTMENTS: {"sales": LinkTo(ledger_id="B1"), "out": Skip()},
    RuleKind.LOCATIONS: {"hq": LinkTo(ledger_id="D1"), "lab": LinkTo(ledger_id="D2")},
    RuleKind.TERMS: {"net30": LinkTo(ledger_id="T30")},
    RuleKind.TAX_CODES: {"vat": LinkTo(ledger_id="X1")},
}


def spent(key: str, **given: Any) -> ExpenseEntry:
    plain = ExpenseEntry(
        key=key,
        staff_key="ann",
        spent_on=DAY,
        amount=Decimal(10),
        expense_code_key="meals",
        report_key="R",
    )
    return replace(plain, **given)


def charged(key: str, **given: Any) -> ExpenseEntry:
    return spent(key, **({"paid_with": "company_card", "card_key": "visa"} | given))


def line(amount: str | None = "100", **given: Any) -> InvoiceLine:
    return InvoiceLine(amount=None if amount is None else Decimal(amount), **given)


def invoice(key: str, *lines: InvoiceLine, **given: Any) -> Invoice:
    plain = Invoice(key=key, issued_on=DAY, lines=lines or (line(),), project_key="linked")
    return replace(plain, **given)


def receipt(key: str = "r1", file_name: str = "bill.pdf") -> Receipt:
    content_type = "application/pdf"
    return Receipt(key=key, upload_id="0" * 32, file_name=file_name, content_type=content_type)


def gone(key: str, kind: RecordKind = RecordKind.EXPENSE) -> Deleted:
    return Deleted(kind=kind, key=key, deleted=True)


@dataclass(frozen=True)
class MoneyComposer(FakeComposer):
    """A fake composer that gives expenses a kind by how they are settled, and remembers
    what it composed."""

    seen_expenses: dict[str, ResolvedExpenses] = field(default_factory=dict)
    seen_invoices: dict[str, ResolvedInvoice] = field(default_factory=dict)

    def invoice(self, invoice: ResolvedInvoice) -> Document:
        self.seen_invoices[invoice.key] = invoice
        return super().invoice(invoice)

    def expenses(self, expenses: ResolvedExpenses) -> Document:
        self.seen_expenses[expenses.key] = expenses
        document = super().expenses(expenses)
        kind = "Credit" if expenses.credit else SETTLED[expenses.settlement]
        return replace(document, kind=kind)


@dataclass
class MoneyLedger(SimulatedLedger):
    """A ledger that keeps the documents which plans write.

    `stored` has their kind and body by the ledger's id. If `was_read`, plans get snapshots of
    them, with the locks of `locked`.
    """

    features: Features = field(default_factory=Features)
    expensing: ExpenseSettings = EXPENSING
    invoicing: InvoiceSettings = INVOICING
    stored: dict[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    locked: dict[str, Reason] = field(default_factory=dict)
    was_read: bool = True
    composer: MoneyComposer = field(default_factory=MoneyComposer)

    def __post_init__(self) -> None:
        self.rules = rule_book(RULES)

    def post(self, *records: Record, **given: Any) -> tuple[Operation, ...]:
        """The plan of these records."""
        sorted_out = Records()
        for record in records:
            sorted_out.add(record)
        told: dict[str, Any] = {
            "features": self.features,
            "expensing": self.expensing,
            "invoicing": self.invoicing,
            "attached": self.attached(sorted_out.deleted),
            "owners": self.carriers(RecordKind.TIME),
            "expense_owners": self.carriers(RecordKind.EXPENSE),
            "snapshots": self.snapshots() if self.was_read else {},
            "rejected": (),
        }
        return plan(
            PlanInput(
                entries=sorted_out.times,
                rules=self.rules,
                links=self.links,
                composer=self.composer,
                expenses=sorted_out.expenses,
                invoices=sorted_out.invoices,
                listed=sorted_out.listed,
                deleted=sorted_out.deleted,
                **(told | given),
            )
        )

    def carriers(self, record: RecordKind) -> dict[str, Link]:
        """The documents by each record that they carry; time that stands alone is not among
        them."""
        some = [link for link in self.links.values() if link.record is record]
        if record is RecordKind.TIME:
            some = [link for link in some if link.is_found_by_members]
        return {member: link for link in some for member in link.members}

    def attached(self, deleted: Iterable[Deleted]) -> dict[str, Link]:
        """The links of the receipts of deleted records."""
        starts = tuple(receipts_of(one.kind, one.key) for one in deleted)
        return {key: link for key, link in self.links.items() if key.startswith(starts)}

    def snapshots(self) -> dict[str, Snapshot | None]:
        return {
            link.key: self._copy(link)
            for link in self.links.values()
            if link.record in (RecordKind.EXPENSE, RecordKind.INVOICE)
        }

    def _copy(self, link: Link) -> Snapshot | None:
        if link.ledger_id not in self.stored:
            return None
        _, body = self.stored[link.ledger_id]
        return Snapshot(
            ledger_id=link.ledger_id,
            version=link.version,
            body=body,
            forms=(fingerprint(body),),
            locked=self.locked.get(link.key),
        )

    def apply(
        self, operations: Iterable[Operation], run_id: str = "r1", imported: bool = False
    ) -> None:
        """Every write succeeds, each at its level."""
        done: dict[str, int] = {}
        for op in operations:
            if op.state is not ItemState.PENDING:
                continue
            assert all(done.get(key, -1) < op.level for key in needs(op.body))
            before = self.links.get(op.key)
            super().apply([op], run_id, imported)
            if op.action is Action.DELETE:
                assert before is not None
                del self.stored[before.ledger_id]
                continue
            done[op.key] = op.level
            link = self.links[op.key]
            assert op.action is Action.CREATE or self.stored[link.ledger_id][0] == op.kind
            body = resolve(op.body, lambda key: self.links[key].ledger_id)
            self.stored[link.ledger_id] = (op.kind, body)

    def posted(self, *records: Record, **given: Any) -> tuple[Operation, ...]:
        """Plan these records, forget what is over, and apply the plan."""
        operations = self.post(*records, **given)
        for op in operations:
            if op.was_already_gone:
                del self.links[op.key]
        self.apply(operations)
        return operations

    def lose(self, key: str) -> None:
        """Somebody deletes the document in the ledger."""
        self.stored.pop(self.links[key].ledger_id, None)

    def lock(self, key: str) -> None:
        """Somebody pays the document in the ledger."""
        self.locked[key] = reason("paid", detail="")

    def bodies(self, *kinds: str) -> list[Mapping[str, Any]]:
        """What the ledger holds of these kinds of documents."""
        return [body for kind, body in self.stored.values() if kind in kinds]

    def spent_in_all(self) -> Decimal:
        """What all lines of expenses in the ledger come to, tax included."""
        return sum((total_of(body) for body in self.bodies(*SPENT)), Decimal(0))


def total_of(body: Mapping[str, Any]) -> Decimal:
    """What the lines of a document come to, tax included."""
    amounts = [Decimal(one.get("net", one.get("amount"))) for one in body["lines"]]
    taxes = [Decimal(one.get("tax", 0)) for one in body["lines"]]
    return sum(amounts + taxes, Decimal(0))


def known(*records: ListPost) -> MoneyLedger:
    """A ledger with rules that create these records."""
    ledger = MoneyLedger()
    for record in records:
        kind = LISTED[RecordKind(record.kind)]
        rule = Rule(
            kind=kind, key=record.key, mapping=created_by(record), set_by="ada", set_at=START
        )
        ledger.rules[kind, record.key] = rule
    return ledger


def by_key(operations: Sequence[Operation]) -> dict[str, Operation]:
    """The operations by their posting keys, each of which is there once."""
    found = {op.key: op for op in operations}
    assert len(found) == len(operations)
    return found


def one(operations: Sequence[Operation]) -> Operation:
    (operation,) = operations
    return operation


def warnings(operation: Operation) -> list[str]:
    return [why.code for why in operation.warnings]
