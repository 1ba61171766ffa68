"""Content models: what may stand in which element, in which order.

`a, b?` is a sequence, `a & b?` any order, `a | b` a choice, `ANY` anything; `@name!` is an
attribute that must be there, `@name` one that may. `parent/child` is a child that has another
model there than elsewhere. An element without a model holds text.
"""

from __future__ import annotations

from typing import Final

_DATE: Final = "year, month, day"
DATES: Final = (
    "begindate",
    "glpostdate",
    "entrydate",
    "datecreated",
    "dateposted",
    "datedue",
    "datereversed",
    "exchratedate",
    "expensedate",
    "revrecstartdate",
    "revrecenddate",
    "origdocdate",
    "paymentdate",
    "datereceived",
)
_CONTACT: Final = (
    "contactname, printas, taxable?, companyname?, taxgroup?, prefix?, firstname?, lastname?, "
    "initial?, phone1?, phone2?, cellphone?, pager?, fax?, email1?, email2?, url1?, url2?, "
    "status?, mailaddress?, taxid?"
)
_WHO: Final = "contact | contactname"
_MONEY: Final = "(basecurr?, currency, ((exchratedate?, exchratetype) | exchrate))?"
_MONEY_EDIT: Final = "(currency, ((exchratedate?, exchratetype) | exchrate))?"
_PEOPLE: Final = "customerid?, vendorid?, employeeid?"
_TASK: Final = "projectid?, taskid?, costtypeid?"
_REST: Final = "itemid?, classid?, contractid?, warehouseid?"
_REVENUE: Final = "revrectemplate?, defrevaccount?, revrecstartdate?, revrecenddate?"
_TAX_LINE: Final = "totaltrxamount?, taxentries?"

_EXPENSE: Final = (
    "currency?, trx_amount?, exchratedate?, exchratetype?, exchrate?, expensedate?, memo?, "
    "form1099?, form1099type?, form1099box?, paidfor?, locationid?, departmentid?, customfields?, "
    f"{_TASK}, {_PEOPLE}, {_REST}, billable?, exppmttype?, quantity?, rate?, {_TAX_LINE}"
)
_FORM: Final = "item1099?, form1099type?, form1099box?"
_LINE_END: Final = f"{_REVENUE}, {_TASK}, {_PEOPLE}, {_REST}, billable?, taxentries?"
_CARD_LINE: Final = (
    "departmentid?, locationid?, customerid?, vendorid?, employeeid?, "
    f"{_TASK}, {_REST}, customfields?, {_TAX_LINE}, billable?"
)
_SO_LINE: Final = (
    "linelevelsimpletaxtype?, discountpercent?, price?, {source}discsurchargememo?, locationid?, "
    "departmentid?, memo?, itemdetails?, customfields?, revrectemplate?, revrecstartdate?, "
    f"revrecenddate?, renewalmacro?, {_TASK}, {_PEOPLE}, classid?, contractid?, "
    "fulfillmentstatus?, taskno?, billingtemplate?, dropship?, shipto?"
)
_SUBTOTAL: Final = (
    "description, total, absval?, percentval?, locationid?, departmentid?, projectid?, "
    f"{_PEOPLE}, classid?, itemid?, contractid?, customfields?"
)
_SO_HEAD: Final = (
    "shippingmethod?, shipto?, billto?, supdocid?, externalid?, "
    f"{_MONEY}, vsoepricelist?, customfields?, state?, projectid?"
)
_REPORT: Final = (
    "dateposted? & expensereportno? & state? & description? & memo? & basecurr? & "
    "currency? & customfields? & supdocid? & inclusivetax? & taxsolutionid?"
)
_TERM: Final = "description?, status?, due?, discount?, disccalcon?, penalty?"
_TIMETYPE: Final = "status?, accountno?, offsetaccountno?, earningtypename?, customfields?"
_TIMESHEET: Final = (
    "employeeid, begindate, glpostdate?, timesheetdescription?, state?, timesheetitems+"
)
_SUPDOC: Final = "supdocname?, supdocfoldername?, supdocdescription?, attachments?"
_READ: Final = "object & keys & fields? & returnFormat? & docparid?"

ENVELOPE: Final[dict[str, str]] = {
    "request": "control, operation+",
    "control": (
        "senderid, password?, controlid, uniqueid?, dtdversion?, policyid?, debug?, "
        "includewhitespace?, showadditionalerrorinfo?"
    ),
    "operation": "authentication, preferences*, content* @transaction",
    "authentication": "login | sessionid | oauth",
    "login": "userid, companyid, password, clientid?, locationid?",
    "preferences": "ANY",
    "content": "function*",
}

GENERIC: Final[dict[str, str]] = {
    "create": "ANY",
    "update": "ANY",
    "delete": "object & keys",
    "read": _READ,
    "readByName": _READ,
    "readByQuery": "object & query & pagesize? & fields? & returnFormat? & docparid?",
    "readMore": "object | view | reportId | resultId",
    "readRelated": "object & keys & relation & fields? & returnFormat?",
    "query": "ANY",
    "inspect": "object | name @detail",
    "lookup": "object & docparid?",
    "getAuditTrail": "object, (objectKey | recordNo)",
    "getObjectTrail": "object, (objectKey | recordNo)",
    "getUserPermissions": "userId",
    "getDimensions": "ANY",
    "approve": "ANY",
    "decline": "ANY",
}

LEGACY: Final[dict[str, str]] = {
    "getAPISession": "locationid?",
    "get": "fields? @object! @key! @externalkey",
    "get_list": (
        "filter?, sorts?, fields?, additional_parameters? @object! @start @maxitems @showprivate"
    ),
    "get_companyprefs": "ANY @application!",
    "create_timesheet": _TIMESHEET,
    "update_timesheet": f"{_TIMESHEET} @key!",
    "delete_timesheet": "@key!",
    "create_expensereport": (
        f"employeeid & datecreated & batchkey? & externalid? & {_REPORT} & expenses"
    ),
    "update_expensereport": (
        f"employeeid? & datecreated? & {_REPORT} & updateexpenses? @key! @set_nulls @externalkey"
    ),
    "delete_expensereport": "@key! @externalkey",
    "reverse_expensereport": "datereversed, description? @key!",
    "create_invoice": (
        "customerid, datecreated, dateposted?, datedue?, termname?, batchkey?, action?, "
        "invoiceno?, ponumber?, description?, externalid?, billto?, shipto?, "
        f"{_MONEY}, nogl?, supdocid?, customfields?, taxsolutionid?, invoiceitems"
    ),
    "update_invoice": (
        "customerid?, datecreated?, dateposted?, datedue?, termname?, action?, invoiceno?, "
        f"ponumber?, description?, payto?, returnto?, {_MONEY_EDIT}, supdocid?, customfields?, "
        "updateinvoiceitems? @key! @set_nulls @externalkey"
    ),
    "delete_invoice": "@key! @externalkey",
    "reverse_invoice": "datereversed, description? @key!",
    "create_bill": (
        "vendorid, datecreated, dateposted?, ((datedue, termname?) | termname), action?, "
        "batchkey?, billno?, ponumber?, onhold?, description?, externalid?, payto?, returnto?, "
        f"{_MONEY}, nogl?, supdocid?, customfields?, taxsolutionid?, billitems"
    ),
    "update_bill": (
        "vendorid?, datecreated?, dateposted?, datedue?, termname?, action?, billno?, ponumber?, "
        f"onhold?, description?, payto?, returnto?, {_MONEY_EDIT}, supdocid?, customfields?, "
        "updatebillitems? @key! @partial_edit @set_nulls @externalkey"
    ),
    "delete_bill": "@key! @externalkey",
    "reverse_bill": "datereversed, description? @key!",
    "record_cctransaction": (
        "chargecardid, paymentdate, referenceno?, payee?, description?, supdocid?, "
        f"{_MONEY_EDIT}, customfields?, inclusivetax?, taxsolutionid?, ccpayitems"
    ),
    "update_cctransaction": (
        f"paymentdate?, referenceno?, payee?, description?, supdocid?, {_MONEY_EDIT}, "
        "customfields?, inclusivetax?, updateccpayitems? @key! @set_nulls"
    ),
    "reverse_cctransaction": "datereversed, memo? @key!",
    "create_sotransaction": (
        "transactiontype, datecreated, dateposted?, createdfrom?, customerid, documentno?, "
        f"origdocdate?, referenceno?, termname?, datedue?, message?, {_SO_HEAD}, taxsolutionid?, "
        "sotransitems, subtotals?"
    ),
    "update_sotransaction": (
        "datecreated?, dateposted?, referenceno?, termname?, datedue?, origdocdate?, message?, "
        f"{_SO_HEAD}, updatesotransitems?, updatesubtotals? "
        "@key! @set_nulls @externalkey @disablevalidation"
    ),
    "delete_sotransaction": "@key! @external",
    "create_arpayment": (
        "customerid, paymentamount, translatedamount?, (batchkey | bankaccountid | "
        "undepfundsacct)?, refid?, overpaylocid?, overpaydeptid?, datereceived?, paymentmethod?, "
        f"{_MONEY}, cctype?, authcode?, arpaymentitem*, (onlinecardpayment | onlineachpayment)?"
    ),
    "apply_arpayment": (
        "arpaymentkey, paymentdate, batchkey?, memo?, overpaylocid?, overpaydeptid?, "
        "arpaymentitems*"
    ),
    "reverse_arpayment": "datereversed, description?, nsfclosedaccount? @key!",
    "create_arterm": f"name, {_TERM}",
    "update_arterm": f"{_TERM} @name!",
    "delete_arterm": "@name!",
    "create_timetype": f"name, {_TIMETYPE}",
    "update_timetype": f"{_TIMETYPE} @key!",
    "delete_timetype": "@key!",
    "create_expensepaymenttype": "name, description?, nonreimbursable?, offsetacctno?, status?",
    "create_supdoc": f"supdocid, {_SUPDOC}",
    "update_supdoc": f"supdocid, {_SUPDOC}",
    "delete_supdoc": "@key!",
    "create_supdocfolder": "supdocfoldername, supdocfolderdescription?, supdocparentfoldername?",
    "delete_customer": "@customerid! @externalkey",
    "delete_vendor": "@vendorid! @externalkey",
    "delete_employee": "@employeeid! @externalkey",
    "delete_contact": "@contactname! @externalkey",
    "delete_project": "@key! @externalkey",
    "delete_task": "@key!",
    "delete_item": "@itemid!",
    "delete_class": "@key! @externalkey",
    "delete_department": "@departmentid! @externalkey",
    "delete_location": "@locationid! @externalkey",
    "delete_glaccount": "@glaccountno! @externalkey",
    "delete_expensetype": "@expensetype! @externalkey",
    "delete_araccountlabel": "@accountlabel!",
    "delete_apaccountlabel": "@accountlabel!",
}

PARTS: Final[dict[str, str]] = {
    "get/fields": "field+",
    "get_list/fields": "field+",
    "filter": "logical | expression",
    "logical": "(logical | expression), (logical | expression)+ @logical_operator! @object",
    "expression": "field, operator, value @object",
    "sorts": "sortfield+",
    "sortfield": "TEXT @order!",
    "additional_parameters": "parameter+",
    "parameter": "name, value",
    "contact": _CONTACT,
    "mailaddress": (
        "address1?, address2?, address3?, city?, state?, zip?, country?, isocountrycode?, "
        "latitude?, longitude?"
    ),
    "billto": _WHO,
    "shipto": _WHO,
    "payto": _WHO,
    "returnto": _WHO,
    "customfields": "customfield*",
    "customfield": "customfieldname, customfieldvalue",
    "timesheetitems": "timesheetitem+",
    "timesheetitem": (
        "lineno? & customerid? & itemid? & projectid? & taskid? & costtypeid? & taskname? & "
        "timetype? & emppositionid? & laborclassid? & laborshiftid? & laborunionid? & billable? & "
        "locationid? & departmentid? & entrydate & qty & extamount? & extemployertaxes? & "
        "extfringes? & extcashfringes? & timesheetentrydescription? & notes? & vendorid? & "
        "classid? & contractid? & warehouseid? & clznamount? & extbillrate? & extcostrate? & "
        "customfields?"
    ),
    "expenses": "expense+",
    "updateexpenses": "(expense | updateexpense)*",
    "expense": f"(expensetype | glaccountno), amount?, {_EXPENSE}",
    "updateexpense": f"(expensetype | glaccountno)?, amount?, {_EXPENSE} @line_num!",
    "invoiceitems": "lineitem+",
    "billitems": "lineitem+",
    "updateinvoiceitems": "(lineitem | updatelineitem)+",
    "updatebillitems": "(lineitem | updatelineitem)+",
    "lineitem": (
        "(accountlabel | glaccountno), offsetglaccountno?, amount, allocationid?, memo?, "
        f"locationid?, departmentid?, {_FORM}, key?, totalpaid?, totaldue?, customfields?, "
        f"{_LINE_END}"
    ),
    "updatelineitem": (
        "(accountlabel | glaccountno)?, offsetglaccountno?, amount?, memo?, locationid?, "
        f"departmentid?, {_FORM}, customfields?, {_LINE_END} @line_num!"
    ),
    "ccpayitems": "ccpayitem+",
    "updateccpayitems": "(ccpayitem | updateccpayitem)+",
    "ccpayitem": f"(glaccountno | accountlabel), description?, paymentamount, {_CARD_LINE}",
    "updateccpayitem": (
        f"(glaccountno | accountlabel)?, description?, paymentamount?, {_CARD_LINE} @line_num!"
    ),
    "sotransitems": "sotransitem+",
    "updatesotransitems": "(sotransitem | updatesotransitem)+",
    "sotransitem": (
        "bundlenumber?, itemid, itemdesc?, taxable?, warehouseid?, quantity, unit?, "
        + _SO_LINE.replace("{source}", "sourcelinekey?, ")
    ),
    "updatesotransitem": (
        "bundlenumber?, itemid?, itemdesc?, taxable?, warehouseid?, quantity?, unit?, "
        + _SO_LINE.replace("{source}", "")
        + " @line_num!"
    ),
    "itemdetails": "ANY",
    "fulfillmentstatus": "ANY",
    "taxentries": "taxentry+",
    "taxentry": "detailid, trx_tax?",
    "subtotals": "subtotal+",
    "updatesubtotals": "updatesubtotal+",
    "subtotal": _SUBTOTAL,
    "updatesubtotal": _SUBTOTAL,
    "arpaymentitem": "invoicekey, amount",
    "arpaymentitems": "arpaymentitem+",
    "onlinecardpayment": "ANY",
    "onlineachpayment": "ANY",
    "due": "dueday?, duefrom?",
    "discount": "discday?, discfrom?, discamount?, discpercamn?, discgracedays?",
    "penalty": "pen_type?, penamount?, penpercamn?, pengracedays?",
    "attachments": "attachment+",
    "attachment": "attachmentname, attachmenttype, attachmentdata",
    **dict.fromkeys(DATES, _DATE),
}
