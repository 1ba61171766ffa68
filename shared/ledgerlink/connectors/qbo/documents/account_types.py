"""Accounts in bills and purchases, and the account types that QuickBooks accepts in each place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ledgerlink.connectors.qbo.documents import comparable
from ledgerlink.connectors.qbo.protocol import values
from ledgerlink.domain.model.plan import Write


@dataclass(frozen=True, slots=True)
class AccountSlot:
    """A place in a document that holds an account."""

    account_id: str
    types: tuple[str, ...]
    """The account types that are accepted."""
    wanted: str
    """The same in words."""
    setting: str
    """Where the user chooses the account: a setting, or a page."""


PAYABLES_ACCOUNT = (
    ("Accounts Payable",),
    "an accounts payable account",
    "expenses.payable_account_id",
)
PAYMENT_ACCOUNTS: Mapping[str, tuple[tuple[str, ...], str, str]] = {
    "Check": (("Bank",), "a bank account", "expenses.check_account_id"),
    "CreditCard": (("Credit Card",), "a credit card account", "Mapping > Company cards"),
    "Cash": (("Bank",), "a bank account", "expenses.check_account_id"),
}
"""The account that a purchase is paid from, by payment type."""

EXPENSE_ACCOUNT_TYPES = (
    "Expense",
    "Other Expense",
    "Cost of Goods Sold",
    "Income",
    "Other Income",
    "Other Current Asset",
    "Fixed Asset",
    "Other Asset",
    "Other Current Liability",
    "Long Term Liability",
    "Equity",
)
EXPENSE_ACCOUNT = (
    EXPENSE_ACCOUNT_TYPES,
    "an account that expenses can be posted to",
    "Mapping > Expense codes",
)


def account_slots(write: Write) -> Iterator[AccountSlot]:
    """The accounts of a bill or purchase, the head's first; none for other kinds."""
    body = write.body or {}
    if write.kind == "Bill":
        yield AccountSlot(comparable.id_in(body.get("APAccountRef")), *PAYABLES_ACCOUNT)
    if write.kind == "Purchase" and (paid := PAYMENT_ACCOUNTS.get(str(body.get("PaymentType")))):
        yield AccountSlot(comparable.id_in(body.get("AccountRef")), *paid)
    for line in values.blocks(body, "Line"):
        detail = values.block(line, str(line.get("DetailType")))
        yield AccountSlot(comparable.id_in(detail.get("AccountRef")), *EXPENSE_ACCOUNT)
