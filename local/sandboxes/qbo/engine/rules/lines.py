"""Transaction lines: ids, details that match, amounts that add up."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from ...faults import Fault, business, required
from ...rows import Row
from ...schema.lines import LINE
from ..change import Change
from ..references import display_name

CENT: Final = Decimal("0.01")
WITHOUT_AMOUNT: Final = frozenset({"DescriptionOnly", "SubTotalLineDetail"})
REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    described.name: tuple(f.name for f in described.shape.fields if f.required)
    for described in LINE.fields
    if described.shape is not None
}
TAX_WORDS: Final = frozenset({"TAX", "NON"})


def cents(value: Decimal | int) -> Decimal:
    return Decimal(value).quantize(CENT, rounding=ROUND_HALF_UP)


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
        elif not _agree(quantity, price, line["Amount"]):
            words = "Amount is not equal to UnitPrice * Qty. Supplied value:"
            raise Fault("6070", f"{words}{line['Amount']}", "Line.Amount")


def _agree(quantity: Decimal | int, price: Decimal | int, amount: Decimal | int) -> bool:
    return cents(Decimal(quantity) * Decimal(price)) == cents(amount)


def items_usable(change: Change) -> None:
    for line in change.after["Line"]:
        reference = detail_of(line).get("ItemRef") or {}
        item = change.company.row("Item", reference.get("value", ""))
        if item is not None and item.get("Type") == "Category":
            words = "Invalid Reference Id : Categories cannot be used in transactions."
            raise Fault("2500", words, "Line.ItemRef")


def tax_coded(change: Change) -> None:
    for line in change.after["Line"]:
        code = (detail_of(line).get("TaxCodeRef") or {}).get("value")
        if code is not None and code not in TAX_WORDS:
            raise Fault("6100", f"Tax code must be TAX or NON. Supplied value:{code}", "TaxCodeRef")


def sales_defaults(change: Change) -> None:
    """The tax word NON, the default item and the account it earns on."""
    for line in change.after["Line"]:
        if line["DetailType"] != "SalesItemLineDetail":
            continue
        detail = line["SalesItemLineDetail"]
        detail.setdefault("TaxCodeRef", {"value": "NON"})
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
    amount = sum((Decimal(_amount(line)) for line in lines if line not in discounts), Decimal(0))
    if discounts and detail_of(discounts[0]).get("PercentBased"):
        percent = Decimal(detail_of(discounts[0]).get("DiscountPercent") or 0)
        discounts[0]["Amount"] = cents(amount * percent / 100)
    subtotal: Row = {"Amount": amount, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}
    rest = [line for line in lines if line not in discounts]
    change.after["Line"] = [*rest, subtotal, *discounts]


def _amount(line: Row) -> Decimal | int:
    amount: Decimal | int = line.get("Amount") or 0
    return amount


def totalled(change: Change) -> None:
    """TotalAmt of the lines less discount plus tax."""
    row = change.after
    total = Decimal(0)
    for line in row["Line"]:
        kind = line["DetailType"]
        if kind == "SubTotalLineDetail":
            continue
        total += -Decimal(_amount(line)) if kind == "DiscountLineDetail" else Decimal(_amount(line))
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
            sides[detail_of(line)["PostingType"]] += Decimal(_amount(line))
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
