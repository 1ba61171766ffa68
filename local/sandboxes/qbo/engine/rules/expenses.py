"""Bills and purchases: accounts, kinds of payment, and which lines are billable."""

from __future__ import annotations

from typing import Final

from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.engine.change import Change
from local.sandboxes.qbo.engine.rules.lines import detail_of
from local.sandboxes.qbo.protocol.errors import Fault, business, required

PAYING_ACCOUNTS: Final[dict[str, tuple[str, ...]]] = {
    "Check": ("Bank",),
    "CreditCard": ("Credit Card",),
    "Cash": ("Bank", "Other Current Asset"),
}
TXN_TYPE_NUMBER: Final = {"Check": "3", "Cash": "54", "CreditCard": "54"}
API_PAYMENT_TYPES: Final = frozenset(PAYING_ACCOUNTS)
# Kinds of account that keep no expenses; whether a line may name one could not be verified.
NO_EXPENSE: Final = frozenset({"Accounts Receivable", "Accounts Payable", "Non-Posting"})


def bill(change: Change) -> None:
    """The payables account: the company's only one when none is given."""
    payables = [r for r in change.company.rows("Account") if r["AccountType"] == "Accounts Payable"]
    row = change.after
    if not row.get("APAccountRef"):
        if len(payables) != 1:
            raise required("APAccountRef")
        row["APAccountRef"] = {"value": payables[0]["Id"], "name": payables[0]["Name"]}
    elif row["APAccountRef"]["value"] not in {r["Id"] for r in payables}:
        words = "APAccountRef must be an Accounts Payable account"
        raise Fault(change.settings.wrong_account_code, words, "APAccountRef")
    vendor = change.company.row("Vendor", row["VendorRef"]["value"]) or {}
    if change.creating and vendor.get("TermRef") and change.entity.name == "Bill":
        row.setdefault("SalesTermRef", dict(vendor["TermRef"]))


def purchase(change: Change) -> None:
    row = change.after
    kind = row["PaymentType"]
    if kind not in API_PAYMENT_TYPES and not change.settings.purchase_types_of_schema:
        raise Fault("2170", f"Invalid Enumeration : {kind}", "PaymentType")
    if change.before is not None and change.before["PaymentType"] != kind:
        raise business("The payment type of a purchase cannot be changed.")
    account = change.company.row("Account", row["AccountRef"]["value"]) or {}
    allowed = PAYING_ACCOUNTS.get(kind)
    if allowed is not None and account.get("AccountType") not in allowed:
        words = f"PaymentType {kind} needs an account of type {' or '.join(allowed)}"
        raise Fault(change.settings.wrong_account_code, words, "AccountRef")
    if row.get("Credit") and kind != "CreditCard":
        raise business("Only a credit card purchase can be a credit.")
    if kind == "Check":
        row.setdefault("PrintStatus", "NotSet")
        if row["PrintStatus"] == "NeedToPrint" and not row.get("DocNumber"):
            row["DocNumber"] = "To Print"
    else:
        row.pop("PrintStatus", None)
    entry = {"Name": "TxnType", "Value": TXN_TYPE_NUMBER.get(kind, "54")}
    row["PurchaseEx"] = {"any": [{"name": "NameValue", "value": entry}]}


def text_lines(change: Change) -> None:
    """A line for an item that names none is text, whatever its amount."""
    for line in change.after["Line"]:
        kind = "ItemBasedExpenseLineDetail"
        if line.get("DetailType") == kind and not (line.get(kind) or {}).get("ItemRef"):
            line["DetailType"] = "DescriptionOnly"
            for name in ("Amount", kind):
                line.pop(name, None)


def has_amount(change: Change) -> None:
    if all(line.get("Amount") is None for line in change.after["Line"]):
        raise business("You must set a transaction amount.")


def accounts_usable(change: Change) -> None:
    """Lines name accounts that keep expenses, and items that know theirs, where that is asked."""
    settings = change.settings
    for line in change.after["Line"]:
        detail = detail_of(line)
        account = change.company.row("Account", (detail.get("AccountRef") or {}).get("value", ""))
        kind = (account or {}).get("AccountType")
        if settings.account_on_line == "checked" and kind in NO_EXPENSE:
            words = f"An account of type {kind} cannot be used on this line"
            raise Fault(settings.wrong_account_code, words, "Line.AccountRef")
        item = change.company.row("Item", (detail.get("ItemRef") or {}).get("value", ""))
        if item and settings.purchase_item_needs_account and not item.get("ExpenseAccountRef"):
            raise business(f"The item {item['Name']} has no expense account.")


def billable_lines(change: Change) -> None:
    for line in change.after["Line"]:
        if line["DetailType"] == "DescriptionOnly":
            continue
        detail = detail_of(line)
        kept = _kept_status(change, line)
        if not change.settings.expense_billable_writable and not change.context.by_hand:
            detail["BillableStatus"] = kept
        elif not detail.get("BillableStatus"):
            detail["BillableStatus"] = _usual_status(change, detail)
        _check_status(change, detail, kept)


def _usual_status(change: Change, detail: Row) -> str:
    """What a line is that does not say so itself."""
    usual = change.settings.expense_billable_default
    return usual if detail.get("CustomerRef") and _tracking(change) else "NotBillable"


def _tracking(change: Change) -> bool:
    return bool(change.company.preference("VendorAndPurchasesPrefs", "BillableExpenseTracking"))


def _check_status(change: Change, detail: Row, kept: str) -> None:
    status = detail["BillableStatus"]
    if status == "HasBeenBilled" and kept != status:
        raise Fault("6320", "BillableStatus HasBeenBilled cannot be set", "BillableStatus")
    if status == "Billable" and not _tracking(change):
        words = "Feature Not Supported Error : Billable expense tracking is turned off"
        raise Fault(change.settings.feature_off_code, words, "BillableStatus")
    if status == "Billable" and not detail.get("CustomerRef"):
        code = change.settings.billable_without_customer_code
        raise business("A billable expense needs a customer.", code)


def _kept_status(change: Change, line: Row) -> str:
    """What the line was before; NotBillable for a new one."""
    for old in (change.before or {}).get("Line", ()):
        if old.get("Id") == line.get("Id"):
            return str(detail_of(old).get("BillableStatus", "NotBillable"))
    return "NotBillable"
