"""A fake of the query endpoint for one list, whose rows may change between pages."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from ledgerlink.connectors.qbo.ledger import QuickBooksLedger
from ledgerlink.domain.model.list_records import ListBatch, ListRead, ListRecord, ListType

from tests.support.qbo.scripted_company import RESPONSE_TIME, ScriptedCompany, open_ledger
from tests.support.qbo.virtual_time import run

Row = dict[str, Any]

WINDOW = re.compile(r"ORDERBY (\S+) STARTPOSITION (\d+) MAXRESULTS (\d+)$")
IDS = re.compile(r"\bId IN \(([^)]*)\)")
FROM = re.compile(r"FROM (\w+)")


@dataclass
class FakeListServer:
    """Answers statements from `rows`; before the nth answer (from 1) it calls `events[n]`."""

    entity: str
    rows: list[Row]
    events: Mapping[int, Callable[[list[Row]], None]] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)
    most_rows: int | None = None
    """A page of more rows is never answered."""

    def __call__(self, statement: str) -> Mapping[str, Any]:
        self.statements.append(statement)
        asked = int(WINDOW.search(statement)[3])  # type: ignore[index]
        if self.most_rows is not None and asked > self.most_rows:
            raise httpx.ReadTimeout("no answer")
        if event := self.events.get(len(self.statements)):
            event(self.rows)
        window, entity = WINDOW.search(statement), FROM.search(statement)
        assert window is not None
        assert entity is not None
        if entity[1] != self.entity:
            return {}
        start, most = int(window[2]) - 1, int(window[3])
        page = sorted(self._found(statement), key=ORDERS[window[1]])[start : start + most]
        return {self.entity: page, "startPosition": start + 1, "maxResults": len(page)}

    def _found(self, statement: str) -> Sequence[Row]:
        ids = IDS.search(statement)
        named = re.findall(r"'(\w+)'", ids[1]) if ids else None
        is_open = "Balance > '0'" in statement
        rows = [row for row in self.rows if not is_open or row["Balance"] > 0]
        return [row for row in rows if named is None or row["Id"] in named]

    @property
    def sizes(self) -> list[int]:
        """The rows that each statement asked for."""
        return [int(found[3]) for each in self.statements if (found := WINDOW.search(each))]

    @property
    def starts(self) -> list[int]:
        """The first row of each page that was read."""
        return [int(found[2]) for each in self.statements if (found := WINDOW.search(each))]


def _updated(row: Row) -> str:
    return str(row["MetaData"]["LastUpdatedTime"])


ORDERS: Mapping[str, Callable[[Row], Any]] = {
    "Id": lambda row: int(row["Id"]),
    "MetaData.LastUpdatedTime": _updated,
}


def row(number: int, second: int = 0, **more: Any) -> Row:
    """A row with a name, changed so many seconds after midnight."""
    stamp = f"2026-03-01T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}-08:00"
    meta = {"CreateTime": "2026-01-01T00:00:00-08:00", "LastUpdatedTime": stamp}
    base = {"Id": str(number), "SyncToken": "0", "Name": f"Row {number}", "MetaData": meta}
    return {**base, **more}


def shelf(
    count: int, events: Mapping[int, Callable[[list[Row]], None]] | None = None
) -> FakeListServer:
    """So many classes, each changed a second after the one before."""
    return FakeListServer("Class", [row(n, second=n) for n in range(1, count + 1)], events or {})


def company(answers: Callable[[str], Mapping[str, Any]]) -> ScriptedCompany:
    return ScriptedCompany(latency=lambda kind: 0.0, rows=answers)


async def all_of(ledger: QuickBooksLedger, reading: ListRead) -> list[ListBatch]:
    """Every batch of a list, each read with the position of the one before."""
    batches = [await ledger.read_list(reading)]
    while batches[-1].position is not None:
        at = batches[-1].position
        again = ListRead(
            type=reading.type,
            since=reading.since,
            first_day=reading.first_day,
            last_day=reading.last_day,
            ids=reading.ids,
            position=at,
        )
        batches.append(await ledger.read_list(again))
    return batches


def read(
    answers: FakeListServer, since: datetime | None = None, ids: tuple[str, ...] | None = None
) -> list[ListBatch]:
    """Every batch of the classes."""

    async def main() -> list[ListBatch]:
        reading = ListRead(type=ListType.CLASS, since=since, ids=ids)
        return await all_of(open_ledger(company(answers)), reading)

    return run(main())


def one(kind: ListType, entity: str, **fields: Any) -> ListRecord:
    """The record that a single row with these fields becomes."""
    there = company(FakeListServer(entity, [row(5, **fields)]))

    async def main() -> ListBatch:
        return await open_ledger(there).read_list(ListRead(type=kind))

    (record,) = run(main()).records
    return record


def changed(told: Mapping[str, Sequence[Row]], *silent: str) -> Mapping[str, Any]:
    """A response of change data capture; `silent` entities have empty elements."""
    elements: list[Mapping[str, Any]] = [
        {entity: list(rows), "startPosition": 1, "maxResults": len(rows)}
        for entity, rows in told.items()
    ]
    return {
        "CDCResponse": [{"QueryResponse": [*elements, *({} for _ in silent)]}],
        "time": RESPONSE_TIME,
    }


def deleted(number: int) -> Row:
    """The row that reports a deleted record."""
    meta = {"LastUpdatedTime": "2026-03-01T10:00:00-08:00"}
    return {"domain": "QBO", "status": "Deleted", "Id": str(number), "MetaData": meta}
