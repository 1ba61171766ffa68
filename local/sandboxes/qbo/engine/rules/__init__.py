"""Which rules hold for which entity, in the order in which they are asked."""

from __future__ import annotations

from typing import Final

from ..change import Rule
from . import expenses, guards, lines, lists, names, other, payments, sales, time

_NAMED = (names.settle_activity, names.unique)
_TREE = (names.settle_activity, names.hierarchy, names.unique)
_DATED = (guards.dated, guards.open_period, guards.currency)
_LINES = (lines.well_formed, lines.identified, lines.priced, lines.items_usable, lines.tax_coded)
_FORM = (
    *_DATED,
    sales.filled,
    guards.numbered,
    *_LINES,
    lines.sales_defaults,
    sales.custom_fields,
    lines.subtotalled,
    lines.totalled,
    lines.balanced,
    guards.home_totals,
)
_EXPENSE = (
    *_DATED,
    guards.numbered,
    *_LINES,
    expenses.billable_lines,
    expenses.carry_charges,
    lines.totalled,
)
_MOVE = (*_DATED, guards.numbered)
_TIME = (
    time.sparse_allowed,
    time.not_billed,
    time.other_name,
    time.worker,
    time.duration,
    guards.open_period,
    time.default_item,
    time.billing,
)

BEFORE: Final[dict[str, tuple[Rule, ...]]] = {
    "Customer": (names.person, names.customer, *_TREE),
    "Vendor": (names.person, names.vendor, *_NAMED),
    "Employee": (names.person, names.employee, *_NAMED),
    "Item": (lists.item, *_TREE),
    "Account": (lists.account, *_TREE),
    "Class": (lists.tracking_class, *_TREE),
    "Department": (lists.department, *_TREE),
    "Term": (lists.term, *_NAMED),
    "PaymentMethod": _NAMED,
    "TaxAgency": _NAMED,
    "TimeActivity": _TIME,
    "Attachable": (other.attachable,),
    "Preferences": (other.preferences,),
    "Invoice": (*_FORM, sales.due, sales.linked),
    "Estimate": _FORM,
    "SalesReceipt": _FORM,
    "RefundReceipt": _FORM,
    "CreditMemo": (*_FORM, other.remaining_credit),
    "Payment": (*_DATED, payments.payable, payments.unapplied, guards.home_totals),
    "Bill": (expenses.bill, *_EXPENSE, lines.balanced, sales.due, guards.home_totals),
    "VendorCredit": (expenses.bill, *_EXPENSE, lines.balanced),
    "PurchaseOrder": _EXPENSE,
    "Purchase": (expenses.purchase, *_EXPENSE, guards.home_totals),
    "BillPayment": (*_MOVE, other.bill_payment, lines.identified, payments.payable),
    "Deposit": (*_MOVE, lines.well_formed, lines.identified, lines.totalled),
    "JournalEntry": (*_MOVE, lines.well_formed, lines.identified, lines.debits_equal_credits),
    "Transfer": _MOVE,
    "CreditCardPayment": _MOVE,
}
AFTER: Final[dict[str, tuple[Rule, ...]]] = {
    **dict.fromkeys(
        ("Customer", "Item", "Account", "Class", "Department"), (names.rename_children,)
    ),
    "Invoice": (sales.flip_activities, payments.release),
    "Bill": (expenses.make_charges, payments.release),
    "Purchase": (expenses.make_charges,),
    "Payment": (payments.pay,),
    "BillPayment": (payments.pay,),
}
_CLOSED = (guards.open_period,)
BEFORE_DELETE: Final[dict[str, tuple[Rule, ...]]] = {
    "TimeActivity": (time.not_billed, *_CLOSED),
    "Bill": (*_CLOSED, expenses.charge_open),
    "Purchase": (*_CLOSED, expenses.charge_open),
    **dict.fromkeys(
        (
            "Invoice",
            "Estimate",
            "SalesReceipt",
            "RefundReceipt",
            "CreditMemo",
            "Payment",
            "VendorCredit",
            "PurchaseOrder",
            "BillPayment",
            "Deposit",
            "JournalEntry",
            "Transfer",
            "CreditCardPayment",
        ),
        _CLOSED,
    ),
}
VOID: Final[dict[str, tuple[Rule, ...]]] = {
    "Invoice": (*_CLOSED, lines.voided, sales.unlink_all),
    "SalesReceipt": (*_CLOSED, lines.voided),
    "Payment": (*_CLOSED, lines.voided, payments.drop_links),
    "BillPayment": (*_CLOSED, lines.voided, payments.drop_links),
}
