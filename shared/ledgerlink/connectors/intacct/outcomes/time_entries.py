"""Outcomes of writes of time, by what the timesheets hold."""

from collections.abc import Iterator

from ledgerlink.connectors.intacct.documents import time_entry
from ledgerlink.connectors.intacct.outcomes.rejected import failed, timesheet_locked
from ledgerlink.connectors.intacct.outcomes.timesheets import (
    Timesheet,
    Timesheets,
    entry_id,
    entry_marker,
    written_number,
)
from ledgerlink.connectors.intacct.protocol.values import Row
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.plan import Action, ItemState, Outcome, Write
from ledgerlink.domain.model.reasons import TO_BE_DELETED, Reason, reason, reason_in_case

HIDDEN_ENTRIES = (
    "the timesheet has entries that the Web Services user is not allowed to see; writing it would"
    " delete them"
)


def outcome_before_sending(write: Write, sheets: Timesheets) -> Outcome | None:
    """The outcome of a write that need not, or must not, be sent; None for one to send."""
    if (outcome := already_done(write, sheets) or adopted(write, sheets)) is not None:
        return outcome
    location = sheets.locate(write)
    if write.action is Action.UPDATE and not location.found_in:
        return failed(write, reason("gone_in_ledger"))
    written = written_number(write)
    current = next((sheet for sheet in location.found_in if sheet.number == written), None)
    if (why := _cannot_rewrite(location.target, current)) is not None:
        return failed(write, why)
    base = current or location.home
    if base is not None and _is_edited(write, base):
        case = TO_BE_DELETED if write.action is Action.DELETE else ""
        return failed(write, reason_in_case("changed_in_ledger", case))
    return None


def adopted(write: Write, sheets: Timesheets) -> Outcome | None:
    """The outcome of a create whose entry is found by its marker, whatever values it has: an
    earlier attempt made it, and a user may have changed it since."""
    home = sheets.locate(write).home
    if write.action is not Action.CREATE or home is None:
        return None
    return accepted(write, home, home.our_entries[entry_marker(write)])


def already_done(write: Write, sheets: Timesheets) -> Outcome | None:
    """The outcome of a write that the ledger holds already; None where it does not."""
    location = sheets.locate(write)
    if write.action is Action.DELETE:
        return None if location.found_in else removed(write)
    home = location.home
    if home is None or any(sheet.period != home.period for sheet in location.found_in):
        return None
    entry = home.our_entries[entry_marker(write)]
    if not _matches(home, entry, write) or _has_dropped_field(home, entry, write):
        return None
    return _posted(write, home, reason("already_written"))


def accepted(write: Write, sheet: Timesheet, entry: Row) -> Outcome:
    """The outcome of a write that the timesheet now holds. Its reason names the values that the
    ledger stored otherwise than they were sent."""
    if _matches(sheet, entry, write):
        return _posted(write, sheet)
    why = reason("answer_differs", detail=_differences(write, sheet, entry))
    return _posted(write, sheet, why, next(possible_fingerprints(sheet, entry)))


def accepted_unread(write: Write, number: str) -> Outcome:
    """The outcome of a write that was accepted, when its timesheet could not be read afterwards."""
    ledger_id = entry_id(number, entry_marker(write))
    return Outcome(seq=write.seq, state=ItemState.POSTED, ledger_id=ledger_id)


def removed(write: Write) -> Outcome:
    """The outcome of a delete of an entry that is not in the ledger any more."""
    return Outcome(seq=write.seq, state=ItemState.POSTED, ledger_id=write.ledger_id)


def possible_fingerprints(sheet: Timesheet, entry: Row) -> Iterator[str]:
    """Fingerprints of the bodies that an entry may have been sent as, the likeliest first. They
    are computed one by one, because the first one nearly always matches."""
    return (fingerprint(form) for form in time_entry.possible_time_bodies(sheet.head, entry))


def _cannot_rewrite(target: Timesheet | None, current: Timesheet | None) -> Reason | None:
    """Why one of the timesheets that would have to be rewritten cannot be."""
    touched = [sheet for sheet in (target, current) if sheet is not None]
    state = next((sheet.locked_state for sheet in touched if sheet.locked_state), None)
    if state is not None:
        return timesheet_locked(state)
    if any(sheet.hides_entries for sheet in touched):
        return reason("refused", detail=HIDDEN_ENTRIES)
    return None


def _posted(
    write: Write, sheet: Timesheet, why: Reason | None = None, content: str = ""
) -> Outcome:
    return Outcome(
        seq=write.seq,
        state=ItemState.POSTED,
        ledger_id=entry_id(sheet.number, entry_marker(write)),
        version=sheet.version,
        reason=why,
        content=content,
    )


def _matches(sheet: Timesheet, entry: Row, write: Write) -> bool:
    """Whether an entry is what a write sends."""
    return any(form == write.body for form in time_entry.possible_time_bodies(sheet.head, entry))


def _has_dropped_field(sheet: Timesheet, entry: Row, write: Write) -> bool:
    """Whether an entry still has a field that we sent before and that the write takes away."""
    before = time_entry.body_before(sheet.head, entry, write)
    return bool(before.keys() - (write.body or {}).keys())


def _is_edited(write: Write, sheet: Timesheet) -> bool:
    """Whether a user changed the entry since we wrote it. The timesheet's version does not show it,
    because a change of any other entry moves it, too."""
    if write.base_fingerprint is None:
        return False
    entry = sheet.our_entries[entry_marker(write)]
    return write.base_fingerprint not in possible_fingerprints(sheet, entry)


def _differences(write: Write, sheet: Timesheet, entry: Row) -> str:
    held = next(time_entry.possible_time_bodies(sheet.head, entry))
    body = write.body or {}
    return "; ".join(
        f"{time_entry.FIELD_NAMES.get(name, name)} {sent} became {held.get(name, 'empty')}"
        for name, sent in body.items()
        if sent != held.get(name)
    )
