"""The few rules that stand alone."""

from __future__ import annotations

from typing import Final

from ...faults import Fault, required
from ...rows import Row, clone
from ..change import Change

FILE_TYPES: Final = frozenset(
    (
        *("ai", "csv", "doc", "docx", "eps", "gif", "jpeg", "jpg", "ods"),
        *("pdf", "png", "rtf", "tif", "txt", "xls", "xlsx", "xml"),
    )
)


def attachable(change: Change) -> None:
    row = change.after
    name = row.get("FileName")
    if not name and not row.get("Note"):
        raise required("Note")
    if name and change.creating and name.rsplit(".", 1)[-1].lower() not in FILE_TYPES:
        raise Fault("6040", f"Files like {name} are not supported", "FileName")


def preferences(change: Change) -> None:
    """Blocks are merged key by key; multi-currency once on stays on."""
    before = change.before or {}
    for name, block in change.after.items():
        if isinstance(block, dict) and isinstance(before.get(name), dict):
            change.after[name] = merged(before[name], block)
    for name, value in before.items():
        change.after.setdefault(name, value)
    if (before.get("CurrencyPrefs") or {}).get("MultiCurrencyEnabled"):
        change.after["CurrencyPrefs"]["MultiCurrencyEnabled"] = True


def merged(old: Row, new: Row) -> Row:
    result: Row = clone(old)
    for name, value in new.items():
        both = isinstance(value, dict) and isinstance(result.get(name), dict)
        result[name] = merged(result[name], value) if both else value
    return result


def remaining_credit(change: Change) -> None:
    change.after["RemainingCredit"] = change.after["Balance"]


def bill_payment(change: Change) -> None:
    row = change.after
    holder = "CheckPayment" if row["PayType"] == "Check" else "CreditCardPayment"
    account = "BankAccountRef" if row["PayType"] == "Check" else "CCAccountRef"
    if not (row.get(holder) or {}).get(account):
        raise required(f"{holder}.{account}")
