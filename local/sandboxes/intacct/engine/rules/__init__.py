"""The rules of each object, in the order in which they look at a change.

`BEFORE[name]` may still fill fields in; `name.resolved` runs when required fields and references
are known to hold; `*.resolved` is for every object.
"""

from __future__ import annotations

from typing import Final

from local.sandboxes.intacct.engine.change import DeleteRule, Effect, Rule
from local.sandboxes.intacct.engine.rules import (
    expenses,
    lines,
    lists,
    orders,
    payables,
    payments,
    periods,
    timesheets,
)

BEFORE: Final[dict[str, tuple[Rule, ...]]] = {
    "*.resolved": (periods.open_period,),
    "CUSTOMER": (lists.numbered, lists.display_contact),
    "VENDOR": (lists.numbered, lists.display_contact),
    "EMPLOYEE": (lists.numbered, lists.located),
    "PROJECT": (lists.numbered, lists.located),
    "TASK": (lists.task_id,),
    "PROJECT.resolved": (lists.no_circle,),
    "CUSTOMER.resolved": (lists.no_circle,),
    "CLASS.resolved": (lists.no_circle,),
    "DEPARTMENT.resolved": (lists.no_circle,),
    "TASK.resolved": (lists.task_family,),
    "TIMESHEET": (timesheets.editable, timesheets.filled, lines.tasks),
    "TIMESHEET.resolved": (
        timesheets.dated,
        timesheets.alone,
        timesheets.allowed,
        lines.located,
        timesheets.complete,
    ),
    "EEXPENSES": (expenses.editable, expenses.filled, lines.tasks),
    "EEXPENSES.resolved": (expenses.allowed, lines.located, lines.complete, expenses.numbered),
    "APBILL": (payables.editable, payables.filled, payables.labelled, lines.tasks),
    "APBILL.resolved": (
        payables.not_held,
        payables.dated,
        payables.numbered,
        lines.located,
        lines.complete,
    ),
    "ARINVOICE": (payables.editable, payables.filled, payables.labelled, lines.tasks),
    "ARINVOICE.resolved": (
        payables.dated,
        payables.numbered,
        payables.family,
        lines.located,
        lines.complete,
    ),
    "CCTRANSACTION": (payables.editable, payables.charged, payables.labelled, lines.tasks),
    "CCTRANSACTION.resolved": (lines.located, lines.complete),
    "SODOCUMENT": (orders.editable, orders.filled, lines.tasks),
    "SODOCUMENT.resolved": (orders.converted, lines.located, orders.complete),
    "ARPYMT": (payments.editable, payments.filled, payments.shared_out),
}
AFTER: Final[dict[str, tuple[Effect, ...]]] = {
    "CONTACT": (lists.owners_touched,),
    "TIMESHEET": (timesheets.entries_follow,),
    "SODOCUMENT": (orders.posted,),
    "ARPYMT": (payments.applied,),
}
BEFORE_DELETE: Final[dict[str, tuple[DeleteRule, ...]]] = {
    "TIMESHEET": (timesheets.deletable,),
    "EEXPENSES": (expenses.deletable,),
    "APBILL": (payables.deletable,),
    "ARINVOICE": (payables.deletable,),
    "CCTRANSACTION": (payables.deletable,),
    "SODOCUMENT": (orders.deletable,),
    "ARPYMT": (payments.deletable,),
}
