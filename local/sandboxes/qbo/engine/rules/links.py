"""What an invoice bills: its links to time, and what they do to the activities."""

from __future__ import annotations

from typing import Final

from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.engine.change import Change, touch
from local.sandboxes.qbo.protocol.errors import business

LINK_WORDS: Final = (
    "You've attempted to invoice for a charge, credit, billable expense, time, or estimate that "
    "does not exist or has already been invoiced. Can't match for neo, CCBTE Txn Id null"
)
SYSTEM_LINKS: Final = frozenset({"Payment", "BillPaymentCheck", "CreditMemo", "Deposit"})


def time_links(row: Row | None) -> dict[str, str]:
    """TimeActivity ids an invoice bills, each with the line it is billed on ("" for none)."""
    found: dict[str, str] = {}
    for line in (row or {}).get("Line", ()):
        for link in line.get("LinkedTxn", ()):
            if link.get("TxnType") == "TimeActivity":
                found[link.get("TxnId", "")] = line.get("Id", "")
    for link in (row or {}).get("LinkedTxn", ()):
        if link.get("TxnType") == "TimeActivity":
            found.setdefault(link.get("TxnId", ""), "")
    return found


def linked(change: Change) -> None:
    """Checks the links an invoice asks for and mirrors them on the header."""
    row = change.after
    _welcome(change)
    _drop_stale_mirror(change)
    _one_activity_per_line(row)
    links = time_links(row)
    header_only = [txn_id for txn_id, line in links.items() if not line]
    if len(header_only) > 1 or (header_only and len(links) > 1):
        raise business(LINK_WORDS)
    held = time_links(change.before)
    for txn_id in links:
        _billable(change, txn_id, txn_id in held)
    for line in row["Line"]:
        for link in line.get("LinkedTxn", ()):
            link.setdefault("TxnLineId", "1")
    _check_estimate(change)
    row["LinkedTxn"] = _header(change, links)


def _welcome(change: Change) -> None:
    """Whether links to time are taken, refused or passed over, as `time_links` says."""
    if change.settings.time_links == "refuse" and time_links(change.after):
        raise business(LINK_WORDS)
    if change.settings.time_links == "ignore":
        for holder in (change.after, *change.after["Line"]):
            if "LinkedTxn" in holder:
                holder["LinkedTxn"] = _without_time(holder["LinkedTxn"])


def _without_time(links: list[Row]) -> list[Row]:
    return [link for link in links if link.get("TxnType") != "TimeActivity"]


def _drop_stale_mirror(change: Change) -> None:
    """What the header only mirrored of a line goes when the line lets go of it."""
    mirrored = {txn_id for txn_id, line in time_links(change.before).items() if line}
    change.after["LinkedTxn"] = [
        link
        for link in change.after.get("LinkedTxn", ())
        if link.get("TxnType") != "TimeActivity" or link.get("TxnId") not in mirrored
    ]


def _one_activity_per_line(row: Row) -> None:
    for line in row["Line"]:
        kinds = [link.get("TxnType") for link in line.get("LinkedTxn", ())]
        if kinds.count("TimeActivity") > 1 or "ReimburseCharge" in kinds:
            raise business(LINK_WORDS)


def _billable(change: Change, txn_id: str, already_ours: bool) -> None:
    activity = find_activity(change, txn_id)
    if activity is None:
        raise business(LINK_WORDS)
    customer = (activity.get("CustomerRef") or {}).get("value")
    ours = change.after["CustomerRef"]["value"]
    parent = (change.company.row("Customer", customer or "") or {}).get("ParentRef") or {}
    if ours not in (customer, parent.get("value")):
        raise business(LINK_WORDS)
    if activity["BillableStatus"] != "Billable" and not already_ours:
        raise business(LINK_WORDS)


def find_activity(change: Change, txn_id: str) -> Row | None:
    """By Id or by TimeChargeId, as the setting `time_link_id` says."""
    how = change.settings.time_link_id
    if how in ("id", "either"):
        row = change.company.row("TimeActivity", txn_id)
        if row is not None or how == "id":
            return row
    rows = change.company.rows("TimeActivity")
    return next((r for r in rows if str(r.get("TimeChargeId")) == txn_id), None)


def _check_estimate(change: Change) -> None:
    for link in change.after.get("LinkedTxn", ()):
        if link.get("TxnType") != "Estimate":
            continue
        if not change.company.row("Estimate", link.get("TxnId", "")):
            words = f"The entity Estimate {link.get('TxnId')} that you are trying to link"
            raise business(f"{words} does not exist")


def _header(change: Change, links: dict[str, str]) -> list[Row]:
    kept = [x for x in (change.before or {}).get("LinkedTxn", ()) if x["TxnType"] in SYSTEM_LINKS]
    estimates = [x for x in change.after.get("LinkedTxn", ()) if x.get("TxnType") == "Estimate"]
    times = [{"TxnId": i, "TxnType": "TimeActivity", "TxnLineId": "1"} for i in links]
    return [*kept, *estimates, *times]


def flip_activities(change: Change) -> None:
    """What an invoice bills is HasBeenBilled; what it lets go of is Billable again."""
    before, after = time_links(change.before), time_links(change.after)
    for txn_id in after.keys() - before.keys():
        _set_status(change, txn_id, "HasBeenBilled")
    for txn_id in before.keys() - after.keys():
        if change.settings.unbill_on_delete:
            _set_status(change, txn_id, "Billable")


def _set_status(change: Change, txn_id: str, status: str) -> None:
    activity = find_activity(change, txn_id)
    if activity is not None:
        touch(change.context, "TimeActivity", activity["Id"])
        activity["BillableStatus"] = status


def unlink_all(change: Change) -> None:
    """A voided invoice bills nothing."""
    for line in change.after["Line"]:
        line.pop("LinkedTxn", None)
    links = change.after.get("LinkedTxn", ())
    change.after["LinkedTxn"] = [x for x in links if x["TxnType"] in SYSTEM_LINKS]
