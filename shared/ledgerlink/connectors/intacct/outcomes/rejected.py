"""A refusal in words for the person who must act."""

import re
from collections.abc import Mapping
from datetime import date

from ledgerlink.connectors.intacct.documents.required_dimensions import asked, missing
from ledgerlink.connectors.intacct.protocol.error_codes import meaning
from ledgerlink.connectors.intacct.protocol.faults import Fault
from ledgerlink.domain.model.plan import ItemState, Outcome, Write
from ledgerlink.domain.model.reasons import Reason, reason

QUOTED = re.compile(r"'([^']+)'")


def approved(state: str) -> Reason:
    """That the sheet of an entry is closed to changes."""
    return reason("timesheet_approved", state=state or "approved")


def taken(detail: str) -> Reason:
    """That another document has the number."""
    return reason("number_taken", field="number", detail=detail)


def explain(
    fault: Fault, names: Mapping[str, str], day: date | None = None, *, numbered: bool = False
) -> Reason:
    """The reason for a fault. `names` are those of records by their ids, where they are known;
    what is `numbered` is no record that has a name."""
    what, told = meaning(fault), named(str(fault), names)
    if numbered and what.code == "name_taken":
        return taken(told)
    words: dict[str, object] = {
        "state": "approved or submitted",
        "detail": "" if what.code == "paid" else told,
        "name": next(iter(QUOTED.findall(fault.words)), "of this record"),
        "day": day or "Its date",
        "closed": "a date that Sage Intacct did not tell",
    }
    if what.code == "missing_dimension" and (dimension := asked(fault)[0]):
        return missing(told, dimension)
    found = reason(what.code, None, **words)
    return Reason(found.code, found.message, what.remedy or found.remedy, found.field)


def named(text: str, names: Mapping[str, str]) -> str:
    """The text with the names of the records whose ids it quotes, where only one has that id."""
    for quoted in dict.fromkeys(QUOTED.findall(text)):
        found = {name for key, name in names.items() if key.partition("/")[2] == quoted}
        if len(found) == 1 and found != {quoted}:
            text = text.replace(f"'{quoted}'", f"'{quoted}' ({found.pop()})")
    return text


def failed(write: Write, why: Reason) -> Outcome:
    """The outcome of a write that is refused for good."""
    return Outcome(seq=write.seq, state=ItemState.FAILED, reason=why)
