"""Targets: the records that references of QuickBooks documents may point at.

Source: https://developer.intuit.com, the pages of Bill, Purchase, Invoice and TimeActivity; the
faults 2500 (inactive, or a category in a transaction) and 6430 (wrong type of account).
"""

from ledgerlink.connectors.qbo.documents.tax import US_TAX_CODES
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.targets import Fitting, Purpose, Targets

CUSTOMER = (Fitting(list=ListType.CUSTOMER, called="a customer or project"),)
ITEM = (
    Fitting(
        list=ListType.ITEM,
        called="a product or service that lines can name",
        roles=("labor_code", "expense_code", "other"),
    ),
)
"""Bundles and categories have no role, because our lines cannot name them."""
VENDOR = (Fitting(list=ListType.VENDOR, called="a vendor"),)


def _account(called: str, role: str) -> tuple[Fitting]:
    return (Fitting(list=ListType.ACCOUNT, called=called, roles=(role,)),)


TARGETS = Targets(
    fittings={
        Purpose.EMPLOYEE: (Fitting(list=ListType.EMPLOYEE, called="an employee"),),
        Purpose.VENDOR: VENDOR,
        Purpose.WORKED_FOR: CUSTOMER,
        Purpose.SPENT_FOR: CUSTOMER,
        Purpose.INVOICED: CUSTOMER,
        Purpose.CUSTOMER_ABOVE: CUSTOMER,
        Purpose.SERVICE: ITEM,
        Purpose.SOLD: ITEM,
        Purpose.BOUGHT: ITEM,
        Purpose.ITEM_ABOVE: (Fitting(list=ListType.ITEM, called="a product or service"),),
        Purpose.SPENT_ON: (
            Fitting(
                list=ListType.ACCOUNT,
                called="an account for expenses",
                without_roles=("accounts_payable", "accounts_receivable"),
            ),
        ),
        Purpose.CARD: _account("a credit card account", "credit_card"),
        Purpose.PAYABLE: _account("an accounts payable account", "accounts_payable"),
        Purpose.PAYS_EMPLOYEES: _account("a bank account", "bank"),
        Purpose.EARNS: _account("an income account", "income"),
        Purpose.CLASS: (Fitting(list=ListType.CLASS, called="a class"),),
        Purpose.LOCATION: (Fitting(list=ListType.LOCATION, called="a location"),),
        Purpose.TERMS: (Fitting(list=ListType.TERM, called="a payment term"),),
        Purpose.TAX_CODE: (Fitting(list=ListType.TAX_CODE, called="a tax code"),),
    },
    unlisted=US_TAX_CODES,
    one_numbering=(ListType.CUSTOMER, ListType.VENDOR, ListType.EMPLOYEE),
)
