"""Sales tax: by words in the United States, by tax codes elsewhere."""

from __future__ import annotations

from local.sandboxes.qbo.engine.change import Change
from local.sandboxes.qbo.engine.rules import taxes_american, taxes_by_code
from local.sandboxes.qbo.engine.rules.taxed import side, untouched
from local.sandboxes.qbo.engine.tax import SALES


def coded(change: Change) -> None:
    """Every taxed line has a code its country knows. Raises 6100, 2020 or 6000."""
    if change.company.american:
        check = taxes_american.check_word
    else:
        taxes_by_code.way_given(change)
        check = taxes_by_code.check_code
    for line in change.after["Line"]:
        check(change, line)


def included(change: Change) -> None:
    """Amounts that include their taxes are parted into net and gross."""
    if not change.company.american:
        taxes_by_code.included(change)


def computed(change: Change) -> None:
    """TxnTaxDetail by the way of the company's country; purchases in America bear none."""
    if untouched(change):
        return
    if not change.company.american:
        taxes_by_code.computed(change)
    elif side(change) == SALES and change.company.preference("TaxPrefs", "PartnerTaxEnabled"):
        taxes_american.automated(change)
    elif side(change) == SALES:
        taxes_american.by_hand(change)
