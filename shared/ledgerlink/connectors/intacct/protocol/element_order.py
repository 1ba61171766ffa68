"""The order in which children stand, by element. Legacy functions demand it; generic ones take any
order, and get that of the vendor's own clients.

Source: the gateway's schema (dtdversion 3.0) with what the reference has added since.
"""

from collections.abc import Mapping

from ledgerlink.connectors.intacct.protocol.xml import Order


def order(names: str, /, *, also: bool = False, **parts: Order) -> Order:
    """The order of these names; `also` lets custom fields follow."""
    return Order(tuple(names.split()), parts, also)


CONTROL = order("senderid password controlid uniqueid dtdversion policyid debug includewhitespace")
LOGIN = order("userid companyid password clientid locationid")

CUSTOM_FIELDS = order("customfield", customfield=order("customfieldname customfieldvalue"))
DAY = order("year month day")

ADDRESS = order("ADDRESS1 ADDRESS2 ADDRESS3 CITY STATE ZIP COUNTRY COUNTRYCODE")
CONTACT = order(
    "CONTACTNAME PRINTAS COMPANYNAME TAXABLE TAXID TAXGROUP PREFIX FIRSTNAME LASTNAME INITIAL"
    " PHONE1 PHONE2 CELLPHONE PAGER FAX EMAIL1 EMAIL2 URL1 URL2 STATUS MAILADDRESS",
    also=True,
    MAILADDRESS=ADDRESS,
)
CUSTOMER = order(
    "RECORDNO CUSTOMERID NAME DISPLAYCONTACT ONETIME STATUS HIDEDISPLAYCONTACT CUSTTYPE CUSTREPID"
    " PARENTID GLGROUP TERRITORYID SUPDOCID TERMNAME",
    also=True,
    DISPLAYCONTACT=CONTACT,
)
VENDOR = order(
    "RECORDNO VENDORID NAME DISPLAYCONTACT ONETIME STATUS HIDEDISPLAYCONTACT VENDTYPE PARENTID"
    " GLGROUP TAXID",
    also=True,
    DISPLAYCONTACT=CONTACT,
)
EMPLOYEE = order(
    "RECORDNO EMPLOYEEID PERSONALINFO STARTDATE TITLE SSN EMPLOYEETYPE STATUS BIRTHDATE ENDDATE"
    " TERMINATIONTYPE SUPERVISORID GENDER DEPARTMENTID LOCATIONID CLASSID CURRENCY",
    also=True,
    PERSONALINFO=order("CONTACTNAME"),
)
PROJECT = order(
    "RECORDNO PROJECTID NAME PROJECTCATEGORY DESCRIPTION PARENTID INVOICEWITHPARENT PROJECTTYPE"
    " PROJECTSTATUS CUSTOMERID MANAGERID CUSTUSERID SALESCONTACTID DOCNUMBER USERRESTRICTIONS"
    " STATUS CONTACTINFO BILLTO SHIPTO TERMNAME BILLINGTYPE BEGINDATE ENDDATE DEPARTMENTID"
    " LOCATIONID CLASSID SUPDOCID BILLABLEEXPDEFAULT BILLABLEAPPODEFAULT OBSPERCENTCOMPLETE"
    " CURRENCY SONUMBER PONUMBER POAMOUNT",
    also=True,
)
ITEM = order(
    "RECORDNO ITEMID NAME ITEMTYPE STATUS PRODUCTLINEID COST_METHOD EXTENDED_DESCRIPTION"
    " PODESCRIPTION SODESCRIPTION UOMGRP NOTE SHIP_WEIGHT GLGROUP STANDARD_COST BASEPRICE",
    also=True,
)
TIMESHEETENTRY = order(
    "RECORDNO ENTRYDATE QTY DESCRIPTION NOTES TASKKEY TASKID COSTTYPEID TIMETYPE BILLABLE"
    " EMPPOSITIONID LABORCLASSID LABORSHIFTID LABORUNIONID EXTBILLRATE EXTCOSTRATE EXTAMOUNT"
    " EXTEMPLOYERTAXES EXTFRINGES EXTCASHFRINGES DEPARTMENTID LOCATIONID PROJECTID CUSTOMERID"
    " VENDORID ITEMID CLASSID CONTRACTID WAREHOUSEID",
    also=True,
)
TIMESHEET = order(
    "RECORDNO EMPLOYEEID BEGINDATE GLPOSTDATE DESCRIPTION SUPDOCID STATE TIMESHEETENTRIES",
    also=True,
    TIMESHEETENTRIES=order("TIMESHEETENTRY", TIMESHEETENTRY=TIMESHEETENTRY),
)
APBILLITEM = order(
    "LINE_NO ACCOUNTNO ACCOUNTLABEL OFFSETGLACCOUNTNO TRX_AMOUNT TOTALTRXAMOUNT ENTRYDESCRIPTION"
    " BILLABLE ALLOCATION LOCATIONID DEPARTMENTID PROJECTID TASKID COSTTYPEID CUSTOMERID VENDORID"
    " EMPLOYEEID ITEMID CLASSID CONTRACTID WAREHOUSEID TAXENTRIES",
    also=True,
)
APBILL = order(
    "RECORDNO VENDORID WHENCREATED WHENDUE WHENPOSTED BILLTOPAYTOCONTACTNAME"
    " SHIPTORETURNTOCONTACTNAME RECORDID DOCNUMBER DESCRIPTION TERMNAME RECPAYMENTDATE SUPDOCID"
    " PAYMENTPRIORITY ONHOLD PRBATCH CURRENCY BASECURR EXCH_RATE_DATE EXCH_RATE_TYPE_ID"
    " EXCHANGE_RATE INCLUSIVETAX ACTION TAXSOLUTIONID APBILLITEMS",
    also=True,
    APBILLITEMS=order("APBILLITEM", APBILLITEM=APBILLITEM),
)
OBJECTS = order(
    "",
    also=True,
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
EXPENSE = order(
    f"expensetype glaccountno amount currency trx_amount {EXCHANGE} expensedate memo form1099"
    " form1099type form1099box paidfor locationid departmentid customfields projectid taskid"
    " costtypeid customerid vendorid employeeid itemid classid contractid warehouseid billable"
    " exppmttype quantity rate",
    exchratedate=DAY,
    expensedate=DAY,
    customfields=CUSTOM_FIELDS,
)
EXPENSE_REPORT = order(
    "employeeid datecreated dateposted batchkey expensereportno state description memo externalid"
    " basecurr currency customfields supdocid inclusivetax taxsolutionid expenses",
    datecreated=DAY,
    dateposted=DAY,
    customfields=CUSTOM_FIELDS,
    expenses=order("expense", expense=EXPENSE),
)
CARD_LINE = order(
    "glaccountno accountlabel description paymentamount departmentid locationid customerid"
    " vendorid employeeid projectid taskid costtypeid itemid classid contractid warehouseid"
    " customfields totaltrxamount taxentries billable",
    customfields=CUSTOM_FIELDS,
)
CARD_CHARGE = order(
    f"chargecardid paymentdate referenceno payee description supdocid currency {EXCHANGE}"
    " customfields inclusivetax taxsolutionid ccpayitems",
    paymentdate=DAY,
    exchratedate=DAY,
    customfields=CUSTOM_FIELDS,
    ccpayitems=order("ccpayitem", ccpayitem=CARD_LINE),
)
INVOICE_LINE = order(
    "accountlabel glaccountno offsetglaccountno amount allocationid memo locationid departmentid"
    " item1099 form1099type form1099box key totalpaid totaldue customfields revrectemplate"
    " defrevaccount revrecstartdate revrecenddate projectid taskid costtypeid customerid vendorid"
    " employeeid itemid classid contractid warehouseid billable taxentries",
    customfields=CUSTOM_FIELDS,
    taxentries=order("taxentry", taxentry=order("detailid trx_tax")),
)
INVOICE = order(
    "customerid datecreated dateposted datedue termname batchkey action invoiceno ponumber"
    f" description externalid billto shipto basecurr currency {EXCHANGE} nogl supdocid"
    " customfields taxsolutionid invoiceitems",
    datecreated=DAY,
    dateposted=DAY,
    datedue=DAY,
    exchratedate=DAY,
    customfields=CUSTOM_FIELDS,
    invoiceitems=order("lineitem", lineitem=INVOICE_LINE),
)
SALES_LINE = order(
    "bundlenumber itemid itemdesc taxable warehouseid quantity unit linelevelsimpletaxtype"
    " discountpercent price sourcelinekey discsurchargememo locationid departmentid memo"
    " itemdetails customfields revrectemplate revrecstartdate revrecenddate renewalmacro projectid"
    " customerid vendorid employeeid classid contractid fulfillmentstatus taskno billingtemplate"
    " dropship shipto",
    customfields=CUSTOM_FIELDS,
)
SALE = order(
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
    sotransitems=order("sotransitem", sotransitem=SALES_LINE),
    subtotals=order("subtotal", subtotal=order("description total")),
)
ATTACHMENT = order("attachmentname attachmenttype attachmentdata")
SUPPORTING = order(
    "supdocid supdocname supdocfoldername supdocdescription attachments",
    attachments=order("attachment", attachment=ATTACHMENT),
)

QUERY = order(
    "select object docparid filter orderby options pagesize offset",
    orderby=order("order", order=order("field ascending descending")),
    options=order("caseinsensitive showprivate returnformat"),
)

FUNCTIONS: Mapping[str, Order] = {
    "create": OBJECTS,
    "update": OBJECTS,
    "delete": order("object keys"),
    "query": QUERY,
    "read": order("object keys fields returnFormat docparid"),
    "readByQuery": order("object query fields pagesize returnFormat docparid"),
    "readMore": order("resultId"),
    "lookup": order("object docparid"),
    "getAPISession": order("locationid"),
    "create_expensereport": EXPENSE_REPORT,
    "record_cctransaction": CARD_CHARGE,
    "create_invoice": INVOICE,
    "create_sotransaction": SALE,
    "create_supdoc": SUPPORTING,
    "update_supdoc": SUPPORTING,
    "reverse_cctransaction": order("datereversed memo", datereversed=DAY),
    "update_invoice": INVOICE,
    "update_expensereport": EXPENSE_REPORT,
    "update_cctransaction": CARD_CHARGE,
    "update_sotransaction": SALE,
    "create_supdocfolder": order("supdocfoldername supdocfolderdescription supdocparentfoldername"),
}
