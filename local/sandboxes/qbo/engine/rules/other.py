"""The few rules that stand alone."""

from __future__ import annotations

from local.sandboxes.qbo.books.rows import Row, clone
from local.sandboxes.qbo.engine.change import Change
from local.sandboxes.qbo.engine.rules.expenses import PAYING_ACCOUNTS
from local.sandboxes.qbo.protocol.errors import Fault, required


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
    paying = (row.get(holder) or {}).get(account)
    if not paying:
        raise required(f"{holder}.{account}")
    wanted = PAYING_ACCOUNTS[row["PayType"]]
    if (change.company.row("Account", paying["value"]) or {}).get("AccountType") not in wanted:
        words = f"PayType {row['PayType']} needs an account of type {' or '.join(wanted)}"
        raise Fault(change.settings.wrong_account_code, words, f"{holder}.{account}")
