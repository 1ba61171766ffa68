"""Lines of invoices: what each comes to, as one line for each activity, or summed up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate

from ledgerlink.domain.mapping.document_terms import Annotations
from ledgerlink.domain.model.reasons import Blocked, reason
from ledgerlink.domain.model.references import Target
from ledgerlink.domain.model.resolved_invoices import ResolvedInvoiceLine
from ledgerlink.domain.model.source_records import InvoiceLine
from ledgerlink.domain.money import rounded

SEVEN_PLACES = Decimal("0.0000001")
"""The decimal places that ledgers keep of a quantity."""


@dataclass(frozen=True, slots=True)
class Activity:
    """Time in the ledger, or on its way there: the document that carries an entry, and all the
    entries that it carries, with its length and day; `changes` says that the same plan changes it.
    """

    key: str
    target: Target
    members: frozenset[str]
    changes: bool = False
    minutes: int = 0
    day: date | None = None


def priced(
    line: InvoiceLine, currency: str | None, annotations: Annotations
) -> tuple[Decimal, Decimal | None, Decimal | None]:
    """Amount, quantity and price; the latter two only where they make the amount. Raises Blocked
    for a line that does not say what it comes to."""
    quantity, price = line.quantity, line.unit_price
    product = None if quantity is None or price is None else rounded(quantity * price, currency)
    if line.amount is None and product is None:
        detail = "A line needs an amount, or a quantity and a unit_price."
        raise Blocked(reason("invalid_record", field="lines", detail=detail))
    amount = product if line.amount is None else rounded(line.amount, currency)
    assert amount is not None
    if product == amount:
        return amount, quantity, price
    if quantity is not None or price is not None:
        annotations.warnings.append(reason("quantity_left_out", field="quantity", amount=amount))
    return amount, None, None


def split(line: ResolvedInvoiceLine, activities: Sequence[Activity]) -> list[ResolvedInvoiceLine]:
    """The line as one line for each of these activities, which share its amount, tax and quantity
    by their length. The quantity is left out where the parts would not make the amount."""
    if len(activities) == 1:
        return [line]
    weights = [activity.minutes for activity in activities]
    amounts = shares(line.amount, weights)
    taxes = shares(line.tax, weights) if line.tax is not None else [None] * len(weights)
    quantities = _quantities(line, weights, amounts)
    return [
        replace(
            line,
            amount=amount,
            tax=tax,
            quantity=quantity,
            unit_price=None if quantity is None else line.unit_price,
            service_date=line.service_date or activity.day,
        )
        for activity, amount, tax, quantity in zip(
            activities, amounts, taxes, quantities, strict=True
        )
    ]


def shares(amount: Decimal, weights: Sequence[int]) -> list[Decimal]:
    """The amount in parts by these weights, each with the decimal places of the amount; together
    they are the amount."""
    unit, total = Decimal(1).scaleb(int(amount.as_tuple().exponent)), sum(weights) or 1
    ends = [(amount * part / total).quantize(unit) for part in accumulate(weights)]
    ends[-1] = amount
    return [end - before for end, before in zip(ends, [Decimal(0), *ends], strict=False)]


def _quantities(
    line: ResolvedInvoiceLine, weights: Sequence[int], amounts: Sequence[Decimal]
) -> Sequence[Decimal | None]:
    quantity, price, total = line.quantity, line.unit_price, sum(weights)
    if quantity is None or price is None or not total:
        return [None] * len(weights)
    parts = [(quantity * each / total).quantize(SEVEN_PLACES).normalize() for each in weights]
    unit = Decimal(1).scaleb(int(line.amount.as_tuple().exponent))
    made = [(part * price).quantize(unit, ROUND_HALF_UP) for part in parts]
    return parts if sum(parts) == quantity and made == [*amounts] else [None] * len(weights)


def summary(lines: Sequence[ResolvedInvoiceLine]) -> list[ResolvedInvoiceLine]:
    """One line for each item, class, department and tax code; what they describe is kept where they
    agree."""
    groups: dict[object, list[ResolvedInvoiceLine]] = {}
    for line in lines:
        groups.setdefault(_kept_apart(line), []).append(line)
    return [some[0] if len(some) == 1 else _summed(some) for some in groups.values()]


def _kept_apart(line: ResolvedInvoiceLine) -> object:
    return line.item, line.class_id, line.department_id, line.tax_code_id


def _summed(lines: Sequence[ResolvedInvoiceLine]) -> ResolvedInvoiceLine:
    taxes = [line.tax for line in lines if line.tax is not None]
    words = {line.description for line in lines}
    return replace(
        lines[0],
        amount=sum((line.amount for line in lines), Decimal(0)),
        tax=sum(taxes, Decimal(0)) if taxes else None,
        quantity=None,
        unit_price=None,
        description=words.pop() if len(words) == 1 else "",
        service_date=None,
    )
