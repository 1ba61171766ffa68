"""Answers a statement from a company's tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from local.sandboxes.qbo.books.company import Company
from local.sandboxes.qbo.books.rows import Record, Row
from local.sandboxes.qbo.query.matching import NESTED, TIMES, filterable, invalid, matching, reader
from local.sandboxes.qbo.query.presentation import present
from local.sandboxes.qbo.query.statement import Statement, parse
from local.sandboxes.qbo.schema.entity import Entity
from local.sandboxes.qbo.schema.fields import Kind
from local.sandboxes.qbo.schema.registry import BY_PATH
from local.sandboxes.qbo.settings import Settings

DEFAULT_PAGE: Final = 100
LONG: Final = 5_000
TAX_CODE_EXTRA_ROWS: Final = 3
# What is left of an attachment that was found by what it is linked to.
THIN: Final = ("Id", "SyncToken", "MetaData", "domain", "sparse")


def answer(company: Company, settings: Settings, statement: str) -> Row:
    """The QueryResponse object; raises Fault 4000 or 4001."""
    parsed = parse(statement)
    entity = BY_PATH.get(parsed.entity.lower())
    if entity is None or "query" not in entity.operations:
        raise invalid(f"QueryValidationError: Invalid context declaration: {parsed.entity}")
    if parsed.count:
        return {"totalCount": len(matching(company, entity, parsed, settings))}
    page = _page(_found(company, entity, parsed, settings), entity, parsed, settings)
    if not page:
        return {}
    rows = [project(record.row, entity, parsed, settings) for record in page]
    return {entity.wire: rows, "startPosition": parsed.start, "maxResults": len(rows)}


def _found(company: Company, entity: Entity, parsed: Statement, settings: Settings) -> list[Record]:
    """In order. What was found last is kept until something changes, so that a long list is not
    sorted anew for each of its pages."""
    asked = (entity.name, parsed.where, parsed.order, company.version, settings)
    kept = company.last_found
    if kept is not None and kept[0] == asked:
        return kept[1]
    records = matching(company, entity, parsed, settings)
    ordered = _ordered(records, entity, parsed, settings)
    if len(ordered) > LONG:
        company.last_found = (asked, ordered)
    return ordered


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
        raise invalid(f"QueryValidationError: Property {name} not found for Entity {entity.name}")
