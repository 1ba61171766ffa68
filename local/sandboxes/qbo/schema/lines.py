"""Transaction lines and their details."""

from __future__ import annotations

from local.sandboxes.qbo.schema.fields import (
    Field,
    Shape,
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
    whole,
)
from local.sandboxes.qbo.schema.parts import CUSTOM, LINKED, MARKUP

LINE_CLASS = ref("ClassRef", "Class", needs=("ClassTrackingPerTxnLine", "ClassTrackingPerTxn"))
BILLABLE = choice("BillableStatus", "Billable", "NotBillable", "HasBeenBilled")
_ITEM: tuple[Field, ...] = (
    ref("ItemRef", "Item"),
    number("UnitPrice"),
    number("Qty"),
    ref("PriceLevelRef"),
    part("MarkupInfo", MARKUP),
    ref("TaxCodeRef"),
    free("UOMRef"),
)
_TAX_INCLUSIVE = number("TaxInclusiveAmt")
SALES_ITEM = Shape(
    "SalesItemLineDetail",
    (
        *_ITEM,
        ref("ClassRef", "Class", needs=("ClassTrackingPerTxnLine",)),
        _TAX_INCLUSIVE,
        day("ServiceDate"),
        number("DiscountRate"),
        number("DiscountAmt"),
        flag("DeferredRevenue"),
        ref("TaxClassificationRef"),
        *calculated(ref("ItemAccountRef", "Account")),
    ),
)
ITEM_EXPENSE = Shape(
    "ItemBasedExpenseLineDetail",
    (*_ITEM, LINE_CLASS, _TAX_INCLUSIVE, ref("CustomerRef", "Customer"), BILLABLE),
)
ACCOUNT_EXPENSE = Shape(
    "AccountBasedExpenseLineDetail",
    (
        ref("AccountRef", "Account", required=True),
        ref("CustomerRef", "Customer"),
        LINE_CLASS,
        BILLABLE,
        part("MarkupInfo", MARKUP),
        number("TaxAmount"),
        ref("TaxCodeRef"),
        number("TaxInclusiveAmt"),
    ),
)
DISCOUNT = Shape(
    "DiscountLineDetail",
    (
        flag("PercentBased"),
        number("DiscountPercent", 0, 100),
        ref("DiscountAccountRef", "Account"),
        ref("DiscountRef"),
        ref("ClassRef", "Class"),
        ref("TaxCodeRef"),
        day("ServiceDate"),
        free("Discount"),
    ),
)
SUBTOTAL = Shape("SubTotalLineDetail", (ref("ItemRef", "Item"), day("ServiceDate")))
DESCRIPTION = Shape("DescriptionLineDetail", (day("ServiceDate"), ref("TaxCodeRef")))
DEPOSIT = Shape(
    "DepositLineDetail",
    (
        ref("Entity", "Customer", "Vendor", "Employee"),
        ref("AccountRef", "Account"),
        ref("PaymentMethodRef", "PaymentMethod"),
        ref("ClassRef", "Class"),
        text("CheckNum"),
        text("TxnType"),
        ref("TaxCodeRef"),
        text("TaxApplicableOn"),
    ),
)
JOURNAL = Shape(
    "JournalEntryLineDetail",
    (
        choice("PostingType", "Debit", "Credit", required=True),
        ref("AccountRef", "Account", required=True),
        part(
            "Entity",
            Shape(
                "EntityTypeRef",
                (text("Type"), ref("EntityRef", "Customer", "Vendor", "Employee")),
            ),
        ),
        LINE_CLASS,
        ref("DepartmentRef", "Department", needs=("TrackDepartments",)),
        ref("TaxCodeRef"),
        text("TaxApplicableOn"),
        number("TaxAmount"),
        number("TaxInclusiveAmt"),
        BILLABLE,
    ),
)
REIMBURSE = Shape("ReimburseLineDetail", (*_ITEM, LINE_CLASS, ref("ItemAccountRef", "Account")))
_COMMON: tuple[Field, ...] = (
    text("Id"),
    whole("LineNum", 0),
    text("Description", 4000),
    number("Amount", -999_999_999_999_999, 999_999_999_999_999),
    number("Received"),
    parts("LinkedTxn", LINKED),
    choice(
        "DetailType",
        "PaymentLineDetail",
        "DiscountLineDetail",
        "TaxLineDetail",
        "SalesItemLineDetail",
        "ItemBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail",
        "DepositLineDetail",
        "PurchaseOrderItemLineDetail",
        "ItemReceiptLineDetail",
        "JournalEntryLineDetail",
        "GroupLineDetail",
        "DescriptionOnly",
        "SubTotalLineDetail",
        "SalesOrderItemLineDetail",
        "TDSLineDetail",
        "ReimburseLineDetail",
        "ItemAdjustmentLineDetail",
    ),
    part("SalesItemLineDetail", SALES_ITEM),
    part("ItemBasedExpenseLineDetail", ITEM_EXPENSE),
    part("AccountBasedExpenseLineDetail", ACCOUNT_EXPENSE),
    part("DiscountLineDetail", DISCOUNT),
    part("SubTotalLineDetail", SUBTOTAL),
    part("DescriptionLineDetail", DESCRIPTION),
    part("DepositLineDetail", DEPOSIT),
    part("JournalEntryLineDetail", JOURNAL),
    part("ReimburseLineDetail", REIMBURSE),
    parts("CustomField", CUSTOM),
    free("LineEx"),
    ref("ProjectRef", "Project"),
)
GROUP = Shape(
    "GroupLineDetail",
    (
        ref("GroupItemRef", "Item"),
        number("Quantity"),
        day("ServiceDate"),
        parts("Line", Shape("Line", _COMMON)),
    ),
)
LINE = Shape("Line", (*_COMMON, part("GroupLineDetail", GROUP)))
