"""The values of legacy elements: days in three parts, custom fields, lines that are edited."""

from __future__ import annotations

from decimal import Decimal

from lxml import etree

from local.sandboxes.intacct.api_functions.call import text_of
from local.sandboxes.intacct.api_functions.legacy_names import CONTACTS, Family
from local.sandboxes.intacct.books.company import Company
from local.sandboxes.intacct.books.rows import Record, Values, counting
from local.sandboxes.intacct.engine.references import invalid
from local.sandboxes.intacct.protocol.errors import broken
from local.sandboxes.intacct.query.paths import number_of


def day(element: etree._Element, path: str) -> str:
    """`<year/><month/><day/>` as MM/DD/YYYY; empty if nothing is said."""
    found = element.find(path)
    return "" if found is None else _day(found)


def _day(element: etree._Element) -> str:
    year, month, number = (text_of(element, part) for part in ("year", "month", "day"))
    if not (year or month or number):
        return ""
    return f"{month.zfill(2)}/{number.zfill(2)}/{year.zfill(4)}"


def header(family: Family, element: etree._Element) -> Values:
    """What the elements of a document's head mean; its lines are read elsewhere."""
    known = family.entry.by_name
    values: Values = {}
    for item in element:
        tag = str(item.tag)
        if tag in CONTACTS:
            field = next(name for name in CONTACTS[tag] if name in known)
            values[field] = text_of(item, "contactname") or text_of(item, "contact/contactname")
        elif tag == "customfields":
            values |= _custom(item)
        elif tag in family.names:
            values[family.names[tag]] = _value(item)
    return values


def _value(item: etree._Element) -> str:
    return _day(item) if item.find("year") is not None else (item.text or "").strip()


def _custom(element: etree._Element) -> Values:
    fields = element.iterfind("customfield")
    return {
        text_of(field, "customfieldname").upper(): text_of(field, "customfieldvalue")
        for field in fields
    }


def lines(
    company: Company,
    family: Family,
    element: etree._Element,
    container: str,
    before: Record | None,
) -> list[Values] | None:
    """All lines as they will be: in an update those that are there, edited or added to."""
    found = element.find(container) if container else None
    if found is None:
        return None
    edited = before is not None and family.edited
    made = _kept(company, family, before) if edited and before is not None else []
    for item in found:
        values = _line(company, family, item)
        if edited and item.tag == family.edited:
            made[_place(item, len(made))].update(values)
        else:
            made.append(values)
    return made


def _kept(company: Company, family: Family, before: Record) -> list[Values]:
    """The lines that are there, with their tasks named by id alone."""
    assert family.entry.lines is not None
    kept = company.lines(family.entry.lines.object, before.recordno)
    return [
        {k: v for k, v in line.values.items() if k != "TASKKEY"} | {"RECORDNO": str(line.recordno)}
        for line in kept
    ]


def _place(item: etree._Element, count: int) -> int:
    """`line_num` counts from 1."""
    number = item.get("line_num", "")
    if not 1 <= counting(number) <= count:
        raise broken(f"There is no line {number}.")
    return counting(number) - 1


def _line(company: Company, family: Family, element: etree._Element) -> Values:
    values: Values = {}
    for item in element:
        tag = str(item.tag)
        if tag == "customfields":
            values |= _custom(item)
        elif tag in family.line_names:
            values[family.line_names[tag]] = _value(item)
    said = number_of(values.get("TRX_AMOUNT", ""))
    if said is not None and element.find("taxentries") is not None:
        values["TOTALTRXAMOUNT"] = str(said + _tax(element))
    elif said is not None and element.tag == family.edited:
        values.setdefault("TOTALTRXAMOUNT", "")
    name = values.pop("TASKNAME", "")
    if name:
        values["TASKKEY"] = _task_named(company, values.get("PROJECTID", ""), name)
    return {key: value for key, value in values.items() if value or key != "TASKID"}


def _tax(element: etree._Element) -> Decimal:
    """What the tax entries of a line come to."""
    told = (number_of(text_of(entry, "trx_tax")) for entry in element.iterfind("taxentries/*"))
    return sum((each for each in told if each is not None), Decimal(0))


def subtotals(element: etree._Element) -> list[tuple[str, str]]:
    """What stands beneath the lines of an order: its text and amount."""
    return [
        (text_of(each, "description"), str(number_of(text_of(each, "total")) or 0))
        for each in element.iterfind("subtotals/subtotal")
    ]


def _task_named(company: Company, project: str, name: str) -> str:
    for task in company.tables["TASK"].rows():
        if (task.values["PROJECTID"], task.values["NAME"]) == (project, name):
            return str(task.recordno)
    raise invalid("TASK", name)
