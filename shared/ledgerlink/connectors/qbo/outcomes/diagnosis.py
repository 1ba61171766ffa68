"""The diagnosis of rejected writes: reads in the ledger what a fault does not say."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from ledgerlink.connectors.qbo.documents.time_entry import TIME_ENTRY
from ledgerlink.connectors.qbo.outcomes import billed_time, references
from ledgerlink.connectors.qbo.outcomes.payroll import Payroll
from ledgerlink.connectors.qbo.outcomes.references import Reference, ReferencedRecord
from ledgerlink.connectors.qbo.outcomes.rejected import Findings, Rejection
from ledgerlink.connectors.qbo.protocol import queries, values
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.qbo.reads.company import books_closed_through
from ledgerlink.connectors.qbo.transport.client import Client
from ledgerlink.domain.errors import Interrupted, LedgerError
from ledgerlink.domain.ports import Stop

MAX_DIAGNOSES = 30
"""Diagnoses for one open ledger; after that the text of the fault must do."""

LISTS_WITH_SHARED_NAMES = ("Customer", "Vendor", "Employee")
"""Lists in which a name may occur only once over all of them."""


class Diagnosis:
    """Reads what the rejections of one open ledger need to be explained. Records that writes refer
    to are read once."""

    def __init__(self, client: Client, payroll: Payroll) -> None:
        self.payroll = payroll
        self._client = client
        self._left = MAX_DIAGNOSES
        self._closed_through: date | None = None
        self._closing_date_read = False
        self._known: dict[Reference, ReferencedRecord | None] = {}

    async def findings(self, rejections: Sequence[Rejection], stop: Stop) -> Findings:
        """What is found out about these rejections. Never raises: if reading fails, the rejection
        is reported with less detail, and the next write meets the same failure."""
        if not self._is_worth_reading(rejections) or stop():
            return self._known_findings()
        self._left -= 1
        try:
            return await self._read(rejections, stop)
        except (LedgerError, Interrupted):
            return self._known_findings()

    def _known_findings(self) -> Findings:
        return Findings(known=self._known, closed_through=self._closed_through)

    def _is_worth_reading(self, rejections: Sequence[Rejection]) -> bool:
        has_questions = (
            _names_to_search(rejections)
            or _maybe_billed(rejections)
            or self._needs_closing_date(rejections)
            or self._unread_references(rejections)
        )
        return bool(has_questions) and self._left > 0

    def _needs_closing_date(self, rejections: Iterable[Rejection]) -> bool:
        return not self._closing_date_read and any(r.may_be_closed_period for r in rejections)

    def _unread_references(self, rejections: Iterable[Rejection]) -> set[Reference]:
        writes = [rejection.write for rejection in rejections if rejection.needs_references]
        wanted = {each for write in writes for each in references.references_of(write)}
        return wanted - self._known.keys()

    async def _read(self, rejections: Sequence[Rejection], stop: Stop) -> Findings:
        if self._needs_closing_date(rejections):
            self._closed_through = await books_closed_through(self._client, stop)
            self._closing_date_read = True
        wanted = self._unread_references(rejections)
        self._known |= await references.read(self._client, wanted, stop)
        return Findings(
            holders=await self._name_holders(_names_to_search(rejections), stop),
            billed=await self._billed(_maybe_billed(rejections), stop),
            known=self._known,
            closed_through=self._closed_through,
        )

    async def _name_holders(self, names: Mapping[str, set[str]], stop: Stop) -> dict[str, str]:
        """Who has these names, by the name in lower case."""
        holders: dict[str, str] = {}
        for entity, wanted in names.items():
            field = "Name" if entity == "Item" else "DisplayName"
            statement = queries.select(entity, queries.is_in(field, sorted(wanted)))
            for row in await self._client.rows(entity, statement, stop):
                holders[str(row.get(field)).lower()] = f"by {_in_words(entity, row)}"
        return holders

    async def _billed(self, ids: Sequence[str], stop: Stop) -> dict[str, str | None]:
        if not ids:
            return {}
        statement = queries.select(TIME_ENTRY, queries.is_in("Id", ids))
        rows = await self._client.rows(TIME_ENTRY, statement, stop)
        numbers = await billed_time.known_invoice_numbers(self._client, rows, stop)
        return {row["Id"]: numbers.get(row["Id"]) for row in rows if billed_time.is_billed(row)}


def _names_to_search(rejections: Iterable[Rejection]) -> dict[str, set[str]]:
    """The names that are taken, by the list to search."""
    names: dict[str, set[str]] = {}
    for rejection in rejections:
        if rejection.code != "name_taken" or not rejection.name:
            continue
        is_item = rejection.write.kind == "Item"
        for entity in ("Item",) if is_item else LISTS_WITH_SHARED_NAMES:
            names.setdefault(entity, set()).add(rejection.name)
    return names


def _in_words(entity: str, row: Entity) -> str:
    """A record with its path or name and its id: `customer Alpha Ltd:Website (57)`."""
    names = (values.text(row, each) for each in ("FullyQualifiedName", "DisplayName", "Name"))
    name = next(filter(None, names), "")
    return f"{entity.lower()} {name} ({row['Id']})"


def _maybe_billed(rejections: Iterable[Rejection]) -> list[str]:
    """The ids of time entries that may be billed."""
    return [
        rejection.write.ledger_id
        for rejection in rejections
        if rejection.code == "billed"
        and rejection.write.kind == TIME_ENTRY
        and rejection.write.ledger_id
    ]
