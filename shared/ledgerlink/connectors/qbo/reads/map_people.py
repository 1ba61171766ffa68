"""Rows as list records: customers, employees and vendors."""

from decimal import Decimal

from ledgerlink.connectors.qbo.protocol import values
from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.qbo.reads.map_lists import list_record
from ledgerlink.domain.model.list_records import ListRecord, ListType


def customer(row: Entity) -> ListRecord:
    """A customer, job or project, without roles, because those depend on the customers below it.

    It counts as used if it has a balance of its own, which is all that the row shows of its
    transactions.
    """
    fields = {
        "is_project": values.flag(row, "IsProject") or False,
        "job": values.flag(row, "Job") or False,
        "level": values.whole(row, "Level") or 0,
        "bill_with_parent": values.flag(row, "BillWithParent") or False,
        "company_name": values.text(row, "CompanyName"),
        "given_name": values.text(row, "GivenName"),
        "family_name": values.text(row, "FamilyName"),
        "email": _email(row),
        "phone": _phone(row),
        "currency": values.reference_id(row, "CurrencyRef"),
        "term_id": values.reference_id(row, "SalesTermRef"),
        "tax_code_id": values.reference_id(row, "DefaultTaxCodeRef"),
    }
    owes = Decimal(values.decimal(row, "Balance") or 0) != 0
    return list_record(ListType.CUSTOMER, row, fields, used=owes)


def employee(row: Entity) -> ListRecord:
    """An employee. Rates are money per hour."""
    fields = {
        "given_name": values.text(row, "GivenName"),
        "family_name": values.text(row, "FamilyName"),
        "email": _email(row),
        "phone": _phone(row),
        "number": values.text(row, "EmployeeNumber"),
        "billable": values.flag(row, "BillableTime"),
        "bill_rate": values.decimal(row, "BillRate"),
        "cost_rate": values.decimal(row, "CostRate"),
        "hired": values.text(row, "HiredDate"),
        "released": values.text(row, "ReleasedDate"),
    }
    return list_record(ListType.EMPLOYEE, row, fields, ("staff",))


def vendor(row: Entity) -> ListRecord:
    """A vendor, who may be a contractor. Rates are money per hour."""
    fields = {
        "company_name": values.text(row, "CompanyName"),
        "given_name": values.text(row, "GivenName"),
        "family_name": values.text(row, "FamilyName"),
        "email": _email(row),
        "phone": _phone(row),
        "account_number": values.text(row, "AcctNum"),
        "term_id": values.reference_id(row, "TermRef"),
        "bill_rate": values.decimal(row, "BillRate"),
        "cost_rate": values.decimal(row, "CostRate"),
        "currency": values.reference_id(row, "CurrencyRef"),
        "is_1099": values.flag(row, "Vendor1099"),
    }
    return list_record(ListType.VENDOR, row, fields, ("contractor",))


def _email(row: Entity) -> str | None:
    return values.text(values.block(row, "PrimaryEmailAddr"), "Address")


def _phone(row: Entity) -> str | None:
    return values.text(values.block(row, "PrimaryPhone"), "FreeFormNumber")
