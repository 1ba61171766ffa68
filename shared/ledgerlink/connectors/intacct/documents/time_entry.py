"""Time as the ledger keeps it: an entry of the timesheet of its person and period."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import product
from typing import Any

from ledgerlink.connectors.intacct.documents.dimension_defaults import DimensionDefaults
from ledgerlink.connectors.intacct.documents.encoding import amount, at
from ledgerlink.connectors.intacct.documents.marker import marked
from ledgerlink.connectors.intacct.documents.required_dimensions import require
from ledgerlink.connectors.intacct.documents.text import NOTES, NOTES_CERTAIN, Wording
from ledgerlink.connectors.intacct.documents.timesheet_periods import TimesheetPeriods
from ledgerlink.connectors.intacct.protocol import values as rows
from ledgerlink.connectors.intacct.protocol.record_ids import parse, ref
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.domain.model.documents import Document, Features, Known, ResolvedTime
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.ports import Blocked

TIME_ENTRY = "TIMESHEETENTRY"
TEN_THOUSANDTH = Decimal("0.0001")
HOUR = Decimal(60)
NOTHING = Decimal(0)

WORKED_FOR = {"task": "TASKKEY", "project": "PROJECTID", "customer": "CUSTOMERID"}
"""The finest comes first: of a project the ledger knows the customer."""

FILLED: Mapping[str, Mapping[str, str]] = {
    "DEPARTMENT": {"department": "DEPARTMENTID"},
    "LOCATION": {"location": "LOCATIONID"},
    "CLASS": {"class": "CLASSID"},
    "ITEM": {"item": "ITEMID", "timetype": "TIMETYPE"},
}
"""What the ledger may fill in where nothing was sent, or something else was."""


def entry(
    time: ResolvedTime,
    periods: TimesheetPeriods,
    placing: DimensionDefaults,
    features: Features | None = None,
) -> Document:
    """One entry with its sheet's person and first day. Raises Blocked."""
    _refuse(time)
    wording = Wording(time.shorten)
    notes = wording.marked(time.parts, NOTES, time.key)
    first_day = periods.first_day(time.day).isoformat()
    staff = time.staff.ledger_id if isinstance(time.staff, Known) else time.staff.key
    body = {
        **at("EMPLOYEE", time.staff),
        "BEGINDATE": first_day,
        "ENTRYDATE": time.day.isoformat(),
        "QTY": hours(time.minutes),
        "NOTES": notes,
        **({"DESCRIPTION": marked("", time.key)} if len(notes) > NOTES_CERTAIN else {}),
        **at("FOR", time.customer),
        **at("ITEM", time.item),
        **placing.of(time),
        **_billing(time),
    }
    require(TIME_ENTRY, [body], features or Features(), ["the entry"])
    return Document(
        key=time.key,
        kind=TIME_ENTRY,
        body=body,
        members=tuple(each.key for each in time.entries),
        day=time.day,
        minutes=time.minutes,
        warnings=(*wording.warnings, *placing.warnings),
        fixed=sheet_name(staff, first_day),
        group=sheet_name(staff, first_day),
    )


def sheet_name(staff: str, first_day: str) -> str:
    """The name of the sheet of a person and period, to which an entry is bound."""
    return f"timesheet/{parse(staff, 'employee').id}/{first_day}"


def sheet_named(name: str) -> tuple[str, date] | None:
    """The person and first day that such a name says; None for any other."""
    kind, _, rest = name.partition("/")
    employee, _, first_day = rest.rpartition("/")
    try:
        return (employee, date.fromisoformat(first_day)) if kind == "timesheet" else None
    except ValueError:
        return None


def hours(minutes: int) -> str:
    """Minutes as the ledger's decimal hours, at its four places."""
    return amount((Decimal(minutes) / HOUR).quantize(TEN_THOUSANDTH, ROUND_HALF_UP))


def minutes(quantity: Decimal) -> int:
    """Decimal hours as minutes."""
    return int((quantity * HOUR).quantize(Decimal(1), ROUND_HALF_UP))


def forms(sheet: Row, line: Row) -> Iterator[dict[str, Any]]:
    """The bodies that this entry may have come from, as `entry` composes them: as it is first, and
    without what the ledger may have filled in."""
    known = _known(sheet, line)
    told = {place: [*_refs(line, fields), None] for place, fields in FILLED.items()}
    rate = rows.number(line, "EXTBILLRATE") if is_billable(line) else None
    told["EXTBILLRATE"] = [None] if rate is None else [amount(rate), None]
    for values in product(*told.values()):
        filled = dict(zip(told, values, strict=True))
        yield {n: v for n, v in {**known, **filled}.items() if v is not None}


def is_billable(line: Row) -> bool:
    """Whether the entry is to be billed."""
    return rows.flag(line, "BILLABLE")


def _known(sheet: Row, line: Row) -> Mapping[str, str | None]:
    """What is certain to be as it was sent."""
    quantity = rows.number(line, "QTY") or NOTHING
    return {
        "EMPLOYEE": ref("employee", text(sheet, "EMPLOYEEID")),
        "BEGINDATE": _iso(rows.day(sheet, "BEGINDATE")),
        "ENTRYDATE": _iso(rows.day(line, "ENTRYDATE")),
        "QTY": hours(minutes(quantity)),
        "NOTES": text(line, "NOTES"),
        "DESCRIPTION": text(line, "DESCRIPTION"),
        "FOR": next(iter(_refs(line, WORKED_FOR)), None),
        "BILLABLE": "true" if is_billable(line) else "false",
    }


def _refs(line: Row, fields: Mapping[str, str]) -> list[str]:
    """The references that the entry has, by object and field."""
    found = (ref(kind, text(line, name)) for kind, name in fields.items())
    return [each for each in found if each]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _refuse(time: ResolvedTime) -> None:
    if time.person != "employee":
        detail = "Sage Intacct keeps time of employees only."
        raise Blocked(reason("invalid_record", field="staff_key", detail=detail))
    if time.billable and time.customer is None:
        raise Blocked(reason("missing_customer"))


def _billing(time: ResolvedTime) -> dict[str, str]:
    """The rate goes with billable time only. Without one the ledger has its own."""
    if not time.billable:
        return {"BILLABLE": "false"}
    rate = {} if time.rate is None else {"EXTBILLRATE": amount(time.rate)}
    return {"BILLABLE": "true", **rate}
