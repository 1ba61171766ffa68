"""The dimensions that every line of a document may carry."""

from __future__ import annotations

from typing import Final

from local.sandboxes.intacct.schema.fields import Fields, derived, ref, text, whole

DIMENSIONS: Final[Fields] = (
    *ref("LOCATIONID", "LOCATION"),
    *ref("DEPARTMENTID", "DEPARTMENT"),
    *ref("PROJECTID", "PROJECT"),
    *text("TASKID", 20),
    *ref("TASKKEY", "TASK", by_recordno=True),
    *text("COSTTYPEID"),
    *ref("CUSTOMERID", "CUSTOMER"),
    *ref("VENDORID", "VENDOR"),
    *ref("EMPLOYEEID", "EMPLOYEE"),
    *ref("ITEMID", "ITEM"),
    *ref("CLASSID", "CLASS"),
    *text("CONTRACTID WAREHOUSEID"),
    *derived("LOCATIONNAME=LOCATION.NAME DEPARTMENTNAME=DEPARTMENT.TITLE"),
    *derived("PROJECTNAME=PROJECT.NAME TASKNAME=TASK.NAME CUSTOMERNAME=CUSTOMER.NAME"),
    *derived("VENDORNAME=VENDOR.NAME EMPLOYEENAME=EMPLOYEE.CONTACT.PRINTAS"),
    *derived("ITEMNAME=ITEM.NAME CLASSNAME=CLASS.NAME"),
    *derived("PROJECTDIMKEY=PROJECT.RECORDNO CUSTOMERDIMKEY=CUSTOMER.RECORDNO"),
    *derived("CLASSDIMKEY=CLASS.RECORDNO ITEMDIMKEY=ITEM.RECORDNO VENDORDIMKEY=VENDOR.RECORDNO"),
    *derived("EMPLOYEEDIMKEY=EMPLOYEE.RECORDNO"),
)
# The relations of those fields.
WAYS: Final = (
    "LOCATION=LOCATIONID DEPARTMENT=DEPARTMENTID PROJECT=PROJECTID TASK=TASKKEY "
    "CUSTOMER=CUSTOMERID VENDOR=VENDORID EMPLOYEE=EMPLOYEEID ITEM=ITEMID CLASS=CLASSID"
)
LINE: Final[Fields] = (*whole("LINE_NO"),)
# As getDimensions lists them.
NAMES: Final = {
    "CUSTOMER": "customer",
    "VENDOR": "vendor",
    "EMPLOYEE": "employee",
    "ITEM": "item",
    "PROJECT": "project",
    "TASK": "task",
    "CLASS": "class",
    "DEPARTMENT": "department",
    "LOCATION": "location",
}
