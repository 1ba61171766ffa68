"""Rows of accounts, dimensions, items, terms and types as list records."""

from collections.abc import Callable, Mapping
from typing import Any

from ledgerlink.connectors.intacct.protocol import values
from ledgerlink.connectors.intacct.protocol.record_ids import ref
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.domain.model.list_records import ListRecord, ListType

PROJECT = ListType.PROJECT
TASK = ListType.TASK
DEPARTMENT = ListType.DEPARTMENT
ENTITY = ListType.ENTITY
PROJECT_TYPE = ListType.PROJECT_TYPE
TIME_TYPE = ListType.TIME_TYPE
EXPENSE_TYPE = ListType.EXPENSE_TYPE
ACCOUNT_LABEL = ListType.ACCOUNT_LABEL

Fields = Mapping[str, Any]
RowMapper = Callable[[Row], ListRecord]

REQUIRED_FLAGS: Mapping[str, str] = {
    "REQUIREDEPT": "department",
    "REQUIRELOC": "location",
    "REQUIREPROJECT": "project",
    "REQUIRETASK": "task",
    "REQUIRECUSTOMER": "customer",
    "REQUIREVENDOR": "vendor",
    "REQUIREEMPLOYEE": "employee",
    "REQUIREITEM": "item",
    "REQUIRECLASS": "class",
}
"""Flags of an account for what it requires of a line, each with its dimension."""

ALTERNATIVES = {
    "Receivables account": "accounts_receivable",
    "Payables account": "accounts_payable",
}
SIDES = {"debit": "expense", "credit": "income"}
"""The role of an account of the income statement by its normal balance; the ledger has no finer
distinction."""


def list_record(
    kind: ListType,
    row: Row,
    key: str,
    name: str | None,
    fields: Fields,
    *,
    entity: str = "",
    parent: str | None = None,
    roles: tuple[str, ...] = (),
) -> ListRecord:
    """A list record. `key` and `parent` are ids within `entity`, the object."""
    entity = entity or kind
    return ListRecord(
        type=kind,
        id=ref(entity, key) or "",
        name=name or key,
        active=(text(row, "STATUS") or "active").lower() not in ("inactive", "f"),
        version=text(row, "WHENMODIFIED"),
        changed_at=values.moment(row, "WHENMODIFIED"),
        parent_id=ref(entity, parent),
        roles=roles,
        fields=fields,
    )


def account(row: Row) -> ListRecord:
    """An account of the general ledger, with the dimensions that it requires."""
    fields = {
        "number": text(row, "ACCOUNTNO"),
        "type": text(row, "ACCOUNTTYPE"),
        "normal_balance": text(row, "NORMALBALANCE"),
        "category": text(row, "CATEGORY"),
        "requires": [name for flag, name in REQUIRED_FLAGS.items() if values.flag(row, flag)],
    }
    key = text(row, "ACCOUNTNO") or ""
    name, role = text(row, "TITLE"), _role(row)
    return list_record(ListType.ACCOUNT, row, key, name, fields, entity="glaccount", roles=(role,))


def _role(row: Row) -> str:
    alternative = ALTERNATIVES.get(text(row, "ALTERNATIVEACCOUNT") or "")
    if alternative:
        return alternative
    if text(row, "ACCOUNTTYPE") != "incomestatement":
        return "other"
    return SIDES.get(text(row, "NORMALBALANCE") or "", "other")


def checking(row: Row) -> ListRecord:
    """A bank account from which payments are made."""
    fields = {
        "number": text(row, "BANKACCOUNTNO"),
        "account_id": ref("glaccount", text(row, "GLACCOUNTNO")),
        "department_id": ref("department", text(row, "DEPARTMENTID")),
        "location_id": ref("location", text(row, "LOCATIONID")),
    }
    key, name = text(row, "BANKACCOUNTID") or "", text(row, "BANKNAME")
    kind = ListType.ACCOUNT
    return list_record(kind, row, key, name, fields, entity="checkingaccount", roles=("bank",))


def card(row: Row) -> ListRecord:
    """A charge card account."""
    fields = {
        "type": text(row, "CARDTYPE"),
        "liability": text(row, "LIABILITYTYPE"),
        "vendor_id": ref("vendor", text(row, "VENDORID")),
    }
    key, name = text(row, "CARDID") or "", text(row, "DESCRIPTION")
    kind = ListType.ACCOUNT
    return list_record(kind, row, key, name, fields, entity="creditcard", roles=("credit_card",))


def item(row: Row) -> ListRecord:
    """An item that is not kept in stock."""
    kind = text(row, "ITEMTYPE") or ""
    sold = "purchase only" not in kind.lower()
    roles = ("labor_code", "expense_code") if sold else ("expense_code",)
    fields = {"type": kind or None, "gl_group": text(row, "GLGROUP")}
    key = text(row, "ITEMID") or ""
    return list_record(ListType.ITEM, row, key, text(row, "NAME"), fields, roles=roles)


def term(entity: str, role: str) -> RowMapper:
    """The mapper of payment terms of customers or of vendors; a name identifies them."""

    def mapper(row: Row) -> ListRecord:
        fields = {"description": text(row, "DESCRIPTION")}
        name = text(row, "NAME") or ""
        return list_record(ListType.TERM, row, name, name, fields, entity=entity, roles=(role,))

    return mapper


def tax_detail(row: Row) -> ListRecord:
    """A tax detail, which a line of an AR invoice with tax names."""
    fields = {
        "description": text(row, "DESCRIPTION"),
        "type": text(row, "TAXTYPE"),
        "rate": values.amount(row, "VALUE"),
        "solution": text(row, "TAXSOLUTIONID"),
    }
    name = text(row, "DETAILID") or ""
    return list_record(ListType.TAX_CODE, row, name, name, fields, entity="taxdetail")


def classification(row: Row) -> ListRecord:
    """A class."""
    fields = {"description": text(row, "DESCRIPTION")}
    key, parent = text(row, "CLASSID") or "", text(row, "PARENTID")
    return list_record(ListType.CLASS, row, key, text(row, "NAME"), fields, parent=parent)


def department(row: Row) -> ListRecord:
    """A department: the first cost center."""
    key, parent = text(row, "DEPARTMENTID") or "", text(row, "PARENTID")
    roles = ("cost_center_1",)
    return list_record(DEPARTMENT, row, key, text(row, "TITLE"), {}, parent=parent, roles=roles)


def location(row: Row) -> ListRecord:
    """A location: the second cost center."""
    key, parent = text(row, "LOCATIONID") or "", text(row, "PARENTID")
    name, roles = text(row, "NAME"), ("cost_center_2",)
    return list_record(ListType.LOCATION, row, key, name, {}, parent=parent, roles=roles)


def entity(row: Row) -> ListRecord:
    """An entity: a location with books of its own."""
    fields = {"currency": text(row, "CURRENCY"), "country": text(row, "OPCOUNTRY")}
    key = text(row, "LOCATIONID") or ""
    return list_record(ENTITY, row, key, text(row, "NAME"), fields, entity="locationentity")


def project_type(row: Row) -> ListRecord:
    """A project type; it is identified by its name."""
    name = text(row, "NAME") or ""
    parent = text(row, "PARENTNAME")
    return list_record(PROJECT_TYPE, row, name, name, {}, entity="projecttype", parent=parent)


def time_type(row: Row) -> ListRecord:
    """A time type, to which a labor code can be mapped."""
    fields = {
        "account_id": ref("glaccount", text(row, "ACCOUNTNO")),
        "offset_account_id": ref("glaccount", text(row, "OFFSETACCOUNTNO")),
        "earning_type": text(row, "EARNINGTYPENAME"),
    }
    name = text(row, "NAME") or ""
    return list_record(TIME_TYPE, row, name, name, fields, entity="timetype", roles=("labor_code",))


def label(kind: ListType, entity: str, role: str) -> RowMapper:
    """The mapper of a list of account labels."""

    def mapper(row: Row) -> ListRecord:
        fields = {
            "description": text(row, "DESCRIPTION"),
            "account_id": ref("glaccount", text(row, "GLACCOUNTNO")),
        }
        name = text(row, "ACCOUNTLABEL") or ""
        return list_record(kind, row, name, name, fields, entity=entity, roles=(role,))

    return mapper
