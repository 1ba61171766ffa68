"""Money: exact decimals, rounded half up at the smallest unit of their currency."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
"""Currencies without a smaller unit. Source: ISO 4217."""
THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
"""Currencies of a thousand smaller units. Source: ISO 4217."""

UNITS = {code: Decimal(1) for code in WHOLE.split()}
UNITS |= {code: Decimal("0.001") for code in THOUSANDTHS.split()}
CENT = Decimal("0.01")


def rounded(amount: Decimal, currency: str | None = None) -> Decimal:
    """The amount at the currency's smallest unit, a hundredth where none is named; the half goes
    away from zero."""
    return amount.quantize(UNITS.get(currency or "", CENT), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """What a document comes to, tax included.

    `currency` is None for the company's own. `tax` is the part of it that the product says is tax,
    None where it leaves tax to the ledger. `rate` is home units for one of the currency.
    """

    amount: Decimal
    currency: str | None = None
    tax: Decimal | None = None
    rate: Decimal | None = None
