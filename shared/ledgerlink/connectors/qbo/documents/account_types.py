"""Which sort of account each place of a document wants."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ledgerlink.connectors.qbo.documents import comparable
from ledgerlink.connectors.qbo.protocol import values
from ledgerlink.domain.model.plan import Write


@dataclass(frozen=True, slots=True)
class Place:
    """An account in a document: its id, the types that may stand there, in words, and where it was
    chosen."""

    account_id: str
    types: tuple[str, ...]
    wanted: str
    setting: str


PAYABLE = ("Accounts Payable",), "an accounts payable account", "expenses.payable_account_id"
PAID_FROM: Mapping[str, tuple[tuple[str, ...], str, str]] = {
    "Check": (("Bank",), "a bank account", "expenses.check_account_id"),
    "CreditCard": (("Credit Card",), "a credit card account", "the rule of the card"),
    "Cash": (("Bank",), "a bank account", "expenses.check_account_id"),
}
"""What a purchase is paid from, by how it is paid."""
SPENT = "an account that expenses can be posted to", "the rule of the expense code"
POSTED_TO = (
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


def places(write: Write) -> Iterator[Place]:
    """The accounts of a bill or a purchase, head first; none of other kinds."""
    body = write.body or {}
    if write.kind == "Bill":
        yield Place(comparable.ref(body.get("APAccountRef")), *PAYABLE)
    if write.kind == "Purchase" and (paid := PAID_FROM.get(str(body.get("PaymentType")))):
        yield Place(comparable.ref(body.get("AccountRef")), *paid)
    for line in values.blocks(body, "Line"):
        detail = values.block(line, str(line.get("DetailType")))
        yield Place(comparable.ref(detail.get("AccountRef")), POSTED_TO, *SPENT)
