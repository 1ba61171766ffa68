"""Tax as the ledger is told of it.

In the United States a line says only whether it is taxable. Elsewhere it has a tax code, and the
document says how its amounts stand to tax. Source: Intuit's API reference (GlobalTaxCalculation).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ledgerlink.connectors.qbo.documents.common import ref
from ledgerlink.connectors.qbo.protocol.json_body import amount
from ledgerlink.domain.model.documents import Features

HOME = "US"
INCLUSIVE = "TaxInclusive"
EXCLUDED = "TaxExcluded"
NONE = "NotApplicable"

WORDS = frozenset({"TAX", "NON"})
"""What a line is in the United States, in place of a code."""


@dataclass(frozen=True, slots=True)
class Taxing:
    """How one document is taxed. `calculation` is None in the United States, and where nobody says
    which country it is. `sends` is whether the ledger is told of amounts of tax."""

    calculation: str | None
    sends: bool

    @classmethod
    def of(cls, features: Features, taxed: bool, inclusive: bool) -> "Taxing":
        """By what the company is, and by what the document has."""
        if not keeps_tax_on_costs(features):
            return cls(None, sends=not features.automated_tax)
        calculation = (INCLUSIVE if inclusive else EXCLUDED) if taxed else NONE
        return cls(calculation, sends=taxed and not features.automated_tax)

    def head(self, total: Decimal | None, code_id: str | None = None) -> dict[str, Any]:
        """What the document says: all tax, where the product told it, and the one code that
        documents have in the United States."""
        detail = ref("TxnTaxCodeRef", code_id)
        if self.sends and total is not None:
            detail["TotalTax"] = amount(total)
        said = {} if self.calculation is None else {"GlobalTaxCalculation": self.calculation}
        return {**said, **({"TxnTaxDetail": detail} if detail else {})}

    def line(self, net: Decimal, tax: Decimal | None, code_id: str | None) -> dict[str, Any]:
        """What the detail of a line says."""
        code = ref("TaxCodeRef", code_id)
        if self.calculation != INCLUSIVE:
            return code
        return {**code, "TaxInclusiveAmt": amount(net + (tax or Decimal(0)))}


def keeps_tax_on_costs(features: Features) -> bool:
    """Whether tax on what was spent is kept apart from its cost: sales tax is not."""
    return features.country not in (None, HOME)


def all_of(taxes: Iterable[Decimal | None]) -> Decimal | None:
    """What they come to; None where none of them is told."""
    told = [tax for tax in taxes if tax is not None]
    return sum(told, Decimal(0)) if told else None
