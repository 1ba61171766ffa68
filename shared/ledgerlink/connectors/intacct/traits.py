"""The lists that Sage Intacct has, in the order in which they are read, and what is in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from ledgerlink.connectors.intacct import people, records
from ledgerlink.connectors.intacct.invoices import INVOICE, SALE
from ledgerlink.connectors.intacct.queries import Condition, among
from ledgerlink.connectors.intacct.records import (
    ACCOUNT_LABEL,
    DEPARTMENT,
    ENTITY,
    EXPENSE_TYPE,
    PROJECT,
    PROJECT_TYPE,
    REQUIRED,
    TASK,
    TIME_TYPE,
    Reader,
    label,
)
from ledgerlink.domain.lists import ListTraits, ListType


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Records of one object that are part of a list. `key` is the field that names a record.
    `stamped` says that the ledger tells when one changed; others are read whole each time.
    `contact` is the way to a contact that is shown with it, and that changes by itself."""

    entity: str
    key: str
    fields: tuple[str, ...]
    reader: Reader
    stamped: bool = False
    contact: str = ""
    only: tuple[Condition, ...] = ()

    @property
    def select(self) -> tuple[str, ...]:
        """All fields that are asked for."""
        stamp = ("WHENMODIFIED",) if self.stamped else ()
        names = dict.fromkeys(("RECORDNO", self.key, *self.fields, *stamp))
        return tuple(names)


def _source(
    entity: str,
    key: str,
    names: str,
    reader: Reader,
    *only: Condition,
    stamped: bool = False,
    contact: str = "",
) -> Source:
    fields = tuple(names.split())
    return Source(
        entity=entity,
        key=key,
        fields=fields,
        reader=reader,
        stamped=stamped,
        contact=contact,
        only=only,
    )


ADDRESS = " ".join(f"DISPLAYCONTACT.MAILADDRESS.{name}" for name in people.ADDRESS)
NOT_IN_STOCK = (
    "Non-Inventory",
    "Non-Inventory (Purchase only)",
    "Non-Inventory (Sales only)",
)

SOURCES: Mapping[ListType, Sequence[Source]] = {
    ENTITY: [_source("LOCATIONENTITY", "LOCATIONID", "NAME CURRENCY OPCOUNTRY STATUS",
                     records.entity)],
    ListType.LOCATION: [_source("LOCATION", "LOCATIONID", "NAME PARENTID STATUS",
                                records.location)],
    DEPARTMENT: [_source("DEPARTMENT", "DEPARTMENTID", "TITLE PARENTID STATUS",
                         records.department)],
    ListType.CLASS: [_source("CLASS", "CLASSID", "NAME DESCRIPTION PARENTID STATUS",
                             records.classification)],
    ListType.ACCOUNT: [
        _source("GLACCOUNT", "ACCOUNTNO", "TITLE ACCOUNTTYPE NORMALBALANCE CLOSINGTYPE CATEGORY"
                f" ALTERNATIVEACCOUNT STATUS {' '.join(REQUIRED)}", records.account, stamped=True),
        _source("CHECKINGACCOUNT", "BANKACCOUNTID", "BANKACCOUNTNO GLACCOUNTNO BANKNAME"
                " DEPARTMENTID LOCATIONID STATUS", records.checking),
        _source("CREDITCARD", "CARDID", "DESCRIPTION CARDTYPE VENDORID LIABILITYTYPE STATUS",
                records.card),
    ],
    ACCOUNT_LABEL: [
        _source("ARACCOUNTLABEL", "ACCOUNTLABEL", "DESCRIPTION GLACCOUNTNO STATUS",
                label(ACCOUNT_LABEL, "araccountlabel", "accounts_receivable")),
        _source("APACCOUNTLABEL", "ACCOUNTLABEL", "DESCRIPTION GLACCOUNTNO STATUS",
                label(ACCOUNT_LABEL, "apaccountlabel", "accounts_payable")),
    ],
    EXPENSE_TYPE: [_source("EEACCOUNTLABEL", "ACCOUNTLABEL", "DESCRIPTION GLACCOUNTNO STATUS",
                           label(EXPENSE_TYPE, "eeaccountlabel", "expense_code"))],
    ListType.TERM: [_source("ARTERM", "NAME", "DESCRIPTION STATUS", records.term)],
    PROJECT_TYPE: [_source("PROJECTTYPE", "NAME", "PARENTNAME STATUS", records.project_type)],
    TIME_TYPE: [_source("TIMETYPE", "NAME", "ACCOUNTNO OFFSETACCOUNTNO EARNINGTYPENAME STATUS",
                        records.time_type)],
    ListType.ITEM: [_source("ITEM", "ITEMID", "NAME ITEMTYPE STATUS GLGROUP", records.item,
                            among("ITEMTYPE", NOT_IN_STOCK), stamped=True)],
    ListType.EMPLOYEE: [
        _source("EMPLOYEE", "EMPLOYEEID", "TITLE STATUS STARTDATE ENDDATE DEPARTMENTID LOCATIONID"
                " CLASSID SUPERVISORID CONTACT.CONTACTNAME CONTACT.FIRSTNAME CONTACT.LASTNAME"
                " CONTACT.EMAIL1 CONTACT.PHONE1", people.employee, stamped=True,
                contact="CONTACT"),
    ],
    ListType.VENDOR: [_source("VENDOR", "VENDORID", "NAME STATUS DISPLAYCONTACT.EMAIL1 TERMNAME",
                              people.vendor, stamped=True, contact="DISPLAYCONTACT")],
    ListType.CUSTOMER: [
        _source("CUSTOMER", "CUSTOMERID", "NAME STATUS PARENTID TERMNAME CURRENCY"
                f" DISPLAYCONTACT.EMAIL1 DISPLAYCONTACT.PHONE1 {ADDRESS}", people.customer,
                stamped=True, contact="DISPLAYCONTACT"),
    ],
    PROJECT: [
        _source("PROJECT", "PROJECTID", "NAME DESCRIPTION STATUS CUSTOMERID PARENTID PROJECTTYPE"
                " PROJECTSTATUS PROJECTCATEGORY MANAGERID DEPARTMENTID LOCATIONID CLASSID BEGINDATE"
                " ENDDATE PONUMBER POAMOUNT SONUMBER TERMNAME CURRENCY BILLABLEEXPDEFAULT"
                " MEGAENTITYID", people.project, stamped=True),
    ],
    TASK: [_source("TASK", "RECORDNO", "TASKID NAME PROJECTID PARENTKEY ITEMID CLASSID BILLABLE"
                   " TASKSTATUS", people.task, stamped=True)],
}  # fmt: skip
"""Source: the fields that the gateway's reference lists as readable by `query`."""

WITH_DEFAULTS = (TASK, PROJECT, ListType.EMPLOYEE)
"""Lists whose records say class, department and location of what is posted for them."""
REQUIRING = (ListType.ACCOUNT, ACCOUNT_LABEL, EXPENSE_TYPE)
"""Lists whose records ask for dimensions, or name the account that does."""

LISTS: Mapping[ListType, ListTraits] = {
    ListType.COMPANY: ListTraits(entities=("COMPANY",), by_changes=False),
    ListType.CUSTOM_FIELD: ListTraits(entities=("lookup",), by_changes=False),
    **{
        kind: ListTraits(
            entities=(some[0].entity,),
            by_changes=True,
            defaults=kind in WITH_DEFAULTS,
            requires=kind in REQUIRING,
        )
        for kind, some in SOURCES.items()
    },
    ListType.INVOICE: ListTraits(entities=(SALE, INVOICE), by_changes=True, linked_only=True),
}
"""What has no stamp is small, and comes whole along with the changes of what has one. Invoices are
of the kind that was chosen when each was new."""

WITH_CUSTOM_FIELDS = ("CUSTOMER", "PROJECT", "TASK", "EMPLOYEE", "VENDOR", "ITEM")
"""Objects whose custom fields are offered, and read along with their records."""

REACH = timedelta(days=60)
"""How far changes are asked for; the ledger's own memory of deletes has no limit that is known."""

METERED = frozenset({"transactions"})
"""What the ledger's maker counts: each page that is read and each record that is written."""
