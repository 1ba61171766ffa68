"""Documents as the ledger holds them: what is compared, their totals, and what locks them.

What the ledger answers is kept as a fingerprint of the fields that are ours. Balances, states and
timestamps are not part of it, because they change by themselves; nor is what we did not send.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ledgerlink.connectors.intacct.documents.encoding import as_sent, legacy
from ledgerlink.connectors.intacct.documents.marker import find_markers, marker_for
from ledgerlink.connectors.intacct.documents.owned_fields import NUMBERS, Ownership
from ledgerlink.connectors.intacct.documents.required_dimensions import body_lines
from ledgerlink.connectors.intacct.protocol import values
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.connectors.intacct.protocol.xml import Value
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.plan import Action, Write
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.model.references import Body
from ledgerlink.domain.money import rounded

HEAD_FIELDS = (
    "RECORDID", "DOCNO", "DESCRIPTION", "MESSAGE", "VENDORID", "CUSTOMERID", "CUSTVENDID",
    "EMPLOYEEID", "CURRENCY", "WHENCREATED", "WHENDUE", "TERMNAME",
)  # fmt: skip
LINE_FIELDS = (
    "ACCOUNTNO", "ACCOUNTLABEL", "EXPENSETYPE", "GLACCOUNTNO", "ITEMID", "AMOUNT", "TRX_AMOUNT",
    "QUANTITY", "PRICE", "UIQTY", "UIPRICE", "ENTRYDESCRIPTION", "DESCRIPTION", "MEMO",
    "DEPARTMENTID", "LOCATIONID", "PROJECTID", "CUSTOMERID", "VENDORID", "CLASSID", "BILLABLE",
)  # fmt: skip
READ_AS = {"glaccountno": "ACCOUNTNO", "accountno": "ACCOUNTNO", "paymentamount": "TRX_AMOUNT"}
"""Fields that are read under another name than they are sent."""
TOTALS = ("TRX_TOTALENTERED", "TOTALENTERED", "TRX_TOTAL", "TOTAL")
"""Fields that may hold the total, those in the document's own currency first."""

PAID_STATES = frozenset({"paid", "partially paid", "closed", "converted", "partially converted"})
VOID_STATES = frozenset({"reversed", "voided", "void"})


def whole_fingerprint(row: Row) -> str:
    """The fingerprint of all fields that may be ours, whoever wrote them."""
    lines = [_present(line, LINE_FIELDS) for line in document_lines(row)]
    return fingerprint({**_present(row, HEAD_FIELDS), "lines": lines})


def held(row: Row) -> dict[str, Any]:
    """The fields of a document that may be ours, as the ledger holds them, to be shown beside what
    is sent."""
    lines = [as_sent(_present(line, LINE_FIELDS)) for line in document_lines(row)]
    return {**as_sent(_present(row, HEAD_FIELDS)), **({"lines": lines} if lines else {})}


def content_fingerprint(body: Body | None, row: Row) -> str:
    """The fingerprint of what this body wrote of a document."""
    lines = list(document_lines(row))
    return Ownership.of(body or {}, body_lines(body), len(lines)).fingerprint(row, lines)


def line_ids(body: Body | None, row: Row) -> tuple[str, ...]:
    """The ids of the lines that this body wrote. They come first; those that others added are sent
    behind them."""
    ours = zip(body_lines(body), document_lines(row), strict=False)
    return tuple(number for _, line in ours if (number := text(line, "RECORDNO")))


def added_lines(body: Body | None, row: Row) -> Sequence[Row]:
    """The lines of a document that this body has not written."""
    return list(document_lines(row))[len(list(body_lines(body))) :]


def has_content(row: Row, recorded: str | None) -> bool:
    """Whether a document still has what a recorded fingerprint stands for."""
    ours = Ownership.parse(recorded)
    held = (
        whole_fingerprint(row) if ours is None else ours.fingerprint(row, list(document_lines(row)))
    )
    return held == recorded


def ledger_total(row: Row) -> Decimal | None:
    """The total in the document's currency; None where the ledger does not give it. The refund of a
    card is a negative charge; its total is the amount that is paid back."""
    totals = (values.decimal(row, name) for name in TOTALS)
    return next((abs(each) for each in totals if each is not None), None)


def lock_reason(row: Row) -> Reason | None:
    """The reason why the document can no longer change; None while it can."""
    state = (text(row, "STATE") or "").lower()
    if state in PAID_STATES or (values.decimal(row, "TOTALPAID") or Decimal(0)) != 0:
        in_part = (values.decimal(row, "TOTALDUE") or Decimal(0)) > 0
        return reason("paid", detail=" in part" if in_part else "")
    if state in VOID_STATES:
        return reason("voided")
    return reason("reconciled") if values.flag(row, "CLEARED") else None


def is_void(row: Row) -> bool:
    """Whether it was reversed or voided, which is how some documents are removed."""
    return (text(row, "STATE") or "").lower() in VOID_STATES


def markers_of(row: Row) -> Iterator[str]:
    """Our marker of a document, in whichever text it is, among what looks like it."""
    return find_markers(*(value for value in row.values() if isinstance(value, str)))


def has_marker_of(write: Write, row: Row) -> bool:
    """Whether a document has the marker of this write. One with a number of ours needs none."""
    return "documentno" in (write.body or {}) or marker_for(write.key) in markers_of(row)


def matches(write: Write, row: Row) -> bool:
    """Whether a document is what this write sends: it has our marker, the same total, and lines
    that agree wherever both have a value. An update keeps the lines that others added, behind
    ours."""
    held_total = ledger_total(row)
    if not has_marker_of(write, row) or held_total is None or write.total is None:
        return False
    sent, stored = [legacy(line) for line in body_lines(write.body)], list(document_lines(row))
    may_have_others = len(stored) > len(sent) and _was_replaced(write, stored)
    if not may_have_others and rounded(held_total) != abs(rounded(write.total.amount)):
        return False
    if not may_have_others and len(sent) != len(stored):
        return False
    return all(_lines_agree(ours, theirs) for ours, theirs in zip(sent, stored, strict=False))


def _was_replaced(write: Write, stored: Sequence[Row]) -> bool:
    """Whether none of these lines are those that we wrote before: an update replaces all of them,
    also those of others, which have new ids then."""
    before = write.was.line_ids if write.was and write.action is Action.UPDATE else ()
    return bool(before) and not {text(line, "RECORDNO") for line in stored}.intersection(before)


def was_made_by(write: Write, row: Row) -> bool:
    """Whether this write made a document that was found. One that was found by our number must have
    our external id, or match where the ledger does not give one."""
    body = write.body or {}
    if "documentno" not in body:
        return True
    external_id = text(row, "EXTERNALID")
    return external_id == body.get("externalid") if external_id else matches(write, row)


def _lines_agree(sent: Mapping[str, Value], stored_row: Row) -> bool:
    for name, value in sent.items():
        field = _read_field(name, sent, stored_row)
        theirs = text(stored_row, field)
        if theirs is None or not isinstance(value, str):
            continue
        if field in NUMBERS:
            if values.amount(stored_row, field) != values.amount({field: value}, field):
                return False
        elif theirs != value:
            return False
    return True


def _read_field(name: str, sent: Mapping[str, Value], stored_row: Row) -> str:
    """The field under which a sent one is read. An amount that is sent alone is one in the
    document's currency, which companies with a single currency may not return."""
    if name == "amount" and "trx_amount" not in sent and text(stored_row, "TRX_AMOUNT") is not None:
        return "TRX_AMOUNT"
    return READ_AS.get(name, name.upper())


def document_lines(row: Row) -> Iterator[Row]:
    """The lines of a document: all rows two levels below it with an amount or a quantity."""
    for value in row.values():
        for group in value if isinstance(value, list) else [value]:
            if isinstance(group, Mapping):
                yield from _lines_of_group(group)


def _lines_of_group(group: Row) -> Iterator[Row]:
    for value in group.values():
        for line in value if isinstance(value, list) else [value]:
            if isinstance(line, Mapping) and NUMBERS.intersection(line):
                yield line


def _present(row: Row, names: tuple[str, ...]) -> dict[str, str]:
    found = {
        name: values.amount(row, name) if name in NUMBERS else text(row, name) for name in names
    }
    return {name: value for name, value in found.items() if value is not None}
