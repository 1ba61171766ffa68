"""Expense reports."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from local.sandboxes.intacct.books.rows import Record
from local.sandboxes.intacct.engine.change import Change
from local.sandboxes.intacct.engine.clean import money
from local.sandboxes.intacct.engine.context import Context
from local.sandboxes.intacct.engine.references import invalid
from local.sandboxes.intacct.engine.rules.currencies import spent
from local.sandboxes.intacct.engine.rules.lines import amount
from local.sandboxes.intacct.engine.rules.timesheets import is_resource, its_customer
from local.sandboxes.intacct.protocol.errors import broken, missing

SETTLED: Final = frozenset({"Approved", "Partially Approved", "Paid", "Partially Paid", "Reversed"})


def editable(change: Change) -> None:
    """Settled reports keep their lines; attachments and descriptions may still change."""
    if change.creating or change.context.by_hand:
        return
    if change.was("STATE") in SETTLED and (
        change.lines is not None or change.changed("EMPLOYEEID")
    ):
        raise broken(f"The expense report is {change.was('STATE')} and cannot be changed.")


def filled(change: Change) -> None:
    """Accounts from expense types, twins of amounts, totals."""
    if change.creating and not change.lines:
        raise missing("expenses")
    if change.creating or change.changed("STATE"):
        _state(change)
    if change.lines is None:
        return
    for line in change.lines:
        values = line.values
        kind = values.get("EXPENSETYPE", "")
        if kind:
            label = change.context.found("EEACCOUNTLABEL", kind)
            if label is None:
                raise invalid("EEACCOUNTLABEL", kind)
            values["ACCOUNTNO"] = label.values["GLACCOUNTNO"]
        if not values.get("ACCOUNTNO"):
            raise missing("GL account or expense type")
        spent(change, values)
        values.setdefault("EMPLOYEEID", change.value("EMPLOYEEID"))
    for twin, name in (("", "AMOUNT"), ("TRX_", "TRX_AMOUNT")):
        total = money(sum((amount(line.values, name) for line in change.lines), Decimal(0)))
        change.after[f"{twin}TOTALENTERED"] = change.after[f"{twin}TOTALDUE"] = total
    change.after.setdefault("TOTALPAID", "0.00")


def _state(change: Change) -> None:
    if change.value("STATE") not in ("Draft", "Submitted") and not change.context.by_hand:
        raise broken("STATE of an expense report can be Draft or Submitted.")
    if change.value("STATE") == "Submitted" and not change.company.preferred("report_approval"):
        change.after["STATE"] = "Approved"


def allowed(change: Change) -> None:
    for line in change.lines or ():
        project = change.company.find("PROJECT", line.values.get("PROJECTID", ""))
        if project is None:
            continue
        key = project.values["PROJECTID"]
        state = change.company.find("PROJECTSTATUS", project.values.get("PROJECTSTATUS", ""))
        if state is not None and state.values.get("PREVENTEXPENSE") == "true":
            words = f"The Project '{key}' has a project status that prevents expense submittal."
            raise broken(words)
        person = change.value("EMPLOYEEID")
        if change.company.preferred("projects_for_resources_only") and not is_resource(
            change.company, key, person
        ):
            raise broken(f"The employee is not a resource of the project '{key}'.")
        its_customer(change.company, project, line.values)


def numbered(change: Change) -> None:
    if not change.value("RECORDID"):
        change.after["RECORDID"] = f"EXP-{change.company.next_number('EEXPENSES'):04d}"


def deletable(context: Context, record: Record) -> None:
    if record.values["STATE"] in SETTLED and not context.by_hand:
        raise broken(f"The expense report is {record.values['STATE']} and cannot be deleted.")
