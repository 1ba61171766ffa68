"""Documents of the month by kind: counted and summed from its files, and from the ledger."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from local.demo.ledger import Activity, Company, Row
from local.demo.month import Month, Record, records
from local.demo.totals import value

BILL, INVOICE, TIME, FILE = "Bill", "Invoice", "TimeActivity", "Attachable"
CHECK, CARD, REFUND = "Purchase, check", "Purchase, card", "Purchase, card refund"
KINDS = (BILL, CHECK, CARD, REFUND, INVOICE, TIME, FILE)


@dataclass(frozen=True, slots=True)
class Sum:
    """How many documents, and what they come to."""

    count: int = 0
    money: Decimal = Decimal(0)

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.count + other.count, self.money + other.money)


ByKind = Mapping[str, Sum]


def of_month(month: Month) -> ByKind:
    """What the files say. A report is one document; a charge of a card is one by itself."""
    return _add_up([*_spent(month), *_invoiced(month), *_worked(month), *_attached(month)])


def of_ledger(company: Company, month: Month) -> ByKind:
    """What the company holds: documents of the month's days, time of its projects, and files."""
    first, last = month.days()
    where = f"WHERE TxnDate >= '{first}' AND TxnDate <= '{last}'"
    found = [
        (_kind(n, row), row) for n in (BILL, "Purchase", INVOICE) for row in company.rows(n, where)
    ]
    documents = [(kind, Sum(1, Decimal(row["TotalAmt"]))) for kind, row in found]
    files = ((FILE, Sum(1)) for _ in company.rows(FILE))
    worked = ((TIME, Sum(1, value(a.minutes, a.rate))) for a in activities(company, month))
    return _add_up([*documents, *worked, *files])


def activities(company: Company, month: Month) -> Iterator[Activity]:
    """The company's time of the month's projects."""
    _, ours = month.names()
    customers = company.customers()
    return (one for one in company.activities() if customers.get(one.customer_id) in ours)


def _kind(entity: str, row: Row) -> str:
    if entity != "Purchase":
        return entity
    if row["PaymentType"] == "Check":
        return CHECK
    return REFUND if row.get("Credit") else CARD


def _spent(month: Month) -> Iterator[tuple[str, Sum]]:
    vendors, seen = month.vendors(), set[str]()
    for expense in month.expenses:
        document = str(expense.get("report_key", expense["key"]))
        count = 0 if document in seen else 1
        seen.add(document)
        yield _settled(expense, vendors), Sum(count, Decimal(str(expense["amount"])))


def _settled(expense: Record, vendors: set[str]) -> str:
    """How the money goes: from a card, or to who spent it."""
    if expense.get("paid_with") == "company_card":
        return REFUND if expense.get("refund") else CARD
    return BILL if expense["staff_key"] in vendors else CHECK


def _invoiced(month: Month) -> Iterator[tuple[str, Sum]]:
    for invoice in month.invoices:
        amounts = (Decimal(str(line["amount"])) for line in records(invoice["lines"]))
        yield INVOICE, Sum(1, sum(amounts, Decimal(0)))


def _worked(month: Month) -> Iterator[tuple[str, Sum]]:
    """Each entry, at its labor code's rate when it is billable."""
    rates = month.rates()
    for entry in month.time:
        rate = rates[str(entry["labor_code_key"])] if entry["billable"] else Decimal(0)
        yield TIME, Sum(1, value(int(str(entry["minutes"])), rate))


def _attached(month: Month) -> Iterator[tuple[str, Sum]]:
    for record in (*month.expenses, *month.invoices):
        yield from ((FILE, Sum(1)) for _ in records(record.get("receipts", [])))


def _add_up(parts: Iterable[tuple[str, Sum]]) -> ByKind:
    sums = dict.fromkeys(KINDS, Sum())
    for kind, part in parts:
        sums[kind] += part
    return sums
