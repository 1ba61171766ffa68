"""How an invoice says which time it bills: nobody could verify what the ledger wants to be told.

Three ways, in this order: by the id of the activity, by the id of its charge, not at all. A way
that the ledger refuses gives way to the next; the one that worked is the first for what follows.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from ledgerlink.connectors.qbo.documents import content
from ledgerlink.connectors.qbo.outcomes import accepted, billed_time
from ledgerlink.connectors.qbo.protocol import queries
from ledgerlink.connectors.qbo.protocol.faults import Fault
from ledgerlink.connectors.qbo.transport.client import Client, Entity
from ledgerlink.connectors.shared.request_id import derived_id
from ledgerlink.domain.model.plan import Action, ItemState, Operation, Outcome, Request, Write
from ledgerlink.domain.model.reasons import named, reason
from ledgerlink.domain.ports import ConnectorState, Stop

REFUSALS = frozenset({"620", "6000"})
"""Codes of a link that the ledger refuses; the latter stands for any other rule, too."""
REMEMBERED = "time_links"


class Way(StrEnum):
    """What links an invoice to the time that it bills."""

    ACTIVITY = "activity"
    CHARGE = "charge"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Look:
    """What the ledger holds of the time that an invoice bills. `outcome` is what it decides by
    itself. `sound` says that nothing of the time explains why it was not linked."""

    outcome: Outcome | None = None
    sound: bool = True


@dataclass(slots=True)
class TimeLinks:
    """The links of one open ledger. That links work by charges is remembered between invocations;
    that they do not work is tried anew by the next one."""

    client: Client
    way: Way = Way.ACTIVITY
    _charges: dict[str, str] = field(default_factory=dict)

    @classmethod
    def restored(cls, client: Client, state: ConnectorState) -> "TimeLinks":
        """With what was remembered."""
        by_charges = state.get(REMEMBERED) == Way.CHARGE
        return cls(client, Way.CHARGE if by_charges else Way.ACTIVITY)

    def state(self) -> dict[str, str]:
        """The memory as JSON values."""
        return {REMEMBERED: Way.CHARGE.value} if self.way is Way.CHARGE else {}

    async def said(self, request: Request, way: Way, stop: Stop) -> Request:
        """The request as it is sent that way: the same for the same way, under an id of its own.
        Raises as the client's `rows`."""
        ids = [i for write in request.writes for i in linked(write)]
        if way is Way.ACTIVITY or not ids:
            return request
        if way is Way.CHARGE:
            await self._read([i for i in ids if i not in self._charges], stop)
        told = self._charges if way is Way.CHARGE else None
        writes = tuple(replace(w, body=_relinked(w.body or {}, told)) for w in request.writes)
        return Request(derived_id(request.id, way), writes)

    async def look(self, write: Write, stop: Stop) -> Look:
        """Why this invoice may have been refused. Raises as the client's `rows`."""
        ids = list(linked(write))
        rows = await self._read(ids, stop)
        billed = [row for row in rows if billed_time.is_billed(row)]
        invoices = await billed_time.invoices(self.client, billed, stop)
        if own := await self._own(write, {b.ledger_id for b in invoices.values()}, stop):
            if write.action is Action.CREATE:
                return Look(accepted.taken_over(write, own))
            billed = [row for row in billed if not _by(invoices.get(row["Id"]), own)]
        if billed:
            why = reason("time_billed", keys=named(_words(row, invoices) for row in billed))
            return Look(Outcome(seq=write.seq, state=ItemState.FAILED, reason=why))
        billable = [row for row in rows if row.get("BillableStatus") == "Billable"]
        return Look(sound=len(billable) == len(set(ids)))

    def after(self, way: Way, write: Write) -> list[Way]:
        """The ways that are left for this invoice, after a look."""
        left = list(Way)[list(Way).index(way) + 1 :]
        known = any(activity_id in self._charges for activity_id in linked(write))
        return [each for each in left if known or each is not Way.CHARGE]

    def learn(self, way: Way, write: Write, look: Look, outcomes: Iterable[Outcome]) -> None:
        """Begin with this way from now on, if it was what made the ledger take an invoice."""
        taken = any(outcome.state is ItemState.POSTED for outcome in outcomes)
        if taken and look.sound and write.action is Action.CREATE:
            self.way = way

    async def _read(self, ids: Sequence[str], stop: Stop) -> list[Entity]:
        """The activities that are there, and of which charges they have become."""
        rows: list[Entity] = []
        for some in queries.portions(ids):
            statement = queries.select(content.ACTIVITY, queries.among("Id", some))
            rows += await self.client.rows(content.ACTIVITY, statement, stop)
        charged = (row for row in rows if row.get("TimeChargeId"))
        self._charges |= {row["Id"]: str(row["TimeChargeId"]) for row in charged}
        return rows

    async def _own(self, write: Write, ids: Collection[str], stop: Stop) -> Entity | None:
        """The invoice among these that this write has made, or is about."""
        if not ids:
            return None
        statement = queries.select(write.kind, queries.among("Id", sorted(ids)))
        rows = await self.client.rows(write.kind, statement, stop)
        return next((row for row in rows if _is_about(write, row)), None)


def linked(write: Operation | Write) -> Iterator[str]:
    """The activities that a write bills, by id."""
    return iter(billed_time.linked(write.body or {})) if write.kind == "Invoice" else iter(())


def is_refused(write: Write, fault: Fault, way: Way) -> bool:
    """Whether the links may be why it was refused."""
    links = fault.code in REFUSALS and way is not Way.NOTHING
    return links and any(True for _ in linked(write))


def alone(request: Request, write: Write) -> Request:
    """The request of one write of a request; the same each time."""
    if len(request.writes) == 1:
        return request
    return Request(derived_id(request.id, write.seq), (write,))


def posted(outcome: Outcome, write: Write, way: Way) -> Outcome:
    """The outcome of what was said that way; it says so when the time was left out."""
    if way is not Way.NOTHING or outcome.state is not ItemState.POSTED:
        return outcome
    why = billed_time.unlinked(write.body or {})
    return replace(outcome, reason=why) if why else outcome


def _is_about(write: Write, row: Entity) -> bool:
    if write.action is Action.CREATE:
        return content.is_same(write.body or {}, row)
    return str(row["Id"]) == write.ledger_id


def _by(biller: billed_time.Biller | None, invoice: Entity) -> bool:
    return biller is not None and biller.ledger_id == str(invoice["Id"])


def _words(activity: Entity, invoices: Mapping[str, billed_time.Biller]) -> str:
    """An activity, and by which invoice it is billed."""
    biller = invoices.get(activity["Id"])
    by = f" by invoice {biller.number}" if biller else ""
    return f"activity {activity['Id']} of {activity.get('TxnDate')}{by}"


def _relinked(body: Any, charges: Mapping[str, str] | None) -> Any:
    """The body with its links to time said by charges, where they are known; without, for None."""
    if isinstance(body, Mapping):
        told = {name: _relinked(value, charges) for name, value in body.items()}
        return {name: value for name, value in told.items() if value or name != "LinkedTxn"}
    if not isinstance(body, list | tuple):
        return body
    if charges is None:
        return [_relinked(each, None) for each in body if not _is_link(each)]
    return [
        _charged(each, charges) if _is_link(each) else _relinked(each, charges) for each in body
    ]


def _is_link(value: Any) -> bool:
    return isinstance(value, Mapping) and value.get("TxnType") == content.ACTIVITY


def _charged(link: Mapping[str, Any], charges: Mapping[str, str]) -> Mapping[str, Any]:
    return {**link, "TxnId": charges.get(str(link["TxnId"]), link["TxnId"])}
