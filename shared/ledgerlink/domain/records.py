"""Source records: what the time-tracking product says, in neutral terms."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from annotated_types import Ge, Le, MaxLen, MinLen, Predicate

Key = Annotated[str, MinLen(1), MaxLen(200)]
Text = Annotated[str, MaxLen(100_000)]


def has_at_most_seven_decimal_places(amount: Decimal) -> bool:
    """As many as ledgers keep; also keeps `1e-999999999` from becoming a billion characters."""
    exponent = amount.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -7


Rate = Annotated[
    Decimal,
    Ge(Decimal(0)),
    Le(Decimal(99_999_999)),
    Predicate(has_at_most_seven_decimal_places),
]

MINUTES_PER_DAY = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeEntry:
    """One person's work on one day.

    `minutes` is a whole number from 1 to 1440. `bill_rate` and `cost_rate` are money per hour in
    the company's home currency. `task` and `notes` become the text that the ledger shows. Time
    with a leave type is leave: it goes to the leave type's own item and is never billable.
    Keys are the product's own; they never change for the same entry.
    """

    key: Key
    staff_key: Key
    work_date: date
    minutes: Annotated[int, Ge(1), Le(MINUTES_PER_DAY)]
    client_key: Key | None = None
    project_key: Key | None = None
    task_key: Key | None = None
    task: Text | None = None
    labor_code_key: Key | None = None
    leave_type_key: Key | None = None
    billable: bool = False
    bill_rate: Rate | None = None
    cost_rate: Rate | None = None
    notes: Text | None = None
    approval: Literal["draft", "submitted", "approved", "rejected"] | None = None
    revision: Annotated[int, Ge(0)] | None = None
