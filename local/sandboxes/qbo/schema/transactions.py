"""What transactions share."""

from __future__ import annotations

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
)
from local.sandboxes.qbo.schema.lines import LINE
from local.sandboxes.qbo.schema.parts import CUSTOM, LINKED, RECURRING, TAX

DEPARTMENT = ref("DepartmentRef", "Department", needs=("TrackDepartments",))
HEADER_CLASS = ref("ClassRef", "Class", needs=("ClassTrackingPerTxn",))
LINES = parts("Line", LINE, required=True)
PRINT_STATUS = choice("PrintStatus", "NotSet", "NeedToPrint", "PrintComplete")
EMAIL_STATUS = choice("EmailStatus", "NotSet", "NeedToSend", "EmailSent")
TAX_CALCULATION = choice("GlobalTaxCalculation", "TaxExcluded", "TaxInclusive", "NotApplicable")
PAYMENT_TYPE = choice("PaymentType", "Cash", "Check", "CreditCard", "Expense", "Other")

TRANSACTION: tuple[Field, ...] = (
    text("DocNumber", 21, find=True),
    day("TxnDate", find=True),
    DEPARTMENT,
    ref("CurrencyRef"),
    number("ExchangeRate", 0),
    text("PrivateNote", 4000),
    text("TxnStatus"),
    text("TransactionLocationType"),
    parts("LinkedTxn", LINKED),
    parts("CustomField", CUSTOM),
    part("TxnTaxDetail", TAX),
    free("AttachableRef"),
    ref("ProjectRef", "Project", find=True),
    free("Tag"),
    *calculated(
        text("TxnSource"),
        ref("RecurDataRef"),
        number("TotalCostAmount"),
        number("HomeTotalCostAmount"),
    ),
    part("RecurringInfo", RECURRING),
)
TOTAL = calculated(number("TotalAmt", find=True), number("HomeTotalAmt"))
BALANCE = calculated(number("Balance", find=True), number("HomeBalance"))
AUTO_NUMBER = flag("AutoDocNumber")
