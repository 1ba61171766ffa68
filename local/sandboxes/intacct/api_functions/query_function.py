"""`query`, the modern read: filters, paths, aggregates, pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from lxml import etree

from local.sandboxes.intacct.api_functions.answer import Answer, child, data
from local.sandboxes.intacct.api_functions.call import Call, known_object, text_of
from local.sandboxes.intacct.api_functions.output import as_text, flat, reaches
from local.sandboxes.intacct.books.rows import Record, counting
from local.sandboxes.intacct.engine.clean import money
from local.sandboxes.intacct.engine.context import Context
from local.sandboxes.intacct.protocol.errors import Problem, Refusal
from local.sandboxes.intacct.query.filters import (
    BadValue,
    Language,
    Predicate,
    every,
    some,
    sort_key,
)
from local.sandboxes.intacct.query.paths import Reach, UnknownPath, reach
from local.sandboxes.intacct.schema.fields import Object

AGGREGATES: Final = ("count", "avg", "min", "max", "sum")
ONE: Final = {
    "equalto": "=",
    "notequalto": "!=",
    "lessthan": "<",
    "lessthanorequalto": "<=",
    "greaterthan": ">",
    "greaterthanorequalto": ">=",
    "like": "like",
    "notlike": "not like",
}
NONE: Final = {"isnull": "null", "isnotnull": "not null"}
MANY: Final = {"in": "in", "notin": "not in"}
DEFAULT_PAGE: Final = 100
MOST_KEPT: Final = 8
DEEPEST: Final = 20
UNSEARCHABLE: Final = {"AUDITHISTORY": frozenset({"OBJECTTYPE", "OBJECTKEY"})}
MEDIA: Final = {"json": "application/json", "csv": "text/csv"}


@dataclass(slots=True)
class Query:
    """One query as it was sent."""

    entry: Object
    fields: list[str] = field(default_factory=list)
    aggregates: list[tuple[str, str]] = field(default_factory=list)
    filter: etree._Element | None = None
    order: list[tuple[str, bool]] = field(default_factory=list)
    pagesize: int = DEFAULT_PAGE
    offset: int = 0
    private: bool = False
    case_blind: bool = False
    form: str = "xml"


def query(call: Call, element: etree._Element) -> Answer:
    context = call.context
    asked = _read(call, element)
    context.permit("READ", asked.entry)
    found = _select(context, asked)
    rows = _rows(context, asked)
    context.note.metered = 1
    if asked.aggregates:
        return _aggregated(context, asked, rows)
    page = rows[asked.offset : asked.offset + asked.pagesize]
    context.note.objects = len(page)
    if asked.form != "xml":
        return Answer(whole=(MEDIA[asked.form], as_text(asked.form, found, page)))
    left = max(len(rows) - asked.offset - len(page), 0)
    made = _data(asked, len(rows), len(page), left)
    for row in page:
        flat(made, asked.entry.name, found, row)
    return Answer(made)


def _data(asked: Query, total: int, count: int, left: int) -> etree._Element:
    return data(
        listtype=asked.entry.name,
        totalcount=str(total),
        offset=str(asked.offset if total else 0),
        count=str(count),
        numremaining=str(left),
    )


def _bad(context: Context, words: str) -> Refusal:
    return Refusal(Problem(context.settings.bad_query_errorno, words))


def _read(call: Call, element: etree._Element) -> Query:
    """Raises Refusal for anything that the grammar of query has no place for."""
    context = call.context
    known = ("select", "object", "docparid", "filter", "orderby", "options", "pagesize", "offset")
    for item in element:
        if item.tag not in known:
            raise _bad(context, f"Invalid element {item.tag} in query")
    asked = Query(known_object(call, text_of(element, "object")))
    select = element.find("select")
    for item in select if select is not None else ():
        if item.tag == "field":
            asked.fields.append((item.text or "").strip())
        elif item.tag in AGGREGATES:
            asked.aggregates.append((str(item.tag), (item.text or "").strip()))
        else:
            raise _bad(context, f"Invalid element {item.tag} in select")
    if not asked.fields and not asked.aggregates:
        raise _bad(context, "select needs a field")
    asked.filter = element.find("filter")
    asked.order = [_ordering(context, order) for order in element.iterfind("orderby/order")]
    _options(context, asked, element)
    limit = context.settings.query_page_limit
    asked.pagesize = _number(context, element, "pagesize", min(DEFAULT_PAGE, limit), 1)
    if asked.pagesize > limit:
        raise _bad(context, f"pagesize must be 1 to {limit}")
    asked.offset = _number(context, element, "offset", 0, 0)
    return asked


def _ordering(context: Context, order: etree._Element) -> tuple[str, bool]:
    """(field, descending)"""
    name = text_of(order, "field")
    if not name or any(item.tag not in ("field", "ascending", "descending") for item in order):
        raise _bad(context, "order takes a field and ascending or descending")
    return name, order.find("descending") is not None


def _options(context: Context, asked: Query, element: etree._Element) -> None:
    options = element.find("options")
    for item in options if options is not None else ():
        text = (item.text or "").strip().lower()
        if item.tag == "showprivate":
            asked.private = text == "true"
        elif item.tag == "caseinsensitive":
            asked.case_blind = text == "true"
        elif item.tag == "returnformat" and text in ("xml", "json", "csv"):
            asked.form = text
        else:
            raise _bad(context, f"Invalid option {item.tag}")


def _number(context: Context, element: etree._Element, name: str, default: int, least: int) -> int:
    text = text_of(element, name)
    if not text:
        return default
    if counting(text) < least:
        raise _bad(context, f"{name} must be {least} or more")
    return counting(text)


def _select(context: Context, asked: Query) -> list[tuple[str, Reach]]:
    """Raises Refusal with the names of all fields that cannot be queried."""
    found: list[tuple[str, Reach]] = []
    refused: list[str] = []
    for name in (*asked.fields, *(name for _, name in asked.aggregates)):
        try:
            if f"{asked.entry.name}.{name.upper()}" in context.settings.not_queryable:
                raise UnknownPath(name)
            found += reaches(context, asked.entry, [name])
        except UnknownPath:
            refused.append(name)
    if refused:
        raise _unqueryable(context, asked.entry.name.lower(), refused)
    return found[: len(asked.fields)]


def _unqueryable(context: Context, name: str, fields: list[str]) -> Refusal:
    """In the words of intacct-sdk-js#83, or of sageintacct-sdk-py#93 for the first one alone."""
    number, how = context.settings.bad_select_errorno, context.settings.refused_fields
    if how == "one":
        return Refusal(Problem("XL03000010", f"Field requested is not valid: {name}.{fields[0]}"))
    listed = ", ".join(fields)
    words = listed if how == "plain" else f"[\n        {name}: [{listed}] ]"
    return Refusal(Problem(number, f"The following fields cannot be queried: {words}"))


def _rows(context: Context, asked: Query) -> list[Record]:
    """Everything that meets the filter, in order; kept as long as the books do not change."""
    company = context.company
    condition = b"" if asked.filter is None else etree.tostring(asked.filter, method="c14n")
    key = (
        asked.entry.name,
        condition,
        tuple(asked.order),
        (asked.private, asked.case_blind, context.entity, context.zone),
        asked.offset if context.settings.undefined_order == "scrambled" else 0,
    )
    known = company.fresh.get(key)
    if known is not None and known[0] == company.version:
        return known[1]
    meets = _filter(context, asked)
    rows = [
        row
        for row in company.tables[asked.entry.name].rows()
        if context.sees(row, asked.private) and (meets is None or meets(row))
    ]
    _sort(context, asked, rows)
    while len(company.fresh) >= MOST_KEPT:
        company.fresh.pop(next(iter(company.fresh)))
    company.fresh[key] = (company.version, rows)
    return rows


def _sort(context: Context, asked: Query, rows: list[Record]) -> None:
    """Without an order each page may have its own."""
    if not asked.order and context.settings.undefined_order == "scrambled":
        rows.sort(key=lambda row: hash((row.recordno, asked.offset)))
    for name, descending in reversed(asked.order):
        try:
            found = reach(context.company, asked.entry, name.upper(), context.zone)
        except UnknownPath as error:
            raise _unknown(context, str(error)) from error
        rows.sort(key=sort_key(found), reverse=descending)


def _unknown(context: Context, name: str) -> Refusal:
    words = f"Field {name} does not exist"
    return Refusal(Problem(context.settings.bad_filter_errorno, words))


def _filter(context: Context, asked: Query) -> Predicate | None:
    if asked.filter is None:
        return None
    if len(asked.filter) != 1:
        raise _bad(context, "filter takes exactly one operator")
    language = Language(context.company, asked.entry, context.zone, case_blind=asked.case_blind)
    try:
        return _condition(context, language, asked.filter[0], 0)
    except UnknownPath as error:
        raise _unknown(context, str(error)) from error
    except BadValue as error:
        raise _bad(context, str(error)) from error


def _condition(
    context: Context, language: Language, element: etree._Element, depth: int
) -> Predicate:
    tag = str(element.tag)
    if tag in ("and", "or"):
        if len(element) < 2 or depth > DEEPEST:
            raise _bad(context, f"{tag} takes two operators or more")
        inner = [_condition(context, language, item, depth + 1) for item in element]
        return every(inner) if tag == "and" else some(inner)
    path = text_of(element, "field").upper()
    values = [(value.text or "").strip() for value in element.iterfind("value")]
    if any(item.tag not in ("field", "value") for item in element) or not path:
        raise _bad(context, f"Invalid operator {tag}")
    if path in UNSEARCHABLE.get(language.entry.name, ()) and tag not in ("equalto", "in"):
        raise _bad(context, f"Operator {tag} is not supported for {path}")
    return language.condition(path, _operator(context, tag, len(values)), values)


def _operator(context: Context, tag: str, values: int) -> str:
    """The comparison, if it takes that many values."""
    if tag in ONE and values == 1:
        return ONE[tag]
    if tag in NONE and values == 0:
        return NONE[tag]
    if tag in MANY and 1 <= values <= context.settings.values_limit:
        return MANY[tag]
    if tag == "between" and values == 2:
        return "between"
    raise _bad(context, f"Invalid operator {tag} with {values} values")


def _aggregated(context: Context, asked: Query, rows: list[Record]) -> Answer:
    """One row for each combination of the plain fields."""
    plain = reaches(context, asked.entry, asked.fields)
    groups: dict[tuple[str, ...], list[Record]] = {}
    for row in rows:
        groups.setdefault(tuple(one.text(row) for _, one in plain), []).append(row)
    if not groups and not plain:
        groups[()] = []
    made = _data(asked, len(groups), len(groups), 0)
    context.note.objects = len(groups)
    for key, members in groups.items():
        item = child(made, asked.entry.name)
        for name, text in zip(asked.fields, key, strict=True):
            child(item, name, text)
        for function, name in asked.aggregates:
            one = reach(context.company, asked.entry, name.upper(), context.zone)
            child(
                item, _aggregate_name(context, function, name), _aggregate(function, one, members)
            )
    return Answer(made)


def _aggregate_name(context: Context, function: str, name: str) -> str:
    named = function == "count" or context.settings.aggregate_names == "function"
    return f"{function.upper()}.{name}" if named else name


def _aggregate(function: str, one: Reach, members: Iterable[Record]) -> str:
    texts = {text: one.value(row) for row in members if (text := one.text(row))}
    if function == "count":
        return str(sum(1 for row in members if one.text(row)))
    if function in ("min", "max"):
        choose: Callable[..., str] = min if function == "min" else max
        return choose(texts, key=lambda text: texts[text]) if texts else ""
    numbers = [value for row in members if isinstance(value := one.value(row), Decimal | int)]
    total = sum((Decimal(number) for number in numbers), Decimal(0))
    if function == "sum":
        return money(total)
    return money(total / len(numbers), 10) if numbers else ""


HANDLERS: Final = {"query": query}
