"""Sales forms, payments and estimates."""

from __future__ import annotations

from typing import Any

from local.sandboxes.qbo.schema.entity import TRANSACTION_OPERATIONS, Entity
from local.sandboxes.qbo.schema.fields import (
    Field,
    calculated,
    day,
    flag,
    number,
    part,
    parts,
    ref,
    text,
    unfindable,
)
from local.sandboxes.qbo.schema.lines import LINE
from local.sandboxes.qbo.schema.parts import ADDRESS, CHECK, CREDIT_CHARGE, DELIVERY, EMAIL, MEMO
from local.sandboxes.qbo.schema.transactions import (
    AUTO_NUMBER,
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

SALES_LINES = frozenset(
    {
        "SalesItemLineDetail",
        "DiscountLineDetail",
        "SubTotalLineDetail",
        "GroupLineDetail",
        "DescriptionOnly",
        "TDSLineDetail",
    }
)
_FORM_DEFAULTS: dict[str, Any] = {
    "ApplyTaxAfterDiscount": False,
    "PrintStatus": "NeedToPrint",
    "EmailStatus": "NotSet",
}


def _form(customer_required: bool = True) -> tuple[Field, ...]:
    return (
        *TRANSACTION,
        ref("CustomerRef", "Customer", required=customer_required, find=True),
        LINES,
        HEADER_CLASS,
        part("CustomerMemo", MEMO),
        part("BillAddr", ADDRESS),
        part("ShipAddr", ADDRESS),
        part("ShipFromAddr", ADDRESS),
        flag("FreeFormAddress"),
        ref("SalesTermRef", "Term", find=True),
        day("DueDate", find=True),
        ref("ShipMethodRef"),
        day("ShipDate"),
        text("TrackingNum"),
        TAX_CALCULATION,
        flag("ApplyTaxAfterDiscount"),
        ref("TemplateRef"),
        PRINT_STATUS,
        EMAIL_STATUS,
        part("BillEmail", EMAIL),
        part("BillEmailCc", EMAIL),
        part("BillEmailBcc", EMAIL),
        ref("ARAccountRef", "Account"),
        ref("PaymentMethodRef", "PaymentMethod"),
        text("PaymentRefNum", limit_by="payment_ref_limit"),
        PAYMENT_TYPE,
        part("CheckPayment", CHECK),
        part("CreditCardPayment", CREDIT_CHARGE),
        ref("DepositToAccountRef", "Account"),
        ref("TaxExemptionRef"),
        AUTO_NUMBER,
        *TOTAL,
        *BALANCE,
        *calculated(part("DeliveryInfo", DELIVERY)),
    )


INVOICE = Entity(
    name="Invoice",
    family="transaction",
    sequence="transactions",
    operations=TRANSACTION_OPERATIONS | {"void", "send", "pdf"},
    numbered=True,
    details=SALES_LINES,
    defaults=_FORM_DEFAULTS
    | {
        "AllowIPNPayment": False,
        "AllowOnlinePayment": False,
        "AllowOnlineCreditCardPayment": False,
        "AllowOnlineACHPayment": False,
    },
    fields=(
        *unfindable(_form(), "TotalAmt"),
        flag("AllowIPNPayment"),
        flag("AllowOnlinePayment"),
        flag("AllowOnlineCreditCardPayment"),
        flag("AllowOnlineACHPayment"),
        number("Deposit"),
        text("EInvoiceStatus"),
        *calculated(text("InvoiceLink")),
    ),
)
ESTIMATE = Entity(
    name="Estimate",
    family="transaction",
    sequence="transactions",
    operations=TRANSACTION_OPERATIONS | {"send", "pdf"},
    numbered=True,
    details=SALES_LINES,
    defaults=_FORM_DEFAULTS | {"TxnStatus": "Pending"},
    fields=(
        *_form(),
        day("ExpirationDate"),
        text("AcceptedBy"),
        day("AcceptedDate"),
    ),
)
SALES_RECEIPT = Entity(
    name="SalesReceipt",
    family="transaction",
    sequence="transactions",
    operations=TRANSACTION_OPERATIONS | {"void", "send", "pdf"},
    numbered=True,
    details=SALES_LINES,
    defaults=_FORM_DEFAULTS,
    fields=_form(customer_required=False),
)
REFUND_RECEIPT = Entity(
    name="RefundReceipt",
    family="transaction",
    sequence="transactions",
    operations=TRANSACTION_OPERATIONS | {"send", "pdf"},
    numbered=True,
    details=SALES_LINES,
    defaults=_FORM_DEFAULTS,
    fields=(*_form(customer_required=False), *calculated(number("RemainingCredit"))),
)
CREDIT_MEMO = Entity(
    name="CreditMemo",
    family="transaction",
    sequence="transactions",
    operations=TRANSACTION_OPERATIONS | {"send", "pdf"},
    numbered=True,
    details=SALES_LINES,
    defaults=_FORM_DEFAULTS,
    fields=(*_form(), *calculated(number("RemainingCredit"))),
)
PAYMENT = Entity(
    name="Payment",
    family="transaction",
    sequence="transactions",
    operations=TRANSACTION_OPERATIONS | {"void", "send", "pdf"},
    defaults={"ProcessPayment": False},
    fields=(
        *unfindable(TRANSACTION, "ProjectRef"),
        ref("CustomerRef", "Customer", required=True, find=True),
        number("TotalAmt", 0, required=True, find=True),
        parts("Line", LINE),
        ref("DepositToAccountRef", "Account"),
        ref("ARAccountRef", "Account"),
        ref("PaymentMethodRef", "PaymentMethod"),
        text("PaymentRefNum", limit_by="payment_ref_limit"),
        PAYMENT_TYPE,
        part("CheckPayment", CHECK),
        part("CreditCardPayment", CREDIT_CHARGE),
        flag("ProcessPayment"),
        *calculated(number("UnappliedAmt"), number("HomeTotalAmt")),
    ),
)
SALES = (INVOICE, ESTIMATE, SALES_RECEIPT, REFUND_RECEIPT, CREDIT_MEMO, PAYMENT)
