"""The lists that Sage Intacct has, in the order in which they are read, and their sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from ledgerlink.connectors.intacct.documents.invoice import INVOICE, SALE
from ledgerlink.connectors.intacct.protocol.queries import Condition, is_in
from ledgerlink.connectors.intacct.reads import map_lists, map_people
from ledgerlink.connectors.intacct.reads.map_lists import (
    ACCOUNT_LABEL,
    DEPARTMENT,
    ENTITY,
    EXPENSE_TYPE,
    PROJECT,
    PROJECT_TYPE,
    REQUIRED_FLAGS,
    TASK,
    TIME_TYPE,
    RowMapper,
    label,
)
from ledgerlink.domain.model.list_records import ListTraits, ListType


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSource:
    """An object whose records are part of a list."""

    entity: str
    """The object."""
    key: str
    """The field that identifies a record."""
    fields: tuple[str, ...]
    """The other fields that are read."""
    reader: RowMapper
    """Maps a row to a list record."""
    stamped: bool = False
    """Whether records have a time of change; others are read as a whole each time."""
    contact: str = ""
    """The path to a contact that is shown with the record, and that changes by itself."""
    only: tuple[Condition, ...] = ()
    """Conditions for a record to be in the list."""
    optional: bool = False
    """Whether a company without this object has an empty list, because the object comes with a
    feature that most companies do not use."""

    @property
    def select(self) -> tuple[str, ...]:
        """All fields that are read."""
        stamp = ("WHENMODIFIED",) if self.stamped else ()
        names = dict.fromkeys(("RECORDNO", self.key, *self.fields, *stamp))
        return tuple(names)


def _source(
    entity: str,
    key: str,
    names: str,
    reader: RowMapper,
    *only: Condition,
    stamped: bool = False,
    contact: str = "",
    optional: bool = False,
) -> ListSource:
    fields = tuple(names.split())
    return ListSource(
        entity=entity,
        key=key,
        fields=fields,
        reader=reader,
        stamped=stamped,
        contact=contact,
        only=only,
        optional=optional,
    )


ADDRESS = " ".join(f"DISPLAYCONTACT.MAILADDRESS.{name}" for name in map_people.ADDRESS)
NOT_IN_STOCK = (
    "Non-Inventory",
    "Non-Inventory (Purchase only)",
    "Non-Inventory (Sales only)",
)

LIST_SOURCES: Mapping[ListType, Sequence[ListSource]] = {
    ENTITY: [_source("LOCATIONENTITY", "LOCATIONID", "NAME CURRENCY OPCOUNTRY STATUS",
                     map_lists.entity)],
    ListType.LOCATION: [_source("LOCATION", "LOCATIONID", "NAME PARENTID STATUS",
                                map_lists.location)],
    DEPARTMENT: [_source("DEPARTMENT", "DEPARTMENTID", "TITLE PARENTID STATUS",
                         map_lists.department)],
    ListType.CLASS: [_source("CLASS", "CLASSID", "NAME DESCRIPTION PARENTID STATUS",
                             map_lists.classification)],
    ListType.ACCOUNT: [
        _source("GLACCOUNT", "ACCOUNTNO", "TITLE ACCOUNTTYPE NORMALBALANCE CLOSINGTYPE CATEGORY"
                f" ALTERNATIVEACCOUNT STATUS {' '.join(REQUIRED_FLAGS)}", map_lists.account,
                stamped=True),
        _source("CHECKINGACCOUNT", "BANKACCOUNTID", "BANKACCOUNTNO GLACCOUNTNO BANKNAME"
                " DEPARTMENTID LOCATIONID STATUS", map_lists.checking),
        _source("CREDITCARD", "CARDID", "DESCRIPTION CARDTYPE VENDORID LIABILITYTYPE STATUS",
                map_lists.card),
    ],
    ACCOUNT_LABEL: [
        _source("ARACCOUNTLABEL", "ACCOUNTLABEL", "DESCRIPTION GLACCOUNTNO STATUS",
                label(ACCOUNT_LABEL, "araccountlabel", "accounts_receivable")),
        _source("APACCOUNTLABEL", "ACCOUNTLABEL", "DESCRIPTION GLACCOUNTNO STATUS",
                label(ACCOUNT_LABEL, "apaccountlabel", "accounts_payable")),
    ],
    EXPENSE_TYPE: [_source("EEACCOUNTLABEL", "ACCOUNTLABEL", "DESCRIPTION GLACCOUNTNO STATUS",
                           label(EXPENSE_TYPE, "eeaccountlabel", "expense_code"))],
    ListType.TERM: [
        _source("ARTERM", "NAME", "DESCRIPTION STATUS", map_lists.term("arterm", "customer_terms")),
        _source("APTERM", "NAME", "DESCRIPTION STATUS", map_lists.term("apterm", "vendor_terms")),
    ],
    ListType.TAX_CODE: [
        _source("TAXDETAIL", "DETAILID", "DESCRIPTION TAXTYPE VALUE TAXSOLUTIONID STATUS",
                map_lists.tax_detail, optional=True),
    ],
    PROJECT_TYPE: [_source("PROJECTTYPE", "NAME", "PARENTNAME STATUS", map_lists.project_type)],
    TIME_TYPE: [_source("TIMETYPE", "NAME", "ACCOUNTNO OFFSETACCOUNTNO EARNINGTYPENAME STATUS",
                        map_lists.time_type)],
    ListType.ITEM: [_source("ITEM", "ITEMID", "NAME ITEMTYPE STATUS GLGROUP", map_lists.item,
                            is_in("ITEMTYPE", NOT_IN_STOCK), stamped=True)],
    ListType.EMPLOYEE: [
        _source("EMPLOYEE", "EMPLOYEEID", "TITLE STATUS STARTDATE ENDDATE DEPARTMENTID LOCATIONID"
                " CLASSID SUPERVISORID CONTACT.CONTACTNAME CONTACT.PRINTAS"
                " CONTACT.FIRSTNAME CONTACT.LASTNAME CONTACT.EMAIL1 CONTACT.PHONE1",
                map_people.employee, stamped=True, contact="CONTACT"),
    ],
    ListType.VENDOR: [_source("VENDOR", "VENDORID", "NAME STATUS DISPLAYCONTACT.EMAIL1 TERMNAME",
                              map_people.vendor, stamped=True, contact="DISPLAYCONTACT")],
    ListType.CUSTOMER: [
        _source("CUSTOMER", "CUSTOMERID", "NAME STATUS PARENTID TERMNAME CURRENCY"
                f" DISPLAYCONTACT.EMAIL1 DISPLAYCONTACT.PHONE1 {ADDRESS}", map_people.customer,
                stamped=True, contact="DISPLAYCONTACT"),
    ],
    PROJECT: [
        _source("PROJECT", "PROJECTID", "NAME DESCRIPTION STATUS CUSTOMERID PARENTID PROJECTTYPE"
                " PROJECTSTATUS PROJECTCATEGORY MANAGERID DEPARTMENTID LOCATIONID CLASSID BEGINDATE"
                " ENDDATE PONUMBER POAMOUNT SONUMBER TERMNAME CURRENCY BILLABLEEXPDEFAULT"
                " MEGAENTITYID", map_people.project, stamped=True),
    ],
    TASK: [_source("TASK", "RECORDNO", "TASKID NAME PROJECTID PARENTKEY ITEMID CLASSID BILLABLE"
                   " TASKSTATUS", map_people.task, stamped=True)],
}  # fmt: skip
"""Source: the fields that the gateway's reference lists as readable by `query`."""

WITH_DEFAULTS = (TASK, PROJECT, ListType.EMPLOYEE)
"""Lists whose records have a class, department and location, which what is posted for them gets."""
REQUIRING = (ListType.ACCOUNT, ACCOUNT_LABEL, EXPENSE_TYPE)
"""Lists whose records require dimensions, or name an account that does."""

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
        for kind, some in LIST_SOURCES.items()
    },
    ListType.INVOICE: ListTraits(entities=(SALE, INVOICE), by_changes=True, linked_only=True),
}
"""Lists without times of change are small, and are read as a whole with the changes of the others.
An invoice is in the module that was chosen when it was created."""

WITH_CUSTOM_FIELDS = ("CUSTOMER", "PROJECT", "TASK", "EMPLOYEE", "VENDOR", "ITEM")
"""Objects whose custom fields are offered, and read with their records."""

REACH = timedelta(days=60)
"""How far back changes are asked for. No limit of the audit history is documented."""

METERED = frozenset({"transactions"})
"""What Sage counts as transactions of the company: each page read and each record written."""
