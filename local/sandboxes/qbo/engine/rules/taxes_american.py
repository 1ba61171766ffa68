"""Taxes in the United States: the words TAX and NON, by hand or by the ledger itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.engine.change import Change
from local.sandboxes.qbo.engine.rules.lines import amount_of, detail_of
from local.sandboxes.qbo.engine.rules.taxed import (
    TAXED_LINES,
    after_discount,
    new_tally,
    side,
    tax_line,
)
from local.sandboxes.qbo.engine.tax import SALES, Share, levies
from local.sandboxes.qbo.protocol.errors import Fault

WORDS: Final = frozenset({"TAX", "NON"})


def check_word(change: Change, line: Row) -> None:
    detail = detail_of(line)
    code = (detail.get("TaxCodeRef") or {}).get("value")
    if code is not None and code not in WORDS:
        raise Fault("6100", f"Tax code must be TAX or NON. Supplied value:{code}", "TaxCodeRef")
    if code is None and line["DetailType"] in TAXED_LINES:
        detail["TaxCodeRef"] = {"value": _usual_word(change, detail)}


def _usual_word(change: Change, detail: Row) -> str:
    item = change.company.row("Item", (detail.get("ItemRef") or {}).get("value", "")) or {}
    sale = side(change) == SALES
    by_item = change.settings.default_line_tax == "item" and sale and item.get("Taxable")
    return "TAX" if by_item else "NON"


def automated(change: Change) -> None:
    """The ledger's own rate on taxable lines of taxable customers, whatever was sent."""
    customer_id = (change.after.get("CustomerRef") or {}).get("value", "")
    customer = change.company.row("Customer", customer_id) or {}
    code = _own_code(change)
    shares = _worded(change, code) if customer.get("Taxable") and code else []
    total = sum((share.tax for share in shares), Decimal(0))
    detail: Row = {"TotalTax": total, "TaxLine": [tax_line(share) for share in shares]}
    if shares and code:
        detail["TxnTaxCodeRef"] = {"value": code["Id"]}
    change.after["TxnTaxDetail"] = detail if shares else {"TotalTax": 0}


def _own_code(change: Change) -> Row | None:
    """The company's tax group, or its first code with rates."""
    preferred: Any = change.company.preference("TaxPrefs", "TaxGroupCodeRef")
    if isinstance(preferred, dict):
        return change.company.row("TaxCode", str(preferred.get("value")))
    return next((r for r in change.company.rows("TaxCode") if r.get(SALES)), None)


def by_hand(change: Change) -> None:
    """The total that was sent; with a code and no total, what the code makes of taxable lines."""
    detail = change.after.setdefault("TxnTaxDetail", {})
    sent = change.sent.get("TxnTaxDetail")
    named = change.company.row("TaxCode", (detail.get("TxnTaxCodeRef") or {}).get("value", ""))
    if named is not None and (sent or {}).get("TotalTax") is None:
        shares = _worded(change, named)
        detail["TotalTax"] = sum((share.tax for share in shares), Decimal(0))
        detail["TaxLine"] = [tax_line(share) for share in shares]
    detail.setdefault("TotalTax", 0)


def _worded(change: Change, code: Row) -> list[Share]:
    due = levies(change.company, code, SALES) or ()
    tally, part = new_tally(change), after_discount(change)
    for line in change.after["Line"]:
        if (detail_of(line).get("TaxCodeRef") or {}).get("value") == "TAX":
            tally.add(amount_of(line) * part, due)
    return tally.shares()
