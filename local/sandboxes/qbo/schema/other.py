"""Time, attachments, the company itself and its preferences."""

from __future__ import annotations

from .entity import READ_ONLY, TRANSACTION_OPERATIONS, Entity
from .fields import (
    calculated,
    choice,
    day,
    flag,
    free,
    moment,
    number,
    part,
    parts,
    ref,
    text,
    whole,
)
from .parts import ADDRESS, ATTACHED, CUSTOM, EMAIL, PHONE, WEB

_RATE = 99_999_999_999
TIME_ACTIVITY = Entity(
    name="TimeActivity",
    family="time",
    sequence="TimeActivity",
    operations=TRANSACTION_OPERATIONS,
    changes=False,
    defaults={"BillableStatus": "NotBillable", "Taxable": False, "HourlyRate": 0, "CostRate": 0},
    always=("NameOf",),
    fields=(
        choice("NameOf", "Employee", "Vendor", "Other", required=True),
        ref("EmployeeRef", "Employee"),
        ref("VendorRef", "Vendor"),
        day("TxnDate", find=True),
        whole("Hours", 0),
        whole("Minutes", 0),
        whole("Seconds", 0),
        whole("BreakHours", 0),
        whole("BreakMinutes", 0),
        whole("BreakSeconds", 0),
        moment("StartTime"),
        moment("EndTime"),
        ref("CustomerRef", "Customer"),
        ref("ProjectRef", "Project", find=True),
        ref("ItemRef", "Item"),
        ref("ClassRef", "Class", needs=("ClassTrackingPerTxn", "ClassTrackingPerTxnLine")),
        ref("DepartmentRef", "Department", needs=("TrackDepartments",)),
        ref("PayrollItemRef"),
        choice("BillableStatus", "Billable", "NotBillable", "HasBeenBilled", find=True),
        flag("Taxable"),
        number("HourlyRate", 0, _RATE),
        number("CostRate", 0, _RATE),
        text("Description", 4000),
        text("TransactionLocationType"),
        free("AttachableRef"),
        parts("CustomField", CUSTOM),
        *calculated(whole("TimeChargeId"), ref("OtherNameRef")),
    ),
)
ATTACHABLE = Entity(
    name="Attachable",
    family="other",
    sequence="long",
    operations=TRANSACTION_OPERATIONS,
    fields=(
        parts("AttachableRef", ATTACHED),
        text("FileName", 1000, find=True),
        text("Note", 2000),
        choice(
            "Category",
            "Contact Photo",
            "Document",
            "Image",
            "Receipt",
            "Signature",
            "Sound",
            "Other",
        ),
        text("ContentType"),
        text("PlaceName"),
        text("Lat"),
        text("Long"),
        text("Tag"),
        *calculated(
            text("FileAccessUri"),
            text("TempDownloadUri"),
            whole("Size"),
            text("ThumbnailFileAccessUri"),
            text("ThumbnailTempDownloadUri"),
        ),
    ),
)
COMPANY_INFO = Entity(
    name="CompanyInfo",
    family="other",
    sequence="CompanyInfo",
    operations=READ_ONLY | {"update"},
    fields=(
        text("CompanyName", 1024, find=True),
        text("LegalName", 1024),
        part("CompanyAddr", ADDRESS),
        part("CustomerCommunicationAddr", ADDRESS),
        part("LegalAddr", ADDRESS),
        part("PrimaryPhone", PHONE),
        part("Email", EMAIL),
        part("CustomerCommunicationEmailAddr", EMAIL),
        part("CompanyEmailAddr", EMAIL),
        part("WebAddr", WEB),
        part("CompanyURL", WEB),
        day("CompanyStartDate"),
        text("FiscalYearStartMonth"),
        text("Country"),
        text("SupportedLanguages"),
        text("EmployerId"),
        text("DefaultTimeZone"),
        free("NameValue"),
    ),
)
PREFERENCES = Entity(
    name="Preferences",
    family="other",
    sequence="Preferences",
    operations=READ_ONLY | {"update"},
    fields=tuple(
        free(name)
        for name in (
            "AccountingInfoPrefs",
            "AdvancedInventoryPrefs",
            "ProductAndServicesPrefs",
            "SalesFormsPrefs",
            "EmailMessagesPrefs",
            "PrintDocumentPrefs",
            "VendorAndPurchasesPrefs",
            "TimeTrackingPrefs",
            "TaxPrefs",
            "FinanceChargesPrefs",
            "CurrencyPrefs",
            "ReportPrefs",
            "OtherPrefs",
        )
    ),
)
EXCHANGE_RATE = Entity(
    name="ExchangeRate",
    family="other",
    sequence="ExchangeRate",
    operations=READ_ONLY | {"update"},
    changes=False,
    fields=(
        text("SourceCurrencyCode", 3, required=True, find=True),
        text("TargetCurrencyCode", 3, find=True),
        number("Rate", 0, required=True),
        day("AsOfDate", find=True),
        parts("CustomField", CUSTOM),
    ),
)
OTHER = (TIME_ACTIVITY, ATTACHABLE, COMPANY_INFO, PREFERENCES, EXCHANGE_RATE)
