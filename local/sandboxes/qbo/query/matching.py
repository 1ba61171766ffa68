"""Which records meet the conditions of a statement."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from local.sandboxes.qbo.books import exchange_rates
from local.sandboxes.qbo.books.company import Company
from local.sandboxes.qbo.books.rows import Record, Row
from local.sandboxes.qbo.protocol.errors import Fault
from local.sandboxes.qbo.protocol.timestamps import parse_moment
from local.sandboxes.qbo.query.statement import Condition, Statement
from local.sandboxes.qbo.schema.entity import Entity
from local.sandboxes.qbo.schema.fields import Field, Kind
from local.sandboxes.qbo.settings import Settings

TIMES: Final = {"MetaData.CreateTime": "created", "MetaData.LastUpdatedTime": "updated"}
NESTED: Final = {"Attachable": ("AttachableRef.EntityRef.Type", "AttachableRef.EntityRef.value")}


def invalid(detail: str) -> Fault:
    return Fault("4001", detail)


def matching(
    company: Company, entity: Entity, parsed: Statement, settings: Settings
) -> list[Record]:
    linked = [c for c in parsed.where if c.name in NESTED.get(entity.name, ())]
    others = [c for c in parsed.where if c not in linked]
    if entity.name == exchange_rates.NAME and any(c.name == "AsOfDate" for c in others):
        return _rates_on(company, entity, others, settings)
    tests = [_test(entity, condition, settings) for condition in others]
    if linked:
        tests.append(_linked_test(linked))
    if "Active" in entity.shape.by_name and all(c.name != "Active" for c in parsed.where):
        tests.append(lambda record: record.row.get("Active") is not False)
    records = company.table(entity.name).records.values()
    return [record for record in records if all(test(record) for test in tests)]


def _rates_on(
    company: Company, entity: Entity, where: list[Condition], settings: Settings
) -> list[Record]:
    """Rates as they hold on the day that is asked for, whether or not they were set on it."""
    tests = [_test(entity, condition, settings) for condition in where]
    asked = (c for c in where if c.name == "AsOfDate" and c.operator in ("=", "in"))
    days = [day for condition in asked for day in condition.values]
    found = list(company.table(exchange_rates.NAME).records.values())
    if days:
        how = settings.rate_without_day
        found = [record for day in days for record in exchange_rates.all_as_of(company, day, how)]
    return [record for record in found if all(test(record) for test in tests)]


def _linked_test(conditions: list[Condition]) -> Callable[[Record], bool]:
    """One and the same link of the attachment meets all conditions."""
    ready = [
        (
            "type" if c.name.endswith(".Type") else "value",
            COMPARE[c.operator],
            _all_folded(c.values),
        )
        for c in conditions
    ]

    def meets(link: Row) -> bool:
        reference = link.get("EntityRef") or {}
        return all(test(_folded(reference.get(name, "")), values) for name, test, values in ready)

    return lambda record: any(meets(link) for link in record.row.get("AttachableRef", ()))


def _all_folded(values: tuple[str, ...]) -> list[str]:
    return [value.casefold() for value in values]


def _test(entity: Entity, condition: Condition, settings: Settings) -> Callable[[Record], bool]:
    described = filterable(entity, condition.name, settings)
    read = reader(condition.name, described)
    ready = [_prepare(value, condition.name, described, settings) for value in condition.values]
    compare = COMPARE[condition.operator]
    return lambda record: compare(read(record), ready)


def filterable(entity: Entity, name: str, settings: Settings) -> Field | None:
    """The field a WHERE or ORDERBY may name; None for Id, times and nested names.

    Raises 4001 for an unknown property, and for a known one that is not queryable.
    """
    if name == "Id" or name in TIMES or name in NESTED.get(entity.name, ()):
        return None
    described = entity.shape.by_name.get(name)
    if described is None:
        raise invalid(f"QueryValidationError: Property {name} not found for Entity {entity.name}")
    if not described.find and f"{entity.name}.{name}" not in settings.also_filterable:
        raise invalid(f"QueryValidationError: property '{name}' is not queryable")
    return described


def reader(name: str, described: Field | None) -> Callable[[Record], Any]:
    """How the property is read from a record, in the form in which it is compared."""
    if name == "Id":
        return lambda record: record.row["Id"]
    if name in TIMES:
        return (lambda r: r.created) if TIMES[name] == "created" else (lambda r: r.updated)
    if described is None:
        return lambda record: [
            _folded((link.get("EntityRef") or {}).get("value"))
            for link in record.row.get("AttachableRef", ())
        ]
    if described.kind is Kind.REF:
        return lambda record: (record.row.get(name) or {}).get("value")
    if described.kind is Kind.PART:
        return lambda record: _folded((record.row.get(name) or {}).get("Address"))
    if described.kind in (Kind.TEXT, Kind.CHOICE):
        return lambda record: _folded(record.row.get(name))
    return lambda record: record.row.get(name)


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _prepare(value: str, name: str, described: Field | None, settings: Settings) -> Any:
    if name in TIMES:
        moment = parse_moment(value, settings.naive_datetimes)
        if moment is None:
            raise invalid(f"QueryValidationError: value {value} is not a valid date-time")
        return moment
    if described is None:
        return value.casefold()
    if described.kind is Kind.FLAG:
        return value.lower() == "true"
    if described.kind in (Kind.NUMBER, Kind.WHOLE):
        try:
            return Decimal(value)
        except InvalidOperation:
            raise invalid(f"QueryValidationError: value {value} is not a number") from None
    return value if described.kind is Kind.DAY else value.casefold()


def _equal(found: Any, values: list[Any]) -> bool:
    if isinstance(found, list):
        return any(item in values for item in found)
    return found in values


def _like(found: Any, values: list[Any]) -> bool:
    pieces = str(values[0]).split("%")
    text = str(found or "")
    if not text.startswith(pieces[0]) or not text.endswith(pieces[-1]):
        return False
    position = 0
    for piece in pieces:
        position = text.find(piece, position)
        if position < 0:
            return False
        position += len(piece)
    return len(pieces) > 1 or text == pieces[0]


COMPARE: Final[dict[str, Callable[[Any, list[Any]], bool]]] = {
    "=": _equal,
    "in": _equal,
    "!=": lambda found, values: not _equal(found, values),
    "<": lambda found, values: found is not None and found < values[0],
    ">": lambda found, values: found is not None and found > values[0],
    "<=": lambda found, values: found is not None and found <= values[0],
    ">=": lambda found, values: found is not None and found >= values[0],
    "like": _like,
}
