"""Accounts, labels, terms, banks, cards, items: the lists that postings need."""

from __future__ import annotations

from typing import Final

from local.sandboxes.intacct.schema.fields import (
    STATUS,
    Object,
    choice,
    decimal,
    derived,
    fixed,
    listed,
    ref,
    text,
    ways,
    whole,
    yes_or_no,
)
from local.sandboxes.intacct.schema.lists import READ_ONLY

REQUIRE: Final = {
    "REQUIREDEPT": ("DEPARTMENTID", "Department"),
    "REQUIRELOC": ("LOCATIONID", "Location"),
    "REQUIREPROJECT": ("PROJECTID", "Project"),
    "REQUIRETASK": ("TASKKEY", "Task"),
    "REQUIRECUSTOMER": ("CUSTOMERID", "Customer"),
    "REQUIREVENDOR": ("VENDORID", "Vendor"),
    "REQUIREEMPLOYEE": ("EMPLOYEEID", "Employee"),
    "REQUIREITEM": ("ITEMID", "Item"),
    "REQUIRECLASS": ("CLASSID", "Class"),
    "REQUIRECONTRACT": ("CONTRACTID", "Contract"),
    "REQUIREWAREHOUSE": ("WAREHOUSEID", "Warehouse"),
}
ALTERNATIVES: Final = "None|Payables account|Receivables account"
ITEM_TYPES: Final = (
    "Inventory|Non-Inventory|Non-Inventory (Purchase only)|Non-Inventory (Sales only)|Kit|"
    "Stockable Kit"
)
SWITCHES: Final = (
    "ENABLEFULFILLMENT CONTRACTENABLED ALLOWMULTIPLETAXGRPS ENABLE_SERIALNO ENABLE_LOT_CATEGORY "
    "ENABLE_BINS ENABLE_EXPIRATION ENABLELANDEDCOST HASSTARTENDDATES COMPUTEFORSHORTTERM "
    "ENABLE_REPLENISHMENT FORECAST_DEMAND_IN_LEAD_TIME AUTOPRINTLABEL SAFETYITEM RESTRICTEDITEM "
    "COMPLIANTITEM ENGINEERINGALERT ENGINEERINGAPPROVAL QUALITYCONTROLAPPROVAL SALESAPPROVAL "
    "GIFTCARD WEBENABLED"
)
UNITS: Final = "Area|Count|Duration|Length|Numbers|Time|Volume|Weight"

_account = listed(
    *fixed(text("ACCOUNTNO*", 24)),
    *text("TITLE*", 80),
    *choice("ACCOUNTTYPE", "incomestatement|balancesheet", "I N", "balancesheet"),
    *choice("NORMALBALANCE*", "debit|credit"),
    *choice("CLOSINGTYPE*", "non-closing account|closing account|closed to account"),
    *ref("CLOSINGACCOUNTNO", "GLACCOUNT"),
    *text("CATEGORY TAXCODE MRCCODE"),
    *STATUS,
    *yes_or_no("TAXABLE SUBLEDGERCONTROLON"),
    *yes_or_no(" ".join(REQUIRE)),
    *choice("ALTERNATIVEACCOUNT", ALTERNATIVES, default="None"),
)
GLACCOUNT: Final = Object(
    "GLACCOUNT",
    _account,
    "ACCOUNTNO",
    "TITLE",
    "Account",
    answers=("ACCOUNTNO",),
    legacy="glaccount",
    relations=ways(_account, "CLOSINGACCOUNT=CLOSINGACCOUNTNO"),
)


def _label(name: str, label: str, legacy: str, *, item: bool = False) -> Object:
    fields = listed(
        *fixed(text("ACCOUNTLABEL*", 80)),
        *text("DESCRIPTION*", 200),
        *ref("GLACCOUNTNO*", "GLACCOUNT"),
        *ref("OFFSETGLACCOUNTNO", "GLACCOUNT"),
        *(ref("ITEMID", "ITEM") if item else ()),
        *STATUS,
        *derived("GLACCOUNTTITLE=GLACCOUNT.TITLE"),
    )
    return Object(
        name,
        fields,
        "ACCOUNTLABEL",
        "DESCRIPTION",
        label,
        answers=("ACCOUNTLABEL",),
        legacy=legacy,
        relations=ways(fields, "GLACCOUNT=GLACCOUNTNO"),
    )


EEACCOUNTLABEL: Final = _label("EEACCOUNTLABEL", "Expense type", "expensetypes", item=True)
ARACCOUNTLABEL: Final = _label("ARACCOUNTLABEL", "AR account label", "araccountlabel")
APACCOUNTLABEL: Final = _label("APACCOUNTLABEL", "AP account label", "apaccountlabel")


def _term(name: str, legacy: str) -> Object:
    fields = listed(
        *fixed(text("NAME*", 40)),
        *text("DESCRIPTION", 80),
        *whole("DUEDATE"),
        *text("DUEFROM DISCDATE DISCFROM DISCAMOUNT DISCPERCAMN DISCFUDGEDAYS DISCCALCON"),
        *text("PEN_TYPES PENAMOUNT PENPERCAMN PENFUDGEDAYS"),
        *STATUS,
        stamped=False,
    )
    return Object(
        name,
        fields,
        "NAME",
        "DESCRIPTION",
        "Term",
        writable=READ_ONLY,
        stamped=False,
        legacy=legacy,
    )


ARTERM: Final = _term("ARTERM", "arterm")
APTERM: Final = _term("APTERM", "apterm")

TAXDETAIL: Final = Object(
    "TAXDETAIL",
    listed(
        *fixed(text("DETAILID*", 100)),
        *text("DESCRIPTION TAXSOLUTIONID TAXUID"),
        *choice("TAXTYPE", "Sale|Purchase", default="Sale"),
        *decimal("VALUE", 4),
        *STATUS,
        stamped=False,
    ),
    "DETAILID",
    "DETAILID",
    "Tax detail",
    writable=READ_ONLY,
    stamped=False,
    legacy="taxdetail",
)


def _bank(name: str, kind: str) -> Object:
    fields = listed(
        *text("BANKACCOUNTID*", 20),
        *text("BANKACCOUNTNO BANKNAME* ROUTINGNO BRANCHID ACHBANKID COMPANYNAME"),
        *choice("BANKACCOUNTTYPE", "checking|savings", default=kind),
        *ref("GLACCOUNTNO", "GLACCOUNT"),
        *ref("DEPARTMENTID", "DEPARTMENT"),
        *ref("LOCATIONID", "LOCATION"),
        *text("CURRENCY", 3),
        *STATUS,
    )
    return Object(
        name,
        fields,
        "BANKACCOUNTID",
        "BANKNAME",
        "Bank account",
        writable=READ_ONLY,
        legacy="bankaccount" if kind == "checking" else "",
        relations=ways(fields, "GLACCOUNT=GLACCOUNTNO LOCATION=LOCATIONID"),
    )


CHECKINGACCOUNT: Final = _bank("CHECKINGACCOUNT", "checking")
SAVINGSACCOUNT: Final = _bank("SAVINGSACCOUNT", "savings")

_card = listed(
    *text("CARDID*", 40),
    *text("DESCRIPTION CARDTYPE EXP_MONTH EXP_YEAR COMMCARD OUTSOURCECARD"),
    *ref("VENDORID", "VENDOR"),
    *ref("DEPT", "DEPARTMENT"),
    *ref("LOCATION", "LOCATION"),
    *ref("GLACCOUNTNO", "GLACCOUNT"),
    *choice("LIABILITYTYPE", "Credit|Debit", default="Credit"),
    *STATUS,
)
CREDITCARD: Final = Object(
    "CREDITCARD", _card, "CARDID", "DESCRIPTION", "Charge card", writable=READ_ONLY
)

_payment_type = listed(
    *text("NAME*", 40),
    *text("DESCRIPTION", 80),
    *yes_or_no("NONREIMBURSABLE"),
    *ref("OFFSETACCTNO", "GLACCOUNT"),
    *STATUS,
    *derived("OFFSETACCTTITLE=OFFSET.TITLE"),
)
EXPENSEPAYMENTTYPE: Final = Object(
    "EXPENSEPAYMENTTYPE",
    _payment_type,
    "NAME",
    "DESCRIPTION",
    "Expense payment type",
    writable=frozenset({"delete"}),
    legacy="expensepaymenttype",
    relations=ways(_payment_type, "OFFSET=OFFSETACCTNO"),
)

_group = listed(*text("NAME*"), *ref("REVENUEACCOUNT", "GLACCOUNT"), *STATUS, stamped=False)
ITEMGLGROUP: Final = Object(
    "ITEMGLGROUP",
    _group,
    "NAME",
    label="Item GL group",
    writable=READ_ONLY,
    stamped=False,
    legacy="itemglgroup",
)

_item = listed(
    *fixed(text("ITEMID*", 30)),
    *text("NAME*", 100),
    *choice("ITEMTYPE*", ITEM_TYPES),
    *STATUS,
    *text("PRODUCTLINEID COST_METHOD NOTE UPC"),
    *text("EXTENDED_DESCRIPTION PODESCRIPTION SODESCRIPTION", 400),
    *choice("UOMGRP", UNITS),
    *ref("GLGROUP", "ITEMGLGROUP"),
    *decimal("STANDARD_COST BASEPRICE SHIP_WEIGHT", 10),
    *yes_or_no("TAXABLE MRR"),
    *text("TAXGROUP SUBSTITUTEID RENEWALMACROID COLOR STYLE SIZE1 SIZE2 CATALOGREF CONDITION"),
    *text("BRAND SUBBRAND CATEGORY SUBCATEGORY UPC12 EAN13 DUROMETER PRIMARYCOUNTRYOFORIGIN"),
    *text("SPECIFICATION1 SPECIFICATION2 SPECIFICATION3 WEBNAME WEBSHORTDESC WEBLONGDESC"),
    *text("INCOMEACCTKEY INVACCTKEY EXPENSEACCTKEY COGSACCTKEY OFFSETOEGLACCOUNTKEY"),
    *text("OFFSETPOGLACCOUNTKEY DEFERREDREVACCTKEY DEFAULTREVRECTEMPLKEY REVPOSTING REVPRINTING"),
    *text("VSOECATEGORY VSOEDLVRSTATUS VSOEREVDEFSTATUS DEFAULT_CONVERSIONTYPE TERMPERIOD"),
    *text("SERIAL_MASKKEY LOT_CATEGORYKEY REPLENISHMENT_METHOD DEFAULT_REPLENISHMENT_UOM"),
    *whole("INV_PRECISION SO_PRECISION PO_PRECISION TOTALPERIODS"),
    *decimal("SAFETY_STOCK MAX_ORDER_QTY REORDER_POINT REORDER_QTY"),
    *yes_or_no(SWITCHES),
)
ITEM: Final = Object(
    "ITEM",
    _item,
    "ITEMID",
    answers=("ITEMID",),
    legacy="icitem",
    relations=ways(_item, "ITEMGLGROUP=GLGROUP"),
)

LEDGER: Final = (
    GLACCOUNT,
    EEACCOUNTLABEL,
    ARACCOUNTLABEL,
    APACCOUNTLABEL,
    ARTERM,
    APTERM,
    TAXDETAIL,
    CHECKINGACCOUNT,
    SAVINGSACCOUNT,
    CREDITCARD,
    EXPENSEPAYMENTTYPE,
    ITEMGLGROUP,
    ITEM,
)
