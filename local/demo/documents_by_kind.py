"""Documents of the month by kind: counted and summed from its files, and from the ledger."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from local.demo.ledger import Activity, Company, Kind, Traits
from local.demo.month import Month, Record, records
from local.demo.totals import value


@dataclass(frozen=True, slots=True)
class Sum:
    """How many documents, and what they come to."""

    count: int = 0
    money: Decimal = Decimal(0)

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.count + other.count, self.money + other.money)


ByKind = Mapping[Kind, Sum]


def of_month(month: Month, traits: Traits) -> ByKind:
    """What the files say, as far as such a ledger keeps it. A report is one document; a charge of a
    card is one by itself."""
    worked = _worked(month, month.not_kept(traits))
    return _add_up([*_spent(month), *_invoiced(month), *worked, *_attached(month)])


def of_ledger(company: Company, month: Month) -> ByKind:
    """What the company holds: documents of the month's days, time of its projects, and files."""
    documents = ((d.kind, Sum(1, d.money)) for d in company.documents(*month.days()))
    worked = activities(company, month)
    times = ((Kind.TIME, Sum(1, value(a.minutes, a.rate))) for a in worked)
    return _add_up([*documents, *times])


def activities(company: Company, month: Month) -> Iterator[Activity]:
    """The company's time of the month's projects."""
    _, ours = month.names()
    customers = company.customers()
    return (one for one in company.activities() if customers.get(one.customer_id) in ours)


def _spent(month: Month) -> Iterator[tuple[Kind, Sum]]:
    vendors, seen = month.vendors(), set[str]()
    for expense in month.expenses:
        document = str(expense.get("report_key", expense["key"]))
        count = 0 if document in seen else 1
        seen.add(document)
        yield _settled(expense, vendors), Sum(count, Decimal(str(expense["amount"])))


def _settled(expense: Record, vendors: set[str]) -> Kind:
    """How the money goes: from a card, or to who spent it."""
    if expense.get("paid_with") == "company_card":
        return Kind.REFUND if expense.get("refund") else Kind.CHARGE
    owed = expense["staff_key"] in vendors
    return Kind.OWED_TO_VENDORS if owed else Kind.OWED_TO_EMPLOYEES


def _invoiced(month: Month) -> Iterator[tuple[Kind, Sum]]:
    for invoice in month.invoices:
        amounts = (Decimal(str(line["amount"])) for line in records(invoice["lines"]))
        yield Kind.INVOICE, Sum(1, sum(amounts, Decimal(0)))


def _worked(month: Month, without: set[str]) -> Iterator[tuple[Kind, Sum]]:
    """Each entry, at its labor code's rate when it is billable."""
    rates = month.rates()
    for entry in month.time:
        if entry["key"] not in without:
            rate = rates[str(entry["labor_code_key"])] if entry["billable"] else Decimal(0)
            yield Kind.TIME, Sum(1, value(int(str(entry["minutes"])), rate))


def _attached(month: Month) -> Iterator[tuple[Kind, Sum]]:
    for record in (*month.expenses, *month.invoices):
        yield from ((Kind.FILE, Sum(1)) for _ in records(record.get("receipts", [])))


def _add_up(parts: Iterable[tuple[Kind, Sum]]) -> ByKind:
    sums = dict.fromkeys(Kind, Sum())
    for kind, part in parts:
        sums[kind] += part
    return sums
