"""Lines of an update: ours in the stored lines that they were, and the lines that others added.

QuickBooks takes the lines of an update as the whole list: one with the id of a stored line changes
that line, one without an id is new, and a stored line that is missing is removed. Source: Intuit's
schema (Line.Id) and API reference. So each of our lines is sent as the stored line that we wrote
for it, with our fields replaced.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from ledgerlink.connectors.qbo.documents import comparable
from ledgerlink.connectors.qbo.documents.expenses import ACCOUNT_LINE, ITEM_LINE
from ledgerlink.connectors.qbo.documents.invoice import SALES_LINE
from ledgerlink.connectors.qbo.documents.tax import INCLUSIVE
from ledgerlink.connectors.qbo.documents.time_entry import TIME_ENTRY
from ledgerlink.connectors.qbo.protocol import values
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.domain.model.plan import Write
from ledgerlink.domain.model.references import Body
from ledgerlink.domain.model.source_records import RecordKind

OUR_TYPES = frozenset({SALES_LINE, ACCOUNT_LINE, ITEM_LINE})
"""The types of the lines that we write."""

OF_THE_AMOUNT = frozenset({"Amount", "Qty", "UnitPrice", "TaxAmount"})
"""Fields that state what a line comes to, all of which change with it."""

CALCULATED = frozenset({"LineNum", "ItemAccountRef"})
"""Fields of stored lines that QuickBooks sets; the order of the lines numbers them."""

OF_EITHER_TYPE = frozenset(
    {"ClassRef", "CustomerRef", "BillableStatus", "MarkupInfo", "TaxCodeRef", "TaxInclusiveAmt"}
)
"""Fields that the details of account lines and of item lines have in common."""

CHARGE_LINK = "ReimburseCharge"
"""The type of the link that QuickBooks adds to billable costs by itself."""

GROSS = "TaxInclusiveAmt"
PROJECT = "ProjectRef"


def merged_lines(write: Write, stored: Entity, written: frozenset[str]) -> list[Body]:
    """The lines of the update. Of the fields that it does not send, those that we have `written`
    last go, and the others stay, because they are not ours."""
    ours = values.blocks(write.body or {}, "Line")
    rows = {str(row["Id"]): row for row in values.blocks(stored, "Line") if row.get("Id")}
    own = _own_ids(write, rows)
    gross = values.text(stored, "GlobalTaxCalculation") == INCLUSIVE
    merged = [
        _merged(line, rows.get(line_id), written, gross)
        for line, line_id in zip(ours, _former_ids(write, ours, own, rows), strict=True)
    ]
    return _in_order(rows, own, merged)


def has_other_customer(stored: Body, sent: Body) -> bool:
    """Whether something that is sent is for another customer than before. Then a project that
    somebody entered does not apply any more, because it is the former customer's."""
    before, after = stored.get("CustomerRef"), sent.get("CustomerRef")
    return comparable.id_in(before) != comparable.id_in(after)


def line_ids(body: Body, entity: Entity) -> tuple[str, ...]:
    """The ids of the stored lines that the lines of this body became, in their order. Lines of
    others may stand between them."""
    rows = [row for row in values.blocks(entity, "Line") if row.get("Id") and _is_our_type(row)]
    ours = values.blocks(body, "Line")
    if len(rows) == len(ours):
        return tuple(str(row["Id"]) for row in rows)
    found: list[str] = []
    waiting = iter(rows)
    for line in ours:
        match = next((row for row in waiting if _what_for(row) == _what_for(line)), None)
        found += [] if match is None else [str(match["Id"])]
    return tuple(found)


def _own_ids(write: Write, rows: Mapping[str, Entity]) -> list[str]:
    """The ids of the stored lines that we wrote. Links that are older than this know none; then all
    lines of our types are taken for ours."""
    known = write.was.line_ids if write.was else ()
    if known:
        return [line_id for line_id in known if line_id in rows]
    return [line_id for line_id, row in rows.items() if _is_our_type(row)]


def _former_ids(
    write: Write, ours: Sequence[Body], own: Sequence[str], rows: Mapping[str, Entity]
) -> list[str]:
    """For each of our lines the id of the stored line that it was, empty for none: the line of the
    same expense, or the one with the same text and item, or else the one in its place."""
    then = write.was.members if write.was else ()
    aligned = len(own) == len(then) and len(ours) == len(write.members)
    if write.record is RecordKind.EXPENSE and aligned:
        by_key = dict(zip(then, own, strict=True))
        return [by_key.get(key, "") for key in write.members]
    waiting = {line_id: _identity(rows[line_id]) for line_id in own}
    found: list[str] = []
    for line in ours:
        identity = _identity(line)
        match = next((i for i, each in waiting.items() if each == identity), "")
        waiting.pop(match, None)
        found.append(match)
    left = iter(waiting)
    return [line_id or next(left, "") for line_id in found]


def _identity(line: Body) -> Hashable:
    """The key that tells lines apart: text, item or account, day, and the time that is billed."""
    detail = _detail(line)
    links = tuple(str(each.get("TxnId")) for each in _time_links(line))
    day = comparable.text(detail.get("ServiceDate"))
    item = comparable.id_in(detail.get("ItemRef") or detail.get("AccountRef"))
    return comparable.text(line.get("Description")), item, day, links


def _what_for(line: Body) -> Hashable:
    """The type and amount of a line, and its account if it has one."""
    account = comparable.id_in(_detail(line).get("AccountRef"))
    return line.get("DetailType"), comparable.number(line.get("Amount")), account


def _merged(line: Body, row: Entity | None, written: frozenset[str], gross: bool) -> Body:
    """Our line in the stored line that it was. QuickBooks does not change the type of a line, so
    one of another type is new, with what others entered in the former one. The project of a line
    is one of its customer's, so it goes with another customer."""
    if row is None:
        return line
    kind, detail = str(line["DetailType"]), _detail(line)
    same = row.get("DetailType") == kind
    ours = OF_THE_AMOUNT | line.keys() | detail.keys() | written
    ours |= {GROSS} if gross else frozenset()
    dropped = ours | CALCULATED | {str(row.get("DetailType")), "LinkedTxn"}
    head = {name: value for name, value in row.items() if name not in dropped}
    if not same:
        head.pop("Id")
    before = _detail(row)
    kept = before.keys() - ours - CALCULATED if same else OF_EITHER_TYPE & before.keys() - ours
    others = {name: before[name] for name in before if name in kept}
    if has_other_customer(before, {**others, **detail}):
        head.pop(PROJECT, None)
    return {**head, **line, kind: {**others, **detail}, **_links(line, row, kind)}


def _links(line: Body, row: Entity, kind: str) -> Mapping[str, Any]:
    """The time that our line bills, and what others linked to it. The link to the charge of a
    billable cost is QuickBooks' own."""
    time, others = _time_links(line), []
    for link in values.blocks(row, "LinkedTxn"):
        own = link.get("TxnType") == CHARGE_LINK and kind != SALES_LINE
        others += [] if link.get("TxnType") == TIME_ENTRY or own else [link]
    links = [*time, *others]
    return {"LinkedTxn": links} if links else {}


def _in_order(rows: Mapping[str, Entity], own: Sequence[str], merged: Sequence[Body]) -> list[Body]:
    """Our lines in our order, and the lines of others where they stand among the stored ones."""
    waiting = list(merged)
    result: list[Body] = []
    for line_id, row in rows.items():
        if line_id not in own:
            result.append({name: value for name, value in row.items() if name != "LineNum"})
        elif waiting:
            result.append(waiting.pop(0))
    return [*result, *waiting]


def _is_our_type(row: Body) -> bool:
    return row.get("DetailType") in OUR_TYPES


def _detail(line: Body) -> Mapping[str, Any]:
    return values.block(line, str(line.get("DetailType")))


def _time_links(line: Body) -> list[Mapping[str, Any]]:
    links = values.blocks(line, "LinkedTxn")
    return [link for link in links if link.get("TxnType") == TIME_ENTRY]
