"""What holds for the lines of every document: tasks, locations, the accounts' demands."""

from __future__ import annotations

from decimal import Decimal

from local.sandboxes.intacct.books.rows import Values
from local.sandboxes.intacct.engine.change import Change, Line
from local.sandboxes.intacct.engine.references import invalid
from local.sandboxes.intacct.engine.rules.places import place
from local.sandboxes.intacct.protocol.errors import broken, malformed
from local.sandboxes.intacct.schema.ledger import REQUIRE


def amount(values: Values, name: str) -> Decimal:
    return Decimal(values.get(name) or 0)


def tasks(change: Change) -> None:
    """A line names a task by TASKID within its project, or by TASKKEY; never by both."""
    for line in change.lines or ():
        _task(change, line)


def _task(change: Change, line: Line) -> None:
    values, company = line.values, change.company
    task_id, key = values.get("TASKID", ""), values.get("TASKKEY", "")
    if task_id and key:
        raise broken("Use either TASKID or TASKKEY, not both.")
    if task_id:
        project = values.get("PROJECTID", "")
        if not project:
            raise broken(f"Task '{task_id}' needs a project.")
        task = company.named("TASK", ("PROJECTID", "TASKID"), (project, task_id))
        if task is None:
            raise invalid("TASK", task_id)
    elif key:
        task = company.record("TASK", int(key))
        if task is None:
            raise invalid("TASK", key)
    else:
        return
    if values.setdefault("PROJECTID", task.values["PROJECTID"]) != task.values["PROJECTID"]:
        raise broken(f"Task '{task_id or key}' does not belong to the project.")
    values["TASKKEY"], values["TASKID"] = str(task.recordno), task.values["TASKID"]


def located(change: Change) -> None:
    """With several entities every line has a location."""
    if not change.company.multi_entity:
        return
    for line in change.lines or ():
        if not place(change.context, line.values):
            raise malformed("This transaction is missing the Location dimension")


def complete(change: Change) -> None:
    """Every line has the dimensions that its account demands."""
    for line in change.lines or ():
        demanded(change, line.values, line.values.get("ACCOUNTNO", ""))


def demanded(change: Change, values: Values, number: str) -> None:
    """What is booked on an account has the dimensions that it demands."""
    account = change.company.find("GLACCOUNT", number)
    if account is None:
        return
    for flag, (name, label) in REQUIRE.items():
        if account.values.get(flag) == "true" and not values.get(name):
            words = f"This transaction is missing the {label} dimension for the Account"
            raise malformed(f"{words} {number}")
