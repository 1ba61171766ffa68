"""Answers a statement from a company's tables."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from .. import rates
from ..clock import parse_moment
from ..company import Company
from ..faults import Fault
from ..present import present
from ..rows import Record, Row
from ..schema.entity import Entity
from ..schema.fields import Field, Kind
from ..schema.registry import BY_PATH
from ..settings import Settings
from .statement import Condition, Statement, parse

DEFAULT_PAGE: Final = 100
LONG: Final = 5_000
TAX_CODE_EXTRA_ROWS: Final = 3
TIMES: Final = {"MetaData.CreateTime": "created", "MetaData.LastUpdatedTime": "updated"}
NESTED: Final = {"Attachable": ("AttachableRef.EntityRef.Type", "AttachableRef.EntityRef.value")}
# What is left of an attachment that was found by what it is linked to.
THIN: Final = ("Id", "SyncToken", "MetaData", "domain", "sparse")


def answer(company: Company, settings: Settings, statement: str) -> Row:
    """The QueryResponse object; raises Fault 4000 or 4001."""
    parsed = parse(statement)
    entity = BY_PATH.get(parsed.entity.lower())
    if entity is None or "query" not in entity.operations:
        raise _invalid(f"QueryValidationError: Invalid context declaration: {parsed.entity}")
    if parsed.count:
        return {"totalCount": len(_matching(company, entity, parsed, settings))}
    page = _page(_found(company, entity, parsed, settings), entity, parsed, settings)
    if not page:
        return {}
    rows = [project(record.row, entity, parsed, settings) for record in page]
    return {entity.wire: rows, "startPosition": parsed.start, "maxResults": len(rows)}


def _invalid(detail: str) -> Fault:
    return Fault("4001", detail)


def _found(company: Company, entity: Entity, parsed: Statement, settings: Settings) -> list[Record]:
    """In order. What was found last is kept until something changes, so that a long list is not
    sorted anew for each of its pages."""
    asked = (entity.name, parsed.where, parsed.order, company.version, settings)
    kept = company.last_found
    if kept is not None and kept[0] == asked:
        return kept[1]
    records = _matching(company, entity, parsed, settings)
    ordered = _ordered(records, entity, parsed, settings)
    if len(ordered) > LONG:
        company.last_found = (asked, ordered)
    return ordered


def _matching(
    company: Company, entity: Entity, parsed: Statement, settings: Settings
) -> list[Record]:
    linked = [c for c in parsed.where if c.name in NESTED.get(entity.name, ())]
    others = [c for c in parsed.where if c not in linked]
    if entity.name == rates.NAME and any(c.name == "AsOfDate" for c in others):
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
    found = list(company.table(rates.NAME).records.values())
    if days:
        how = settings.rate_without_day
        found = [record for day in days for record in rates.all_as_of(company, day, how)]
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
        raise _invalid(f"QueryValidationError: Property {name} not found for Entity {entity.name}")
    if not described.find and f"{entity.name}.{name}" not in settings.also_filterable:
        raise _invalid(f"QueryValidationError: property '{name}' is not queryable")
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
            raise _invalid(f"QueryValidationError: value {value} is not a valid date-time")
        return moment
    if described is None:
        return value.casefold()
    if described.kind is Kind.FLAG:
        return value.lower() == "true"
    if described.kind in (Kind.NUMBER, Kind.WHOLE):
        try:
            return Decimal(value)
        except InvalidOperation:
            raise _invalid(f"QueryValidationError: value {value} is not a number") from None
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


def _ordered(
    records: list[Record], entity: Entity, parsed: Statement, settings: Settings
) -> list[Record]:
    """By what ORDERBY says, ties by Id; else in the order nobody may rely on."""
    if not parsed.order:
        newest = settings.default_order == "newest" or (
            settings.default_order == "sheet" and entity.name == "TimeActivity"
        )
        return records[::-1] if newest else records
    for name, descending in reversed(parsed.order):
        read = reader(name, filterable(entity, name, settings))
        records = sorted(records, key=_sort_key(name, read), reverse=descending)
    return records


def _sort_key(name: str, read: Callable[[Record], Any]) -> Callable[[Record], Any]:
    if name == "Id":
        return lambda record: (len(read(record)), read(record))
    return lambda record: (read(record) is not None, read(record) or 0)


def _page(
    records: list[Record], entity: Entity, parsed: Statement, settings: Settings
) -> list[Record]:
    limit = min(parsed.limit or DEFAULT_PAGE, settings.query_page_limit)
    if entity.name == "TaxCode":
        limit += TAX_CODE_EXTRA_ROWS
    return records[parsed.start - 1 : parsed.start - 1 + limit]


def project(row: Row, entity: Entity, parsed: Statement, settings: Settings) -> Row:
    """The selected fields; nested objects are refused."""
    if settings.attachable_ref_query == "thin" and _by_link(entity, parsed):
        return {name: row[name] for name in THIN if name in row}
    if "*" in parsed.fields or settings.projection == "full":
        row = present(entity, row)
        hidden = settings.sku_needs_projection and "Sku" not in parsed.fields
        return {k: v for k, v in row.items() if k != "Sku"} if hidden else row
    for name in parsed.fields:
        _check_scalar(entity, name)
    chosen = {name: row[name] for name in parsed.fields if name in row}
    return {**chosen, "domain": "QBO", "sparse": True}


def _by_link(entity: Entity, parsed: Statement) -> bool:
    return any(c.name in NESTED.get(entity.name, ()) for c in parsed.where)


def _check_scalar(entity: Entity, name: str) -> None:
    described = entity.shape.by_name.get(name)
    if name in ("Id", "SyncToken", "MetaData") or name in TIMES:
        return
    if described is None or described.kind in (Kind.PART, Kind.PARTS, Kind.FREE):
        raise _invalid(f"QueryValidationError: Property {name} not found for Entity {entity.name}")
