"""A second look: what a fault alone does not tell, asked of the ledger in a few bounded calls."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from ledgerlink.connectors.qbo.documents import content
from ledgerlink.connectors.qbo.outcomes import billed_time, references
from ledgerlink.connectors.qbo.outcomes.references import Pointed, Pointer
from ledgerlink.connectors.qbo.outcomes.rejected import Findings, Refusal
from ledgerlink.connectors.qbo.protocol import queries
from ledgerlink.connectors.qbo.reads import company_features
from ledgerlink.connectors.qbo.transport.client import Client
from ledgerlink.domain.errors import LedgerError
from ledgerlink.domain.ports import Interrupted, Stop

LOOKS = 30
"""Looks per open ledger; after that a fault's own words must do."""

NAME_LISTS = ("Customer", "Vendor", "Employee")
"""The three lists that share one space of names."""


class Inquiry:
    """Explains the refusals of one open ledger. What records point at it looks up once."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._looks_left = LOOKS
        self._closed_through: date | None = None
        self._closed_asked = False
        self._known: dict[Pointer, Pointed | None] = {}

    async def findings(self, refusals: Sequence[Refusal], stop: Stop) -> Findings:
        """What can be found out about these. A failed look explains less and raises nothing:
        the refusal itself must be reported, and what is wrong shows at the next write."""
        if not self._worth_a_look(refusals) or stop():
            return self._at_hand()
        self._looks_left -= 1
        try:
            return await self._look(refusals, stop)
        except (LedgerError, Interrupted):
            return self._at_hand()

    def _at_hand(self) -> Findings:
        return Findings(known=self._known, closed_through=self._closed_through)

    def _worth_a_look(self, refusals: Sequence[Refusal]) -> bool:
        asks = (
            _unknown_names(refusals)
            or _maybe_billed(refusals)
            or self._asks_closed(refusals)
            or self._unknown(refusals)
        )
        return bool(asks) and self._looks_left > 0

    def _asks_closed(self, refusals: Iterable[Refusal]) -> bool:
        return not self._closed_asked and any(r.may_be_closed for r in refusals)

    def _unknown(self, refusals: Iterable[Refusal]) -> set[Pointer]:
        """What those point at that may miss something, as far as it was not looked up."""
        writes = (refusal.write for refusal in refusals if refusal.misses)
        return {p for write in writes for p in references.pointers(write)} - self._known.keys()

    async def _look(self, refusals: Sequence[Refusal], stop: Stop) -> Findings:
        if self._asks_closed(refusals):
            self._closed_through = await company_features.books_closed_through(self._client, stop)
            self._closed_asked = True
        self._known |= await references.look(self._client, self._unknown(refusals), stop)
        return Findings(
            holders=await self._holders(_unknown_names(refusals), stop),
            billed=await self._billed(_maybe_billed(refusals), stop),
            known=self._known,
            closed_through=self._closed_through,
        )

    async def _holders(self, names: Mapping[str, set[str]], stop: Stop) -> dict[str, str]:
        holders: dict[str, str] = {}
        for entity, wanted in names.items():
            field = "Name" if entity == "Item" else "DisplayName"
            statement = queries.select(entity, queries.among(field, sorted(wanted)))
            for row in await self._client.rows(entity, statement, stop):
                holders[str(row[field]).lower()] = f"by {entity.lower()} {row['Id']}"
        return holders

    async def _billed(self, ids: Sequence[str], stop: Stop) -> dict[str, str | None]:
        if not ids:
            return {}
        statement = queries.select(content.ACTIVITY, queries.among("Id", ids))
        rows = await self._client.rows(content.ACTIVITY, statement, stop)
        numbers = await billed_time.numbers_told(self._client, rows, stop)
        return {row["Id"]: numbers.get(row["Id"]) for row in rows if billed_time.is_billed(row)}


def _unknown_names(refusals: Iterable[Refusal]) -> dict[str, set[str]]:
    """The names to look for, by the list to look in."""
    names: dict[str, set[str]] = {}
    for refusal in refusals:
        if refusal.code != "name_taken" or refusal.holder_id or not refusal.name:
            continue
        for entity in ("Item",) if refusal.write.kind == "Item" else NAME_LISTS:
            names.setdefault(entity, set()).add(refusal.name)
    return names


def _maybe_billed(refusals: Iterable[Refusal]) -> list[str]:
    return [
        refusal.write.ledger_id
        for refusal in refusals
        if refusal.code == "billed"
        and refusal.write.kind == content.ACTIVITY
        and refusal.write.ledger_id
    ]
