"""What holds for every transaction: its day, closed books, marks of the screens, addresses."""

from __future__ import annotations

import re
from typing import Final

from local.sandboxes.qbo.engine.change import Change
from local.sandboxes.qbo.protocol.errors import Fault
from local.sandboxes.qbo.schema.fields import Kind

CLOSED_WORDS = (
    "The account period has closed and the account books cannot be updated through through the "
    "QBO Services API. Please use the QBO website to make these changes."
)
EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# What somebody did to a transaction in the screens, and how the API refuses it from then on.
MARKS: Final = {
    "matched": ("6480", "This transaction has been matched to a bank transaction."),
    "reconciled": ("6480", "This transaction has been reconciled."),
    "deposited": ("6540", "This transaction has been deposited and cannot be changed."),
}


def open_period(change: Change) -> None:
    """Neither the old nor the new date may lie in closed books."""
    closed = str(change.company.preference("AccountingInfoPrefs", "BookCloseDate") or "")
    if change.entity.family == "time" and not change.settings.closed_books_cover_time:
        return
    if not closed or change.context.by_hand:
        return
    for row in (change.before, change.after):
        if row and str(row.get("TxnDate", "9999")) <= closed:
            raise Fault(change.settings.closed_books_code, CLOSED_WORDS)


def dated(change: Change) -> None:
    change.after.setdefault("TxnDate", change.context.clock.today().isoformat())


def unmarked(change: Change) -> None:
    """What was matched, reconciled or deposited is closed to the API. Raises 6480 or 6540."""
    row_id = str(change.was("Id") or "")
    if not row_id or change.context.by_hand:
        return
    mark = change.company.marks.get((change.entity.name, row_id))
    if mark is None and _deposited(change, row_id):
        mark = "deposited"
    if mark is not None:
        raise Fault(*MARKS[mark])


def _deposited(change: Change, row_id: str) -> bool:
    links = (
        link
        for deposit in (change.company.rows("Deposit") if change.entity.name == "Payment" else ())
        for line in deposit["Line"]
        for link in line.get("LinkedTxn", ())
    )
    return any(x.get("TxnId") == row_id and x.get("TxnType") == "Payment" for x in links)


def no_custom_fields(change: Change) -> None:
    """Expenses and time know custom fields but keep none."""
    change.after.pop("CustomField", None)


def no_header_project(change: Change) -> None:
    """A form with a project on each line keeps none for the whole."""
    change.after.pop("ProjectRef", None)


def addresses(change: Change) -> None:
    """Every e-mail address that was sent looks like one. Raises 2210."""
    for described in change.entity.fields:
        shape = described.shape
        if described.kind is Kind.PART and shape is not None and shape.name == "EmailAddress":
            check_email(change.sent.get(described.name) or {}, described.name)


def check_email(held: dict[str, str], element: str) -> None:
    for address in str(held.get("Address", "")).split(","):
        if address and not EMAIL.fullmatch(address.strip()):
            raise Fault("2210", f"Email address is not valid : {address}", element)
