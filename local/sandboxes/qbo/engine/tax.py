"""How much tax a tax code makes, rate by rate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from local.sandboxes.qbo.books.company import Company
from local.sandboxes.qbo.books.rows import Row

CENT: Final = Decimal("0.01")
SALES: Final = "SalesTaxRateList"
PURCHASES: Final = "PurchaseTaxRateList"


@dataclass(frozen=True, slots=True)
class Levy:
    """One rate of a code; `basis` says on what it is taken."""

    rate: str
    percent: Decimal
    basis: str


@dataclass(slots=True)
class Share:
    """What one rate makes of a whole transaction."""

    levy: Levy
    net: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)


def cents(value: Decimal | int) -> Decimal:
    return Decimal(value).quantize(CENT, rounding=ROUND_HALF_UP)


def levies(company: Company, code: Row, side: str) -> tuple[Levy, ...] | None:
    """The code's rates on sales or on purchases in their order; None where it has no such list."""
    listed = code.get(side)
    if listed is None:
        return None
    details = sorted(listed.get("TaxRateDetail", ()), key=lambda d: int(d.get("TaxOrder") or 0))
    return tuple(_levy(company, detail) for detail in details)


def _levy(company: Company, detail: Row) -> Levy:
    rate = detail["TaxRateRef"]["value"]
    percent = Decimal((company.row("TaxRate", rate) or {}).get("RateValue") or 0)
    return Levy(rate, percent, detail.get("TaxTypeApplicable", "TaxOnAmount"))


def taxes(net: Decimal, due: Iterable[Levy]) -> list[Decimal]:
    """Unrounded tax of each rate, in order; a later rate may be taken on the earlier ones too."""
    found: list[Decimal] = []
    for levy in due:
        so_far = sum(found, Decimal(0))
        base = {"TaxOnAmountPlusTax": net + so_far, "TaxOnTax": so_far}.get(levy.basis, net)
        found.append(base * levy.percent / 100)
    return found


def net_of(gross: Decimal, due: tuple[Levy, ...]) -> Decimal:
    """What is left of an amount that includes its taxes."""
    return cents(gross / (1 + sum(taxes(Decimal(1), due), Decimal(0))))


class Tally:
    """Gathers shares by rate. With `by_line` every line is rounded, else only the sums."""

    def __init__(self, by_line: bool) -> None:
        self._by_line = by_line
        self._shares: dict[str, Share] = {}

    def add(self, net: Decimal, due: tuple[Levy, ...]) -> None:
        for levy, tax in zip(due, taxes(net, due), strict=True):
            self._put(levy, net, cents(tax) if self._by_line else tax)

    def add_included(self, net: Decimal, gross: Decimal, due: tuple[Levy, ...]) -> None:
        """A line whose tax is what its gross amount has above the net one."""
        left = gross - net
        for levy, tax in zip(due[:-1], taxes(net, due), strict=False):
            self._put(levy, net, cents(tax))
            left -= cents(tax)
        if due:
            self._put(due[-1], net, left)

    def _put(self, levy: Levy, net: Decimal, tax: Decimal) -> None:
        share = self._shares.setdefault(levy.rate, Share(levy))
        share.net += net
        share.tax += tax

    def shares(self) -> list[Share]:
        """Rounded to cents."""
        return [Share(s.levy, cents(s.net), cents(s.tax)) for s in self._shares.values()]
