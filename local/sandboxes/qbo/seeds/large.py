"""A company with many rows, inserted without asking the rules about each.

Of every ten customers one is at the top, six stand below it and three below the first of those.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from local.sandboxes.qbo.books.rows import Record, Row
from local.sandboxes.qbo.engine.change import Context
from local.sandboxes.qbo.engine.seed import plant
from local.sandboxes.qbo.protocol.timestamps import stamp
from local.sandboxes.qbo.schema.registry import BY_NAME
from local.sandboxes.qbo.seeds import empty
from local.sandboxes.qbo.seeds.lands import to

NAME: Final = "large"
SIZES: Final = {"customers": 30_000, "items": 5_000, "employees": 50, "time_activities": 200_000}
FAMILY: Final = 10
INACTIVE_EVERY: Final = 25
PROJECT_EVERY: Final = 7
DAYS: Final = 320
MINUTE: Final = 60


def sow(context: Context, sizes: dict[str, int]) -> None:
    """The seed `empty` with so many rows more. Raises ValueError for an unknown size."""
    if unknown := set(sizes) - set(SIZES):
        raise ValueError(f"sizes are {', '.join(SIZES)}; not {', '.join(sorted(unknown))}")
    wanted = {**SIZES, **{name: int(number) for name, number in sizes.items()}}
    empty.sow(context)
    employees = _employees(context, wanted["employees"])
    customers = _customers(context, wanted["customers"])
    _items(context, wanted["items"])
    if employees and customers:
        _activities(context, wanted["time_activities"], employees, customers)


class Press:
    """Strikes rows of one entity after a first one that the rules have seen."""

    def __init__(self, context: Context, entity: str, first: Row) -> None:
        self._context, self._entity = context, BY_NAME[entity]
        self.mould = plant(context, entity, first)
        self._struck = 0

    def strike(self, **members: Any) -> Row:
        """Another row; each a minute older in the books than the one after it."""
        company = self._context.company
        self._struck += 1
        when = self._context.seconds() - DAYS * 86400 + self._struck * MINUTE
        when = min(when, self._context.seconds() - 3600)
        row_id = company.sequences[self._entity.sequence].next()
        times = {"CreateTime": stamp(when), "LastUpdatedTime": stamp(when)}
        row = {**self.mould, **members, "Id": row_id, "MetaData": times}
        company.insert(self._entity, Record(row, when, when), self._context.settings)
        return row


def _employees(context: Context, count: int) -> list[Row]:
    if count == 0:
        return []
    first = {"GivenName": "Ada", "FamilyName": "Berg 0", "DisplayName": "Ada Berg 0"}
    press = Press(context, "Employee", first)
    more = [
        press.strike(FamilyName=f"Berg {n}", DisplayName=f"Ada Berg {n}") for n in range(1, count)
    ]
    return [press.mould, *more]


def _customers(context: Context, count: int) -> list[Row]:
    """All that are active."""
    if count == 0:
        return []
    press = Press(context, "Customer", {"DisplayName": "Client 0"})
    family = [press.mould]
    everybody = [press.mould]
    for number in range(1, count):
        place = number % FAMILY
        if place == 0:
            family = [press.strike(**_top(number))]
        else:
            above = family[0] if place <= 6 else family[1]
            family.append(press.strike(**_below(number, above)))
        everybody.append(family[-1])
    return [row for row in everybody if row["Active"]]


def _top(number: int) -> Row:
    return {"DisplayName": f"Client {number}", "FullyQualifiedName": f"Client {number}"}


def _below(number: int, above: Row) -> Row:
    inactive = number % INACTIVE_EVERY == 0
    name = f"Job {number}" + (" (deleted)" if inactive else "")
    return {
        "DisplayName": name,
        "FullyQualifiedName": f"{above['FullyQualifiedName']}:{name}",
        "ParentRef": {"value": above["Id"]},
        "Level": int(above.get("Level") or 0) + 1,
        "Job": True,
        "Active": not inactive,
        "IsProject": number % PROJECT_EVERY == 0,
    }


def _items(context: Context, count: int) -> None:
    if count == 0:
        return
    service = {"Name": "Work 0", "Type": "Service", "IncomeAccountRef": to("1")}
    press = Press(context, "Item", {**service, "UnitPrice": 90})
    for number in range(1, count):
        name = f"Work {number}"
        kind = "NonInventory" if number % 5 == 0 else "Service"
        press.strike(Name=name, FullyQualifiedName=name, Type=kind, UnitPrice=60 + number % 60)


def _activities(context: Context, count: int, employees: list[Row], customers: list[Row]) -> None:
    if count == 0:
        return
    today = context.clock.today()
    first = {
        "NameOf": "Employee",
        "EmployeeRef": to(employees[0]["Id"]),
        "CustomerRef": to(customers[0]["Id"]),
        "TxnDate": today.isoformat(),
        "Hours": 1,
        "Minutes": 30,
        "BillableStatus": "NotBillable",
    }
    press = Press(context, "TimeActivity", first)
    days = [(today - timedelta(days=n)).isoformat() for n in range(DAYS)]
    people = [{"value": r["Id"], "name": r["DisplayName"]} for r in employees]
    places = [{"value": r["Id"], "name": r["DisplayName"]} for r in customers]
    for number in range(1, count):
        press.strike(
            TxnDate=days[number % DAYS],
            Hours=1 + number % 8,
            EmployeeRef=dict(people[number % len(people)]),
            CustomerRef=dict(places[number % len(places)]),
            Description=f"Work of entry {number}",
        )
