"""approve and decline: what a manager says to a timesheet, or to some of its entries."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from lxml import etree

from local.sandboxes.intacct.api_functions.answer import Answer, child, data
from local.sandboxes.intacct.api_functions.call import Call, known_object, text_of
from local.sandboxes.intacct.books.rows import Record, counting
from local.sandboxes.intacct.engine.audit import APPROVED, audit
from local.sandboxes.intacct.engine.context import Context
from local.sandboxes.intacct.protocol.errors import broken, malformed, missing
from local.sandboxes.intacct.schema.registry import BY_NAME


def approve(call: Call, element: etree._Element) -> Answer:
    return _decided(call, element, "Approved")


def decline(call: Call, element: etree._Element) -> Answer:
    return _decided(call, element, "Declined")


def _decided(call: Call, element: etree._Element, verdict: str) -> Answer:
    if not len(element):
        raise malformed("Required field TIMESHEET is missing")
    made = data(listtype="objects", count=str(len(element)))
    with call.context.company.attempt():
        for item in element:
            if known_object(call, str(item.tag)).name != "TIMESHEET":
                raise broken("Only timesheets can be approved or declined.")
            record = _decide(call.context, item, verdict)
            child(child(made, "timesheet"), "RECORDNO", str(record.recordno))
    call.context.note.objects = call.context.note.metered = len(element)
    return Answer(made)


def _decide(context: Context, item: etree._Element, verdict: str) -> Record:
    key = text_of(item, "RECORDNO")
    if not key:
        raise missing("RECORDNO")
    sheet = context.company.record("TIMESHEET", counting(key))
    if sheet is None or not context.sees(sheet):
        raise broken(f"Cannot find timesheet with key '{key}'.")
    who = _decider(context, item)
    entries = context.company.lines("TIMESHEETENTRY", sheet.recordno)
    for entry in _chosen(item, entries):
        if entry.values["STATE"] != "Submitted":
            raise broken(f"Entry '{entry.recordno}' is {entry.values['STATE']}, not Submitted.")
        _mark(context, entry, verdict, who, text_of(item, "COMMENT"))
    entries = context.company.lines("TIMESHEETENTRY", sheet.recordno)
    values = {**sheet.values, "STATE": overall([e.values["STATE"] for e in entries])}
    sheet = replace(sheet, values=values, modified=context.seconds(), modifiedby=context.user)
    audit(context, BY_NAME["TIMESHEET"], sheet, APPROVED, verdict)
    return context.company.put("TIMESHEET", sheet)


def _decider(context: Context, item: etree._Element) -> str:
    """The user in whose name it is decided; both spellings of the documentation count."""
    names = ("APPROVEDBY", "DECLINEDBY", "DECLINEDEDBY")
    who = next((text for name in names if (text := text_of(item, name))), context.user)
    if who not in context.company.users:
        raise broken(f"Invalid User '{who}' specified.")
    return who


def _chosen(item: etree._Element, entries: list[Record]) -> list[Record]:
    """The entries that ENTRYKEYS names, or all."""
    keys = {key.strip() for key in text_of(item, "ENTRYKEYS").split(",") if key.strip()}
    if not keys:
        return entries
    unknown = keys - {str(entry.recordno) for entry in entries}
    if unknown:
        raise broken(f"Entry '{min(unknown)}' is not of this timesheet.")
    return [entry for entry in entries if str(entry.recordno) in keys]


def _mark(context: Context, entry: Record, verdict: str, who: str, comment: str) -> None:
    values = {**entry.values, "STATE": verdict, "APPROVEDBY": who}
    if comment:
        values["COMMENT"] = comment
    now = context.seconds()
    context.company.put("TIMESHEETENTRY", replace(entry, values=values, modified=now))
    trail = {
        "TIMESHEETKEY": str(entry.parent),
        "TIMESHEETENTRYKEY": str(entry.recordno),
        "STATE": verdict,
        "APPROVEDBY": who,
        "COMMENT": comment,
    }
    number = context.company.tables["TIMESHEETAPPROVAL"].next()
    made = Record(number, trail, entry.entity, 0, now, now, context.user, context.user)
    context.company.put("TIMESHEETAPPROVAL", made)


def overall(states: list[str]) -> str:
    """The state of a sheet by those of its entries."""
    for verdict, partly in (("Declined", "Partially Declined"), ("Approved", "Partially Approved")):
        if verdict in states:
            return verdict if set(states) == {verdict} else partly
    return states[0]


HANDLERS: Final = {"approve": approve, "decline": decline}
