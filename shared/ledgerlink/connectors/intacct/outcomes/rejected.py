"""Rejected writes: the ledger's fault as a reason for the person who must act."""

import re
from collections.abc import Mapping
from datetime import date

from ledgerlink.connectors.intacct.documents.required_dimensions import (
    demanded_dimension,
    missing_dimension,
)
from ledgerlink.connectors.intacct.protocol.error_codes import meaning
from ledgerlink.connectors.intacct.protocol.faults import Fault
from ledgerlink.domain.errors import KindRefused
from ledgerlink.domain.model.plan import ItemState, Outcome, Write
from ledgerlink.domain.model.reasons import Reason, reason

QUOTED = re.compile(r"'([^']+)'")
"""What a fault quotes: mostly the id of a record."""


def failed(write: Write, why: Reason) -> Outcome:
    """The outcome of a write that is rejected for good."""
    return Outcome(seq=write.seq, state=ItemState.FAILED, reason=why)


def blocked(write: Write, why: Reason) -> Outcome:
    """The outcome of a write that is held back until a person acts in the ledger."""
    return Outcome(seq=write.seq, state=ItemState.BLOCKED, reason=why)


def reason_of(error: KindRefused) -> Reason:
    """The reason of a record whose kind the ledger refuses."""
    return Reason(error.code, error.message, error.remedy)


def explain(
    fault: Fault, names: Mapping[str, str], day: date | None = None, *, has_number: bool = False
) -> Reason:
    """The reason for a fault. `names` are names of records by their ledger ids, as far as they are
    known. A duplicate of a document that `has_number` is one of its number, not of its name."""
    what, detail = meaning(fault), with_names(str(fault), names)
    if has_number and what.code == "name_taken":
        return number_taken(detail)
    if what.code == "missing_dimension" and (dimension := demanded_dimension(fault)[0]):
        return missing_dimension(detail, dimension)
    words: dict[str, object] = {
        "state": "approved or submitted",
        "detail": "" if what.code == "paid" else detail,
        "name": next(iter(QUOTED.findall(fault.words)), "of this record"),
        "day": day or "Its date",
        "closed": "a date that Sage Intacct did not give",
    }
    found = reason(what.code, None, **words)
    return Reason(found.code, found.message, what.remedy or found.remedy, found.field)


def timesheet_locked(state: str) -> Reason:
    """That the timesheet of an entry is in a state in which it cannot change."""
    return reason("timesheet_approved", state=state or "approved")


def number_taken(detail: str) -> Reason:
    """That another document has the number."""
    return reason("number_taken", field="number", detail=detail)


def with_names(text: str, names: Mapping[str, str]) -> str:
    """The text, with the name behind each quoted id that only one record has."""
    for quoted in dict.fromkeys(QUOTED.findall(text)):
        found = {name for ledger_id, name in names.items() if _record_id(ledger_id) == quoted}
        if len(found) == 1 and found != {quoted}:
            text = text.replace(f"'{quoted}'", f"'{quoted}' ({found.pop()})")
    return text


def _record_id(ledger_id: str) -> str:
    return ledger_id.partition("/")[2]
