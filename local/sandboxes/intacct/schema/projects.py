"""Employees, projects, tasks and what describes them."""

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
from local.sandboxes.intacct.schema.lists import READ_ONLY

CATEGORIES: Final = "Contract|Capitalized|Internal Non-Billable|Internal Billable"
TASK_STATES: Final = "Not Started|Planned|In Progress|Completed|On Hold"
ENDINGS: Final = "voluntary|involuntary|deceased|disability|retired"

_kind = listed(*text("NAME*"), *choice("FORM1099TYPE", "MISC|NEC|"), *STATUS, stamped=False)
EMPLOYEETYPE: Final = Object(
    "EMPLOYEETYPE", _kind, "NAME", label="Employee type", writable=READ_ONLY, stamped=False
)

_employee = listed(
    *fixed(text("EMPLOYEEID", 20)),
    *ref("PERSONALINFO.CONTACTNAME*", "CONTACT"),
    *date("STARTDATE ENDDATE BIRTHDATE"),
    *text("TITLE", 100),
    *text("SSN EMPLOYEETYPE EMPPOSITIONID NAME1099 FORM1099TYPE FORM1099BOX SUPDOCFOLDERNAME"),
    *STATUS,
    *choice("TERMINATIONTYPE", ENDINGS),
    *choice("GENDER", "male|female"),
    *ref("SUPERVISORID", "EMPLOYEE"),
    *ref("DEPARTMENTID", "DEPARTMENT"),
    *ref("LOCATIONID", "LOCATION"),
    *ref("CLASSID", "CLASS"),
    *text("CURRENCY", 3),
    *ref("EARNINGTYPENAME", "EARNINGTYPE"),
    *yes_or_no("POSTACTUALCOST PAYMENTNOTIFY MERGEPAYMENTREQ ACHENABLED"),
    *text("PAYMETHODKEY ACHBANKROUTINGNUMBER ACHACCOUNTNUMBER ACHACCOUNTTYPE ACHREMITTANCETYPE"),
    *shown(text("EMPLOYEETYPE1099TYPE ENTITY")),
    *derived("CONTACTKEY=CONTACT.RECORDNO CONTACT_NAME=CONTACT.CONTACTNAME"),
    *derived("DEPARTMENTTITLE=DEPARTMENT.TITLE LOCATIONNAME=LOCATION.NAME CLASSNAME=CLASS.NAME"),
    *derived("SUPERVISORNAME=SUPERVISOR.CONTACT.PRINTAS"),
)
EMPLOYEE: Final = Object(
    "EMPLOYEE",
    _employee,
    "EMPLOYEEID",
    "PERSONALINFO.CONTACTNAME",
    answers=("EMPLOYEEID",),
    legacy="employee",
    expand=("PERSONALINFO",),
    relations=ways(
        _employee,
        "CONTACT=PERSONALINFO.CONTACTNAME PERSONALINFO=PERSONALINFO.CONTACTNAME "
        "SUPERVISOR=SUPERVISORID DEPARTMENT=DEPARTMENTID LOCATION=LOCATIONID CLASS=CLASSID",
    ),
)

_type = listed(*text("NAME*"), *ref("PARENTNAME", "PROJECTTYPE"), *STATUS, stamped=False)
PROJECTTYPE: Final = Object(
    "PROJECTTYPE",
    _type,
    "NAME",
    label="Project type",
    writable=READ_ONLY,
    stamped=False,
    legacy="projecttype",
    relations=ways(_type, "PARENT=PARENTNAME"),
)

_state = listed(
    *text("NAME*"),
    *yes_or_no("PREVENTTIMEENTRY PREVENTEXPENSE PREVENTPOENTRY PREVENTGENINVOICE"),
    *STATUS,
    stamped=False,
)
PROJECTSTATUS: Final = Object(
    "PROJECTSTATUS",
    _state,
    "NAME",
    label="Project status",
    writable=READ_ONLY,
    stamped=False,
    legacy="projectstatus",
)

_project = listed(
    *fixed(text("PROJECTID", 20)),
    *text("NAME*", 100),
    *fixed(choice("PROJECTCATEGORY*", CATEGORIES)),
    *text("DESCRIPTION", 500),
    *ref("PARENTID", "PROJECT"),
    *yes_or_no("INVOICEWITHPARENT BILLABLEEXPDEFAULT BILLABLEAPPODEFAULT"),
    *ref("PROJECTTYPE", "PROJECTTYPE"),
    *ref("PROJECTSTATUS", "PROJECTSTATUS"),
    *ref("CUSTOMERID", "CUSTOMER"),
    *ref("MANAGERID", "EMPLOYEE"),
    *ref("SALESCONTACTID", "EMPLOYEE"),
    *text("CUSTUSERID DOCNUMBER USERRESTRICTIONS BILLINGTYPE BUDGETID"),
    *ref("SUPDOCID", "SUPDOC"),
    *STATUS,
    *ref("CONTACTINFO.CONTACTNAME", "CONTACT"),
    *ref("BILLTO.CONTACTNAME", "CONTACT"),
    *ref("SHIPTO.CONTACTNAME", "CONTACT"),
    *ref("TERMNAME", "ARTERM"),
    *date("BEGINDATE ENDDATE"),
    *ref("DEPARTMENTID", "DEPARTMENT"),
    *ref("LOCATIONID", "LOCATION"),
    *ref("CLASSID", "CLASS"),
    *text("CURRENCY INVOICECURRENCY", 3),
    *text("SONUMBER PONUMBER PQNUMBER", 30),
    *decimal("POAMOUNT CONTRACTAMOUNT BILLINGRATE EXPENSERATE POAPRATE BUDGETAMOUNT"),
    *decimal("BUDGETEDCOST BUDGETQTY OBSPERCENTCOMPLETE"),
    *text("BILLINGPRICING EXPENSEPRICING POAPPRICING"),
    *text("INVOICEMESSAGE", 4000),
    *text("CFDA FUNDEDNAME AGENCY PAYER FUNDINGOTHERID ASSISTANCETYPE REVRESTRICTION"),
    *text("RESTRICTIONEXPIRY TIMESATISFACTIONSCHEDULED SCOPE INCLUSIONS EXCLUSIONS TERMS"),
    *text("SCHEDULEDIMPACT"),
    *date("RESTRICTIONEXPIRATIONDATE SCHEDULEDSTARTDATE ACTUALSTARTDATE RESPONSEDUE EXECUTEON"),
    *date("SCHEDULEDCOMPLETIONDATE REVISEDCOMPLETIONDATE SUBSTANTIALCOMPLETIONDATE"),
    *date("ACTUALCOMPLETIONDATE NOTICETOPROCEED"),
    *derived("CUSTOMERKEY=CUSTOMER.RECORDNO CUSTOMERNAME=CUSTOMER.NAME"),
    *derived("PARENTKEY=PARENT.RECORDNO PARENTNAME=PARENT.NAME"),
    *derived("MANAGERKEY=MANAGER.RECORDNO MANAGERCONTACTNAME=MANAGER.CONTACT.CONTACTNAME"),
    *derived("DEPARTMENTNAME=DEPARTMENT.TITLE LOCATIONNAME=LOCATION.NAME CLASSNAME=CLASS.NAME"),
)
PROJECT: Final = Object(
    "PROJECT",
    _project,
    "PROJECTID",
    answers=("PROJECTID",),
    legacy="project",
    application="PROJACCT",
    relations=ways(
        _project,
        "CUSTOMER=CUSTOMERID PARENT=PARENTID MANAGER=MANAGERID DEPARTMENT=DEPARTMENTID "
        "LOCATION=LOCATIONID CLASS=CLASSID TERM=TERMNAME SALESCONTACT=SALESCONTACTID",
    ),
)

_task = listed(
    *text("NAME*", 200),
    *fixed(ref("PROJECTID*", "PROJECT")),
    *text("TASKID", 20),
    *text("STANDARDTASKID TASKNO PRODUCTIONUNITDESC"),
    *ref("SUPDOCID", "SUPDOC"),
    *date("PBEGINDATE PENDDATE"),
    *ref("CLASSID", "CLASS"),
    *ref("ITEMID", "ITEM"),
    *yes_or_no("BILLABLE ISMILESTONE UTILIZED"),
    *text("DESCRIPTION", 500),
    *whole("PRIORITY"),
    *choice("TASKSTATUS*", TASK_STATES, "N L P C H"),
    *ref("TIMETYPENAME", "TIMETYPE"),
    *ref("PARENTKEY", "TASK", by_recordno=True),
    *decimal("OBSPERCENTCOMPLETE BUDGETQTY ESTQTY"),
    *STATUS,
    *derived("PARENTID=PARENT.TASKID PARENTTASKNAME=PARENT.NAME"),
    *derived("PROJECTKEY=PROJECT.RECORDNO PROJECTNAME=PROJECT.NAME CUSTOMERID=PROJECT.CUSTOMERID"),
    *derived("ITEMKEY=ITEM.RECORDNO ITEMNAME=ITEM.NAME"),
    *derived("CLASSKEY=CLASS.RECORDNO CLASSNAME=CLASS.NAME"),
    *shown(text("ROOTPARENTKEY ROOTPARENTID ROOTPARENTNAME")),
)
TASK: Final = Object(
    "TASK",
    _task,
    unique=(("PROJECTID", "TASKID"),),
    answers=("TASKID",),
    legacy="task",
    application="PROJACCT",
    relations=ways(_task, "PROJECT=PROJECTID PARENT=PARENTKEY ITEM=ITEMID CLASS=CLASSID"),
)

_resource = listed(
    *ref("PROJECTID*", "PROJECT"),
    *ref("EMPLOYEEID*", "EMPLOYEE"),
    *ref("ITEMID", "ITEM"),
    *text("RESOURCEDESCRIPTION BILLINGPRICING"),
    *date("STARTDATE"),
    *decimal("BILLINGRATE"),
)
PROJECTRESOURCES: Final = Object(
    "PROJECTRESOURCES",
    _resource,
    title="RESOURCEDESCRIPTION",
    label="Project resource",
    unique=(("PROJECTID", "EMPLOYEEID"),),
    application="PROJACCT",
    relations=ways(_resource, "PROJECT=PROJECTID EMPLOYEE=EMPLOYEEID ITEM=ITEMID"),
)

_earning = listed(
    *text("NAME*"),
    *text("METHOD"),
    *ref("BILLABLEACCTNO", "GLACCOUNT"),
    *ref("NONBILLABLEACCTNO", "GLACCOUNT"),
    stamped=False,
)
EARNINGTYPE: Final = Object(
    "EARNINGTYPE",
    _earning,
    "NAME",
    label="Earning type",
    writable=READ_ONLY,
    stamped=False,
    legacy="earningtype",
)

_time = listed(
    *text("NAME*", 80),
    *ref("ACCOUNTNO", "GLACCOUNT"),
    *ref("OFFSETACCOUNTNO", "GLACCOUNT"),
    *ref("EARNINGTYPENAME", "EARNINGTYPE"),
    *STATUS,
    stamped=False,
)
TIMETYPE: Final = Object(
    "TIMETYPE",
    _time,
    "NAME",
    label="Time type",
    writable=READ_ONLY,
    stamped=False,
    legacy="timetype",
)

PROJECTS: Final = (
    EMPLOYEETYPE,
    EMPLOYEE,
    PROJECTTYPE,
    PROJECTSTATUS,
    PROJECT,
    TASK,
    PROJECTRESOURCES,
    EARNINGTYPE,
    TIMETYPE,
)
