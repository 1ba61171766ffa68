"""The lists of section 13 around the company itself, and contacts, customers and vendors."""

from __future__ import annotations

from typing import Final

from local.sandboxes.intacct.schema.fields import (
    STATUS,
    Object,
    choice,
    date,
    decimal,
    derived,
    fixed,
    listed,
    ref,
    shown,
    text,
    ways,
    whole,
    yes_or_no,
)

READ_ONLY: Final[frozenset[str]] = frozenset()
ADDRESS: Final = "ADDRESS1 ADDRESS2 ADDRESS3 CITY STATE ZIP COUNTRY COUNTRYCODE ISOCOUNTRYCODE"

TEMPLATES: Final = ("QUOTE", "ORDER", "LIST", "INVOICE", "ADJ", "OTHER")

_contact = listed(
    *fixed(text("CONTACTNAME*", 200)),
    *text("PRINTAS*", 200),
    *text("COMPANYNAME", 100),
    *yes_or_no("TAXABLE", "true"),
    *yes_or_no("VISIBLE", "true"),
    *text("TAXGROUP.NAME TAXGROUP.RECORDNO"),
    *text("TAXID TAXGROUP TAXSCHEDULE TAXSOLUTIONID PREFIX"),
    *text("FIRSTNAME LASTNAME INITIAL", 40),
    *text("PHONE1 PHONE2 CELLPHONE PAGER FAX", 30),
    *text("EMAIL1 EMAIL2 URL1 URL2", 200),
    *STATUS,
    *text(" ".join(f"MAILADDRESS.{name}" for name in ADDRESS.split()), 100),
)
CONTACT: Final = Object(
    "CONTACT", _contact, "CONTACTNAME", "PRINTAS", answers=("CONTACTNAME",), legacy="contact"
)

_PARTY: Final = (
    *text("NAME*", 100),
    *ref("DISPLAYCONTACT.CONTACTNAME", "CONTACT"),
    *STATUS,
    *yes_or_no("ONETIME HIDEDISPLAYCONTACT ONHOLD"),
    *text("GLGROUP TAXID TERRITORYID COMMENTS"),
    *ref("SUPDOCID", "SUPDOC"),
    *decimal("CREDITLIMIT RETAINAGEPERCENTAGE"),
    *text("CURRENCY", 3),
    *ref("CONTACTINFO.CONTACTNAME", "CONTACT"),
    *ref("OFFSETGLACCOUNTNO", "GLACCOUNT"),
    *choice("OBJECTRESTRICTION", "Unrestricted|RootOnly|Restricted", default="Unrestricted"),
    *text("RESTRICTEDLOCATIONS RESTRICTEDDEPARTMENTS"),
    *shown(text("ENTITY")),
    *shown(decimal("TOTALDUE")),
)

_customer = listed(
    *fixed(text("CUSTOMERID", 20)),
    *_PARTY,
    *ref("PARENTID", "CUSTOMER"),
    *ref("TERMNAME", "ARTERM"),
    *ref("CUSTREPID", "EMPLOYEE"),
    *text("CUSTTYPE SHIPPINGMETHOD RESALENO DELIVERY_OPTIONS DELIVERYOPTIONS CUSTMESSAGEID"),
    *text("EMAILOPTIN ADVBILLBY ADVBILLBYTYPE ARINVOICEPRINTTEMPLATEID"),
    *text(" ".join(f"OE{kind}PRINTTEMPLATEID" for kind in TEMPLATES)),
    *ref("ARACCOUNT", "GLACCOUNT"),
    *ref("BILLTO.CONTACTNAME", "CONTACT"),
    *ref("SHIPTO.CONTACTNAME", "CONTACT"),
    *shown(whole("GLGRPKEY")),
    *derived("PARENTKEY=PARENT.RECORDNO PARENTNAME=PARENT.NAME"),
    *derived("CUSTREPNAME=CUSTREP.CONTACT.PRINTAS"),
)
CUSTOMER: Final = Object(
    "CUSTOMER",
    _customer,
    "CUSTOMERID",
    answers=("CUSTOMERID",),
    legacy="customer",
    expand=("DISPLAYCONTACT",),
    relations=ways(
        _customer,
        "DISPLAYCONTACT=DISPLAYCONTACT.CONTACTNAME CONTACTINFO=CONTACTINFO.CONTACTNAME "
        "BILLTO=BILLTO.CONTACTNAME SHIPTO=SHIPTO.CONTACTNAME PARENT=PARENTID TERM=TERMNAME "
        "CUSTREP=CUSTREPID",
    ),
)

_vendor = listed(
    *fixed(text("VENDORID", 20)),
    *_PARTY,
    *ref("PARENTID", "VENDOR"),
    *ref("TERMNAME", "APTERM"),
    *ref("APACCOUNT", "GLACCOUNT"),
    *ref("PAYTO.CONTACTNAME", "CONTACT"),
    *ref("RETURNTO.CONTACTNAME", "CONTACT"),
    *text("VENDTYPE NAME1099 FORM1099TYPE FORM1099BOX VENDORACCOUNTNO PAYMETHODKEY BILLINGTYPE"),
    *text("PAYMENTPRIORITY ACHBANKROUTINGNUMBER ACHACCOUNTNUMBER ACHACCOUNTTYPE"),
    *text("ACHREMITTANCETYPE ACCOUNTLABEL DEFAULT_LEAD_TIME FILEPAYMENTSERVICE PYMTCOUNTRYCODE"),
    *text("ISINDIVIDUAL TAXSCHEDULE TAXSOLUTIONID"),
    *yes_or_no("DONOTCUTCHECK PAYMENTNOTIFY DISPLAYTERMDISCOUNT DISPLAYACCTNOCHECK"),
    *yes_or_no("DISPLOCACCTNOCHECK ACHENABLED"),
    *yes_or_no("MERGEPAYMENTREQ", "true"),
    *derived("PARENTKEY=PARENT.RECORDNO PARENTNAME=PARENT.NAME APACCOUNTTITLE=AP.TITLE"),
)
VENDOR: Final = Object(
    "VENDOR",
    _vendor,
    "VENDORID",
    answers=("VENDORID",),
    legacy="vendor",
    expand=("DISPLAYCONTACT",),
    relations=ways(
        _vendor,
        "DISPLAYCONTACT=DISPLAYCONTACT.CONTACTNAME CONTACTINFO=CONTACTINFO.CONTACTNAME "
        "PAYTO=PAYTO.CONTACTNAME RETURNTO=RETURNTO.CONTACTNAME PARENT=PARENTID TERM=TERMNAME "
        "AP=APACCOUNT",
    ),
)

_class = listed(
    *fixed(text("CLASSID*", 30)),
    *text("NAME*", 100),
    *text("DESCRIPTION", 500),
    *ref("PARENTID", "CLASS"),
    *STATUS,
    *derived("PARENTKEY=PARENT.RECORDNO PARENTNAME=PARENT.NAME"),
)
CLASS: Final = Object(
    "CLASS",
    _class,
    "CLASSID",
    answers=("CLASSID",),
    legacy="class",
    relations=ways(_class, "PARENT=PARENTID"),
)

_department = listed(
    *fixed(text("DEPARTMENTID*", 20)),
    *text("TITLE*", 100),
    *ref("PARENTID", "DEPARTMENT"),
    *ref("SUPERVISORID", "EMPLOYEE"),
    *text("CUSTTITLE"),
    *STATUS,
    *derived("PARENTKEY=PARENT.RECORDNO PARENTNAME=PARENT.TITLE"),
    *derived("SUPERVISORNAME=SUPERVISOR.CONTACT.PRINTAS"),
)
DEPARTMENT: Final = Object(
    "DEPARTMENT",
    _department,
    "DEPARTMENTID",
    "TITLE",
    answers=("DEPARTMENTID",),
    legacy="department",
    relations=ways(_department, "PARENT=PARENTID SUPERVISOR=SUPERVISORID"),
)

_location = listed(
    *fixed(text("LOCATIONID*", 20)),
    *text("NAME*", 100),
    *ref("PARENTID", "LOCATION"),
    *ref("SUPERVISORID", "EMPLOYEE"),
    *ref("CONTACTINFO.CONTACTNAME", "CONTACT"),
    *ref("SHIPTO.CONTACTNAME", "CONTACT"),
    *date("STARTDATE ENDDATE"),
    *text("CUSTTITLE"),
    *text("CURRENCY", 3),
    *STATUS,
    *derived("PARENTKEY=PARENT.RECORDNO PARENTNAME=PARENT.NAME"),
)
LOCATION: Final = Object(
    "LOCATION",
    _location,
    "LOCATIONID",
    answers=("LOCATIONID",),
    legacy="location",
    relations=ways(_location, "PARENT=PARENTID SUPERVISOR=SUPERVISORID"),
)

_entity = listed(
    *text("LOCATIONID*", 20),
    *text("NAME* REPORTPRINTAS FIRSTMONTH FIRSTMONTHTAX WEEKSTART FEDERALID OPCOUNTRY TAXID"),
    *text("LEGALNAME LEGALADDRESS1 LEGALADDRESS2 LEGALCITY LEGALSTATE LEGALZIPCODE LEGALCOUNTRY"),
    *text("ADDRESSCOUNTRYDEFAULT"),
    *yes_or_no("HAS_IE_RELATION ENABLELEGALCONTACT"),
    *ref("SUPERVISORID", "EMPLOYEE"),
    *text("CURRENCY", 3),
    *date("STARTDATE ENDDATE"),
    *ref("CUSTOMERID", "CUSTOMER"),
    *ref("VENDORID", "VENDOR"),
    *STATUS,
    *derived("CUSTOMERNAME=CUSTOMER.NAME VENDORNAME=VENDOR.NAME"),
)
LOCATIONENTITY: Final = Object(
    "LOCATIONENTITY",
    _entity,
    "LOCATIONID",
    label="Entity",
    writable=READ_ONLY,
    legacy="locationentity",
    relations=ways(_entity, "CUSTOMER=CUSTOMERID VENDOR=VENDORID SUPERVISOR=SUPERVISORID"),
)

LISTS: Final = (CONTACT, CUSTOMER, VENDOR, CLASS, DEPARTMENT, LOCATION, LOCATIONENTITY)
