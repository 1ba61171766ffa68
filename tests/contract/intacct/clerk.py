"""Somebody who posts what a product says into a company of the Sage Intacct sandbox."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ledgerlink.connectors.intacct.documents import Documents
from ledgerlink.connectors.intacct.ids import SEPARATOR
from ledgerlink.domain.rules import Link, LinkExpenseCode, RuleKind
from ledgerlink.domain.rules import Mapping as Rules
from ledgerlink.domain.spending import Expensing

from tests.contract import clerk
from tests.contract.clerk import Outcomes, code, words
from tests.contract.intacct.books import HASTY, Books, Row

__all__ = ["Clerk", "Outcomes", "code", "words"]

EXPENSING = Expensing(check_account_id="checkingaccount/BANK1")
RULES: Mapping[RuleKind, Mapping[str, Rules]] = {
    RuleKind.USERS: {
        "vic": Link(ledger_id="vendor/V1", person="vendor"),
        "val": Link(ledger_id="vendor/V2", person="vendor"),
        "emily": Link(ledger_id="employee/E1"),
        "bo": Link(ledger_id="employee/E2"),
    },
    RuleKind.PROJECTS: {
        "birds": Link(ledger_id="project/P-1"),
        "cars": Link(ledger_id="project/P-3"),
        "acme": Link(ledger_id="customer/C1"),
    },
    RuleKind.LABOR_CODES: {
        "design": Link(ledger_id="item/LAB-1"),
        "lighting": Link(ledger_id="item/LAB-2"),
        "overtime": Link(ledger_id="timetype/Overtime"),
    },
    RuleKind.EXPENSE_CODES: {
        "meals": LinkExpenseCode(ledger_id="glaccount/6100"),
        "travel": LinkExpenseCode(ledger_id="glaccount/6000"),
        "software": LinkExpenseCode(ledger_id="glaccount/6300"),
    },
    RuleKind.CARDS: {"visa": Link(ledger_id="creditcard/CORP-VISA")},
    RuleKind.TERMS: {"net15": Link(ledger_id="arterm/Net 15")},
    RuleKind.CLASSES: {"commercial": Link(ledger_id="class/CL1")},
    RuleKind.LOCATIONS: {
        "us": Link(ledger_id="location/US"),
        "consulting": Link(ledger_id="department/10"),
    },
}
"""What the firm set, by the ids that the sandbox's companies have."""

LINES = {
    "TIMESHEET": "TIMESHEETENTRY",
    "APBILL": "APBILLITEM",
    "EEXPENSES": "EEXPENSESITEM",
    "CCTRANSACTION": "CCTRANSACTIONENTRY",
    "ARINVOICE": "ARINVOICEITEM",
    "SODOCUMENT": "SODOCUMENTENTRY",
}


@dataclass
class Clerk(clerk.Clerk[Books]):
    """Somebody who posts into a company of the sandbox."""

    expensing: Expensing = EXPENSING

    def __post_init__(self) -> None:
        for kind, mappings in RULES.items():
            for key, mapping in mappings.items():
                self.rule(kind, key, mapping)

    @property
    def version(self) -> str:
        company = self.books.served.sandbox.companies[self.books.company]
        return str(sorted(company.preferences.items()))

    @property
    def composer(self) -> Documents:
        return self.books.connector.composer_for(self.features)

    def lose(self, action: str = "cut", when: str = "after", **more: Any) -> None:
        """What is written next is done, and the answer does not arrive; or is not done, `before`
        it could, or only in part, `midway`."""
        more = {"match": {"function": "create"}, **more}
        self.books.fail(action, when, **more)
        self.books = replace(self.books, scale=HASTY)

    def weeks(self, weekday: int, *firsts: str) -> None:
        """The company's weeks begin on this day (0 is Monday), as these sheets of others do."""
        self.books.about("", {"preferences": {"week_start": weekday}})
        for sheet in self.books.rows("TIMESHEET"):
            self.books.delete("TIMESHEET", sheet["RECORDNO"])
        for first in firsts:
            line = {"ENTRYDATE": first, "QTY": "1", "PROJECTID": "P-1"}
            self.books.create("TIMESHEET", [line], EMPLOYEEID="E2", BEGINDATE=first)

    def sheets(self) -> dict[tuple[str, str], list[Row]]:
        """The entries of each timesheet, by its person and first day."""
        entries = self.books.rows("TIMESHEETENTRY")
        return {
            (sheet["EMPLOYEEID"], sheet["BEGINDATE"]): [
                entry for entry in entries if entry["parent"] == sheet["RECORDNO"]
            ]
            for sheet in self.books.rows("TIMESHEET")
        }

    def entry(self, key: str) -> Row:
        """The entry of a timesheet that was posted under this key."""
        sheet, _, mark = self.links[key].ledger_id.partition(SEPARATOR)
        (found,) = (
            row
            for row in self.books.rows("TIMESHEETENTRY")
            if row["parent"] == sheet and row["NOTES"].endswith(f"[{mark}]")
        )
        return found

    def row(self, key: str) -> Row:
        """The document of the ledger that was posted under this key."""
        link = self.links[key]
        names = ("RECORDNO", "DOCID")
        (found,) = (
            row
            for row in self.books.rows(link.kind)
            if link.ledger_id in [row.get(name) for name in names]
        )
        return found

    def lines(self, key: str) -> list[Row]:
        """The lines of such a document."""
        number = self.row(key)["RECORDNO"]
        return [r for r in self.books.rows(LINES[self.links[key].kind]) if r["parent"] == number]

    def ours(self, kind: str) -> list[Row]:
        """The documents of a kind that carry a name of ours and were not taken back."""
        return [
            row
            for row in self.books.rows(kind)
            if "[" in str(row.get("DESCRIPTION")) + str(row.get("MESSAGE"))
            and row["STATE"] != "Reversed"
        ]
