"""Matching lines: each line of a new body replaces one line of the document that is held."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Mapping, Sequence

from ledgerlink.connectors.intacct.documents.document_elements import LINE_READ_AS
from ledgerlink.connectors.intacct.documents.owned_fields import LINE_ROLES
from ledgerlink.connectors.intacct.protocol import values
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.connectors.intacct.protocol.xml import Value

Traits = tuple[str | None, str | None, str | None]
"""Text, item or account, and amount of a line."""

LIKENESS: Sequence[Callable[[Traits], Hashable]] = (
    lambda traits: traits,
    lambda traits: traits[:2],
    lambda traits: traits[0] or object(),
    lambda traits: traits[1:],
    lambda _: None,
)
"""What two lines must have in common, the most first; in the end any two are matched."""


def matched_lines(lines: Sequence[Mapping[str, Value]], held: Sequence[Row]) -> list[int | None]:
    """For each encoded line the place of the held one that it replaces; None for a new one. Lines
    that are alike in more come first; what is left is matched in its order."""
    found: list[int | None] = [None] * len(lines)
    free = dict.fromkeys(range(len(held)))
    for likeness in LIKENESS:
        places: dict[Hashable, deque[int]] = defaultdict(deque)
        for place in free:
            places[likeness(_traits(held[place]))].append(place)
        for position, line in enumerate(lines):
            same = places.get(likeness(_sent_traits(line))) if found[position] is None else None
            if same:
                place = same.popleft()
                found[position] = place
                del free[place]
    return found


def _traits(row: Row) -> Traits:
    amount = values.amount(row, "TRX_AMOUNT") or values.amount(row, "AMOUNT")
    price = values.amount(row, "PRICE") or values.amount(row, "UIPRICE")
    account = text(row, "ITEMID") or _first(row, "account")
    return _first(row, "text"), account, amount or price


def _sent_traits(line: Mapping[str, Value]) -> Traits:
    row = {name.upper(): value for name, value in line.items()}
    row |= {LINE_READ_AS[name]: line[name] for name in LINE_READ_AS if name in line}
    return _traits(row | ({"TRX_AMOUNT": line["paymentamount"]} if "paymentamount" in line else {}))


def _first(row: Row, role: str) -> str | None:
    return next((value for name in LINE_ROLES[role] if (value := text(row, name))), None)
