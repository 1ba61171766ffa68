"""In which currencies the company deals, as far as the ledger tells and the company says.

Each entity has its currency, which its books are in. Of a company without entities the ledger tells
none, and no preference is documented that would say whether it keeps several; what customers and
invoices are in shows it.
"""

from collections.abc import Iterable, Mapping, Sequence

from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.connectors.intacct.protocol import queries
from ledgerlink.connectors.intacct.protocol.record_ids import parse_ref
from ledgerlink.connectors.intacct.protocol.requests import Function
from ledgerlink.connectors.intacct.protocol.values import Row, text

DEALT = ("CUSTOMER", "ARINVOICE")
"""Objects whose records are in a currency."""
NEWEST = 40
"""So many of the newest of them are looked at."""

Entities = Mapping[str, Row]
"""The entities by their ids."""


def entities() -> Function:
    """Asks for all entities."""
    fields = ["RECORDNO", "LOCATIONID", "NAME", "CURRENCY", "OPCOUNTRY"]
    return queries.query("LOCATIONENTITY", "LOCATIONENTITY", fields)


def dealt(choices: Choices) -> Sequence[Function]:
    """Asks for what shows several currencies, unless the company has said it."""
    if choices.multi_currency is not None:
        return []
    fields = ["RECORDNO", "CURRENCY"]
    return [queries.query(name, name, fields, size=NEWEST, newest_first=True) for name in DEALT]


def home(there: Entities, entity: str | None, choices: Choices) -> str | None:
    """The currency of the books: of the entity that is signed in to, or that what is written goes
    to; of all, if they have the same; else as the company says."""
    placed = parse_ref(choices.location_id or "").id
    own = there.get(entity or "") or there.get(placed)
    if own is not None and (said := text(own, "CURRENCY")):
        return said
    shared = _currencies(there.values())
    return next(iter(shared)) if len(shared) == 1 else choices.base_currency


def several(
    there: Entities, seen: Iterable[Row], home_currency: str | None, choices: Choices
) -> bool | None:
    """Whether documents may be in other currencies: as the company says, else as it is seen; None
    where nothing shows it."""
    if choices.multi_currency is not None:
        return choices.multi_currency == "yes"
    known = _currencies(seen) | ({home_currency} if home_currency else set())
    return len(known) > 1 or len(_currencies(there.values())) > 1 or None


def _currencies(rows: Iterable[Row]) -> set[str]:
    return {code for row in rows if (code := text(row, "CURRENCY"))}
