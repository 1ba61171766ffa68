"""Countries a company can be in: its currency and the tax codes it starts with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from local.sandboxes.qbo.books.rows import Row


@dataclass(frozen=True, slots=True)
class Land:
    """`rates`: Id, name, percent. `codes`: as rows."""

    country: str
    currency: str
    agency: str
    rates: tuple[tuple[str, str, str], ...]
    codes: tuple[Row, ...]
    foreign: tuple[str, ...]


def to(row_id: str) -> dict[str, Any]:
    return {"value": row_id}


def _listed(*rates: str, basis: str = "TaxOnAmount") -> Row:
    """The rates of a code in their order; all but the first are taken on `basis`."""
    return {
        "TaxRateDetail": [
            {
                "TaxRateRef": to(rate),
                "TaxTypeApplicable": basis if order else "TaxOnAmount",
                "TaxOrder": order,
            }
            for order, rate in enumerate(rates)
        ]
    }


def code(row_id: str, name: str, sales: Row | None, purchases: Row | None = None) -> Row:
    row: Row = {"Id": row_id, "Name": name, "Taxable": True, "TaxGroup": True}
    if sales is not None:
        row["SalesTaxRateList"] = sales
    if purchases is not None:
        row["PurchaseTaxRateList"] = purchases
    return row


AMERICA: Final = Land(
    country="US",
    currency="USD",
    agency="Board of Equalization",
    rates=(("1", "AZ State tax", "7"), ("3", "California", "8")),
    codes=(
        {"Id": "TAX", "Name": "TAX", "Taxable": True, "TaxGroup": False},
        {"Id": "NON", "Name": "NON", "Taxable": False, "TaxGroup": False},
        code("2", "California", _listed("3")),
        code("3", "Tucson", _listed("1")),
    ),
    foreign=("EUR", "CAD", "GBP"),
)
CANADA: Final = Land(
    country="CA",
    currency="CAD",
    agency="Canada Revenue Agency",
    rates=(
        ("1", "GST", "5"),
        ("2", "GST (ITC)", "5"),
        ("3", "HST ON", "13"),
        ("4", "HST (ITC) ON", "13"),
        ("5", "PST BC", "7"),
        ("6", "PST PE on top of GST", "10"),
        ("7", "Exempt", "0"),
    ),
    codes=(
        code("2", "GST", _listed("1"), _listed("2")),
        code("3", "HST ON", _listed("3"), _listed("4")),
        code("4", "GST/PST BC", _listed("1", "5"), _listed("2", "5")),
        code("5", "Exempt", _listed("7"), _listed("7")),
        code("6", "GST/PST PE", _listed("1", "6", basis="TaxOnAmountPlusTax"), None),
        code("7", "GST of old", _listed("1"), _listed("2")) | {"Active": False},
    ),
    foreign=("USD", "EUR", "GBP"),
)
BRITAIN: Final = Land(
    country="GB",
    currency="GBP",
    agency="HM Revenue and Customs",
    rates=(("1", "20.0% S", "20"), ("2", "5.0% R", "5"), ("3", "0.0% Z", "0")),
    codes=(
        code("2", "20.0% S", _listed("1"), _listed("1")),
        code("3", "5.0% R", _listed("2"), _listed("2")),
        code("4", "0.0% Z", _listed("3"), _listed("3")),
    ),
    foreign=("EUR", "USD", "CAD"),
)
