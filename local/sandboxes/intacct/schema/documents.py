"""Bills, card charges, invoices, order entry and payments."""

from __future__ import annotations

from typing import Final

from local.sandboxes.intacct.schema.dimensions import DIMENSIONS, LINE, WAYS
from local.sandboxes.intacct.schema.fields import (
    BY,
    ENTITY,
    MODIFIED,
    PARENT_KEY,
    RECORDNO,
    STATUS,
    Field,
    Fields,
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

PAYABLE_STATES: Final = (
    "Draft|Partially Approved|Submitted|Declined|Posted|Selected|Partially Paid|Paid|Reversed"
)
CHARGE_STATES: Final = "Draft|Posted|Selected|Partially Paid|Paid|Reversed"
PAYABLE_CODES: Final = "D PA S U A SE PP P V"
ORDER_STATES: Final = (
    "Submitted|Approved|Partially Approved|Declined|Draft|Pending|Closed|In Progress|Converted|"
    "Partially Converted"
)
METHODS: Final = "Printed Check|Cash|EFT|Credit Card|Online Charge Card|Online ACH Debit"
# Of retainage, contracts and amortization: there to be read, and empty.
RETAINED: Final = (
    "RETAINAGEPERCENTAGE TRX_AMOUNTRETAINED AMOUNTRETAINED TRX_AMOUNTRELEASED "
    "RETAINAGE_OFFSETGLACCOUNTNO ISRETAINAGERELEASE PROJECTCONTRACTID PROJECTCONTRACTKEY "
    "PROJECTCONTRACTLINEID PROJECTCONTRACTLINEKEY PROJECTCONTRACTNAME PROJECTCONTRACTLINENAME "
    "ISSUMMARIZED AMORTIZATIONTEMPLATEKEY AMORTIZATIONTEMPLATEID AMORTIZATIONSTARTDATE "
    "AMORTIZATIONENDDATE"
)
ELSEWHERE: Final = (
    "OFFSETACCOUNTKEY OFFSETGLACCOUNTTITLE ACCOUNTLABELKEY EXCH_RATE_DATE EXCH_RATE_TYPE_ID "
    "EXCHANGE_RATE ALLOCATIONKEY TRX_DISCOUNTAPPLIED PARENTENTRY PAYMENTTAXCAPTURE DEFERREVENUE "
    "REVRECTEMPLATEKEY DEFERREDREVACCTKEY DEFERREDREVACCTTITLE BASELOCATION "
    "BILLABLECONTRACTSCHENTRYKEY BILLABLECONTRACTUSAGEBILLINGID DETAILKEY WHENCREATED "
    "ORIGDOCKEY ORIGDOCLINEKEY ORIGDOCID ORIGDOCLINEID CONTRACTDIMKEY CONTRACTNAME"
)
MONEY: Final[Fields] = (
    *text("BASECURR CURRENCY", 3),
    *date("EXCH_RATE_DATE"),
    *text("EXCH_RATE_TYPE_ID"),
    *decimal("EXCHANGE_RATE", 10),
    *text("TAXSOLUTIONID TAXMETHOD"),
    *yes_or_no("INCLUSIVETAX"),
)
TOTALS: Final[Fields] = (
    *shown(decimal("TOTALENTERED TOTALPAID TOTALSELECTED TOTALDUE")),
    *shown(decimal("TRX_TOTALENTERED TRX_TOTALPAID TRX_TOTALSELECTED TRX_TOTALDUE")),
    *shown(date("WHENPAID")),
    *shown(text("MODULEKEY RAWSTATE SYSTEMGENERATED REVERSEDKEY")),
    *shown(whole("DUE_IN_DAYS PRBATCHKEY")),
)


def _payable(name: str, party: str, label: str, line: str, module: str, **more: str) -> Object:
    """A bill or an invoice; `party` is CUSTOMER or VENDOR."""
    fields = posted(
        *ref(f"{party}ID*", party),
        *text("RECORDID", 30),
        *text("DOCNUMBER", 20),
        *shown(choice("STATE", PAYABLE_STATES, PAYABLE_CODES, "Posted")),
        *choice("ACTION", "Draft|Submit"),
        *date("WHENCREATED WHENPOSTED WHENDUE WHENDISCOUNT RECPAYMENTDATE"),
        *ref("TERMNAME", more["term"]),
        *text("DESCRIPTION", 1000),
        *text("DESCRIPTION2 EXTERNALID PRBATCH CUSTMESSAGEID"),
        *ref("SUPDOCID", "SUPDOC"),
        *choice("PAYMENTPRIORITY", "urgent|high|normal|low", default="normal"),
        *yes_or_no("ONHOLD"),
        *ref("BILLTOPAYTOCONTACTNAME", "CONTACT"),
        *ref("SHIPTORETURNTOCONTACTNAME", "CONTACT"),
        *MONEY,
        *TOTALS,
        *text("CUSTMESSAGE.MESSAGE"),
        *shown(decimal("RETAINAGEPERCENTAGE TRX_TOTALRETAINED TRX_TOTALRELEASED TOTALRETAINED")),
        *derived(f"{party}NAME={party}.NAME {party}KEY={party}.RECORDNO"),
    )
    paths = (
        f"{party}={party}ID TERM=TERMNAME BILLTO=BILLTOPAYTOCONTACTNAME "
        "SHIPTO=SHIPTORETURNTOCONTACTNAME CONTACT=BILLTOPAYTOCONTACTNAME"
    )
    return Object(
        name,
        fields,
        title="RECORDID",
        label=label,
        writable=frozenset(more["writable"].split()),
        answers=("RECORD_URL",) if party == "VENDOR" else (),
        lines=Lines(f"{line}S", line, line),
        module=module,
        posting_dates=("WHENPOSTED", "WHENCREATED"),
        legacy=more["legacy"],
        application=module,
        document=True,
        indexed=(("RECORDID",) if party == "CUSTOMER" else ("VENDORID", "RECORDID"),),
        relations=ways(fields, paths),
    )


def _line(name: str, label: str, parent: str, *more: Field) -> Object:
    """A line that posts to an account."""
    fields = (
        RECORDNO,
        PARENT_KEY,
        *LINE,
        *ref("ACCOUNTNO", "GLACCOUNT"),
        *ref("OFFSETGLACCOUNTNO", "GLACCOUNT"),
        *decimal("AMOUNT TRX_AMOUNT TOTALTRXAMOUNT"),
        *text("ENTRYDESCRIPTION", 1000),
        *date("ENTRY_DATE"),
        *text("ALLOCATION FORM1099 FORM1099TYPE FORM1099BOX PARTIALEXEMPT"),
        *yes_or_no("BILLABLE"),
        *text("BASECURR CURRENCY", 3),
        *shown(decimal("TOTALPAID TRX_TOTALPAID TOTALSELECTED TRX_TOTALSELECTED")),
        *shown(text("STATE LINEITEM SUBTOTAL RECORDTYPE")),
        *DIMENSIONS,
        *derived("ACCOUNTKEY=GLACCOUNT.RECORDNO ACCOUNTTITLE=GLACCOUNT.TITLE"),
        *more,
        MODIFIED,
        *BY,
        *ENTITY,
    )
    own = (*ref("RECORDKEY", parent, by_recordno=True),)
    return Object(
        name,
        fields,
        title="ENTRYDESCRIPTION",
        label=label,
        writable=READ_ONLY,
        parent=parent,
        relations=(
            *ways(fields, f"{WAYS} GLACCOUNT=ACCOUNTNO"),
            *ways(own, f"{parent}=RECORDKEY"),
        ),
    )


APBILL: Final = _payable(
    "APBILL",
    "VENDOR",
    "Bill",
    "APBILLITEM",
    "AP",
    term="APTERM",
    writable="create update delete",
    legacy="bill",
)
APBILLITEM: Final = _line(
    "APBILLITEM", "Bill line", "APBILL", *ref("ACCOUNTLABEL", "APACCOUNTLABEL")
)
ARINVOICE: Final = _payable(
    "ARINVOICE",
    "CUSTOMER",
    "Invoice",
    "ARINVOICEITEM",
    "AR",
    term="ARTERM",
    writable="delete",
    legacy="invoice",
)
ARINVOICEITEM: Final = _line(
    "ARINVOICEITEM",
    "Invoice line",
    "ARINVOICE",
    *ref("ACCOUNTLABEL", "ARACCOUNTLABEL"),
    *text("REVRECTEMPLATE DEFERREDREVACCTNO"),
    *shown(text(RETAINED)),
    *shown(text(ELSEWHERE)),
    *date("REVRECSTARTDATE REVRECENDDATE"),
)

_charge = posted(
    *ref("FINANCIALENTITY*", "CREDITCARD"),
    *text("RECORDID", 20),
    *date("WHENCREATED* WHENPOSTED"),
    *text("DESCRIPTION", 1000),
    *text("DESCRIPTION2 PAYEE", 80),
    *ref("SUPDOCID", "SUPDOC"),
    *shown(choice("STATE", CHARGE_STATES, "D A SE PP P V", "Posted")),
    *yes_or_no("CLEARED"),
    *MONEY,
    *TOTALS,
)
CCTRANSACTION: Final = Object(
    "CCTRANSACTION",
    _charge,
    title="RECORDID",
    label="cctransaction",
    writable=frozenset({"delete"}),
    lines=Lines("CCTRANSACTIONENTRIES", "CCTRANSACTIONENTRY", "CCTRANSACTIONENTRY"),
    module="CM",
    posting_dates=("WHENPOSTED", "WHENCREATED"),
    legacy="cctransaction",
    application="CM",
    document=True,
    relations=ways(_charge, "CREDITCARD=FINANCIALENTITY"),
)
CCTRANSACTIONENTRY: Final = _line(
    "CCTRANSACTIONENTRY", "Charge line", "CCTRANSACTION", *ref("ACCOUNTLABEL", "APACCOUNTLABEL")
)

_definition = listed(
    *text("DOCID* DOCCLASS CATEGORY PREFIX"),
    *yes_or_no("POSTTOAR NUMBERED"),
    *STATUS,
)
SODOCUMENTPARAMS: Final = Object(
    "SODOCUMENTPARAMS",
    _definition,
    "DOCID",
    "DOCID",
    "Transaction definition",
    writable=READ_ONLY,
    legacy="sotransactiondef",
)

_order = posted(
    *ref("DOCPARID*", "SODOCUMENTPARAMS"),
    *text("DOCID DOCNO", 40),
    *choice("STATE", ORDER_STATES, "S A X R I O D G C P", "Pending"),
    *ref("CUSTVENDID*", "CUSTOMER"),
    *date("WHENCREATED* WHENPOSTED WHENDUE ORIGDOCDATE"),
    *ref("TERM.NAME", "ARTERM"),
    *text("PONUMBER", 20),
    *text("MESSAGE NOTE", 1000),
    *text("CREATEDFROM SHIPVIA EXTERNALID VSOEPRICELIST"),
    *ref("SUPDOCID", "SUPDOC"),
    *ref("SHIPTO.CONTACTNAME", "CONTACT"),
    *ref("BILLTO.CONTACTNAME", "CONTACT"),
    *ref("PROJECT", "PROJECT"),
    *MONEY,
    *shown(decimal("SUBTOTAL TOTAL TRX_SUBTOTAL TRX_TOTAL")),
    *shown(whole("PRRECORDKEY")),
    *shown(text("PRINTED")),
    *derived("CUSTVENDNAME=CUSTOMER.NAME"),
)
SODOCUMENT: Final = Object(
    "SODOCUMENT",
    _order,
    "DOCID",
    "DOCNO",
    "SODOCUMENT",
    writable=frozenset({"delete"}),
    lines=Lines("SODOCUMENTENTRIES", "SODOCUMENTENTRY", "SODOCUMENTENTRY"),
    module="AR",
    posting_dates=("WHENPOSTED", "WHENCREATED"),
    legacy="sotransaction",
    application="SO",
    document=True,
    relations=ways(
        _order,
        "CUSTOMER=CUSTVENDID TERM=TERM.NAME SHIPTO=SHIPTO.CONTACTNAME BILLTO=BILLTO.CONTACTNAME",
    ),
)

_order_line = (
    RECORDNO,
    Field("DOCHDRNO", "INTEGER", readonly=True, meta="parent"),
    *shown(text("DOCHDRID")),
    *LINE,
    *text("ITEMDESC MEMO", 400),
    *decimal("QUANTITY*", 10),
    *text("UNIT DISCSURCHARGEMEMO SOURCE_DOCLINEKEY"),
    *decimal("PRICE", 10),
    *decimal("DISCOUNTPERCENT"),
    *yes_or_no("TAXABLE DROPSHIP"),
    *text("REVRECTEMPLATE"),
    *date("REVRECSTARTDATE REVRECENDDATE"),
    *shown(decimal("TOTAL TRX_VALUE UIVALUE")),
    *DIMENSIONS,
    MODIFIED,
    *BY,
    *ENTITY,
)
SODOCUMENTENTRY: Final = Object(
    "SODOCUMENTENTRY",
    _order_line,
    title="ITEMDESC",
    label="Order line",
    writable=READ_ONLY,
    parent="SODOCUMENT",
    relations=ways(_order_line, WAYS),
)

_payment = posted(
    *text("FINANCIALENTITY UNDEPOSITEDACCOUNTNO PRBATCH"),
    *choice("PAYMENTMETHOD*", METHODS),
    *ref("CUSTOMERID", "CUSTOMER"),
    *text("PAYERNAME DOCNUMBER RECORDID BILLTOPAYTONAME", 100),
    *ref("SUPDOCID", "SUPDOC"),
    *text("DESCRIPTION", 1000),
    *date("RECEIPTDATE* PAYMENTDATE WHENPAID WHENCREATED"),
    *choice("ACTION", "Draft|Submit"),
    *shown(choice("STATE", "Draft|Complete|Voided", "D C V", "Complete")),
    *decimal("AMOUNTOPAY TRX_AMOUNTTOPAY OVERPAYMENTAMOUNT"),
    *text("OVERPAYMENTLOCATIONID OVERPAYMENTDEPARTMENTID"),
    *MONEY,
    *shown(decimal("TOTALENTERED TOTALPAID TOTALDUE")),
    *shown(decimal("TRX_TOTALENTERED TRX_TOTALPAID TRX_TOTALDUE")),
    *shown(whole("PARENTPAYMENTKEY PRBATCHKEY")),
    *shown(yes_or_no("CLEARED")),
    *shown(text("RECORDTYPE DISPLAYSTATE MULTIENTITYPYMTKEY FINANCIALACCOUNTNAME")),
    *shown(text("FINANCIALENTITYTYPE FINANCIALACCOUNTCURRENCY SUMMARYTITLE PAYMENTMETHODKEY")),
    *shown(text("BILLTOPAYTOKEY CLRDATE")),
    *derived("CUSTOMERNAME=CUSTOMER.NAME"),
)
ARPYMT: Final = Object(
    "ARPYMT",
    _payment,
    title="DOCNUMBER",
    label="Payment",
    lines=Lines("ARPYMTDETAILS", "ARPYMTDETAIL", "ARPYMTDETAIL"),
    module="AR",
    posting_dates=("RECEIPTDATE",),
    legacy="arpayment",
    application="AR",
    document=True,
    relations=ways(_payment, "CUSTOMER=CUSTOMERID"),
)

_share = (
    RECORDNO,
    *ref("RECORDKEY", "ARINVOICE", by_recordno=True),
    *ref("ENTRYKEY", "ARINVOICEITEM", by_recordno=True),
    Field("PAYMENTKEY", "INTEGER", readonly=True, meta="parent"),
    *LINE,
    *decimal("TRX_PAYMENTAMOUNT PAYMENTAMOUNT TRX_TOTALDISCOUNTTOAPPLY"),
    *date("DISCOUNTDATE"),
    *shown(date("PAYMENTDATE")),
    *text("CURRENCY", 3),
    *shown(text("STATE MODULEKEY")),
    MODIFIED,
    *BY,
    *ENTITY,
)
ARPYMTDETAIL: Final = Object(
    "ARPYMTDETAIL",
    _share,
    title="RECORDKEY",
    label="Payment detail",
    writable=READ_ONLY,
    parent="ARPYMT",
    relations=ways(_share, "ARINVOICE=RECORDKEY"),
)

DOCUMENTS: Final = (
    APBILL,
    APBILLITEM,
    ARINVOICE,
    ARINVOICEITEM,
    CCTRANSACTION,
    CCTRANSACTIONENTRY,
    SODOCUMENTPARAMS,
    SODOCUMENT,
    SODOCUMENTENTRY,
    ARPYMT,
    ARPYMTDETAIL,
)
