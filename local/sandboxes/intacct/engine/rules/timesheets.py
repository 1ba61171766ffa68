"""Timesheets: one for a person and period, rewritten as a whole, submitted and approved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from local.sandboxes.intacct.books.company import Company
from local.sandboxes.intacct.books.rows import Record, Values
from local.sandboxes.intacct.engine.change import Change, Line
from local.sandboxes.intacct.engine.clean import money
from local.sandboxes.intacct.engine.context import Context
from local.sandboxes.intacct.engine.rules.lines import amount, demanded
from local.sandboxes.intacct.protocol.errors import broken, duplicate, missing
from local.sandboxes.intacct.protocol.timestamps import day_of, day_text

OPEN: Final = frozenset({"Draft", "Declined", "Saved", "Partially Declined"})


def editable(change: Change) -> None:
    if change.creating or change.context.by_hand:
        return
    state = change.was("STATE")
    open_states = OPEN | ({"Submitted"} if change.settings.submitted_timesheets_editable else set())
    if state not in open_states:
        raise broken(f"The timesheet is {state} and cannot be changed.")
    for name in ("EMPLOYEEID", "BEGINDATE"):
        if not change.sent.values.get(name):
            raise missing(name)
    if change.lines is None and change.settings.timesheet_headers == "refuse":
        raise missing("TIMESHEETENTRIES")
    if change.lines is not None and change.settings.timesheet_entry_keys == "renew":
        for line in change.lines:
            line.recordno = 0


def filled(change: Change) -> None:
    """State, end and total; each entry takes its customer from the project."""
    if change.creating and change.lines is None:
        raise missing("TIMESHEETENTRIES")
    if change.lines is not None and not change.lines:
        raise missing("TIMESHEETENTRY")
    if not change.value("STATE"):
        change.after["STATE"] = "Draft" if change.creating else change.was("STATE")
    if "PROJACCT" not in change.company.applications:
        _no_draft(change)
    if change.value("STATE") not in ("Draft", "Submitted") and not change.context.by_hand:
        if change.creating or change.changed("STATE"):
            raise broken("STATE of a timesheet can be Draft or Submitted.")
        change.after["STATE"] = "Draft"
    begin = day_of(change.value("BEGINDATE"))
    if begin is not None:
        days = int(change.company.preferred("timesheet_days"))
        change.after["ENDDATE"] = day_text(begin + timedelta(days=days - 1))
    if change.lines is not None:
        total = sum((amount(line.values, "QTY") for line in change.lines), amount({}, "QTY"))
        change.after["TOTALQTY"] = money(total, 4)
        for line in change.lines:
            _fill(change, line)


def _no_draft(change: Change) -> None:
    """Drafts are of the application for projects: developer.sage.com, Timesheets."""
    if change.sent.values.get("STATE") == "Draft":
        raise broken("STATE of a timesheet can be Draft only with a subscription to Projects.")
    if change.creating:
        change.after["STATE"] = "Submitted"


def _fill(change: Change, line: Line) -> None:
    values = line.values
    values["STATE"] = change.value("STATE")
    values.setdefault("EMPLOYEEID", change.value("EMPLOYEEID"))
    project = change.company.find("PROJECT", values.get("PROJECTID", ""))
    if project is not None and project.values.get("CUSTOMERID"):
        values.setdefault("CUSTOMERID", project.values["CUSTOMERID"])


def entries_follow(change: Change, record: Record) -> None:
    """Entries that were not sent along take the state of their sheet."""
    if change.lines is not None or not change.changed("STATE"):
        return
    for line in change.company.lines("TIMESHEETENTRY", record.recordno):
        values = {**line.values, "STATE": record.values["STATE"]}
        entry = replace(line, values=values, modified=record.modified)
        change.company.put("TIMESHEETENTRY", entry)


def dated(change: Change) -> None:
    """A sheet begins where the company's periods begin, and its entries lie within it."""
    begin = day_of(change.value("BEGINDATE"))
    assert begin is not None
    first = int(change.company.preferred("week_start"))
    weekly = int(change.company.preferred("timesheet_days")) == 7
    if weekly and begin.weekday() != first and change.settings.timesheet_period == "refuse":
        day = date(2024, 1, 1 + first).strftime("%A")
        raise broken(
            f"Begin date {day_text(begin)} is not the start of a timesheet period.",
            f"Use a {day}.",
        )
    end = day_of(change.value("ENDDATE"))
    assert end is not None
    for line in change.lines or ():
        day_worked = day_of(line.values["ENTRYDATE"])
        if day_worked is None or not begin <= day_worked <= end:
            within = f"{day_text(begin)} - {day_text(end)}"
            words = f"Entry date {line.values['ENTRYDATE']} is not within the timesheet period"
            raise broken(f"{words} {within}.")


def complete(change: Change) -> None:
    """Entries have the dimensions that the account of their type of time demands."""
    if change.settings.timesheet_accounts == "ignore":
        return
    for line in change.lines or ():
        kind = change.company.find("TIMETYPE", line.values.get("TIMETYPE", ""))
        if kind is not None:
            demanded(change, line.values, kind.values.get("ACCOUNTNO", ""))


def alone(change: Change) -> None:
    """One timesheet per employee and period."""
    if change.settings.timesheet_duplicates == "allow":
        return
    key = (change.value("EMPLOYEEID"), change.value("BEGINDATE"))
    other = change.company.named("TIMESHEET", ("EMPLOYEEID", "BEGINDATE"), key)
    own = change.before.recordno if change.before else 0
    if other is not None and other.recordno != own:
        raise duplicate("Timesheet", " ".join(key))


def allowed(change: Change) -> None:
    """Projects may keep out people, customers and time."""
    for line in change.lines or ():
        project = change.company.find("PROJECT", line.values.get("PROJECTID", ""))
        if project is not None:
            _project_allows(change, project, line.values)


def _project_allows(change: Change, project: Record, values: Values) -> None:
    key = project.values["PROJECTID"]
    state = change.company.find("PROJECTSTATUS", project.values.get("PROJECTSTATUS", ""))
    if state is not None and state.values.get("PREVENTTIMEENTRY") == "true":
        raise broken(f"The Project '{key}' has a project status that prevents timesheet submittal.")
    if change.company.preferred("projects_for_resources_only") and not is_resource(
        change.company, key, change.value("EMPLOYEEID")
    ):
        raise broken(f"The employee is not a resource of the project '{key}'.")
    its_customer(change.company, project, values)


def is_resource(company: Company, project: str, employee: str) -> bool:
    fields = ("PROJECTID", "EMPLOYEEID")
    return company.named("PROJECTRESOURCES", fields, (project, employee)) is not None


def its_customer(company: Company, project: Record, values: Values) -> None:
    """A line's customer is the one its project is for."""
    named, real = values.get("CUSTOMERID", ""), project.values.get("CUSTOMERID", "")
    if named and real and named != real and company.preferred("project_needs_its_customer"):
        words = f"Project '{project.values['PROJECTID']}' does not belong to customer '{named}'."
        raise broken(words)


def deletable(context: Context, record: Record) -> None:
    state = record.values["STATE"]
    if state in ("Approved", "Partially Approved") and not context.by_hand:
        raise broken(f"The timesheet is {state} and cannot be deleted.")
