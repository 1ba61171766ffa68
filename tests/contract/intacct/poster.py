"""Posts records into a company of the Sage Intacct sandbox."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ledgerlink.connectors.intacct.protocol.record_ids import SEPARATOR
from ledgerlink.domain.model.money_settings import ExpenseSettings
from ledgerlink.domain.model.rules import LinkExpenseCode, LinkTo, RuleKind
from ledgerlink.domain.model.rules import Mapping as Rules
from ledgerlink.domain.model.source_records import RecordKind

from tests.contract import poster
from tests.contract.intacct.books import Books, Row
from tests.contract.poster import Outcomes, code, words

__all__ = ["Outcomes", "Poster", "code", "words"]

NOTHING_CHOSEN = ExpenseSettings()
RULES: Mapping[RuleKind, Mapping[str, Rules]] = {
    RuleKind.USERS: {
        "vic": LinkTo(ledger_id="vendor/V1", person="vendor"),
        "val": LinkTo(ledger_id="vendor/V2", person="vendor"),
        "emily": LinkTo(ledger_id="employee/E1"),
        "bo": LinkTo(ledger_id="employee/E2"),
    },
    RuleKind.PROJECTS: {
        "birds": LinkTo(ledger_id="project/P-1"),
        "cars": LinkTo(ledger_id="project/P-3"),
        "acme": LinkTo(ledger_id="customer/C1"),
    },
    RuleKind.LABOR_CODES: {
        "design": LinkTo(ledger_id="item/LAB-1"),
        "lighting": LinkTo(ledger_id="item/LAB-2"),
        "overtime": LinkTo(ledger_id="timetype/Overtime"),
    },
    RuleKind.EXPENSE_CODES: {
        "meals": LinkExpenseCode(ledger_id="glaccount/6100"),
        "travel": LinkExpenseCode(ledger_id="glaccount/6000"),
        "software": LinkExpenseCode(ledger_id="glaccount/6300"),
    },
    RuleKind.CARDS: {"visa": LinkTo(ledger_id="creditcard/CORP-VISA")},
    RuleKind.TERMS: {"net15": LinkTo(ledger_id="arterm/Net 15")},
    RuleKind.CLASSES: {
        "commercial": LinkTo(ledger_id="class/CL1"),
        "public": LinkTo(ledger_id="class/CL2"),
    },
    RuleKind.DEPARTMENTS: {
        "consulting": LinkTo(ledger_id="department/10"),
        "engineering": LinkTo(ledger_id="department/20"),
    },
    RuleKind.LOCATIONS: {
        "us": LinkTo(ledger_id="location/US"),
        "york": LinkTo(ledger_id="location/NY"),
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

WRITING = (
    "create", "update", "delete", "create_expensereport", "delete_expensereport",
    "record_cctransaction", "reverse_cctransaction", "create_sotransaction",
    "delete_sotransaction",
)  # fmt: skip


class Poster(poster.Poster[Books]):
    """Posts into one company."""

    expensing: ExpenseSettings = NOTHING_CHOSEN

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        for kind, mappings in RULES.items():
            for key, mapping in mappings.items():
                self.rule(kind, key, mapping)

    def lose(self, action: str = "cut", when: str = "after", **more: Any) -> None:
        """What is written next is done, and the answer does not arrive; or is not done, `before`
        it could, or only in part, `midway`."""
        more = {"match": {"function": "create"}, **more}
        self.books.fail(action, when, **more)

    def weeks(self, weekday: int, *firsts: str) -> None:
        """The company's weeks begin on this day (0 is Monday), as these sheets of others do."""
        self.books.about("", {"preferences": {"week_start": weekday}})
        for sheet in self.books.rows("TIMESHEET"):
            self.books.delete("TIMESHEET", sheet["RECORDNO"])
        for first in firsts:
            line = {"ENTRYDATE": first, "QTY": "1", "PROJECTID": "P-1"}
            self.books.create("TIMESHEET", [line], EMPLOYEEID="E2", BEGINDATE=first)

    def deaf(self, when: str = "after") -> None:
        for function in WRITING:
            self.lose("html502", when, match={"function": function}, times=99)

    def recognises_repeats(self) -> None:
        self.books.admin("settings", {"uniqueid": "honoured"})

    def well(self) -> None:
        self.books.well()

    def tamper(self, key: str) -> None:
        link = self.links[key]
        if link.record is not RecordKind.TIME:
            note = {"DESCRIPTION": f"Checked\n[{key}]"}
            due = {"WHENDUE": "06/01/2026"}
            changes = note if link.kind in ("EEXPENSES", "CCTRANSACTION") else due
            self.books.change(link.kind, self.row(key)["RECORDNO"], **changes)
            return
        entry = self.entry(key)
        lines = [
            {**_own(row), **({"QTY": "7"} if row["RECORDNO"] == entry["RECORDNO"] else {})}
            for row in self.books.rows("TIMESHEETENTRY")
            if row["parent"] == entry["parent"]
        ]
        body = {"object": "TIMESHEET", "recordno": entry["parent"], "changes": {}, "lines": lines}
        self.books.about("/edit", body)

    def take_out(self, key: str) -> None:
        link = self.links[key]
        if link.record is RecordKind.TIME:
            self.books.delete("TIMESHEET", self.entry(key)["parent"])
        else:
            self.books.delete(link.kind, self.row(key)["RECORDNO"])

    def retire(self, project_key: str) -> None:
        rule = self.rules[RuleKind.PROJECTS, project_key].mapping
        assert isinstance(rule, LinkTo)
        number = self.books.number("PROJECT", rule.ledger_id.partition(SEPARATOR)[2])
        self.books.change("PROJECT", number, STATUS="inactive")

    def held(self) -> list[Decimal]:
        money = [
            abs(Decimal(row.get("TOTALENTERED") or row["TOTAL"]))
            for kind in LINES
            if kind != "TIMESHEET"
            for row in self.ours(kind)
        ]
        time = [row for row in self.books.rows("TIMESHEETENTRY") if "Work " in row["NOTES"]]
        return sorted(money + [Decimal(row["QTY"]) for row in time])

    @property
    def dimensions(self) -> Mapping[str, tuple[str, str]]:
        return {
            "class_key": ("commercial", "public"),
            "department_key": ("consulting", "engineering"),
            "location_key": ("us", "york"),
        }

    def said(self, key: str, field: str) -> set[str]:
        name = f"{field.removesuffix('_key').upper()}ID"
        time = self.links[key].record is RecordKind.TIME
        lines = [self.entry(key)] if time else self.lines(key)
        objects = {"LOCATIONID": "location", "DEPARTMENTID": "department", "CLASSID": "class"}
        return {f"{objects[name]}/{line[name]}" for line in lines if line.get(name)}

    def customer(self, name: str) -> str:
        number = self.books.plant("CUSTOMER", {"CUSTOMERID": "NEW-1", "NAME": name}, name)
        assert number
        return "customer/NEW-1"

    def change_customer(self, ledger_id: str, name: str, *, active: bool = True) -> None:
        number = self.books.number("CUSTOMER", ledger_id.partition(SEPARATOR)[2])
        status = "active" if active else "inactive"
        self.books.change("CUSTOMER", number, NAME=name, STATUS=status)

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
        """The documents of a kind that carry a name of ours and were not taken back, but for the
        receivables that sales make."""
        return [
            row
            for row in self.books.rows(kind)
            if "[" in str(row.get("DESCRIPTION")) + str(row.get("MESSAGE"))
            and row["STATE"] != "Reversed"
            and row.get("MODULEKEY") != "8.SO"
        ]


def _own(row: Row) -> Row:
    """What an entry says itself."""
    return {name: v for name, v in row.items() if name not in ("parent", "STATE", "LINENO")}
