"""Source records: the records of the time-tracking product, in neutral terms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, Len, MaxLen, MinLen, Predicate

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

Currency = Annotated[str, Len(3, 3), Predicate(str.isupper), Predicate(str.isalpha)]
"""An ISO 4217 code."""

MOST = Decimal(99_999_999_999)
Money = Annotated[Decimal, Gt(Decimal(0)), Le(MOST), Predicate(has_at_most_seven_decimal_places)]
Signed = Annotated[Decimal, Ge(-MOST), Le(MOST), Predicate(has_at_most_seven_decimal_places)]
Quantity = Annotated[
    Decimal, Ge(Decimal(0)), Le(Decimal(9_999_999)), Predicate(has_at_most_seven_decimal_places)
]
Percent = Annotated[
    Decimal, Ge(Decimal(0)), Le(Decimal(1000)), Predicate(has_at_most_seven_decimal_places)
]
Approval = Literal["draft", "submitted", "approved", "rejected"]

MINUTES_PER_DAY = 24 * 60


class RecordKind(StrEnum):
    """The kinds of source records that can be posted; a receipt comes with its record, and an
    e-mail with its invoice."""

    TIME = "time"
    EXPENSE = "expense"
    INVOICE = "invoice"
    CLIENT = "client"
    PROJECT = "project"
    STAFF = "staff"
    RECEIPT = "receipt"
    EMAIL = "email"


GIVEN_KINDS = tuple(kind for kind in RecordKind if kind is not RecordKind.EMAIL)
"""The kinds that a product gives; the others follow from these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeEntry:
    """One person's work on one day.

    `minutes` is a whole number from 1 to 1440. `bill_rate` and `cost_rate` are money per hour in
    the company's home currency. `task` and `notes` become the text that the ledger shows. Time
    with a leave type is leave: it goes to the leave type's own item and is never billable.
    Keys are the product's own; they never change for the same entry.
    """

    kind: Literal["time"] = "time"
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
    class_key: Key | None = None
    department_key: Key | None = None
    location_key: Key | None = None
    billable: bool = False
    bill_rate: Rate | None = None
    cost_rate: Rate | None = None
    notes: Text | None = None
    approval: Approval | None = None
    revision: Annotated[int, Ge(0)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A file that belongs to an expense or invoice; its bytes were uploaded as `upload_id`.

    `key` distinguishes it from the other receipts of its record.
    """

    key: Key
    upload_id: Key
    file_name: Annotated[str, MinLen(1), MaxLen(1000)]
    content_type: Annotated[str, MinLen(3), MaxLen(200)]
    note: Annotated[str, MaxLen(2000)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpenseEntry:
    """What one person spent once.

    `amount` is positive, in `currency` (None is the company's own), and holds the tax where
    `tax_inclusive` says so. Money of the person's `own` is paid back; what was paid with a
    `company_card` is a charge of that card, or a credit when it is a `refund`. `vendor_key` is who
    got the money. `exchange_rate` is home units for one of the currency.
    """

    kind: Literal["expense"] = "expense"
    key: Key
    staff_key: Key
    spent_on: date
    amount: Money
    expense_code_key: Key
    paid_with: Literal["own", "company_card"] = "own"
    card_key: Key | None = None
    refund: bool = False
    report_key: Key | None = None
    report_number: Key | None = None
    report_name: Text | None = None
    currency: Currency | None = None
    exchange_rate: Annotated[Rate, Gt(Decimal(0))] | None = None
    client_key: Key | None = None
    project_key: Key | None = None
    class_key: Key | None = None
    department_key: Key | None = None
    location_key: Key | None = None
    vendor_key: Key | None = None
    billable: bool = False
    markup_percent: Percent | None = None
    tax_code_key: Key | None = None
    tax_amount: Quantity | None = None
    tax_inclusive: bool = False
    notes: Text | None = None
    approval: Approval | None = None
    approved_on: date | None = None
    receipts: Annotated[tuple[Receipt, ...], MaxLen(20)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """One line of an invoice. `amount` may be left out where `quantity` and `unit_price` make it.

    `time_keys` are the time entries that it bills. The labor code or the expense code decides what
    it sells.
    """

    amount: Signed | None = None
    quantity: Quantity | None = None
    unit_price: Signed | None = None
    description: Text | None = None
    labor_code_key: Key | None = None
    expense_code_key: Key | None = None
    service_date: date | None = None
    class_key: Key | None = None
    department_key: Key | None = None
    tax_code_key: Key | None = None
    tax_amount: Quantity | None = None
    time_keys: Annotated[tuple[Key, ...], MaxLen(10_000)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """What a client is asked to pay.

    Line amounts are without tax, or with it where `tax_inclusive` says so. `total` is what the
    product says that all comes to, tax included. `custom_fields` are texts by the ledger's
    definition id. `memo` is for the client, `private_note` is not. `send` has the ledger e-mail it.
    """

    kind: Literal["invoice"] = "invoice"
    key: Key
    issued_on: date
    lines: Annotated[tuple[InvoiceLine, ...], MinLen(1), MaxLen(750)]
    client_key: Key | None = None
    project_key: Key | None = None
    number: Key | None = None
    due_on: date | None = None
    terms_key: Key | None = None
    class_key: Key | None = None
    department_key: Key | None = None
    location_key: Key | None = None
    currency: Currency | None = None
    exchange_rate: Annotated[Rate, Gt(Decimal(0))] | None = None
    memo: Text | None = None
    private_note: Text | None = None
    email: Key | None = None
    send: bool | None = None
    custom_fields: Mapping[Key, Key] = field(default_factory=dict)
    tax_code_key: Key | None = None
    tax_amount: Quantity | None = None
    tax_inclusive: bool = False
    total: Signed | None = None
    approval: Approval | None = None
    receipts: Annotated[tuple[Receipt, ...], MaxLen(20)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRecord:
    """A client, who becomes a customer."""

    kind: Literal["client"] = "client"
    key: Key
    name: Key


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRecord:
    """A project, which becomes a customer below its client's. `client_name` is needed where the
    ledger does not have the client yet."""

    kind: Literal["project"] = "project"
    key: Key
    name: Key
    client_key: Key | None = None
    client_name: Key | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRecord:
    """A member of staff, who becomes an employee or, as a contractor, a vendor."""

    kind: Literal["staff"] = "staff"
    key: Key
    name: Key
    person: Literal["employee", "vendor"] = "employee"
    given_name: Key | None = None
    family_name: Key | None = None
    email: Key | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """A record that the product has no more."""

    kind: RecordKind = RecordKind.TIME
    key: Key
    deleted: Literal[True]


ListPost = ClientRecord | ProjectRecord | StaffRecord
Record = TimeEntry | ExpenseEntry | Invoice | ListPost | Deleted
