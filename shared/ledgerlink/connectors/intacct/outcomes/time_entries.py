"""What a look at the sheets says of a write of time: done, not to be done, or to be sent."""

from collections.abc import Iterator

from ledgerlink.connectors.intacct.documents import time_entry
from ledgerlink.connectors.intacct.outcomes.rejected import approved, failed
from ledgerlink.connectors.intacct.outcomes.timesheets import (
    Timesheet,
    Timesheets,
    entry_id,
    mark_for,
    number_of,
)
from ledgerlink.connectors.intacct.protocol.values import Row
from ledgerlink.domain.model.documents import fingerprint
from ledgerlink.domain.model.plan import Action, ItemState, Outcome, Write
from ledgerlink.domain.model.reasons import Reason, reason

VEILED = "its timesheet has entries that the Web Services user may not see, and would lose them"


def prints(sheet: Timesheet, entry: Row) -> Iterator[str]:
    """The fingerprints of the bodies that an entry may have come from, the likeliest first; there
    are many, and the first will mostly do."""
    return (fingerprint(form) for form in time_entry.forms(sheet.head, entry))


def verdict(write: Write, there: Timesheets) -> Outcome | None:
    """The outcome that the sheets alone decide; None for what has to be sent."""
    if (done := settled(write, there)) is not None:
        return done
    if (found := adopted(write, there)) is not None:
        return found
    holding, home, target = there.standing(write)
    if write.action is Action.UPDATE and not holding:
        return failed(write, reason("gone_in_ledger"))
    own = next((sheet for sheet in holding if sheet.number == number_of(write)), None)
    touched = [sheet for sheet in (target, own) if sheet is not None]
    lock = next((sheet.lock for sheet in touched if sheet.lock), None)
    if lock is not None:
        return failed(write, approved(lock))
    if any(sheet.veiled for sheet in touched):
        return failed(write, reason("refused", detail=VEILED))
    base = own or home
    if base is not None and _is_edited(write, base):
        return failed(write, reason("changed_in_ledger"))
    return None


def adopted(write: Write, there: Timesheets) -> Outcome | None:
    """The outcome of an entry to be made that is there by its mark, whatever else it says: an
    earlier attempt made it, and somebody may have changed it since."""
    home = there.standing(write).home
    if write.action is not Action.CREATE or home is None:
        return None
    return posted(write, home, home.ours[mark_for(write)])


def settled(write: Write, there: Timesheets) -> Outcome | None:
    """The outcome of a write that the ledger holds already; None where it does not."""
    holding, sheet, _ = there.standing(write)
    if write.action is Action.DELETE:
        return None if holding else removed(write)
    if sheet is None or any(each.period != sheet.period for each in holding):
        return None
    entry = sheet.ours[mark_for(write)]
    if not _says(sheet, entry, write):
        return None
    return _outcome(write, sheet, reason("already_written"))


def posted(write: Write, sheet: Timesheet, entry: Row) -> Outcome:
    """The outcome of a write that was accepted; it says so when the ledger stored other values."""
    if _says(sheet, entry, write):
        return _outcome(write, sheet)
    why = reason("answer_differs", detail=_differences(write, sheet, entry))
    return _outcome(write, sheet, why, next(prints(sheet, entry)))


def unread(write: Write, number: str) -> Outcome:
    """The outcome of a write that was accepted, of a sheet that could not be read afterwards."""
    ledger_id = entry_id(number, mark_for(write))
    return Outcome(seq=write.seq, state=ItemState.POSTED, ledger_id=ledger_id)


def removed(write: Write) -> Outcome:
    """The outcome of a delete: nothing is left."""
    return Outcome(seq=write.seq, state=ItemState.POSTED, ledger_id=write.ledger_id)


def _outcome(
    write: Write, sheet: Timesheet, why: Reason | None = None, content: str = ""
) -> Outcome:
    return Outcome(
        seq=write.seq,
        state=ItemState.POSTED,
        ledger_id=entry_id(sheet.number, mark_for(write)),
        version=sheet.version,
        reason=why,
        content=content,
    )


def _says(sheet: Timesheet, entry: Row, write: Write) -> bool:
    """Whether an entry is what a write sends."""
    return any(form == write.body for form in time_entry.forms(sheet.head, entry))


def _is_edited(write: Write, sheet: Timesheet) -> bool:
    """Whether somebody changed the entry since we wrote it. Of the sheet's version this tells
    nothing: any other entry moves it."""
    if write.base_fingerprint is None:
        return False
    return write.base_fingerprint not in prints(sheet, sheet.ours[mark_for(write)])


def _differences(write: Write, sheet: Timesheet, entry: Row) -> str:
    held = next(time_entry.forms(sheet.head, entry))
    body = write.body or {}
    names = [name for name in body if body[name] != held.get(name)]
    return "; ".join(f"{name} {body[name]} became {held.get(name, 'empty')}" for name in names)
