"""Which rules hold for which entity, in the order in which they are asked."""

from __future__ import annotations

from typing import Final

from local.sandboxes.qbo.engine.change import Rule
from local.sandboxes.qbo.engine.rules import (
    charges,
    expenses,
    files,
    guards,
    lines,
    links,
    lists,
    money,
    names,
    numbers,
    other,
    payments,
    sales,
    taxes,
    time,
)

_NAMED = (names.settle_activity, names.unique)
_TREE = (names.settle_activity, names.hierarchy, names.unique)
_DATED = (guards.dated, guards.open_period, guards.unmarked, guards.addresses, money.currency)
_LINES = (lines.well_formed, lines.identified, lines.priced, lines.positive, lines.items_usable)
_FORM = (
    *_DATED,
    sales.filled,
    numbers.numbered,
    *_LINES,
    lines.sales_defaults,
    taxes.coded,
    lines.not_too_many,
    taxes.included,
    sales.custom_fields,
    lines.subtotalled,
    taxes.computed,
    lines.totalled,
    lines.balanced,
    money.home_totals,
)
_EXPENSE = (
    *_DATED,
    numbers.numbered,
    expenses.text_lines,
    *_LINES,
    expenses.has_amount,
    expenses.accounts_usable,
    taxes.coded,
    taxes.included,
    expenses.billable_lines,
    charges.carry_charges,
    taxes.computed,
    lines.totalled,
)
_MOVE = (*_DATED, numbers.numbered)
_PLAIN = (guards.no_custom_fields, guards.no_header_project)
_CHARGING = (charges.charge_unchanged,)
_TIME = (
    guards.no_custom_fields,
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
    "Attachable": (files.attachable,),
    "Preferences": (other.preferences,),
    "Invoice": (*_FORM, sales.due, links.linked, payments.unpaid),
    "Estimate": _FORM,
    "SalesReceipt": _FORM,
    "RefundReceipt": _FORM,
    "CreditMemo": (*_FORM, other.remaining_credit),
    "Payment": (
        *_DATED,
        payments.payable,
        payments.covered,
        payments.unapplied,
        money.home_totals,
    ),
    "Bill": (
        *_PLAIN,
        expenses.bill,
        *_EXPENSE,
        lines.balanced,
        sales.due,
        money.home_totals,
        payments.unpaid,
        *_CHARGING,
    ),
    "VendorCredit": (*_PLAIN, expenses.bill, *_EXPENSE, lines.balanced, money.home_totals),
    "PurchaseOrder": _EXPENSE,
    "Purchase": (*_PLAIN, expenses.purchase, *_EXPENSE, money.home_totals, *_CHARGING),
    "BillPayment": (
        *_MOVE,
        other.bill_payment,
        lines.identified,
        payments.payable,
        payments.covered,
        money.home_totals,
    ),
    "Deposit": (*_MOVE, lines.well_formed, lines.identified, lines.totalled),
    "JournalEntry": (*_MOVE, lines.well_formed, lines.identified, lines.debits_equal_credits),
    "Transfer": _MOVE,
    "CreditCardPayment": _MOVE,
}
AFTER: Final[dict[str, tuple[Rule, ...]]] = {
    **dict.fromkeys(
        ("Customer", "Item", "Account", "Class", "Department"), (names.rename_children,)
    ),
    "Invoice": (links.flip_activities, payments.release),
    "Bill": (charges.make_charges, payments.release),
    "Purchase": (charges.make_charges,),
    "ReimburseCharge": (charges.show_billed,),
    "Attachable": (files.touch_linked, files.drop_content),
    "Payment": (payments.pay,),
    "BillPayment": (payments.pay,),
}
_CLOSED = (guards.open_period, guards.unmarked)
BEFORE_DELETE: Final[dict[str, tuple[Rule, ...]]] = {
    "TimeActivity": (time.not_billed, *_CLOSED),
    "Bill": (*_CLOSED, payments.unpaid, charges.charge_open),
    "Purchase": (*_CLOSED, charges.charge_open),
    "Invoice": (*_CLOSED, payments.unpaid),
    **dict.fromkeys(
        (
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
    "Invoice": (*_CLOSED, lines.voided, links.unlink_all, payments.unpaid),
    "SalesReceipt": (*_CLOSED, lines.voided),
    "Payment": (*_CLOSED, lines.voided, payments.drop_links),
    "BillPayment": (*_CLOSED, lines.voided, payments.drop_links),
}
