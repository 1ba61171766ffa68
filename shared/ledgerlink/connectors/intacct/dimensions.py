"""What accounts require of their lines, checked before anything is sent."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ledgerlink.connectors.intacct import queries, rows
from ledgerlink.connectors.intacct.client import Client
from ledgerlink.connectors.intacct.ids import parse
from ledgerlink.connectors.intacct.pages import everything
from ledgerlink.connectors.intacct.records import REQUIRED
from ledgerlink.connectors.intacct.refusals import missing_dimension
from ledgerlink.connectors.intacct.rows import text
from ledgerlink.domain.plan import Write
from ledgerlink.domain.ports import Stop
from ledgerlink.domain.reasons import Reason

GIVEN: Mapping[str, Sequence[tuple[str, str]]] = {
    "department": [("PLACE", "department"), ("FOR", "")],
    "location": [("PLACE", "location"), ("PLACE", "locationentity"), ("FOR", "")],
    "project": [("FOR", "project"), ("FOR", "task")],
    "customer": [("FOR", "")],
    "class": [("CLASS", "")],
    "item": [("ITEM", "")],
}
"""What gives a line each dimension, by place and object: a project brings its customer, and may
bring its department and location. What a line has from its head is left to the ledger."""

FROM_HEAD = frozenset({"EEXPENSES"})
"""Kinds whose person gives department and location."""
OF_PERSON = frozenset({"department", "location"})


class Dimensions:
    """What the accounts of one company require, asked for once per account."""

    def __init__(self, client: Client, entity: str | None) -> None:
        self._client = client
        self._given = frozenset({"location"}) if entity else frozenset()
        self._known: dict[str, list[str]] = {}

    async def missing(self, writes: Sequence[Write], stop: Stop) -> Mapping[int, Reason]:
        """Why some of these writes would be refused, by seq. Raises as the client's `read`."""
        await self._learn(writes, stop)
        found = {write.seq: next(self._lacking(write), None) for write in writes}
        return {seq: missing_dimension(words) for seq, words in found.items() if words}

    async def _learn(self, writes: Sequence[Write], stop: Stop) -> None:
        wanted = {number for w in writes for line in lines(w.body) if (number := _account(line))}
        fields = ["RECORDNO", "ACCOUNTNO", *REQUIRED]
        for some in queries.portions(sorted(wanted - self._known.keys())):
            self._known.update({number: [] for number in some})
            among = queries.among("ACCOUNTNO", some)
            async for row in everything(self._client, "GLACCOUNT", fields, among, stop=stop):
                told = [said for name, said in REQUIRED.items() if rows.flag(row, name)]
                self._known[text(row, "ACCOUNTNO") or ""] = told

    def _lacking(self, write: Write) -> Iterator[str]:
        spared = self._given | (OF_PERSON if write.kind in FROM_HEAD else frozenset())
        for place, line in enumerate(lines(write.body), 1):
            account = _account(line)
            for name in self._known.get(account, ()):
                if name in GIVEN and name not in spared and not _has(line, name):
                    yield f"account {account} requires a {name}, and line {place} has none"


def lines(body: Mapping[str, Any] | None) -> Iterator[Mapping[str, Any]]:
    """The lines of a body."""
    for value in (body or {}).values():
        if isinstance(value, Mapping):
            for some in value.values():
                yield from some if isinstance(some, list | tuple) else ()


def _account(line: Mapping[str, Any]) -> str:
    """The number of the account that a line names; empty for one that names a label."""
    ref = parse(str(line.get("ACCOUNT", "")), "glaccount")
    return ref.id if ref.kind == "glaccount" else ""


def _has(line: Mapping[str, Any], dimension: str) -> bool:
    for place, kind in GIVEN[dimension]:
        if place in line and kind in ("", parse(str(line[place])).kind):
            return True
    return False
