"""Customers, vendors, employees, projects, tasks and their contacts."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from local.sandboxes.intacct.books.rows import Record, Values
from local.sandboxes.intacct.engine.audit import CHANGED, CREATED, audit
from local.sandboxes.intacct.engine.change import Change
from local.sandboxes.intacct.engine.clean import clean
from local.sandboxes.intacct.engine.rules.places import place
from local.sandboxes.intacct.protocol.errors import broken, malformed, missing
from local.sandboxes.intacct.schema.registry import BY_NAME

NUMBERING: Final = {
    "CUSTOMER": ("number_customers", "C"),
    "VENDOR": ("number_vendors", "V"),
    "EMPLOYEE": ("number_employees", "E"),
    "PROJECT": ("number_projects", "P"),
}
DISPLAY: Final = "DISPLAYCONTACT"
HIGHEST: Final = 100


def numbered(change: Change) -> None:
    """An id of the company's own sequence, where it numbers by itself; otherwise it must come."""
    key = change.entry.key
    if change.value(key):
        return
    preference, prefix = NUMBERING[change.entry.name]
    if not change.company.preferred(preference):
        raise missing(key)
    change.after[key] = f"{prefix}{change.company.next_number(change.entry.name):05d}"


def located(change: Change) -> None:
    """With several entities a project or an employee has a location."""
    if change.company.multi_entity and not place(change.context, change.after):
        raise missing("Location")


def display_contact(change: Change) -> None:
    """The contact that belongs to a customer or vendor, named NAME(Cid) or NAME(Vid)."""
    given = change.sent.contacts.get(DISPLAY)
    field = f"{DISPLAY}.CONTACTNAME"
    if change.creating:
        if not (given or {}).get("PRINTAS"):
            raise missing("DISPLAYCONTACT.PRINTAS")
        entity = f"{change.entry.name[0]}{change.value(change.entry.key)}"
        name = f"{change.value('NAME')}({entity})"
        change.after[field] = (given or {}).get("CONTACTNAME") or name
        change.after["ENTITY"] = entity
    if given:
        _keep_contact(change, change.value(field), given)


def _keep_contact(change: Change, name: str, given: Values) -> None:
    context, entry = change.context, BY_NAME["CONTACT"]
    values = clean(context, entry, {k: v for k, v in given.items() if k != "CONTACTNAME"})
    before = change.company.find("CONTACT", name)
    now = context.seconds()
    if before is None:
        number = change.company.tables["CONTACT"].next()
        defaults = {"TAXABLE": "true", "STATUS": "active", "CONTACTNAME": name}
        record = Record(number, defaults, context.entity, 0, now, now, context.user, context.user)
    else:
        record = replace(before, modified=now, modifiedby=context.user)
    kept = {k: v for k, v in {**record.values, **values}.items() if v != ""}
    record = change.company.put("CONTACT", replace(record, values=kept))
    audit(context, entry, record, CHANGED if before else CREATED)


def owners_touched(change: Change, record: Record) -> None:
    """Whether an edited contact counts as a change of whose contact it is."""
    if change.creating or not change.settings.contact_touches_owner:
        return
    name = record.values["CONTACTNAME"]
    for owner in ("CUSTOMER", "VENDOR", "EMPLOYEE"):
        field = "PERSONALINFO.CONTACTNAME" if owner == "EMPLOYEE" else f"{DISPLAY}.CONTACTNAME"
        for row in list(change.company.tables[owner].rows()):
            if row.values.get(field) == name:
                change.company.put(owner, replace(row, modified=change.context.seconds()))


def no_circle(change: Change) -> None:
    """Nothing stands below itself."""
    key, above = change.value(change.entry.key), change.value("PARENTID")
    for _ in range(HIGHEST):
        if not above:
            return
        if above == key:
            words = f"{change.entry.word} '{key}' cannot be its own parent."
            raise broken(words)
        record = change.company.find(change.entry.name, above)
        above = record.values.get("PARENTID", "") if record else ""


def task_id(change: Change) -> None:
    """A task without an id is numbered within its project's company."""
    if not change.value("TASKID"):
        change.after["TASKID"] = f"T{change.company.next_number('TASK'):05d}"


def task_family(change: Change) -> None:
    """A task stands below a task of the same project."""
    above = change.value("PARENTKEY")
    parent = change.company.record("TASK", int(above)) if above else None
    if parent is not None and parent.values["PROJECTID"] != change.value("PROJECTID"):
        raise malformed("The parent task belongs to another project.")
