"""Targets: the records that references of Sage Intacct documents may point at.

Source: the gateway's reference, for the objects that a field of time, bills, reports, charges and
invoices takes.
"""

from ledgerlink.connectors.intacct.documents.encoding import FIELDS_BY_OBJECT
from ledgerlink.connectors.intacct.documents.tax import TAX_DETAIL_OBJECT
from ledgerlink.connectors.intacct.protocol.record_ids import REFERABLE
from ledgerlink.connectors.intacct.reads.map_lists import (
    ACCOUNT_LABEL,
    DEPARTMENT,
    ENTITY,
    EXPENSE_TYPE,
    PROJECT,
    TASK,
    TIME_TYPE,
)
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.targets import Fitting, Purpose, Targets

ON_HOLD = ("on hold",)
"""The state in which the ledger, as it is shipped, takes neither time nor expenses of a project."""

CUSTOMER = Fitting(list=ListType.CUSTOMER, called="a customer", begins="customer/")
PROJECT_FOR = "a project"
TASK_FOR = "a task"
VENDOR = Fitting(list=ListType.VENDOR, called="a vendor", begins="vendor/")
ITEM = Fitting(list=ListType.ITEM, called="an item", begins="item/")
SOLD_ITEM = Fitting(
    list=ListType.ITEM, called="an item that is sold", begins="item/", roles=("labor_code",)
)
OPEN = (
    CUSTOMER,
    Fitting(list=PROJECT, called=PROJECT_FOR, begins="project/", on_hold=ON_HOLD),
    Fitting(list=TASK, called=TASK_FOR, begins="task/", on_hold=ON_HOLD),
)
"""Projects that time and expenses can be for."""
INVOICED = (
    CUSTOMER,
    Fitting(list=PROJECT, called=PROJECT_FOR, begins="project/"),
    Fitting(list=TASK, called=TASK_FOR, begins="task/"),
)
"""Projects that can be invoiced, also while they are on hold."""
TAX_DETAIL = f"{TAX_DETAIL_OBJECT}/"
VENDOR_TERM = "apterm"
"""The terms of vendors; an invoice takes those of customers."""
CONTROLLED = ("accounts_payable", "accounts_receivable")


def _account(called: str, begins: str, role: str) -> Fitting:
    return Fitting(list=ListType.ACCOUNT, called=called, begins=begins, roles=(role,))


TARGETS = Targets(
    fittings={
        Purpose.EMPLOYEE: (
            Fitting(list=ListType.EMPLOYEE, called="an employee", begins="employee/"),
        ),
        Purpose.VENDOR: (VENDOR,),
        Purpose.WORKED_FOR: OPEN,
        Purpose.SPENT_FOR: OPEN,
        Purpose.INVOICED: INVOICED,
        Purpose.CUSTOMER_ABOVE: (CUSTOMER, INVOICED[1]),
        Purpose.SERVICE: (
            ITEM,
            Fitting(list=TIME_TYPE, called="a time type", begins="timetype/"),
        ),
        Purpose.SOLD: (
            SOLD_ITEM,
            _account("an income account", "glaccount/", "income"),
            Fitting(
                list=ACCOUNT_LABEL,
                called="an AR account label",
                begins="araccountlabel/",
                roles=("accounts_receivable",),
            ),
        ),
        Purpose.BOUGHT: (ITEM,),
        Purpose.SPENT_ON: (
            Fitting(
                list=ListType.ACCOUNT,
                called="a general ledger account for expenses",
                begins="glaccount/",
                without_roles=CONTROLLED,
            ),
            Fitting(list=EXPENSE_TYPE, called="an expense type", begins="eeaccountlabel/"),
            Fitting(
                list=ACCOUNT_LABEL,
                called="an AP account label",
                begins="apaccountlabel/",
                roles=("accounts_payable",),
            ),
        ),
        Purpose.CARD: (_account("a charge card account", "creditcard/", "credit_card"),),
        Purpose.PAYABLE: (
            _account("an accounts payable account", "glaccount/", "accounts_payable"),
        ),
        Purpose.PAYS_EMPLOYEES: (_account("a checking account", "checkingaccount/", "bank"),),
        Purpose.CLASS: (Fitting(list=ListType.CLASS, called="a class", begins="class/"),),
        Purpose.DEPARTMENT: (
            Fitting(list=DEPARTMENT, called="a department", begins="department/"),
        ),
        Purpose.LOCATION: (
            Fitting(list=ListType.LOCATION, called="a location", begins="location/"),
            Fitting(list=ENTITY, called="an entity", begins="locationentity/"),
        ),
        Purpose.TAX_CODE: (
            Fitting(list=ListType.TAX_CODE, called="a tax detail", begins=TAX_DETAIL),
        ),
        Purpose.TERMS: (Fitting(list=ListType.TERM, called="a payment term", begins="arterm/"),),
    },
    never=tuple(f"{kind}/" for kind in sorted(REFERABLE - FIELDS_BY_OBJECT.keys() | {VENDOR_TERM})),
)
