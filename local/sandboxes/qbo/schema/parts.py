"""The parts that entities share."""

from __future__ import annotations

from local.sandboxes.qbo.schema.fields import (
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

ADDRESS = Shape(
    "PhysicalAddress",
    (
        text("Id"),
        *(text(f"Line{n}", 500) for n in range(1, 6)),
        text("City", 255),
        text("Country", 255),
        text("CountryCode", 255),
        text("County", 255),
        text("CountrySubDivisionCode", 255),
        text("PostalCode", 30),
        text("Lat"),
        text("Long"),
        text("Note"),
        text("Tag"),
    ),
)
PHONE = Shape("TelephoneNumber", (text("Id"), text("FreeFormNumber", 30), text("DeviceType")))
EMAIL = Shape("EmailAddress", (text("Id"), text("Address", 100)))
WEB = Shape("WebSiteAddress", (text("Id"), text("URI", 1000)))
MEMO = Shape("MemoRef", (text("value", 1000), text("id")))
LINKED = Shape("LinkedTxn", (text("TxnId"), text("TxnType"), text("TxnLineId")))
CUSTOM = Shape(
    "CustomField",
    (
        text("DefinitionId"),
        text("Name"),
        choice("Type", "StringType", "BooleanType", "NumberType", "DateType"),
        text("StringValue", limit_by="custom_field_limit"),
        flag("BooleanValue"),
        day("DateValue"),
        number("NumberValue"),
    ),
)
MARKUP = Shape(
    "MarkupInfo",
    (
        flag("PercentBased"),
        number("Value"),
        number("Percent"),
        ref("PriceLevelRef"),
        *calculated(ref("MarkUpIncomeAccountRef", "Account")),
    ),
)
CREDIT_CHARGE = Shape("CreditCardPayment", (free("CreditChargeInfo"), free("CreditChargeResponse")))
CHECK = Shape(
    "CheckPayment",
    (text("CheckNum"), text("Status"), text("NameOnAcct"), text("AcctNum"), text("BankName")),
)
BILL_CHECK = Shape(
    "BillPaymentCheck",
    (
        ref("BankAccountRef", "Account", required=True),
        choice("PrintStatus", "NotSet", "NeedToPrint", "PrintComplete"),
        part("CheckDetail", CHECK),
        part("PayeeAddr", ADDRESS),
    ),
)
BILL_CARD = Shape(
    "BillPaymentCreditCard",
    (ref("CCAccountRef", "Account", required=True), part("CCDetail", CREDIT_CHARGE)),
)
TAX_LINE = Shape(
    "TaxLine",
    (
        text("Id"),
        number("Amount"),
        choice("DetailType", "TaxLineDetail"),
        part(
            "TaxLineDetail",
            Shape(
                "TaxLineDetail",
                (
                    ref("TaxRateRef", "TaxRate"),
                    flag("PercentBased"),
                    number("TaxPercent"),
                    number("NetAmountTaxable"),
                    number("TaxInclusiveAmount"),
                    number("OverrideDeltaAmount"),
                    day("ServiceDate"),
                ),
            ),
        ),
    ),
)
TAX = Shape(
    "TxnTaxDetail",
    (
        ref("TxnTaxCodeRef", "TaxCode"),
        ref("DefaultTaxCodeRef", "TaxCode"),
        number("TotalTax"),
        parts("TaxLine", TAX_LINE),
        flag("UseAutomatedSalesTax"),
    ),
)
TAX_RATES = Shape(
    "TaxRateList",
    (
        parts(
            "TaxRateDetail",
            Shape(
                "TaxRateDetail",
                (
                    ref("TaxRateRef", "TaxRate"),
                    choice("TaxTypeApplicable", "TaxOnAmount", "TaxOnAmountPlusTax", "TaxOnTax"),
                    whole("TaxOrder"),
                    whole("TaxOnTaxOrder"),
                ),
            ),
        ),
    ),
)
EFFECTIVE_RATE = Shape(
    "EffectiveTaxRate", (number("RateValue"), text("EffectiveDate"), text("EndDate"))
)
DELIVERY = Shape("TransactionDeliveryInfo", (text("DeliveryType"), text("DeliveryTime")))
CASH_BACK = Shape("CashBackInfo", (ref("AccountRef", "Account"), number("Amount"), text("Memo")))
ATTACHED = Shape(
    "AttachableRef",
    (
        ref("EntityRef", "*"),
        text("LineInfo"),
        flag("IncludeOnSend"),
        flag("Inactive"),
        flag("NoRefOnly"),
        parts("CustomField", CUSTOM),
    ),
)
SCHEDULE = Shape(
    "RecurringScheduleInfo",
    (
        text("IntervalType"),
        whole("NumInterval"),
        whole("DayOfMonth"),
        text("DayOfWeek"),
        whole("WeekOfMonth"),
        text("MonthOfYear"),
        whole("RemindDays"),
        whole("DaysBefore"),
        whole("MaxOccurrences"),
        day("StartDate"),
        day("EndDate"),
        day("NextDate"),
        day("PreviousDate"),
    ),
)
RECURRING = Shape(
    "RecurringInfo",
    (text("Name"), text("RecurType"), flag("Active"), part("ScheduleInfo", SCHEDULE)),
)
