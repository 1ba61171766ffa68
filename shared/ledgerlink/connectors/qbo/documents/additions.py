"""Additions: fields of our records that people filled in and that we did not send, by their names.

They are lost with a record that is deleted. Left out is what QuickBooks may have filled in by
itself: items and cost rates of time, terms, addresses, accounts, tax codes.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from ledgerlink.connectors.qbo.documents.owned_fields import CUSTOM_FIELD
from ledgerlink.connectors.qbo.documents.ownership import Ownership
from ledgerlink.connectors.qbo.documents.time_entry import ADDED_BY_OTHERS
from ledgerlink.connectors.qbo.protocol import values
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.shared.time_additions import additions_to_time
from ledgerlink.domain.model.references import Body

MAY_BE_SENT = {"ClassRef": "class", "DepartmentRef": "location"}
NEVER_SENT = {"PayrollItemRef": "pay type", "ProjectRef": "project"}
ENTERED = {
    **MAY_BE_SENT,
    **NEVER_SENT,
    "CustomerRef": "customer",
    "CustomerMemo": "memo",
    "PaymentMethodRef": "payment method",
}
"""Fields of heads, lines and details that people enter, with their names on the screen."""


def never_sent(row: Entity) -> tuple[str, ...]:
    """The names of what a time entry has in fields that we never send."""
    return tuple(label for name, label in NEVER_SENT.items() if row.get(name))


def of_time(body: Body, row: Entity) -> Callable[[str], Sequence[str]]:
    """The additions to a time entry that is stored as this body, by the fingerprint of what we
    wrote."""
    return additions_to_time(body, ADDED_BY_OTHERS, MAY_BE_SENT, never_sent(row))


def added_to_document(entity: Entity, recorded: str) -> Sequence[str]:
    """The additions to a money document, in its head and its lines; none where the fingerprint
    does not tell which fields are ours."""
    if (ours := Ownership.parse(recorded)) is None:
        return ()
    found = [*_entered(entity, ours.head), *_custom_fields(entity, ours.custom_fields)]
    for line in values.blocks(entity, "Line"):
        detail = values.block(line, str(line.get("DetailType")))
        found += _entered({**line, **detail}, ours.lines)
    return tuple(dict.fromkeys(found))


def _entered(part: Mapping[str, object], ours: Collection[str]) -> Iterator[str]:
    return (label for name, label in ENTERED.items() if part.get(name) and name not in ours)


def _custom_fields(entity: Entity, ours: Collection[str]) -> Iterable[str]:
    fields = values.blocks(entity, CUSTOM_FIELD)
    filled = [f for f in fields if f.get("StringValue") and str(f.get("DefinitionId")) not in ours]
    return (str(field.get("Name") or "custom field") for field in filled)
