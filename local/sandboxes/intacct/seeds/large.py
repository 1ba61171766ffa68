"""A company of the size of a large customer: the first record of each kind is planted under the
rules, the others are struck after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from local.sandboxes.intacct.books.rows import Record, Values
from local.sandboxes.intacct.engine.context import Context
from local.sandboxes.intacct.seeds import empty
from local.sandboxes.intacct.seeds.planting import plant

NAME: Final = "large"
SIZES: Final = {
    "customers": 30_000,
    "projects": 20_000,
    "employees": 200,
    "vendors": 1_000,
    "items": 500,
    "tasks": 5_000,
}
INACTIVE_EVERY: Final = 25
DAYS: Final = 320
MINUTE: Final = 60


def sow(context: Context, sizes: dict[str, int]) -> None:
    """The seed `empty` with so many records more. Raises ValueError for an unknown size."""
    if unknown := set(sizes) - set(SIZES):
        raise ValueError(f"sizes are {', '.join(SIZES)}; not {', '.join(sorted(unknown))}")
    wanted = {**SIZES, **{name: int(number) for name, number in sizes.items()}}
    empty.sow(context)
    _employees(context, wanted["employees"])
    _parties(context, "CUSTOMER", "C", wanted["customers"])
    _parties(context, "VENDOR", "V", wanted["vendors"])
    _items(context, wanted["items"])
    _projects(context, wanted["projects"], wanted["customers"], wanted["employees"])
    _tasks(context, wanted["tasks"], wanted["projects"])


class Press:
    """Strikes records of one object after a first one; each a minute younger than the last."""

    def __init__(self, context: Context, name: str, mould: Record) -> None:
        self._work, self._name, self._mould = context, name, mould
        self._when = context.seconds() - DAYS * 86_400
        self._latest = context.seconds() - 3_600

    def strike(self, **values: str) -> Record:
        self._when = min(self._when + MINUTE, self._latest)
        table, mould = self._work.company.tables[self._name], self._mould
        kept = {k: v for k, v in {**mould.values, **values}.items() if v}
        when, user = self._when, mould.createdby
        record = Record(table.next(), kept, mould.entity, 0, when, when, user, user)
        return self._work.company.put(self._name, record)


def _status(number: int) -> str:
    return "inactive" if number % INACTIVE_EVERY == 0 else "active"


def _numbers(count: int) -> Iterator[int]:
    return iter(range(1, count))


def _employees(context: Context, count: int) -> None:
    if count == 0:
        return
    person = {"CONTACTNAME": "Person 0", "PRINTAS": "Person 0", "EMAIL1": "p0@example.com"}
    contacts = Press(context, "CONTACT", plant(context, "CONTACT", person))
    values = {"EMPLOYEEID": "E0", "PERSONALINFO.CONTACTNAME": "Person 0", "LOCATIONID": "US"}
    press = Press(context, "EMPLOYEE", plant(context, "EMPLOYEE", values))
    for number in _numbers(count):
        name = f"Person {number}"
        contacts.strike(CONTACTNAME=name, PRINTAS=name, EMAIL1=f"p{number}@example.com")
        press.strike(**{"EMPLOYEEID": f"E{number}", "PERSONALINFO.CONTACTNAME": name})


def _parties(context: Context, name: str, letter: str, count: int) -> None:
    """Customers or vendors, each with a contact of its own; every tenth stands above nine."""
    if count == 0:
        return
    word, field = name.capitalize(), "DISPLAYCONTACT.CONTACTNAME"
    contact = {"PRINTAS": f"{word} 0", "EMAIL1": f"{letter}0@example.com"}
    values = {f"{name}ID": f"{letter}0", "NAME": f"{word} 0", "TERMNAME": "Net 30"}
    first = plant(context, name, values, None, contact)
    held = context.company.find("CONTACT", first.values[field])
    assert held is not None
    contacts, press = Press(context, "CONTACT", held), Press(context, name, first)
    for number in _numbers(count):
        key, title = f"{letter}{number}", f"{word} {number}"
        own = f"{title}({letter}{key})"
        contacts.strike(CONTACTNAME=own, PRINTAS=title, EMAIL1=f"{key}@example.com")
        parent = f"{letter}{number - number % 10}" if number % 10 else ""
        more: Values = {f"{name}ID": key, field: own, "ENTITY": f"{letter}{key}"}
        press.strike(NAME=title, PARENTID=parent, STATUS=_status(number), **more)


def _items(context: Context, count: int) -> None:
    if count == 0:
        return
    values = {"ITEMID": "I0", "NAME": "Work 0", "ITEMTYPE": "Non-Inventory", "BASEPRICE": "90"}
    press = Press(context, "ITEM", plant(context, "ITEM", {**values, "GLGROUP": "Services"}))
    for number in _numbers(count):
        press.strike(ITEMID=f"I{number}", NAME=f"Work {number}", BASEPRICE=str(60 + number % 60))


def _projects(context: Context, count: int, customers: int, employees: int) -> None:
    if count == 0:
        return
    values = {"PROJECTID": "P0", "NAME": "Project 0", "PROJECTCATEGORY": "Contract"}
    if context.company.multi_entity:
        values["LOCATIONID"] = "US"
    press = Press(context, "PROJECT", plant(context, "PROJECT", values))
    for number in _numbers(count):
        press.strike(
            PROJECTID=f"P{number}",
            NAME=f"Project {number}",
            CUSTOMERID=f"C{number % customers}" if customers else "",
            MANAGERID=f"E{number % employees}" if employees else "",
            STATUS=_status(number),
        )


def _tasks(context: Context, count: int, projects: int) -> None:
    if count == 0 or projects == 0:
        return
    values = {"PROJECTID": "P0", "TASKID": "T0", "NAME": "Task 0", "TASKSTATUS": "In Progress"}
    press = Press(context, "TASK", plant(context, "TASK", values))
    for number in _numbers(count):
        key = f"P{number % projects}"
        press.strike(PROJECTID=key, TASKID=f"T{number}", NAME=f"Task {number}")
