"""A month of the product: people, projects, time, expenses and invoices from its sample files."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from local.demo.books import Json
from local.demo.errors import DemoError
from local.demo.ledger import Traits

FOLDER = Path(__file__).resolve().parents[2] / "events" / "month"
DAYS_TO_PAY = timedelta(days=14)
CORRECTION = Decimal("10.00")

Record = Mapping[str, Json]
Records = Sequence[Record]
Fill = Callable[[str], str | None]
"""What stands for a place such as `@account/income`; None where the company has nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What the product says of one month, from the files of `folder`. `people` is a post of
    clients, projects and staff, `rules` and `settings` are bodies of their calls. Ids of the
    ledger, and of uploads, are places that begin with `@` until they are filled."""

    folder: Path
    people: Record
    rules: Record
    settings: Record
    time: Records
    expenses: Records
    invoices: Records

    @classmethod
    def read(cls, folder: Path) -> "Month":
        """Raises DemoError for a file that is missing or no JSON."""
        return cls(
            folder=folder,
            people=_body(folder / "people-and-projects.json"),
            rules=_body(folder / "rules.json"),
            settings=_body(folder / "settings.json"),
            time=records(_body(folder / "time.json")["time_entries"]),
            expenses=records(_body(folder / "expenses.json")["expenses"]),
            invoices=records(_body(folder / "invoices.json")["invoices"]),
        )

    def filled(self, fill: Fill) -> "Month":
        """The month with every place filled. Raises DemoError for one that cannot be."""
        parts: dict[str, Any] = {
            part.name: _filled(getattr(self, part.name), fill) for part in fields(self)
        }
        return Month(**parts)

    def receipt(self, name: str) -> bytes:
        """Raises DemoError when there is none of that name."""
        try:
            return (self.folder / "receipts" / name).read_bytes()
        except OSError as error:
            raise DemoError(f"Receipt {name} cannot be read: {error.strerror}.") from None

    def post(self) -> Record:
        """Everything but people and projects, as one post."""
        return {
            "time_entries": list(self.time),
            "expenses": list(self.expenses),
            "invoices": list(self.invoices),
        }

    def days(self) -> tuple[date, date]:
        """The first and the last day of what it holds."""
        told = [(self.time, "work_date"), (self.expenses, "spent_on"), (self.invoices, "issued_on")]
        found = [_day(record, name) for some, name in told for record in some]
        return min(found), max(found)

    def vendors(self) -> set[str]:
        """The keys of those who are owed what they spent."""
        staff = records(self.people["staff"])
        return {str(one["key"]) for one in staff if one.get("person") == "vendor"}

    def names(self) -> tuple[set[str], set[str]]:
        """Names of people, and full names of clients and projects (`Client:Project`)."""
        clients = {str(c["key"]): str(c["name"]) for c in records(self.people["clients"])}
        projects = {
            f"{clients[str(one['client_key'])]}:{one['name']}"
            for one in records(self.people["projects"])
        }
        staff = {str(one["name"]) for one in records(self.people["staff"])}
        return staff, {*clients.values(), *projects}

    def rates(self) -> Mapping[str, Decimal]:
        """Money per hour, by labor code."""
        rules = self.rules["rules"]
        assert isinstance(rules, Mapping)
        codes = rules["labor-codes"]
        assert isinstance(codes, Mapping)
        return {
            code: Decimal(str(rule["rate"]))
            for code, rule in codes.items()
            if isinstance(rule, Mapping)
        }

    def not_kept(self, traits: Traits) -> set[str]:
        """The keys of the time that such a ledger does not keep."""
        vendors = set() if traits.vendors_work else self.vendors()
        return {str(entry["key"]) for entry in self.time if entry["staff_key"] in vendors}

    def billed(self) -> set[str]:
        """The keys of the time that its invoices bill."""
        return {key for invoice in self.invoices for key in _billed(invoice)}

    def payday(self) -> date:
        """When its first invoice is paid."""
        return _day(self.invoices[0], "issued_on") + DAYS_TO_PAY

    def corrected(self) -> "Month":
        """The month with one expense of its last report changed, and its last expense gone."""
        first = next(e for e in self.expenses if e.get("report_key") == self._last_report())
        amount = Decimal(str(first["amount"])) + CORRECTION
        changed = {**first, "amount": str(amount)}
        kept = [changed if expense is first else expense for expense in self.expenses[:-1]]
        return replace(self, expenses=kept)

    def correction(self) -> tuple[Record, str]:
        """A post of what was corrected, and of a change that comes too late: the first invoice is
        without its last line; and in words what was done. A report is posted whole."""
        corrected, gone = self.corrected(), self.expenses[-1]
        report = [e for e in corrected.expenses if e.get("report_key") == self._last_report()]
        late = _shortened(self.invoices[0])
        expenses: list[Json] = [*report, {"key": gone["key"], "deleted": True}]
        words = f"{report[0]['key']} is {CORRECTION} more, {gone['key']} is deleted"
        return {"expenses": expenses, "invoices": [late]}, f"{words}, {late['key']} is a line short"

    def _last_report(self) -> Json:
        return next(e["report_key"] for e in reversed(self.expenses) if "report_key" in e)


def records(value: Json) -> Records:
    """A list of a body."""
    assert isinstance(value, list)
    return [record for record in value if isinstance(record, Mapping)]


def texts(value: Json) -> list[str]:
    """A list of texts of a record."""
    assert isinstance(value, list)
    return [str(text) for text in value]


def _billed(invoice: Record) -> set[str]:
    lines = records(invoice["lines"])
    return {key for line in lines for key in texts(line.get("time_keys", []))}


def _day(record: Record, name: str) -> date:
    return date.fromisoformat(str(record[name]))


def _shortened(invoice: Record) -> Record:
    *kept, last = records(invoice["lines"])
    total = Decimal(str(invoice["total"])) - Decimal(str(last["amount"]))
    return {**invoice, "lines": list[Json](kept), "total": str(total)}


def _body(path: Path) -> Record:
    try:
        found: Record = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DemoError(f"{path} cannot be used: {error}.") from None
    return found


def _filled(value: Json, fill: Fill) -> Json:
    """Places are filled among values and keys; a key that leads nowhere is left out."""
    if isinstance(value, Mapping):
        named = ((_place(name, fill), inner) for name, inner in value.items())
        return {name: _filled(inner, fill) for name, inner in named if name is not None}
    if isinstance(value, list):
        return [_filled(inner, fill) for inner in value]
    if not isinstance(value, str):
        return value
    found = _place(value, fill)
    if found is None:
        raise DemoError(f"The company has nothing that can stand for {value}.")
    return found


def _place(text: str, fill: Fill) -> str | None:
    return fill(text.removeprefix("@")) if text.startswith("@") else text
