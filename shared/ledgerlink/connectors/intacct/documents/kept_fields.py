"""Kept fields: the fields of a document that are not ours, which an update leaves as they are.

An update of a bill replaces all of its lines, and the documents that only legacy functions write
are removed and made anew. Both send along what the ledger holds in every field that we did not
write, in the head and in each line. A line keeps what belongs to it wherever it goes: new lines are
matched with those that are there by what they have in common.

Source: the gateway's reference (lines of generic updates are replaced as a whole) and its schema
(the elements that each function takes).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledgerlink.connectors.intacct.documents.content import document_lines
from ledgerlink.connectors.intacct.documents.document_elements import (
    AMOUNT_OF_LINE,
    ELEMENTS,
    FOLLOW_ITEM,
    FOLLOW_PARTY,
    FORM_1099,
    LINE_READ_AS,
    NOT_KEPT,
    NOT_KEPT_OF_LINES,
    OPEN_STATES,
    READ_AS,
    READ_AS_OF,
)
from ledgerlink.connectors.intacct.documents.matched_lines import matched_lines
from ledgerlink.connectors.intacct.documents.owned_fields import (
    HEAD_ROLES,
    LINE_ROLES,
    Ownership,
    roles_sent,
)
from ledgerlink.connectors.intacct.documents.required_dimensions import body_lines
from ledgerlink.connectors.intacct.protocol import values
from ledgerlink.connectors.intacct.protocol.element_order import DAY
from ledgerlink.connectors.intacct.protocol.values import Row, rows_at, text
from ledgerlink.connectors.intacct.protocol.xml import Value
from ledgerlink.domain.model.references import Body

Encoded = dict[str, Value]

CUSTOM_FIELDS = "customfields"
RECORDNO = "RECORDNO"
USER_DIMENSION = "GLDIM"
"""The names of user-defined dimensions begin with this. They are fields of lines."""


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """A document as the ledger holds it before an update."""

    kind: str
    row: Row
    ownership: Ownership | None = None
    """The fields of it that we wrote last; None where that is not known."""
    custom_heads: Collection[str] = ()
    """The custom fields of its head."""
    custom_lines: Collection[str] = ()
    """The custom fields of its lines."""
    own_lines: Collection[str] = ()
    """The ids of the lines that we wrote last; empty where that is not known, and then all of them
    count as ours."""

    def keep(self, body: Body, encoded: Encoded) -> Encoded:
        """The body to send, with the fields of the document that are not ours."""
        elements = ELEMENTS[self.kind]
        lines = [*self._lines(list(body_lines(body)), encoded), *self._lines_of_others()]
        kept: Encoded = {**encoded, elements.container: {elements.line: lines}}
        if not elements.whole:
            return self._without_choices(kept)
        return {**self._head(body, kept), **kept, **self._made_as(kept), **self._custom_head(kept)}

    @property
    def held_lines(self) -> Sequence[Row]:
        """The lines that we wrote."""
        return [line for line in document_lines(self.row) if not self._is_of_others(line)]

    def _is_of_others(self, line: Row) -> bool:
        return bool(self.own_lines) and text(line, RECORDNO) not in self.own_lines

    def _lines_of_others(self) -> Iterator[Value]:
        """The lines that others added, as the ledger holds them."""
        amount = AMOUNT_OF_LINE.get(self.kind)
        for held in filter(self._is_of_others, document_lines(self.row)):
            total = values.amount(held, "TRX_AMOUNT") or values.amount(held, "AMOUNT")
            unit = text(held, "UNIT")
            yield {
                **self._kept_of_line(held, {"itemid": text(held, "ITEMID")}, ()),
                **({amount: total} if amount and total else {}),
                **({"unit": unit} if amount is None and unit else {}),
            }

    def _without_choices(self, encoded: Encoded) -> Encoded:
        """Without what a bill only gets when it is created: its state, and the type of an exchange
        rate that the ledger has applied to it already."""
        dropped = {"ACTION"}
        if self._has_rate(encoded.get("CURRENCY"), encoded.get("WHENCREATED")):
            dropped |= {"EXCH_RATE_DATE", "EXCH_RATE_TYPE_ID"}
        return {name: value for name, value in encoded.items() if name not in dropped}

    def _has_rate(self, currency: Value, day: Value) -> bool:
        """Whether the rate that the ledger applied is that of the currency and day to send."""
        held = text(self.row, "CURRENCY"), text(self.row, "WHENCREATED")
        return text(self.row, "EXCHANGE_RATE") is not None and held == (currency, day)

    def _head(self, body: Body, encoded: Encoded) -> Encoded:
        elements, ours = ELEMENTS[self.kind], self._our_fields(body, HEAD_ROLES, self._owned_head)
        is_moved = _one_of(encoded, "customerid", "employeeid") != text(self.row, elements.party)
        kept: Encoded = {}
        for name in elements.heads.names:
            field = READ_AS_OF.get(self.kind, {}).get(name) or READ_AS.get(name, name.upper())
            is_contact = field.endswith("CONTACTNAME")
            if (name in NOT_KEPT and not is_contact) or field in ours:
                continue
            if is_moved and name in FOLLOW_PARTY:
                continue
            if (value := _at(self.row, field)) and not self._is_filled_in(field, value):
                is_day = elements.heads.parts.get(name) is DAY
                kept[name] = (
                    {"contactname": value} if is_contact else _day(value) if is_day else value
                )
        return kept

    def _is_filled_in(self, field: str, value: str) -> bool:
        """Whether the ledger has put a value where none was entered."""
        if field == "WHENPOSTED":
            return value == text(self.row, "WHENCREATED")
        return value == "false"

    def _made_as(self, encoded: Encoded) -> Encoded:
        """The choices of the company for new documents that this one may have otherwise."""
        state, made = text(self.row, "STATE") or "", {}
        if self.kind == "ARINVOICE":
            made["action"] = "Draft" if state == "Draft" else "Submit"
        elif self.kind in ("EEXPENSES", "SODOCUMENT") and state in OPEN_STATES:
            made["state"] = state
        if self.kind == "SODOCUMENT" and (definition := text(self.row, "DOCPARID")):
            made["transactiontype"] = definition
        return {**made, **self._rate(encoded)}

    def _rate(self, encoded: Encoded) -> Encoded:
        """The exchange rate that it has, in place of the type of one."""
        day = encoded.get("datecreated") or encoded.get("paymentdate")
        held_day = values.day(self.row, "WHENCREATED")
        same_day = held_day is not None and day == _day(f"{held_day:%m/%d/%Y}")
        held_currency, rate = text(self.row, "CURRENCY"), text(self.row, "EXCHANGE_RATE")
        if "exchratetype" not in encoded or encoded.get("currency") != held_currency:
            return {}
        if not same_day or rate is None:
            return {}
        return {"exchratetype": None, "exchratedate": None, "exchrate": rate}

    def _custom_head(self, encoded: Encoded) -> Encoded:
        return _custom_fields(self.row, self.custom_heads, encoded)

    def _lines(self, body: Sequence[Mapping[str, Any]], encoded: Encoded) -> Iterator[Value]:
        elements, held = ELEMENTS[self.kind], self.held_lines
        sent: Any = encoded[elements.container]
        lines: Sequence[Encoded] = sent[elements.line]
        for ours, line, place in zip(body, lines, matched_lines(lines, held), strict=True):
            if place is None:
                yield line
                continue
            owned = self._our_fields(ours, LINE_ROLES, self._owned_line(place))
            yield {
                **self._kept_of_line(held[place], line, owned),
                **line,
                **self._unit(held[place], line),
            }

    def _kept_of_line(self, held: Row, line: Encoded, ours: Collection[str]) -> Encoded:
        elements = ELEMENTS[self.kind]
        same_item = _one_of(line, "itemid", "ITEMID") == text(held, "ITEMID")
        kept: Encoded = {}
        for name in (*elements.lines.names, *(FORM_1099 if not elements.whole else ())):
            is_note_of_order = self.kind == "SODOCUMENT" and name == "memo"
            field = "MEMO" if is_note_of_order else LINE_READ_AS.get(name, name.upper())
            if (
                name in NOT_KEPT_OF_LINES
                or field in ours
                or (name in FOLLOW_ITEM and not same_item)
            ):
                continue
            if (value := text(held, field)) and not self._is_of_head(field, value):
                is_day = elements.lines.parts.get(name) is DAY
                kept[name] = _day(value) if is_day else value
        _only_one(kept, line, "TASKID", "TASKKEY")
        return {**kept, **self._custom_of_line(held, line)}

    def _is_of_head(self, field: str, value: str) -> bool:
        """Whether the ledger has given a line what its head has."""
        return field == "EMPLOYEEID" and value == text(self.row, "EMPLOYEEID")

    def _custom_of_line(self, held: Row, line: Encoded) -> Encoded:
        names = [*self.custom_lines, *(n for n in held if n.startswith(USER_DIMENSION))]
        if ELEMENTS[self.kind].whole:
            return _custom_fields(held, names, line)
        return {name: value for name in names if name not in line and (value := text(held, name))}

    def _unit(self, held: Row, line: Encoded) -> Encoded:
        """The unit of a line, which the company chose for new ones."""
        unit = text(held, "UNIT")
        same_item = line.get("itemid") == text(held, "ITEMID")
        return {"unit": unit} if "unit" in line and same_item and unit else {}

    def _our_fields(
        self, part: Mapping[str, Any], roles: Mapping[str, Sequence[str]], owned: Collection[str]
    ) -> set[str]:
        """The fields of a head or line that we send now, or sent last."""
        sent = roles_sent(part, roles) | set(owned)
        return {field for role in sent for field in roles[role]}

    @property
    def _owned_head(self) -> Collection[str]:
        return self.ownership.head if self.ownership else ()

    def _owned_line(self, place: int) -> Collection[str]:
        lines = self.ownership.lines if self.ownership else ()
        return lines[place] if place < len(lines) else ()


def _custom_fields(held: Row, names: Collection[str], encoded: Encoded) -> Encoded:
    """The custom fields that are sent, and those of the ledger's that are not."""
    given: Any = encoded.get(CUSTOM_FIELDS) or {}
    sent = list(given.get("customfield", ()))
    ours = {str(each["customfieldname"]).upper() for each in sent}
    kept = [
        {"customfieldname": name, "customfieldvalue": value}
        for name in names
        if name not in ours and (value := text(held, name))
    ]
    return {CUSTOM_FIELDS: {"customfield": [*sent, *kept]}} if sent or kept else {}


def _only_one(kept: Encoded, sent: Encoded, first: str, second: str) -> None:
    """Drop what may not be sent together with something else."""
    if first in kept and (second in kept or second in sent):
        del kept[first]


def _one_of(encoded: Encoded, *names: str) -> Value:
    return next((encoded[name] for name in names if name in encoded), None)


def _at(row: Row, path: str) -> str | None:
    """A field, whether its path is one name or several elements."""
    if (value := text(row, path)) is not None:
        return value
    *above, name = path.split(".")
    return next((value for each in rows_at(row, *above) if (value := text(each, name))), None)


def _day(value: str) -> Encoded:
    """A day as legacy functions take it."""
    month, day, year = value.split("/")
    return {"year": year, "month": month, "day": day}
