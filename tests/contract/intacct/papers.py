"""Documents of money as this ledger has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ledgerlink.connectors.intacct.config import Choices, InvoiceModule

from tests.contract.intacct.poster import Poster
from tests.contract.papers import PAPERS as THEIRS
from tests.contract.papers import Paper as Common

ORDERS = Choices()
RECEIVABLES = Choices(sales=InvoiceModule.RECEIVABLES, revenue_account_id="glaccount/4000")


@dataclass(frozen=True)
class Paper(Common):
    """`choices` are the company's, `make` the function that makes one, `change` the first one that
    changes one, `remove` the one that takes it out."""

    choices: Choices = ORDERS
    make: str = "create"
    change: str = "update"
    remove: str = "delete"


def _paper(common: str, kind: str, *functions: str, choices: Choices | None = None) -> Paper:
    given = THEIRS[common]
    make, change, remove = functions or ("create", "update", "delete")
    return Paper(kind, given.key, given.record, given.gone, choices or ORDERS, make, change, remove)


def _legacy(make: str, remove: str) -> tuple[str, str, str]:
    return make, make, remove


PAPERS: Mapping[str, Paper] = {
    "bill": _paper("bill", "APBILL"),
    "report": _paper(
        "check", "EEXPENSES", *_legacy("create_expensereport", "delete_expensereport")
    ),
    "charge": _paper(
        "charge", "CCTRANSACTION", *_legacy("record_cctransaction", "reverse_cctransaction")
    ),
    "refund": _paper(
        "refund", "CCTRANSACTION", *_legacy("record_cctransaction", "reverse_cctransaction")
    ),
    "order": _paper(
        "invoice", "SODOCUMENT", *_legacy("create_sotransaction", "delete_sotransaction")
    ),
    "invoice": _paper(
        "invoice",
        "ARINVOICE",
        *_legacy("create_invoice", "delete_invoice"),
        choices=RECEIVABLES,
    ),
}
"""Each kind of document that carries money."""


def papers(*names: str) -> Sequence[Paper]:
    """These kinds, or all."""
    return [PAPERS[name] for name in names or PAPERS]


def choose(poster: Poster, paper: Paper) -> Poster:
    """Whoever posts it posts as its company has chosen."""
    poster.books = replace(poster.books, choices=paper.choices)
    return poster


def pay(poster: Poster, key: str) -> None:
    """Somebody pays all of an invoice that was posted under this key."""
    row, kind = poster.row(key), poster.links[key].kind
    number = row["RECORDNO"]
    if kind == "SODOCUMENT":
        kind, number = "ARINVOICE", row["PRRECORDKEY"]
    company = poster.books.served.sandbox.companies[poster.books.company]
    record = company.tables[kind].records[int(number)]
    whole = record.values["TOTALENTERED"]
    paid = {"TOTALPAID": whole, "TRX_TOTALPAID": whole, "TOTALDUE": "0.00", "TRX_TOTALDUE": "0.00"}
    state = {"STATE": "Paid", "WHENPAID": "03/20/2026"}
    company.put(kind, replace(record, values={**record.values, **paid, **state}))
