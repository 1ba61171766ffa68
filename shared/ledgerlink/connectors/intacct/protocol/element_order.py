"""The order of child elements. Legacy functions require it; generic ones take any order, and get
that of the vendor's own clients.

Source: the gateway's schema (dtdversion 3.0) with what the reference has added since.
"""

from collections.abc import Mapping

from ledgerlink.connectors.intacct.protocol.xml import ElementOrder


def elements(names: str, /, *, open: bool = False, **parts: ElementOrder) -> ElementOrder:
    """The order of these names; with `open` custom fields may follow."""
    return ElementOrder(tuple(names.split()), parts, open)


CONTROL = elements(
    "senderid password controlid uniqueid dtdversion policyid debug includewhitespace"
)
LOGIN = elements("userid companyid password clientid locationid")

CUSTOM_FIELDS = elements("customfield", customfield=elements("customfieldname customfieldvalue"))
DAY = elements("year month day")

ADDRESS = elements("ADDRESS1 ADDRESS2 ADDRESS3 CITY STATE ZIP COUNTRY COUNTRYCODE")
CONTACT = elements(
    "CONTACTNAME PRINTAS COMPANYNAME TAXABLE TAXID TAXGROUP PREFIX FIRSTNAME LASTNAME INITIAL"
    " PHONE1 PHONE2 CELLPHONE PAGER FAX EMAIL1 EMAIL2 URL1 URL2 STATUS MAILADDRESS",
    open=True,
    MAILADDRESS=ADDRESS,
)
CUSTOMER = elements(
    "RECORDNO CUSTOMERID NAME DISPLAYCONTACT ONETIME STATUS HIDEDISPLAYCONTACT CUSTTYPE CUSTREPID"
    " PARENTID GLGROUP TERRITORYID SUPDOCID TERMNAME",
    open=True,
    DISPLAYCONTACT=CONTACT,
)
VENDOR = elements(
    "RECORDNO VENDORID NAME DISPLAYCONTACT ONETIME STATUS HIDEDISPLAYCONTACT VENDTYPE PARENTID"
    " GLGROUP TAXID",
    open=True,
    DISPLAYCONTACT=CONTACT,
)
EMPLOYEE = elements(
    "RECORDNO EMPLOYEEID PERSONALINFO STARTDATE TITLE SSN EMPLOYEETYPE STATUS BIRTHDATE ENDDATE"
    " TERMINATIONTYPE SUPERVISORID GENDER DEPARTMENTID LOCATIONID CLASSID CURRENCY",
    open=True,
    PERSONALINFO=elements("CONTACTNAME"),
)
PROJECT = elements(
    "RECORDNO PROJECTID NAME PROJECTCATEGORY DESCRIPTION PARENTID INVOICEWITHPARENT PROJECTTYPE"
    " PROJECTSTATUS CUSTOMERID MANAGERID CUSTUSERID SALESCONTACTID DOCNUMBER USERRESTRICTIONS"
    " STATUS CONTACTINFO BILLTO SHIPTO TERMNAME BILLINGTYPE BEGINDATE ENDDATE DEPARTMENTID"
    " LOCATIONID CLASSID SUPDOCID BILLABLEEXPDEFAULT BILLABLEAPPODEFAULT OBSPERCENTCOMPLETE"
    " CURRENCY SONUMBER PONUMBER POAMOUNT",
    open=True,
)
ITEM = elements(
    "RECORDNO ITEMID NAME ITEMTYPE STATUS PRODUCTLINEID COST_METHOD EXTENDED_DESCRIPTION"
    " PODESCRIPTION SODESCRIPTION UOMGRP NOTE SHIP_WEIGHT GLGROUP STANDARD_COST BASEPRICE",
    open=True,
)
TIMESHEETENTRY = elements(
    "RECORDNO ENTRYDATE QTY DESCRIPTION NOTES TASKKEY TASKID COSTTYPEID TIMETYPE BILLABLE"
    " EMPPOSITIONID LABORCLASSID LABORSHIFTID LABORUNIONID EXTBILLRATE EXTCOSTRATE EXTAMOUNT"
    " EXTEMPLOYERTAXES EXTFRINGES EXTCASHFRINGES DEPARTMENTID LOCATIONID PROJECTID CUSTOMERID"
    " VENDORID ITEMID CLASSID CONTRACTID WAREHOUSEID",
    open=True,
)
TIMESHEET = elements(
    "RECORDNO EMPLOYEEID BEGINDATE GLPOSTDATE DESCRIPTION SUPDOCID STATE TIMESHEETENTRIES",
    open=True,
    TIMESHEETENTRIES=elements("TIMESHEETENTRY", TIMESHEETENTRY=TIMESHEETENTRY),
)
APBILLITEM = elements(
    "LINE_NO ACCOUNTNO ACCOUNTLABEL OFFSETGLACCOUNTNO TRX_AMOUNT TOTALTRXAMOUNT ENTRYDESCRIPTION"
    " BILLABLE ALLOCATION LOCATIONID DEPARTMENTID PROJECTID TASKID COSTTYPEID CUSTOMERID VENDORID"
    " EMPLOYEEID ITEMID CLASSID CONTRACTID WAREHOUSEID TAXENTRIES",
    open=True,
)
APBILL = elements(
    "RECORDNO VENDORID WHENCREATED WHENDUE WHENPOSTED BILLTOPAYTOCONTACTNAME"
    " SHIPTORETURNTOCONTACTNAME RECORDID DOCNUMBER DESCRIPTION TERMNAME RECPAYMENTDATE SUPDOCID"
    " PAYMENTPRIORITY ONHOLD PRBATCH CURRENCY BASECURR EXCH_RATE_DATE EXCH_RATE_TYPE_ID"
    " EXCHANGE_RATE INCLUSIVETAX ACTION TAXSOLUTIONID APBILLITEMS",
    open=True,
    APBILLITEMS=elements("APBILLITEM", APBILLITEM=APBILLITEM),
)
OBJECTS = elements(
    "",
    open=True,
    APBILL=APBILL,
    CONTACT=CONTACT,
    CUSTOMER=CUSTOMER,
    EMPLOYEE=EMPLOYEE,
    ITEM=ITEM,
    PROJECT=PROJECT,
    TIMESHEET=TIMESHEET,
    VENDOR=VENDOR,
)

EXCHANGE = "exchratedate exchratetype exchrate"
EXPENSE = elements(
    f"expensetype glaccountno amount currency trx_amount {EXCHANGE} expensedate memo form1099"
    " form1099type form1099box paidfor locationid departmentid customfields projectid taskid"
    " costtypeid customerid vendorid employeeid itemid classid contractid warehouseid billable"
    " exppmttype quantity rate",
    exchratedate=DAY,
    expensedate=DAY,
    customfields=CUSTOM_FIELDS,
)
EXPENSE_REPORT = elements(
    "employeeid datecreated dateposted batchkey expensereportno state description memo externalid"
    " basecurr currency customfields supdocid inclusivetax taxsolutionid expenses",
    datecreated=DAY,
    dateposted=DAY,
    customfields=CUSTOM_FIELDS,
    expenses=elements("expense", expense=EXPENSE),
)
CARD_LINE = elements(
    "glaccountno accountlabel description paymentamount departmentid locationid customerid"
    " vendorid employeeid projectid taskid costtypeid itemid classid contractid warehouseid"
    " customfields totaltrxamount taxentries billable",
    customfields=CUSTOM_FIELDS,
)
CARD_CHARGE = elements(
    f"chargecardid paymentdate referenceno payee description supdocid currency {EXCHANGE}"
    " customfields inclusivetax taxsolutionid ccpayitems",
    paymentdate=DAY,
    exchratedate=DAY,
    customfields=CUSTOM_FIELDS,
    ccpayitems=elements("ccpayitem", ccpayitem=CARD_LINE),
)
INVOICE_LINE = elements(
    "accountlabel glaccountno offsetglaccountno amount allocationid memo locationid departmentid"
    " item1099 form1099type form1099box key totalpaid totaldue customfields revrectemplate"
    " defrevaccount revrecstartdate revrecenddate projectid taskid costtypeid customerid vendorid"
    " employeeid itemid classid contractid warehouseid billable taxentries",
    customfields=CUSTOM_FIELDS,
    revrecstartdate=DAY,
    revrecenddate=DAY,
    taxentries=elements("taxentry", taxentry=elements("detailid trx_tax")),
)
INVOICE = elements(
    "customerid datecreated dateposted datedue termname batchkey action invoiceno ponumber"
    f" description externalid billto shipto basecurr currency {EXCHANGE} nogl supdocid"
    " customfields taxsolutionid invoiceitems",
    datecreated=DAY,
    dateposted=DAY,
    datedue=DAY,
    exchratedate=DAY,
    customfields=CUSTOM_FIELDS,
    invoiceitems=elements("lineitem", lineitem=INVOICE_LINE),
)
SALES_LINE = elements(
    "bundlenumber itemid itemdesc taxable warehouseid quantity unit linelevelsimpletaxtype"
    " discountpercent price sourcelinekey discsurchargememo locationid departmentid memo"
    " itemdetails customfields revrectemplate revrecstartdate revrecenddate renewalmacro projectid"
    " customerid vendorid employeeid classid contractid fulfillmentstatus taskno billingtemplate"
    " dropship shipto",
    customfields=CUSTOM_FIELDS,
    revrecstartdate=DAY,
    revrecenddate=DAY,
)
SALE = elements(
    "transactiontype datecreated dateposted createdfrom customerid documentno origdocdate"
    " referenceno termname datedue message shippingmethod shipto billto supdocid externalid"
    f" basecurr currency {EXCHANGE} vsoepricelist customfields state projectid sotransitems"
    " subtotals",
    datecreated=DAY,
    dateposted=DAY,
    datedue=DAY,
    origdocdate=DAY,
    exchratedate=DAY,
    customfields=CUSTOM_FIELDS,
    sotransitems=elements("sotransitem", sotransitem=SALES_LINE),
    subtotals=elements("subtotal", subtotal=elements("description total")),
)
CHANGED_SALE = elements(
    "datecreated dateposted referenceno termname datedue origdocdate message shippingmethod shipto"
    f" billto supdocid externalid basecurr currency {EXCHANGE} vsoepricelist customfields state"
    " projectid updatesotransitems updatesubtotals",
    datecreated=DAY,
    dateposted=DAY,
    datedue=DAY,
    origdocdate=DAY,
    exchratedate=DAY,
    customfields=CUSTOM_FIELDS,
)
"""An update has another order than a create: the number of the customer's order comes before the
day of the original document."""
ATTACHMENT = elements("attachmentname attachmenttype attachmentdata")
SUPPORTING = elements(
    "supdocid supdocname supdocfoldername supdocdescription attachments",
    attachments=elements("attachment", attachment=ATTACHMENT),
)

QUERY = elements(
    "select object docparid filter orderby options pagesize offset",
    orderby=elements("order", order=elements("field ascending descending")),
    options=elements("caseinsensitive showprivate returnformat"),
)

FUNCTIONS: Mapping[str, ElementOrder] = {
    "create": OBJECTS,
    "update": OBJECTS,
    "delete": elements("object keys"),
    "query": QUERY,
    "read": elements("object keys fields returnFormat docparid"),
    "readByQuery": elements("object query fields pagesize returnFormat docparid"),
    "readMore": elements("resultId"),
    "lookup": elements("object docparid"),
    "getAPISession": elements("locationid"),
    "create_expensereport": EXPENSE_REPORT,
    "record_cctransaction": CARD_CHARGE,
    "create_invoice": INVOICE,
    "create_sotransaction": SALE,
    "create_supdoc": SUPPORTING,
    "update_supdoc": SUPPORTING,
    "reverse_cctransaction": elements("datereversed memo", datereversed=DAY),
    "update_invoice": INVOICE,
    "update_expensereport": EXPENSE_REPORT,
    "update_cctransaction": CARD_CHARGE,
    "update_sotransaction": CHANGED_SALE,
    "create_supdocfolder": elements(
        "supdocfoldername supdocfolderdescription supdocparentfoldername"
    ),
}
