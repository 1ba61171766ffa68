"""Document numbers: filled in where the company numbers by itself, refused where already used."""

from __future__ import annotations

from typing import Final

from local.sandboxes.qbo.books.company import number_key
from local.sandboxes.qbo.engine.change import Change
from local.sandboxes.qbo.protocol.errors import Fault

# The company's preference that warns of a number used twice, by the last part of its name.
WARNED_BY: Final = {
    "Purchase": "WarnDuplicateCheckNumber",
    "Bill": "WarnDuplicateBillNumber",
    "Invoice": "WarnDuplicateInvoiceNumber",
}
UNPRINTED: Final = "To Print"
KINDS: Final = {"Cash": "CashPurchase", "Check": "Check", "CreditCard": "APCreditCard"}


def numbered(change: Change) -> None:
    """Fills in the next number where the company numbers by itself, and refuses a used one."""
    row = change.after
    if _by_itself(change) and row.get("DocNumber") in (None, "AUTO_GENERATE"):
        row["DocNumber"] = str(change.was("DocNumber") or _next_number(change))
    number = row.get("DocNumber")
    if number in (None, UNPRINTED, change.was("DocNumber")) or not _warned(change):
        return
    held = change.company.numbers.get(number_key(change.entity, row, change.settings), {})
    holder = next((row_id for row_id in held if row_id != row.get("Id")), None)
    if holder is not None:
        raise Fault(
            "6140",
            "Duplicate Document Number Error : You must specify a different number. This number "
            f"has already been used. DocNumber={number} is assigned to "
            f"TxnType={_kind(change, holder)} with TxnId={holder}",
        )


def _by_itself(change: Change) -> bool:
    if change.entity.name == "Purchase":
        custom = change.company.other_preference("VendorAndPurchasesPrefs.UseCustomTxnNumbers")
        return str(custom).lower() == "false"
    custom_sales = change.company.preference("SalesFormsPrefs", "CustomTxnNumbers")
    return change.entity.numbered and not custom_sales


def _warned(change: Change) -> bool:
    if "allowduplicatedocnum" in change.context.include:
        return False
    if change.settings.duplicate_doc_numbers != "fault":
        return False
    wanted = change.company.other_preference(WARNED_BY.get(change.entity.name, change.entity.name))
    if str(wanted).lower() == "false":
        return False
    kind = change.after.get("PaymentType")
    kinds = change.settings.duplicate_purchase_types
    return change.entity.name != "Purchase" or kind in kinds


def _kind(change: Change, holder: str) -> str:
    """The entity's name, or the kind of purchase, as nobody could verify which it is."""
    row = change.company.row(change.entity.name, holder) or {}
    if change.entity.name == "Purchase" and change.settings.duplicate_names_kind:
        return KINDS.get(row["PaymentType"], "Purchase")
    return change.entity.name


def _next_number(change: Change) -> int:
    used = (number for name, number, _ in change.company.numbers if name == change.entity.name)
    return max((int(number) for number in used if number.isdigit()), default=1000) + 1
