"""Posts records into a company of the QuickBooks sandbox."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.money_settings import ExpenseSettings, InvoiceSettings
from ledgerlink.domain.model.plan import Operation
from ledgerlink.domain.model.rules import LinkExpenseCode, LinkTo, RuleKind
from ledgerlink.domain.model.rules import Mapping as Rules
from ledgerlink.domain.model.source_records import Record, RecordKind

from tests.contract import poster
from tests.contract.poster import Outcomes, code, words
from tests.contract.qbo.books import Books, Row

__all__ = ["EXPENSING", "INVOICING", "Outcomes", "Poster", "abroad", "code", "words"]

EXPENSING = ExpenseSettings(payable_account_id="33", check_account_id="35")
INVOICING = InvoiceSettings(item_id="1")
RULES: Mapping[RuleKind, Mapping[str, Rules]] = {
    RuleKind.USERS: {
        "vic": LinkTo(ledger_id="46", person="vendor"),
        "val": LinkTo(ledger_id="30", person="vendor"),
        "emily": LinkTo(ledger_id="55"),
    },
    RuleKind.PROJECTS: {"birds": LinkTo(ledger_id="1"), "cars": LinkTo(ledger_id="3")},
    RuleKind.LABOR_CODES: {"design": LinkTo(ledger_id="4"), "lighting": LinkTo(ledger_id="8")},
    RuleKind.EXPENSE_CODES: {
        "meals": LinkExpenseCode(ledger_id="13"),
        "travel": LinkExpenseCode(ledger_id="22"),
        "pumps": LinkExpenseCode(ledger_id="11", target="item"),
    },
    RuleKind.CARDS: {"visa": LinkTo(ledger_id="42"), "mastercard": LinkTo(ledger_id="41")},
    RuleKind.VENDORS: {"bessie": LinkTo(ledger_id="30")},
    RuleKind.TERMS: {"net15": LinkTo(ledger_id="2")},
    RuleKind.TAX_CODES: {"two": LinkTo(ledger_id="2"), "taxable": LinkTo(ledger_id="TAX")},
}
"""What the firm set, by the ids that the sandbox's companies have."""

MONEY = ("Bill", "Purchase", "Invoice")


class Poster(poster.Poster[Books]):
    """Posts into one company."""

    expensing: ExpenseSettings = EXPENSING
    invoicing: InvoiceSettings = INVOICING

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        for kind, mappings in RULES.items():
            for key, mapping in mappings.items():
                self.rule(kind, key, mapping)
        for kind, entity in ((RuleKind.CLASSES, "Class"), (RuleKind.LOCATIONS, "Department")):
            for row in self.books.rows(entity):
                self.rule(kind, row["Name"].lower(), LinkTo(ledger_id=row["Id"]))

    def planned(self, *records: Record) -> Sequence[Operation]:
        if self.books.is_multi_currency:
            self.sync(ListType.CUSTOMER, ListType.VENDOR)
        return super().planned(*records)

    def unheard(self, kind: str = "single", when: str = "after", skip: int = 0) -> None:
        """From now on, or after so many of them, the ledger never answers calls of this kind, but
        does what they say; or not, `before` it could. What is repeated and waited for takes no
        time."""
        fault = {"action": "fault10000", "when": when, "skip": skip, "times": 999}
        self.books.admin("faults", {**fault, "match": {"kind": kind}})

    def row(self, key: str) -> Row:
        """The record of the ledger that was posted under this key."""
        link = self.links[key]
        return next(r for r in self.books.rows(link.kind) if r["Id"] == link.ledger_id)

    def ours(self, kind: str) -> list[Row]:
        """The records of a kind that carry a name of ours."""
        return [row for row in self.books.rows(kind) if "[" in str(row.get("PrivateNote"))]

    def edit(self, key: str, **changes: Any) -> None:
        """Somebody changes it in the ledger's screens."""
        self.books.change(self.links[key].kind, self.links[key].ledger_id, **changes)

    def delete(self, key: str) -> None:
        """Somebody deletes it there."""
        self.books.edit(self.links[key].kind, id=self.links[key].ledger_id, delete=True)

    def deaf(self, when: str = "after") -> None:
        for kind in ("single", "batch"):
            self.unheard(kind, when)

    def recognises_repeats(self) -> None:
        self.books.admin("settings", {"requestid": "honoured"})

    def well(self) -> None:
        self.books.admin("faults", method="DELETE")

    def tamper(self, key: str) -> None:
        timed = self.links[key].record is RecordKind.TIME
        self.edit(key, **({"Hours": 7} if timed else {"TxnDate": "2026-03-20"}))

    def take_out(self, key: str) -> None:
        self.delete(key)

    def retire(self, project_key: str) -> None:
        rule = self.rules[RuleKind.PROJECTS, project_key].mapping
        assert isinstance(rule, LinkTo)
        self.books.change("Customer", rule.ledger_id, Active=False)

    def held(self) -> list[Decimal]:
        money = [Decimal(str(r["TotalAmt"])) for kind in MONEY for r in self.ours(kind)]
        time = [row for row in self.books.rows("TimeActivity") if "Work " in str(row)]
        hours = [Decimal(row["Hours"]) + Decimal(row.get("Minutes", 0)) / 60 for row in time]
        return sorted(money + hours)

    @property
    def dimensions(self) -> Mapping[str, tuple[str, str]]:
        return {
            "class_key": ("residential", "commercial"),
            "location_key": ("north", "south"),
        }

    def said(self, key: str, field: str) -> set[str]:
        row = self.row(key)
        name = {"class_key": "ClassRef", "location_key": "DepartmentRef"}[field]
        details = [line.get(str(line.get("DetailType"))) or {} for line in row.get("Line", ())]
        return {place[name]["value"] for place in (row, *details) if name in place}

    def customer(self, name: str) -> str:
        return self.books.create("Customer", DisplayName=name)

    def change_customer(self, ledger_id: str, name: str, *, active: bool = True) -> None:
        self.books.change("Customer", ledger_id, DisplayName=name, Active=active)


def abroad(books: Books) -> Poster:
    """Somebody who posts into a company outside the United States, which has one item of services
    and no classes."""
    somebody = Poster(books)
    somebody.rule(RuleKind.LABOR_CODES, "design", LinkTo(ledger_id="1"))
    return somebody
