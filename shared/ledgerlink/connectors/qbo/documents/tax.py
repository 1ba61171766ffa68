"""Tax in documents.

In the United States a line is only taxable or not. Elsewhere it has a tax code, and the document
states whether its amounts include tax. Source: Intuit's API reference (GlobalTaxCalculation).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ledgerlink.connectors.qbo.documents.common import ref
from ledgerlink.connectors.qbo.protocol.json_body import decimal_text
from ledgerlink.domain.model.company import Features

UNITED_STATES = "US"
INCLUSIVE = "TaxInclusive"
EXCLUDED = "TaxExcluded"
NO_TAX = "NotApplicable"

US_TAX_CODES = frozenset({"TAX", "NON"})
"""What lines have in the United States in place of a tax code that is in a list: taxable or not."""


@dataclass(frozen=True, slots=True)
class DocumentTax:
    """The tax treatment of one document."""

    calculation: str | None
    """Whether amounts include tax; None in the United States, or if the country is unknown."""
    sends_amounts: bool
    """Whether amounts of tax are sent; QuickBooks calculates them otherwise."""

    @classmethod
    def of(cls, features: Features, taxed: bool, inclusive: bool) -> "DocumentTax":
        """By the company's features; `taxed` documents have tax amounts or codes."""
        if not separates_tax_from_costs(features):
            return cls(None, sends_amounts=not features.automated_tax)
        calculation = (INCLUSIVE if inclusive else EXCLUDED) if taxed else NO_TAX
        return cls(calculation, sends_amounts=taxed and not features.automated_tax)

    def head(self, total: Decimal | None, code_id: str | None = None) -> dict[str, Any]:
        """The fields of the head: the total of tax if it is known, and the tax code that documents
        have in the United States."""
        detail = ref("TxnTaxCodeRef", code_id)
        if self.sends_amounts and total is not None:
            detail["TotalTax"] = decimal_text(total)
        calculation = {} if self.calculation is None else {"GlobalTaxCalculation": self.calculation}
        return {**calculation, **({"TxnTaxDetail": detail} if detail else {})}

    def line(self, net: Decimal, tax: Decimal | None, code_id: str | None) -> dict[str, Any]:
        """The fields of a line's detail."""
        code = ref("TaxCodeRef", code_id)
        if self.calculation != INCLUSIVE:
            return code
        return {**code, "TaxInclusiveAmt": decimal_text(net + (tax or Decimal(0)))}


def separates_tax_from_costs(features: Features) -> bool:
    """Whether tax on purchases is recorded apart from their cost, as everywhere but in the US."""
    return features.country not in (None, UNITED_STATES)


def total_tax(taxes: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of the known amounts; None if none is known."""
    known = [tax for tax in taxes if tax is not None]
    return sum(known, Decimal(0)) if known else None
