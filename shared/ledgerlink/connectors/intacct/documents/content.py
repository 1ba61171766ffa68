"""Documents of money as the ledger holds them: what they say, what they come to, what locks them.

The ledger fills in more than anybody could foretell, so what it answers is kept as a fingerprint.
What comes and goes by itself (balances, states, numbers, stamps) is no part of it.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from ledgerlink.connectors.intacct.documents import marker
from ledgerlink.connectors.intacct.documents.encoding import legacy
from ledgerlink.connectors.intacct.documents.required_dimensions import lines
from ledgerlink.connectors.intacct.protocol import values
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.connectors.intacct.protocol.xml import Value
from ledgerlink.domain.model.documents import fingerprint
from ledgerlink.domain.model.plan import ItemState, Outcome, Write
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.money import rounded

HEAD = (
    "RECORDID", "DOCNO", "DESCRIPTION", "MESSAGE", "VENDORID", "CUSTOMERID", "CUSTVENDID",
    "EMPLOYEEID", "CURRENCY", "WHENCREATED", "WHENDUE", "TERMNAME",
)  # fmt: skip
LINE = (
    "ACCOUNTNO", "ACCOUNTLABEL", "EXPENSETYPE", "GLACCOUNTNO", "ITEMID", "AMOUNT", "TRX_AMOUNT",
    "QUANTITY", "PRICE", "UIQTY", "UIPRICE", "ENTRYDESCRIPTION", "DESCRIPTION", "MEMO",
    "DEPARTMENTID", "LOCATIONID", "PROJECTID", "CUSTOMERID", "VENDORID", "CLASSID", "BILLABLE",
)  # fmt: skip
NUMBERS = frozenset({"AMOUNT", "TRX_AMOUNT", "QUANTITY", "PRICE", "UIQTY", "UIPRICE"})
SAME = {"glaccountno": "ACCOUNTNO", "accountno": "ACCOUNTNO", "paymentamount": "TRX_AMOUNT"}
"""What is sent under another name than it is read."""
TOTALS = ("TRX_TOTALENTERED", "TOTALENTERED", "TRX_TOTAL", "TOTAL")
"""Where a document may say what it comes to, its own currency first."""

PAID = frozenset({"paid", "partially paid", "closed", "converted", "partially converted"})
VOID = frozenset({"reversed", "voided", "void"})


def content(row: Row) -> str:
    """The fingerprint of what a document holds."""
    lines = [_held(line, LINE) for line in _lines(row)]
    return fingerprint({**_held(row, HEAD), "lines": lines})


def total(row: Row) -> Decimal | None:
    """What it comes to, as the ledger says; None where it does not say it. A refund of a card is
    a charge below zero, and comes to what is paid back."""
    said = (values.number(row, name) for name in TOTALS)
    return next((abs(each) for each in said if each is not None), None)


def locked(row: Row) -> Reason | None:
    """Why it can no longer change."""
    state = (text(row, "STATE") or "").lower()
    if state in PAID or (values.number(row, "TOTALPAID") or Decimal(0)) != 0:
        return reason("paid", detail="")
    if state in VOID:
        return reason("voided")
    return reason("reconciled") if values.flag(row, "CLEARED") else None


def is_void(row: Row) -> bool:
    """Whether it was taken back, which is how some documents go."""
    return (text(row, "STATE") or "").lower() in VOID


def mark(row: Row) -> str:
    """Our name of it, at the end of whichever text; empty for one of somebody else."""
    return marker.found(*(value for value in row.values() if isinstance(value, str)))


def posted(write: Write, ledger_id: str, row: Row, why: Reason | None = None) -> Outcome:
    """The outcome of a write that the ledger holds; it says so when the ledger's total is another
    one."""
    return Outcome(
        seq=write.seq,
        state=ItemState.POSTED,
        ledger_id=ledger_id,
        version=text(row, "WHENMODIFIED"),
        reason=_other_total(write, row) or why,
        content=content(row),
        total=total(row),
    )


def is_own(write: Write, row: Row) -> bool:
    """Whether it has our name, unless a number of ours is that."""
    return "documentno" in (write.body or {}) or mark(row) == marker.mark(write.key)


def says(write: Write, row: Row) -> bool:
    """Whether it has our name, unless a number of ours is that, comes to what is sent, and its
    lines say what is sent wherever both say it."""
    said = total(row)
    if not is_own(write, row):
        return False
    if said is None or write.total is None or rounded(said) != abs(rounded(write.total.amount)):
        return False
    sent, held = [legacy(line) for line in lines(write.body)], list(_lines(row))
    if len(sent) != len(held):
        return False
    return all(_agree(ours, theirs) for ours, theirs in zip(sent, held, strict=True))


def is_ours(write: Write, row: Row) -> bool:
    """Whether a document that was found is the one that this write made. What was found by a number
    of ours has to say the same: nobody knows whether the ledger tells what else it is called."""
    body = write.body or {}
    if "documentno" not in body:
        return True
    named = text(row, "EXTERNALID")
    return named == body.get("externalid") if named else says(write, row)


def _agree(sent: Mapping[str, Value], held: Row) -> bool:
    for name, value in sent.items():
        field = _read_as(name, sent, held)
        theirs = text(held, field)
        if theirs is None or not isinstance(value, str):
            continue
        if field in NUMBERS:
            if values.amount(held, field) != values.amount({field: value}, field):
                return False
        elif theirs != value:
            return False
    return True


def _read_as(name: str, sent: Mapping[str, Value], held: Row) -> str:
    """The field that a sent one is read as: an amount without one of the transaction beside it is
    that itself, which companies of one currency may not tell."""
    if name == "amount" and "trx_amount" not in sent and text(held, "TRX_AMOUNT") is not None:
        return "TRX_AMOUNT"
    return SAME.get(name, name.upper())


def _other_total(write: Write, row: Row) -> Reason | None:
    said = total(row)
    if said is None or write.total is None:
        return None
    ours, currency = write.total, write.total.currency
    theirs, mine = rounded(said, currency), abs(rounded(ours.amount, currency))
    if theirs == mine:
        return None
    words: dict[str, object] = {"ledger": theirs, "ours": mine, "difference": theirs - mine}
    return reason("total_differs", None, tax="an unknown part", **words)


def _lines(row: Row) -> Iterator[Row]:
    """The lines: whatever stands below a document and has an amount or a quantity."""
    for value in row.values():
        for group in value if isinstance(value, list) else [value]:
            if isinstance(group, Mapping):
                yield from _of(group)


def _of(group: Row) -> Iterator[Row]:
    for value in group.values():
        for line in value if isinstance(value, list) else [value]:
            if isinstance(line, Mapping) and NUMBERS.intersection(line):
                yield line


def _held(row: Row, names: tuple[str, ...]) -> dict[str, str]:
    told = {
        name: values.amount(row, name) if name in NUMBERS else text(row, name) for name in names
    }
    return {name: value for name, value in told.items() if value is not None}
