"""What the ways of taxing share: which lines are taxed, on which side, and what is shown."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.engine.change import Change
from local.sandboxes.qbo.engine.rules.lines import amount_of
from local.sandboxes.qbo.engine.tax import PURCHASES, SALES, Share, Tally
from local.sandboxes.qbo.schema.expenses import EXPENSE_LINES

TAXED_LINES: Final = frozenset(
    {"SalesItemLineDetail", "AccountBasedExpenseLineDetail", "ItemBasedExpenseLineDetail"}
)
# What an update must touch for the tax to be made anew.
TELLING: Final = frozenset(
    ("Line", "TxnTaxDetail", "GlobalTaxCalculation", "ApplyTaxAfterDiscount", "CustomerRef")
)


def side(change: Change) -> str:
    return PURCHASES if change.entity.details == EXPENSE_LINES else SALES


def untouched(change: Change) -> bool:
    return change.before is not None and not TELLING & change.sent.keys()


def new_tally(change: Change) -> Tally:
    return Tally(by_line=change.settings.tax_rounding == "line")


def after_discount(change: Change) -> Decimal:
    """The part of the amounts that is taxed: what a discount leaves, if it is taken first."""
    discount, whole = Decimal(0), Decimal(0)
    for line in change.after["Line"]:
        if line["DetailType"] == "DiscountLineDetail":
            discount += amount_of(line)
        elif line["DetailType"] in TAXED_LINES:
            whole += amount_of(line)
    if not whole or not change.after.get("ApplyTaxAfterDiscount"):
        return Decimal(1)
    return 1 - discount / whole


def tax_line(share: Share) -> Row:
    return {
        "Amount": share.tax,
        "DetailType": "TaxLineDetail",
        "TaxLineDetail": {
            "TaxRateRef": {"value": share.levy.rate},
            "PercentBased": True,
            "TaxPercent": share.levy.percent,
            "NetAmountTaxable": share.net,
        },
    }
