"""Bills, purchases, their payments, and the entries of the general ledger."""

from __future__ import annotations

import dataclasses

from local.sandboxes.qbo.schema.entity import READ_ONLY, TRANSACTION_OPERATIONS, Entity
from local.sandboxes.qbo.schema.fields import (
    Field,
    calculated,
    choice,
    day,
    flag,
    free,
    number,
    part,
    parts,
    ref,
    text,
    unfindable,
)
from local.sandboxes.qbo.schema.lines import LINE
from local.sandboxes.qbo.schema.parts import (
    ADDRESS,
    BILL_CARD,
    BILL_CHECK,
    CASH_BACK,
    CHECK,
    CREDIT_CHARGE,
    EMAIL,
)
from local.sandboxes.qbo.schema.transactions import (
    BALANCE,
    EMAIL_STATUS,
    HEADER_CLASS,
    LINES,
    PAYMENT_TYPE,
    PRINT_STATUS,
    TAX_CALCULATION,
    TOTAL,
    TRANSACTION,
)

EXPENSE_LINES = frozenset(
    {"AccountBasedExpenseLineDetail", "ItemBasedExpenseLineDetail", "DescriptionOnly"}
)
_BY_LINE = unfindable(TRANSACTION, "ProjectRef")
_PAYABLE: tuple[Field, ...] = (
    *_BY_LINE,
    ref("VendorRef", "Vendor", required=True, find=True),
    LINES,
    ref("APAccountRef", "Account", find=True),
    part("VendorAddr", ADDRESS),
    TAX_CALCULATION,
    part("BillEmail", EMAIL),
    part("ReplyEmail", EMAIL),
    text("Memo", 4000),
    *TOTAL,
)
BILL = Entity(
    name="Bill",
    family="transaction",
    sequence="transactions",
    operations=TRANSACTION_OPERATIONS,
    always=("VendorRef",),
    details=EXPENSE_LINES,
    fields=(
        *_PAYABLE,
        ref("SalesTermRef", "Term", find=True),
        day("DueDate", find=True),
        part("RemitToAddr", ADDRESS),
        part("ShipAddr", ADDRESS),
        flag("IncludeInAnnualTPAR"),
        *BALANCE,
    ),
)
VENDOR_CREDIT = Entity(
    name="VendorCredit",
    family="transaction",
    sequence="transactions",
    operations=TRANSACTION_OPERATIONS,
    details=EXPENSE_LINES,
    fields=(*_PAYABLE, flag("IncludeInAnnualTPAR"), *BALANCE),
)
PURCHASE_ORDER = Entity(
    name="PurchaseOrder",
    family="transaction",
    sequence="transactions",
    operations=TRANSACTION_OPERATIONS | {"send", "pdf"},
    numbered=True,
    details=EXPENSE_LINES,
    defaults={"POStatus": "Open"},
    fields=(
        *_PAYABLE,
        HEADER_CLASS,
        choice("POStatus", "Open", "Closed"),
        ref("SalesTermRef", "Term"),
        day("DueDate"),
        part("ShipAddr", ADDRESS),
        ref("ShipTo", "Customer"),
        ref("ShipMethodRef"),
        ref("TaxCodeRef"),
        part("POEmail", EMAIL),
        ref("TemplateRef"),
        PRINT_STATUS,
        EMAIL_STATUS,
        flag("ManuallyClosed"),
    ),
)
PURCHASE = Entity(
    name="Purchase",
    family="transaction",
    sequence="transactions",
    operations=TRANSACTION_OPERATIONS,
    always=("PaymentType",),
    details=EXPENSE_LINES,
    defaults={"Credit": False},
    fields=(
        *_BY_LINE,
        dataclasses.replace(PAYMENT_TYPE, required=True, find=True),
        ref("AccountRef", "Account", required=True),
        LINES,
        ref("EntityRef", "Vendor", "Employee", "Customer"),
        flag("Credit"),
        ref("PaymentMethodRef", "PaymentMethod"),
        text("PaymentRefNum", limit_by="payment_ref_limit"),
        part("CheckPayment", CHECK),
        part("CreditCardPayment", CREDIT_CHARGE),
        PRINT_STATUS,
        TAX_CALCULATION,
        text("Memo", 4000),
        flag("IncludeInAnnualTPAR"),
        *calculated(part("RemitToAddr", ADDRESS), free("PurchaseEx")),
        *TOTAL,
    ),
)
BILL_PAYMENT = Entity(
    name="BillPayment",
    family="transaction",
    sequence="transactions",
    operations=TRANSACTION_OPERATIONS | {"void"},
    fields=(
        *TRANSACTION,
        ref("VendorRef", "Vendor", required=True, find=True),
        choice("PayType", "Check", "CreditCard", required=True),
        number("TotalAmt", 0, required=True, find=True),
        parts("Line", LINE, required=True),
        ref("APAccountRef", "Account"),
        part("VendorAddr", ADDRESS),
        part("CheckPayment", BILL_CHECK),
        part("CreditCardPayment", BILL_CARD),
        flag("ProcessBillPayment"),
        *calculated(number("HomeTotalAmt")),
    ),
)
DEPOSIT = Entity(
    name="Deposit",
    family="transaction",
    sequence="transactions",
    operations=TRANSACTION_OPERATIONS,
    details=frozenset({"DepositLineDetail"}),
    fields=(
        *TRANSACTION,
        ref("DepositToAccountRef", "Account", required=True),
        LINES,
        part("CashBack", CASH_BACK),
        TAX_CALCULATION,
        *TOTAL,
    ),
)
JOURNAL_ENTRY = Entity(
    name="JournalEntry",
    family="transaction",
    sequence="transactions",
    operations=TRANSACTION_OPERATIONS,
    numbered=True,
    details=frozenset({"JournalEntryLineDetail", "DescriptionOnly"}),
    defaults={"Adjustment": False},
    fields=(*TRANSACTION, LINES, flag("Adjustment"), TAX_CALCULATION, *TOTAL),
)
TRANSFER = Entity(
    name="Transfer",
    family="transaction",
    sequence="transactions",
    operations=TRANSACTION_OPERATIONS,
    fields=(
        *TRANSACTION,
        ref("FromAccountRef", "Account", required=True),
        ref("ToAccountRef", "Account", required=True),
        number("Amount", 0, required=True, find=True),
    ),
)
CARD_PAYMENT = Entity(
    name="CreditCardPayment",
    wire_name="CreditCardPaymentTxn",
    family="transaction",
    sequence="transactions",
    operations=TRANSACTION_OPERATIONS,
    fields=(
        *TRANSACTION,
        ref("CreditCardAccountRef", "Account", required=True),
        ref("BankAccountRef", "Account", required=True),
        number("Amount", 0, required=True, find=True),
        ref("VendorRef", "Vendor"),
        text("CheckNum"),
        PRINT_STATUS,
        text("Memo", 4000),
    ),
)
REIMBURSE_CHARGE = Entity(
    name="ReimburseCharge",
    family="transaction",
    sequence="transactions",
    operations=READ_ONLY,
    fields=(
        *TRANSACTION,
        ref("CustomerRef", "Customer", find=True),
        flag("HasBeenInvoiced", find=True),
        number("Amount", find=True),
        parts("Line", LINE),
        *calculated(number("HomeTotalAmt")),
    ),
)
EXPENSES = (
    BILL,
    VENDOR_CREDIT,
    PURCHASE_ORDER,
    PURCHASE,
    BILL_PAYMENT,
    DEPOSIT,
    JOURNAL_ENTRY,
    TRANSFER,
    CARD_PAYMENT,
    REIMBURSE_CHARGE,
)
