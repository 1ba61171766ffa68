"""Reads of timesheets: which ones some writes are about, and their entries."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from ledgerlink.connectors.intacct.outcomes.timesheets import (
    ENTRIES,
    ENTRY,
    TIMESHEET,
    TIMESHEET_KEY,
    AnyWrite,
    EmployeePeriod,
    Timesheet,
    Timesheets,
    numeric_order,
    periods_of,
    written_number,
)
from ledgerlink.connectors.intacct.protocol import queries, values
from ledgerlink.connectors.intacct.protocol.values import Row, rows_at, text
from ledgerlink.connectors.intacct.reads.custom_fields import CustomFields
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.connectors.intacct.transport.paging import all_rows, legacy_rows, read_whole_with
from ledgerlink.domain.errors import LedgerStopped
from ledgerlink.domain.model.plan import Write
from ledgerlink.domain.ports import Stop


async def read_for_writes(
    client: Client, writes: Collection[Write], stop: Stop, custom: CustomFields | None = None
) -> Timesheets:
    """The timesheets that these writes are about, in two requests or a few more. With `custom` the
    custom fields of entries are asked for in the same requests. Raises as the client's `read`, and
    LedgerStopped where the ledger refuses."""
    known = await find_numbers(client, periods_of(writes), stop)
    return await read_timesheets(client, numbers_for(writes, known), stop, custom)


async def find_numbers(
    client: Client, periods: Collection[EmployeePeriod], stop: Stop
) -> Mapping[EmployeePeriod, set[str]]:
    """The RECORDNOs of the timesheets of these periods. Raises as `read_for_writes`."""
    found: dict[EmployeePeriod, set[str]] = {}
    if not periods:
        return found
    days = [period.first_day for period in periods]
    fields = [queries.RECORDNO, "EMPLOYEEID", "BEGINDATE"]
    when = queries.day_range("BEGINDATE", min(days), max(days))
    for some in queries.batches_of(sorted({period.employee for period in periods})):
        whose = queries.is_in("EMPLOYEEID", some)
        async for row in all_rows(client, TIMESHEET, fields, whose, when, stop=stop):
            if (period := _period(row)) and period in periods:
                found.setdefault(period, set()).add(text(row, queries.RECORDNO) or "")
    return found


def numbers_for(
    writes: Iterable[AnyWrite], known: Mapping[EmployeePeriod, Collection[str]]
) -> set[str]:
    """The RECORDNOs of the timesheets that these writes are about: those into which they were last
    written, and the `known` ones of their periods."""
    written = {number for write in writes if (number := written_number(write))}
    return written.union(*(known.get(period, ()) for period in periods_of(writes)))


async def read_timesheets(
    client: Client, numbers: Collection[str], stop: Stop, custom: CustomFields | None = None
) -> Timesheets:
    """The timesheets with these RECORDNOs; deleted ones are left out. Some companies' timesheets
    come without entries, which are then asked for apart, because a timesheet always has some.
    Raises as `read_for_writes`."""
    lookups = custom.lookups([ENTRY]) if custom else {}
    keys, others = sorted(numbers, key=numeric_order), list(lookups.values())
    rows, definitions = await read_whole_with(client, TIMESHEET, keys, others, stop)
    if custom:
        custom.add(dict(zip(lookups, definitions, strict=False)))
    without_entries = [
        text(row, queries.RECORDNO) or "" for row in rows if not rows_at(row, ENTRIES, ENTRY)
    ]
    entries: dict[str, list[Row]] = {number: [] for number in without_entries}
    async for line in legacy_rows(client, ENTRY, TIMESHEET_KEY, without_entries, stop):
        entries.setdefault(text(line, TIMESHEET_KEY) or "", []).append(line)
    hiding = await _hiding_entries(client, entries, stop) if without_entries else ()
    sheets = (_timesheet(row, entries, hiding) for row in rows)
    return Timesheets({sheet.number: sheet for sheet in sheets if sheet is not None})


async def _hiding_entries(
    client: Client, entries: Mapping[str, Sequence[Row]], stop: Stop
) -> Collection[str]:
    """The timesheets with more entries than were read, because `readByQuery` may hide some. Where
    the ledger refuses `query`, those that seem to have none at all."""
    shown = {text(line, queries.RECORDNO) for some in entries.values() for line in some}
    fields = [queries.RECORDNO, TIMESHEET_KEY]
    hiding = set()
    try:
        for some in queries.batches_of(list(entries)):
            condition = queries.is_in(TIMESHEET_KEY, some)
            async for row in all_rows(client, ENTRY, fields, condition, stop=stop):
                if text(row, queries.RECORDNO) not in shown:
                    hiding.add(text(row, TIMESHEET_KEY) or "")
    except LedgerStopped:
        return {number for number, some in entries.items() if not some}
    return hiding


def _timesheet(
    row: Row, entries: Mapping[str, Sequence[Row]], hiding: Collection[str]
) -> Timesheet | None:
    number, period = text(row, queries.RECORDNO), _period(row)
    if number is None or period is None:
        return None
    own = rows_at(row, ENTRIES, ENTRY) or entries[number]
    return Timesheet(number, period, row, own, number in hiding)


def _period(row: Row) -> EmployeePeriod | None:
    employee, first_day = text(row, "EMPLOYEEID"), values.day(row, "BEGINDATE")
    return EmployeePeriod(employee, first_day) if employee and first_day else None
