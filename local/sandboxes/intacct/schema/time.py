"""Timesheets and expense reports."""

from __future__ import annotations

from typing import Final

from local.sandboxes.intacct.schema.dimensions import DIMENSIONS, LINE, WAYS
from local.sandboxes.intacct.schema.fields import (
    BY,
    ENTITY,
    MODIFIED,
    PARENT_KEY,
    RECORDNO,
    Field,
    Lines,
    Object,
    choice,
    date,
    decimal,
    derived,
    listed,
    posted,
    ref,
    shown,
    text,
    ways,
    whole,
    yes_or_no,
)
from local.sandboxes.intacct.schema.lists import READ_ONLY

SHEET_STATES: Final = (
    "Submitted|Approved|Partially Approved|Declined|Draft|Partially Declined|Saved"
)
SHEET_CODES: Final = "S A X R I E V"
REPORT_STATES: Final = (
    "Draft|Submitted|Partially Approved|Approved|Declined|Partially Paid|Paid|Reversed"
)

_sheet = listed(
    *ref("EMPLOYEEID*", "EMPLOYEE"),
    *date("BEGINDATE* GLPOSTDATE"),
    *shown(date("ENDDATE")),
    *text("DESCRIPTION", 200),
    *ref("SUPDOCID", "SUPDOC"),
    *choice("STATE", SHEET_STATES, SHEET_CODES, "Draft"),
    *derived("EMPLOYEEKEY=EMPLOYEE.RECORDNO EMPLOYEENAME=EMPLOYEE.CONTACT.PRINTAS"),
    *shown(decimal("TOTALQTY", 4)),
)
TIMESHEET: Final = Object(
    "TIMESHEET",
    _sheet,
    title="DESCRIPTION",
    indexed=(("EMPLOYEEID", "BEGINDATE"),),
    lines=Lines("TIMESHEETENTRIES", "TIMESHEETENTRY", "TIMESHEETENTRY", "LINENO"),
    module="PA",
    posting_dates=("GLPOSTDATE", "BEGINDATE"),
    legacy="timesheet",
    application="EE",
    document=True,
    relations=ways(_sheet, "EMPLOYEE=EMPLOYEEID"),
)

_entry = (
    RECORDNO,
    Field("TIMESHEETKEY", "INTEGER", readonly=True, meta="parent"),
    *whole("LINENO"),
    *date("ENTRYDATE*"),
    *decimal("QTY*", 4),
    *text("DESCRIPTION", 200),
    *text("NOTES", 1000),
    *ref("TIMETYPE", "TIMETYPE"),
    *yes_or_no("BILLABLE"),
    *decimal("EXTBILLRATE EXTCOSTRATE EXTAMOUNT EXTEMPLOYERTAXES EXTFRINGES EXTCASHFRINGES"),
    *text("EMPPOSITIONID LABORCLASSID LABORSHIFTID LABORUNIONID"),
    *shown(choice("STATE", SHEET_STATES, SHEET_CODES, "Draft")),
    *shown(text("APPROVEDBY COMMENT")),
    *DIMENSIONS,
    MODIFIED,
    *BY,
    *ENTITY,
)
TIMESHEETENTRY: Final = Object(
    "TIMESHEETENTRY",
    _entry,
    title="DESCRIPTION",
    label="Timesheet entry",
    writable=READ_ONLY,
    parent="TIMESHEET",
    relations=(
        *ways(_entry, WAYS),
        *ways((*ref("TIMESHEETKEY", "TIMESHEET", True),), "TIMESHEET=TIMESHEETKEY"),
    ),
)

_approval = listed(
    *ref("TIMESHEETKEY", "TIMESHEET", by_recordno=True),
    *whole("TIMESHEETENTRYKEY"),
    *choice("STATE", SHEET_STATES, SHEET_CODES),
    *text("APPROVEDBY COMMENT"),
)
TIMESHEETAPPROVAL: Final = Object(
    "TIMESHEETAPPROVAL", _approval, title="COMMENT", writable=READ_ONLY, audited=False
)

_report = posted(
    *ref("EMPLOYEEID*", "EMPLOYEE"),
    *text("RECORDID", 20),
    *choice("STATE", REPORT_STATES, "D S PA A U PP P V", "Submitted"),
    *date("WHENCREATED* WHENPOSTED WHENPAID"),
    *text("DESCRIPTION MEMO", 500),
    *text("EXTERNALID PRBATCH"),
    *ref("SUPDOCID", "SUPDOC"),
    *text("BASECURR CURRENCY", 3),
    *yes_or_no("INCLUSIVETAX"),
    *text("TAXSOLUTIONID"),
    *shown(decimal("TOTALENTERED TOTALPAID TOTALDUE TOTALSELECTED")),
    *shown(decimal("TRX_TOTALENTERED TRX_TOTALPAID TRX_TOTALDUE")),
    *shown(text("REVERSEDKEY")),
    *derived("EMPLOYEENAME=EMPLOYEE.CONTACT.PRINTAS"),
)
EEXPENSES: Final = Object(
    "EEXPENSES",
    _report,
    title="RECORDID",
    label="Expense report",
    writable=frozenset({"delete"}),
    lines=Lines("EXPENSES", "EEXPENSESITEM", "EEXPENSESITEM"),
    module="EE",
    posting_dates=("WHENPOSTED", "WHENCREATED"),
    legacy="expensereport",
    application="EE",
    document=True,
    relations=ways(_report, "EMPLOYEE=EMPLOYEEID"),
)

_expense = (
    RECORDNO,
    PARENT_KEY,
    *LINE,
    *ref("EXPENSETYPE", "EEACCOUNTLABEL"),
    *ref("ACCOUNTNO", "GLACCOUNT"),
    *decimal("AMOUNT* TRX_AMOUNT QUANTITY RATE EXCHANGE_RATE"),
    *text("CURRENCY", 3),
    *date("ENTRY_DATE EXCH_RATE_DATE"),
    *text("EXCH_RATE_TYPE_ID FORM1099 FORM1099TYPE FORM1099BOX"),
    *text("ENTRYDESCRIPTION PAIDFOR", 500),
    *yes_or_no("BILLABLE"),
    *ref("EXPPMTTYPE", "EXPENSEPAYMENTTYPE"),
    *decimal("TOTALTRXAMOUNT"),
    *DIMENSIONS,
    *derived("ACCOUNTTITLE=GLACCOUNT.TITLE"),
    MODIFIED,
    *BY,
    *ENTITY,
)
EEXPENSESITEM: Final = Object(
    "EEXPENSESITEM",
    _expense,
    title="ENTRYDESCRIPTION",
    label="Expense",
    writable=READ_ONLY,
    parent="EEXPENSES",
    relations=ways(_expense, f"{WAYS} GLACCOUNT=ACCOUNTNO"),
)

TIME: Final = (TIMESHEET, TIMESHEETENTRY, TIMESHEETAPPROVAL, EEXPENSES, EEXPENSESITEM)
