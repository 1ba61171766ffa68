"""A fake of the query endpoint: rows of several entities, by id, customer, number and day."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.support.qbo.scripted_company import Responder, ScriptedCompany

Row = dict[str, Any]

STATEMENT = re.compile(
    r"FROM (\w+)(?: WHERE (.*))? ORDERBY Id STARTPOSITION (\d+) MAXRESULTS (\d+)$"
)
AMONG = re.compile(r"(Id|CustomerRef|DocNumber) IN \(([^)]*)\)")
BOUND = re.compile(r"TxnDate (>=|<=) '([^']*)'")
READ: Mapping[str, Callable[[Row], str]] = {
    "Id": lambda row: str(row["Id"]),
    "CustomerRef": lambda row: str(row.get("CustomerRef", {}).get("value")),
    "DocNumber": lambda row: str(row.get("DocNumber")),
}


@dataclass
class FakeQueryServer:
    """Answers statements from `rows`; after the nth answer (from 1) it calls `events[n]`."""

    rows: Mapping[str, list[Row]]
    events: Mapping[int, Callable[[], None]] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)

    def __call__(self, statement: str) -> Mapping[str, Any]:
        self.statements.append(statement)
        asked = STATEMENT.search(statement)
        assert asked is not None
        entity, where, start, most = asked.groups()
        found = [row for row in self.rows.get(entity, ()) if _is_shown(row, where or "")]
        page = sorted(found, key=lambda row: int(row["Id"]))[int(start) - 1 :][: int(most)]
        if event := self.events.get(len(self.statements)):
            event()
        return {entity: page} if page else {}

    def asked(self, entity: str) -> Sequence[str]:
        """The statements that were sent for an entity."""
        return [statement for statement in self.statements if f"FROM {entity} " in statement]


def _is_shown(row: Row, where: str) -> bool:
    among = all(
        READ[name](row) in re.findall(r"'([^']*)'", ids) for name, ids in AMONG.findall(where)
    )
    bounds = all(
        row["TxnDate"] >= day if way == ">=" else row["TxnDate"] <= day
        for way, day in BOUND.findall(where)
    )
    active = row.get("Active") is not False or "Active IN (true,false)" in where
    return among and bounds and active


def company(*script: Responder | Exception | None, **rows: list[Row]) -> ScriptedCompany:
    """A company with these rows, which answers from its script first."""
    made = ScriptedCompany(
        latency=lambda kind: 0.0, script=list(script), reads={"preferences": {"Preferences": {}}}
    )
    made.rows = FakeQueryServer(rows)
    return made


def invoice(number: str, *linked: str, customer: str = "21", head: bool = False) -> Row:
    """An invoice that bills the activities with these ids, in its lines or in its head."""
    links = [{"TxnId": each, "TxnType": "TimeActivity"} for each in linked]
    lines: list[Row] = [{"Amount": 1, "LinkedTxn": [] if head else [link]} for link in links]
    estimate = {"TxnId": "7", "TxnType": "Estimate"}
    return {
        "Id": f"9{number}",
        "DocNumber": number,
        "CustomerRef": {"value": customer},
        "LinkedTxn": [estimate, *(links if head else ())],
        "Line": [*lines, {"DetailType": "SubTotalLineDetail"}],
    }
