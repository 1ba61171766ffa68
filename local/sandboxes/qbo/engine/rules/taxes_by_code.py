"""Taxes outside the United States: by tax code, line by line."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.engine.change import Change
from local.sandboxes.qbo.engine.rules.lines import detail_of
from local.sandboxes.qbo.engine.rules.taxed import (
    TAXED_LINES,
    after_discount,
    new_tally,
    side,
    tax_line,
)
from local.sandboxes.qbo.engine.tax import Levy, Share, Tally, cents, levies, net_of
from local.sandboxes.qbo.protocol.errors import business, required

UNCODED: Final = "Make sure all your transactions have a GST/HST rate before you save."
UNBALANCED: Final = "The tax of the transaction does not agree with its lines and tax codes."


def way_given(change: Change) -> None:
    """GlobalTaxCalculation is needed. Raises 2020."""
    if not change.after.get("GlobalTaxCalculation"):
        if change.settings.tax_calculation_missing == "fault":
            raise required("GlobalTaxCalculation")
        change.after["GlobalTaxCalculation"] = change.settings.tax_calculation_missing


def check_code(change: Change, line: Row) -> None:
    exempt = change.after["GlobalTaxCalculation"] == "NotApplicable"
    if exempt or line["DetailType"] not in TAXED_LINES:
        return
    if _levies(change, line) is None:
        raise business(UNCODED)


def _levies(change: Change, line: Row) -> tuple[Levy, ...] | None:
    code_id = (detail_of(line).get("TaxCodeRef") or {}).get("value", "")
    code = change.company.row("TaxCode", code_id)
    if code is None or code.get("Active") is False:
        return None
    return levies(change.company, code, side(change))


def included(change: Change) -> None:
    """Amounts that include their taxes: Amount is the net one, TaxInclusiveAmt the gross one."""
    if change.after["GlobalTaxCalculation"] != "TaxInclusive":
        return
    for line in change.after["Line"]:
        due = _levies(change, line) if line["DetailType"] in TAXED_LINES else None
        if due is not None:
            _include(change, line, due)


def _include(change: Change, line: Row, due: tuple[Levy, ...]) -> None:
    detail, amount = detail_of(line), Decimal(line["Amount"])
    gross = detail.get("TaxInclusiveAmt")
    as_gross = change.settings.inclusive_amount == "gross"
    if gross is None:
        gross = amount if as_gross else _gross(amount, due)
        line["Amount"] = net_of(gross, due) if as_gross else amount
    else:
        gross, net = Decimal(gross), net_of(Decimal(gross), due)
        if as_gross and amount == gross:
            amount = net
        line["Amount"] = _settled(change, amount, net)
    detail["TaxInclusiveAmt"] = gross


def _gross(net: Decimal, due: tuple[Levy, ...]) -> Decimal:
    tally = Tally(by_line=True)
    tally.add(net, due)
    return net + sum((share.tax for share in tally.shares()), Decimal(0))


def _settled(change: Change, sent: Decimal, own: Decimal) -> Decimal:
    """What was sent, if it is near enough to our own figure; else as `tax_total_mismatch` says."""
    if abs(sent - own) <= Decimal(str(change.settings.tax_tolerance)):
        return sent
    how = change.settings.tax_total_mismatch
    if how == "refuse":
        raise business(UNBALANCED)
    return own if how == "own" else sent


def computed(change: Change) -> None:
    """By the codes of the lines. Raises 6000 where what was sent does not balance."""
    row = change.after
    shares = [] if row["GlobalTaxCalculation"] == "NotApplicable" else _coded(change)
    own = sum((share.tax for share in shares), Decimal(0))
    sent = _sent_total(change)
    total = own if sent is None else _settled(change, sent, own)
    if shares:
        shares[-1].tax += total - own
    code = (row.get("TxnTaxDetail") or {}).get("TxnTaxCodeRef")
    detail: Row = {"TxnTaxCodeRef": code} if code else {}
    detail["TotalTax"] = total
    if shares:
        detail["TaxLine"] = [tax_line(share) for share in shares]
    row["TxnTaxDetail"] = detail


def _coded(change: Change) -> list[Share]:
    inclusive = change.after["GlobalTaxCalculation"] == "TaxInclusive"
    tally, part = new_tally(change), after_discount(change)
    for line in change.after["Line"]:
        due = _levies(change, line) if line["DetailType"] in TAXED_LINES else None
        if due is None:
            continue
        if inclusive:
            gross = Decimal(detail_of(line)["TaxInclusiveAmt"])
            tally.add_included(Decimal(line["Amount"]), gross, due)
        else:
            tally.add(Decimal(line["Amount"]) * part, due)
    return tally.shares()


def _sent_total(change: Change) -> Decimal | None:
    """The total that was sent, or the sum of the tax lines that were sent."""
    detail = change.sent.get("TxnTaxDetail") or {}
    total, lines = detail.get("TotalTax"), detail.get("TaxLine") or ()
    summed = sum((Decimal(line.get("Amount") or 0) for line in lines), Decimal(0))
    if total is not None and lines and cents(total) != cents(summed):
        raise business(UNBALANCED)
    if total is not None:
        return Decimal(total)
    return summed if lines else None
