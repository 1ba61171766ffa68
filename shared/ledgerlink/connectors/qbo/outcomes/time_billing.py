"""Links from an invoice to the time that it bills.

Intuit does not document which id such a link holds. So there are three methods, tried in order:
the id of the time entry, the id of its charge, no link at all. If QuickBooks rejects one, the next
is tried; the one that worked is used first from then on. A rejection that does not name the links
may have another cause, so the same method is tried once more.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from ledgerlink.connectors.qbo.documents import content
from ledgerlink.connectors.qbo.documents.time_entry import TIME_ENTRY
from ledgerlink.connectors.qbo.outcomes import accepted, billed_time
from ledgerlink.connectors.qbo.outcomes.billed_time import BillingInvoice
from ledgerlink.connectors.qbo.outcomes.rejected import failed
from ledgerlink.connectors.qbo.protocol import queries
from ledgerlink.connectors.qbo.protocol.error_codes import BUSINESS_RULE
from ledgerlink.connectors.qbo.protocol.faults import Fault
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.qbo.transport.client import Client
from ledgerlink.connectors.shared.request_id import derived_id
from ledgerlink.domain.model.plan import Action, ItemState, Operation, Outcome, Request, Write
from ledgerlink.domain.model.reasons import named, reason
from ledgerlink.domain.ports import ConnectorState, Stop

LINKS_REJECTED = "620"
LINK_REJECTIONS = frozenset({LINKS_REJECTED, BUSINESS_RULE})
"""Codes of rejected links; the second is also that of any business rule."""

LINK_WORDS = re.compile(r"LinkedTxn|CCBTE|\blink|invoice for a charge", re.IGNORECASE)
"""What a business rule about links says. Source: quickbooks/QuickBooks-V3-PHP-SDK#365."""

STATE_KEY = "time_links"


class LinkMethod(StrEnum):
    """The id by which an invoice links to the time that it bills."""

    ACTIVITY = "activity"
    CHARGE = "charge"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class BillingCheck:
    """What QuickBooks holds of the time that a rejected invoice bills."""

    outcome: Outcome | None = None
    """The invoice's outcome, if the time alone decides it."""
    all_billable: bool = True
    """Whether all of the time exists and can be billed, so that only the link method was wrong."""


@dataclass(slots=True)
class TimeLinks:
    """The time links of one open ledger."""

    client: Client
    method: LinkMethod = LinkMethod.ACTIVITY
    """The method to try first. That charges work is kept for the next worker; that no method works
    is not, so that the next worker tries again."""
    _charges: dict[str, str] = field(default_factory=dict)
    """Ids of charges, by the id of the time entry."""

    @classmethod
    def restored(cls, client: Client, state: ConnectorState) -> "TimeLinks":
        """As a former worker left them."""
        by_charge = state.get(STATE_KEY) == LinkMethod.CHARGE
        return cls(client, LinkMethod.CHARGE if by_charge else LinkMethod.ACTIVITY)

    def state(self) -> dict[str, str]:
        """What the next worker has to know, as JSON values."""
        return {STATE_KEY: LinkMethod.CHARGE.value} if self.method is LinkMethod.CHARGE else {}

    async def prepared(self, request: Request, method: LinkMethod, stop: Stop) -> Request:
        """The request with its links by this method. It is the same each time, and has an id of its
        own for each method. Raises as the client's `rows`."""
        ids = [i for write in request.writes for i in billed_time_ids(write)]
        if method is LinkMethod.ACTIVITY or not ids:
            return request
        if method is LinkMethod.CHARGE:
            await self._read([i for i in ids if i not in self._charges], stop)
        charges = self._charges if method is LinkMethod.CHARGE else None
        writes = tuple(replace(w, body=_relinked(w.body or {}, charges)) for w in request.writes)
        return Request(derived_id(request.id, method), writes)

    async def check(self, write: Write, stop: Stop) -> BillingCheck:
        """Why this invoice may have been rejected. Raises as the client's `rows`."""
        ids = list(billed_time_ids(write))
        rows = await self._read(ids, stop)
        billed = [row for row in rows if billed_time.is_billed(row)]
        invoices = await billed_time.billing_invoices(self.client, billed, stop)
        if own := await self._own(write, {b.ledger_id for b in invoices.values()}, stop):
            if write.action is Action.CREATE:
                return BillingCheck(accepted.adopted_existing(write, own))
            billed = [row for row in billed if not _is_by(invoices.get(row["Id"]), own)]
        if billed:
            keys = named(_billed_words(row, invoices) for row in billed)
            return BillingCheck(failed(write, reason("time_billed", keys=keys)))
        billable = [row for row in rows if row.get("BillableStatus") == "Billable"]
        return BillingCheck(all_billable=len(billable) == len(set(ids)))

    def remaining_methods(self, method: LinkMethod, write: Write) -> list[LinkMethod]:
        """The methods to try after this one, once the invoice was checked."""
        left = list(LinkMethod)[list(LinkMethod).index(method) + 1 :]
        charged = any(activity_id in self._charges for activity_id in billed_time_ids(write))
        return [each for each in left if charged or each is not LinkMethod.CHARGE]

    def learn(
        self, method: LinkMethod, write: Write, check: BillingCheck, outcomes: Iterable[Outcome]
    ) -> None:
        """Try this method first from now on, if it made QuickBooks accept a new invoice."""
        was_accepted = any(outcome.state is ItemState.POSTED for outcome in outcomes)
        if was_accepted and check.all_billable and write.action is Action.CREATE:
            self.method = method

    async def _read(self, ids: Sequence[str], stop: Stop) -> list[Entity]:
        """The time entries that exist; remembers their charges."""
        rows: list[Entity] = []
        for batch in queries.batches_of(ids):
            statement = queries.select(TIME_ENTRY, queries.is_in("Id", batch))
            rows += await self.client.rows(TIME_ENTRY, statement, stop)
        charged = (row for row in rows if row.get("TimeChargeId"))
        self._charges |= {row["Id"]: str(row["TimeChargeId"]) for row in charged}
        return rows

    async def _own(self, write: Write, ids: Collection[str], stop: Stop) -> Entity | None:
        """The invoice among these that this write has created or is to change."""
        if not ids:
            return None
        statement = queries.select(write.kind, queries.is_in("Id", sorted(ids)))
        rows = await self.client.rows(write.kind, statement, stop)
        return next((row for row in rows if _is_own(write, row)), None)


def billed_time_ids(write: Operation | Write) -> Iterator[str]:
    """The ids of the time entries that a write bills."""
    if write.kind != "Invoice":
        return iter(())
    return iter(billed_time.linked_time_ids(write.body or {}))


def may_be_rejected_for_links(write: Write, fault: Fault, method: LinkMethod) -> bool:
    """Whether the links may be the cause of this fault."""
    about_links = fault.code in LINK_REJECTIONS and method is not LinkMethod.NOTHING
    return about_links and any(True for _ in billed_time_ids(write))


def names_links(fault: Fault) -> bool:
    """Whether a fault says that the links are the cause."""
    return fault.code == LINKS_REJECTED or bool(LINK_WORDS.search(fault.text))


def repeated_request(request: Request) -> Request:
    """The request to send once more under an id of its own, which is the same each time."""
    return Request(derived_id(request.id, "again"), request.writes)


def single_request(request: Request, write: Write) -> Request:
    """The request of one write alone; the same each time."""
    if len(request.writes) == 1:
        return request
    return Request(derived_id(request.id, write.seq), (write,))


def with_link_warning(outcome: Outcome, write: Write, method: LinkMethod) -> Outcome:
    """The outcome, with a warning if the invoice was posted without its links."""
    if method is not LinkMethod.NOTHING or outcome.state is not ItemState.POSTED:
        return outcome
    why = billed_time.unlinked_reason(write.body or {})
    return replace(outcome, reason=why) if why else outcome


def _is_own(write: Write, row: Entity) -> bool:
    if write.action is Action.CREATE:
        return content.has_marker_of(write.body or {}, row)
    return str(row["Id"]) == write.ledger_id


def _is_by(biller: BillingInvoice | None, invoice: Entity) -> bool:
    return biller is not None and biller.ledger_id == str(invoice["Id"])


def _billed_words(activity: Entity, invoices: Mapping[str, BillingInvoice]) -> str:
    """A time entry and the invoice that bills it, in words."""
    invoice = invoices.get(activity["Id"])
    by = f" by invoice {invoice.number}" if invoice else ""
    return f"time activity {activity['Id']} of {activity.get('TxnDate')}{by}"


def _relinked(body: Any, charges: Mapping[str, str] | None) -> Any:
    """The body with its time links replaced by links to known charges; without them for None."""
    if isinstance(body, Mapping):
        members = {name: _relinked(value, charges) for name, value in body.items()}
        return {name: value for name, value in members.items() if value or name != "LinkedTxn"}
    if not isinstance(body, list | tuple):
        return body
    if charges is None:
        return [_relinked(each, None) for each in body if not _is_time_link(each)]
    return [
        _charge_link(each, charges) if _is_time_link(each) else _relinked(each, charges)
        for each in body
    ]


def _is_time_link(value: Any) -> bool:
    return isinstance(value, Mapping) and value.get("TxnType") == TIME_ENTRY


def _charge_link(link: Mapping[str, Any], charges: Mapping[str, str]) -> Mapping[str, Any]:
    return {**link, "TxnId": charges.get(str(link["TxnId"]), link["TxnId"])}
