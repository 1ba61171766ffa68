"""Transaction lines: ids, details that match, amounts that add up."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.engine.change import Change
from local.sandboxes.qbo.engine.references import display_name
from local.sandboxes.qbo.engine.tax import cents
from local.sandboxes.qbo.protocol.errors import Fault, business, required
from local.sandboxes.qbo.schema.lines import LINE

WITHOUT_AMOUNT: Final = frozenset({"DescriptionOnly", "SubTotalLineDetail"})
MAX_TAXED_LINES: Final = 750
REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    described.name: tuple(f.name for f in described.shape.fields if f.required)
    for described in LINE.fields
    if described.shape is not None
}


def detail_of(line: Row) -> Row:
    detail: Row = line.get(str(line.get("DetailType")), {})
    return detail


def well_formed(change: Change) -> None:
    """Each line has an allowed DetailType, the object it names, and an Amount."""
    for line in change.after["Line"]:
        kind = line.get("DetailType")
        if kind is None:
            raise required("Line.DetailType")
        if kind not in change.entity.details:
            raise Fault("2170", f"Invalid Enumeration : {kind}", "Line.DetailType")
        if kind in WITHOUT_AMOUNT or kind == "TDSLineDetail":
            continue
        if kind not in line:
            raise required(f"Line.{kind}")
        if line.get("Amount") is None:
            raise required("Line.Amount")
        for name in REQUIRED.get(kind, ()):
            if not line[kind].get(name):
                raise required(f"Line.{kind}.{name}")


def not_too_many(change: Change) -> None:
    lines = change.after["Line"]
    codes = ((detail_of(line).get("TaxCodeRef") or {}).get("value", "NON") for line in lines)
    if len(lines) > MAX_TAXED_LINES and any(code != "NON" for code in codes):
        raise business(f"A taxable transaction has at most {MAX_TAXED_LINES} lines.")


def identified(change: Change) -> None:
    """An existing Id edits that line; any other line is new and gets the next one."""
    known = {line["Id"] for line in (change.before or {}).get("Line", ()) if "Id" in line}
    highest = max((int(line_id) for line_id in known), default=0)
    position = 0
    for line in change.after.get("Line", ()):
        if line.get("DetailType") == "SubTotalLineDetail":
            line.pop("Id", None)
            continue
        position += 1
        if line.get("Id") in known:
            known.discard(line["Id"])
        else:
            highest += 1
            line["Id"] = str(highest)
        line["LineNum"] = line.get("LineNum") or position


def priced(change: Change) -> None:
    """Amount must be Qty times UnitPrice; a pair of zeros counts as not given."""
    for line in change.after["Line"]:
        detail = detail_of(line)
        quantity, price = detail.get("Qty"), detail.get("UnitPrice")
        if not quantity and not price:
            for name in ("Qty", "UnitPrice"):
                detail.pop(name, None)
        elif quantity is None or price is None:
            continue
        elif not any(_agree(quantity, price, amount) for amount in _amounts(line)):
            words = "Amount is not equal to UnitPrice * Qty. Supplied value:"
            raise Fault("6070", f"{words}{line['Amount']}", "Line.Amount")


def _amounts(line: Row) -> list[Decimal | int]:
    """Without its tax and, where it was sent, with it."""
    gross = detail_of(line).get("TaxInclusiveAmt")
    return [line["Amount"], *([] if gross is None else [gross])]


def _agree(quantity: Decimal | int, price: Decimal | int, amount: Decimal | int) -> bool:
    return cents(Decimal(quantity) * Decimal(price)) == cents(amount)


def positive(change: Change) -> None:
    """No line is below zero, or at least the whole is not, as `negative_lines` says."""
    if change.context.by_hand:
        return
    amounts = [amount_of(line) for line in change.after["Line"]]
    if change.settings.negative_lines == "refuse" or change.after.get("Credit"):
        if any(amount < 0 for amount in amounts):
            raise Fault("2290", "Negative amounts are not supported", "Line.Amount")
    elif sum(amounts, Decimal(0)) < 0:
        raise Fault("2290", "The total of a transaction cannot be negative", "TotalAmt")


def items_usable(change: Change) -> None:
    for line in change.after["Line"]:
        reference = detail_of(line).get("ItemRef") or {}
        item = change.company.row("Item", reference.get("value", ""))
        if item is not None and item.get("Type") == "Category":
            words = "Invalid Reference Id : Categories cannot be used in transactions."
            raise Fault("2500", words, "Line.ItemRef")


def sales_defaults(change: Change) -> None:
    """The default item and the account it earns on. Raises 2500 where none is filled in."""
    for line in change.after["Line"]:
        if line["DetailType"] != "SalesItemLineDetail":
            continue
        detail = line["SalesItemLineDetail"]
        if not detail.get("ItemRef") and change.settings.missing_item == "fault":
            raise Fault("2500", "Invalid Reference Id : Line.SalesItemLineDetail.ItemRef")
        item_id = (detail.get("ItemRef") or {}).get("value") or change.company.default_sales_item
        item = change.company.row("Item", item_id)
        if item is not None:
            detail["ItemRef"] = {"value": item["Id"], "name": display_name(item)}
            if item.get("IncomeAccountRef"):
                detail["ItemAccountRef"] = dict(item["IncomeAccountRef"])


def subtotalled(change: Change) -> None:
    """Puts the generated subtotal behind the items and before the discount."""
    lines = [line for line in change.after["Line"] if line["DetailType"] != "SubTotalLineDetail"]
    discounts = [line for line in lines if line["DetailType"] == "DiscountLineDetail"]
    if len(discounts) > 1:
        raise Fault("6090", "Only one discount line is allowed", "Line")
    if discounts and not _discounts_allowed(change):
        words = "Feature Not Supported Error : Discounts are turned off"
        raise Fault(change.settings.feature_off_code, words, "Line")
    amount = sum((amount_of(line) for line in lines if line not in discounts), Decimal(0))
    if discounts and detail_of(discounts[0]).get("PercentBased"):
        percent = Decimal(detail_of(discounts[0]).get("DiscountPercent") or 0)
        discounts[0]["Amount"] = cents(amount * percent / 100)
    subtotal: Row = {"Amount": amount, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}
    rest = [line for line in lines if line not in discounts]
    change.after["Line"] = [*rest, subtotal, *discounts]


def _discounts_allowed(change: Change) -> bool:
    allowed = change.company.preference("SalesFormsPrefs", "AllowDiscount")
    return bool(allowed) or not change.settings.discount_needs_preference


def amount_of(line: Row) -> Decimal:
    return Decimal(line.get("Amount") or 0)


def totalled(change: Change) -> None:
    """TotalAmt of the lines less discount plus tax."""
    row = change.after
    total = Decimal(0)
    for line in row["Line"]:
        kind = line["DetailType"]
        if kind == "SubTotalLineDetail":
            continue
        total += -amount_of(line) if kind == "DiscountLineDetail" else amount_of(line)
    row["TotalAmt"] = total + Decimal((row.get("TxnTaxDetail") or {}).get("TotalTax") or 0)


def balanced(change: Change) -> None:
    """What was paid stays paid; the rest of the new total is still open."""
    paid = Decimal(0)
    if change.before is not None and "Balance" in change.before:
        paid = Decimal(change.before.get("TotalAmt", 0)) - Decimal(change.before["Balance"])
    change.after["Balance"] = change.after["TotalAmt"] - paid


def debits_equal_credits(change: Change) -> None:
    sides = {"Debit": Decimal(0), "Credit": Decimal(0)}
    for line in change.after["Line"]:
        if line["DetailType"] == "JournalEntryLineDetail":
            sides[detail_of(line)["PostingType"]] += amount_of(line)
    if sides["Debit"] != sides["Credit"]:
        raise Fault("2300", "Debits and credits are not equal", "Line")
    change.after["TotalAmt"] = sides["Debit"]


def voided(change: Change) -> None:
    """Everything to nothing, and a note that says so."""
    row = change.after
    for line in row.get("Line", ()):
        if "Amount" in line:
            line["Amount"] = Decimal(0)
        for name in ("Qty", "UnitPrice"):
            detail_of(line).pop(name, None)
    for name in ("TotalAmt", "Balance", "UnappliedAmt", "HomeTotalAmt", "HomeBalance"):
        if name in row:
            row[name] = Decimal(0)
    note = row.get("PrivateNote")
    if str(note or "").startswith("Voided"):
        raise business("This transaction has already been voided.", "6450")
    row["PrivateNote"] = f"Voided - {note}" if note else "Voided"
