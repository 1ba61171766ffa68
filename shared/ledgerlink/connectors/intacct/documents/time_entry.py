"""Time as Sage Intacct keeps it: an entry in the timesheet of its employee and period."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import product
from typing import Any

from ledgerlink.connectors.intacct.documents.dimension_defaults import DimensionDefaults
from ledgerlink.connectors.intacct.documents.encoding import (
    REFERENCE_FIELDS,
    decimal_text,
    ledger_field,
    reference_field,
)
from ledgerlink.connectors.intacct.documents.marker import find_marker, with_marker
from ledgerlink.connectors.intacct.documents.required_dimensions import require_dimensions
from ledgerlink.connectors.intacct.documents.text import CERTAIN_NOTES, MAX_NOTES, Wording
from ledgerlink.connectors.intacct.documents.timesheet_periods import TimesheetPeriods
from ledgerlink.connectors.intacct.protocol import values
from ledgerlink.connectors.intacct.protocol.record_ids import parse_ref, ref
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.plan import Write
from ledgerlink.domain.model.reasons import Blocked, reason
from ledgerlink.domain.model.references import ExistingRecord
from ledgerlink.domain.model.resolved_time import ResolvedTime

TIME_ENTRY = "TIMESHEETENTRY"
TEN_THOUSANDTH = Decimal("0.0001")
MINUTES_PER_HOUR = Decimal(60)
NOTHING = Decimal(0)

WORKED_FOR = {"task": "TASKKEY", "project": "PROJECTID", "customer": "CUSTOMERID"}
"""What time can be for, the most specific first, because the ledger adds the project of a task and
the customer of a project."""

OF_WORKED_FOR = frozenset({*WORKED_FOR.values(), "TASKID"})
"""The fields that say what time is for. They belong together, so who sends one owns them all."""

MAY_BE_FILLED_IN: Mapping[str, Mapping[str, str]] = {
    "DEPARTMENT": {"department": "DEPARTMENTID"},
    "LOCATION": {"location": "LOCATIONID"},
    "CLASS": {"class": "CLASSID"},
    "ITEM": {"item": "ITEMID", "timetype": "TIMETYPE"},
}
"""References of an entry that the ledger may have filled in or replaced, with their fields by
object."""

OPTIONAL = (*MAY_BE_FILLED_IN, "EXTBILLRATE", "EXTCOSTRATE")
"""Fields of a body that an entry may have though they were not sent."""

FIELD_NAMES: Mapping[str, str] = {
    "EMPLOYEE": "employee",
    "BEGINDATE": "first day of the timesheet",
    "ENTRYDATE": "date",
    "QTY": "hours",
    "NOTES": "notes",
    "DESCRIPTION": "description",
    "FOR": "project or customer",
    "ITEM": "item",
    "DEPARTMENT": "department",
    "LOCATION": "location",
    "CLASS": "class",
    "BILLABLE": "billable",
    "EXTBILLRATE": "billing rate",
    "EXTCOSTRATE": "cost rate",
}
"""Fields of a body as a bookkeeper calls them."""


def compose_time_entry(
    time: ResolvedTime,
    periods: TimesheetPeriods,
    defaults: DimensionDefaults,
    features: Features | None = None,
) -> Document:
    """One TIMESHEETENTRY, with the employee and the first day of its timesheet. Raises Blocked."""
    _refuse(time)
    wording = Wording(time.shorten)
    notes = wording.with_marker(time.parts, MAX_NOTES, time.key)
    first_day = periods.first_day(time.day).isoformat()
    employee = time.staff.ledger_id if isinstance(time.staff, ExistingRecord) else time.staff.key
    body = {
        **reference_field("EMPLOYEE", time.staff),
        "BEGINDATE": first_day,
        "ENTRYDATE": time.day.isoformat(),
        "QTY": hours(time.minutes),
        "NOTES": notes,
        **({"DESCRIPTION": with_marker("", time.key)} if len(notes) > CERTAIN_NOTES else {}),
        **reference_field("FOR", time.customer),
        **reference_field("ITEM", time.item),
        **defaults.fields(time),
        **_billing(time),
        **({} if time.cost_rate is None else {"EXTCOSTRATE": decimal_text(time.cost_rate)}),
    }
    require_dimensions(TIME_ENTRY, [body], features or Features(), ["the entry"])
    return Document(
        key=time.key,
        kind=TIME_ENTRY,
        body=body,
        members=tuple(each.key for each in time.entries),
        day=time.day,
        minutes=time.minutes,
        warnings=(*wording.warnings, *defaults.warnings),
        group=timesheet_name(employee, first_day),
    )


def timesheet_name(employee: str, first_day: str) -> str:
    """The name of the timesheet of an employee and period, which groups its entries."""
    return f"timesheet/{parse_ref(employee, 'employee').id}/{first_day}"


def parse_timesheet_name(name: str) -> tuple[str, date] | None:
    """The employee and the first day in such a name; None for any other text."""
    kind, _, rest = name.partition("/")
    employee, _, first_day = rest.rpartition("/")
    try:
        return (employee, date.fromisoformat(first_day)) if kind == "timesheet" else None
    except ValueError:
        return None


def hours(minutes: int) -> str:
    """Minutes as decimal hours with the ledger's four decimal places."""
    return decimal_text(
        (Decimal(minutes) / MINUTES_PER_HOUR).quantize(TEN_THOUSANDTH, ROUND_HALF_UP)
    )


def minutes(quantity: Decimal) -> int:
    """Decimal hours as minutes."""
    return int((quantity * MINUTES_PER_HOUR).quantize(Decimal(1), ROUND_HALF_UP))


def is_billable(entry: Row) -> bool:
    """Whether a held entry is to be billed."""
    return values.flag(entry, "BILLABLE")


def possible_time_bodies(sheet: Row, entry: Row) -> Iterator[dict[str, Any]]:
    """The bodies that may have become a held entry, as `time_entry_document` composes them: first
    as it is, then without what the ledger may have filled in."""
    certain = _certain_fields(sheet, entry)
    options = {name: [*_refs(entry, by), None] for name, by in MAY_BE_FILLED_IN.items()}
    rate = values.decimal(entry, "EXTBILLRATE") if is_billable(entry) else None
    options["EXTBILLRATE"] = [None] if rate is None else [decimal_text(rate), None]
    cost = values.decimal(entry, "EXTCOSTRATE")
    options["EXTCOSTRATE"] = [None] if cost is None else [decimal_text(cost), None]
    for chosen in product(*options.values()):
        form = {**certain, **dict(zip(options, chosen, strict=True))}
        yield {name: value for name, value in form.items() if value is not None}


def _certain_fields(sheet: Row, entry: Row) -> Mapping[str, str | None]:
    """The fields that are certain to be as they were sent."""
    quantity = values.decimal(entry, "QTY") or NOTHING
    return {
        "EMPLOYEE": ref("employee", text(sheet, "EMPLOYEEID")),
        "BEGINDATE": _iso(values.day(sheet, "BEGINDATE")),
        "ENTRYDATE": _iso(values.day(entry, "ENTRYDATE")),
        "QTY": hours(minutes(quantity)),
        "NOTES": text(entry, "NOTES"),
        "DESCRIPTION": _marked(text(entry, "DESCRIPTION")),
        "FOR": next(iter(_refs(entry, WORKED_FOR)), None),
        "BILLABLE": "true" if is_billable(entry) else "false",
    }


def sent_fields(body: Mapping[str, Any]) -> set[str]:
    """The ledger's fields that a body sends."""
    found = {name for name in body if name not in REFERENCE_FIELDS}
    for name in REFERENCE_FIELDS.keys() & body.keys():
        found |= OF_WORKED_FOR if name == "FOR" else {ledger_field(name, str(body[name]))[0]}
    return found


def body_before(sheet: Row, entry: Row, write: Write) -> Mapping[str, Any]:
    """The body that we wrote last and that became a held entry; empty where it is not known,
    because somebody has edited the entry since."""
    base = write.was.expected_fingerprint if write.was else write.base_fingerprint
    bodies = possible_time_bodies(sheet, entry) if base else ()
    return next((body for body in bodies if fingerprint(body) == base), {})


def _marked(description: str | None) -> str | None:
    """A description that is ours: we only write one to hold our marker. Any other is a user's."""
    return description if find_marker(description) else None


def _refs(entry: Row, fields: Mapping[str, str]) -> list[str]:
    """The references of an entry in these fields, by object."""
    found = (ref(kind, text(entry, name)) for kind, name in fields.items())
    return [each for each in found if each]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _refuse(time: ResolvedTime) -> None:
    if time.person != "employee":
        detail = "Sage Intacct records time of employees only."
        raise Blocked(reason("invalid_record", field="staff_key", detail=detail))
    if time.billable and time.customer is None:
        raise Blocked(reason("missing_customer"))


def _billing(time: ResolvedTime) -> dict[str, str]:
    """The rate is sent with billable time only. Without a rate the ledger applies its own."""
    if not time.billable:
        return {"BILLABLE": "false"}
    rate = {} if time.rate is None else {"EXTBILLRATE": decimal_text(time.rate)}
    return {"BILLABLE": "true", **rate}
