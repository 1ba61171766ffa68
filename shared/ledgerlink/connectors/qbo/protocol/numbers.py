"""Numbers of QuickBooks' JSON records."""

from decimal import Decimal

LARGEST = Decimal(10) ** 20
"""Beyond any amount, number of days or rate."""


def number(value: object) -> Decimal | None:
    """A JSON number or decimal text; None for anything else, and for what no ledger can mean."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    try:
        found = Decimal(str(value))
    except ArithmeticError:
        return None
    return found if found.is_finite() and abs(found) < LARGEST else None
