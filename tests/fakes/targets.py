"""What the references of the ledger in memory may point at, as in QuickBooks."""

from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.targets import Fitting, Purpose, Targets

CUSTOMER = (Fitting(list=ListType.CUSTOMER, called="a customer or project"),)
ITEM = (Fitting(list=ListType.ITEM, called="a product or service"),)


def _account(called: str, *roles: str) -> tuple[Fitting]:
    return (Fitting(list=ListType.ACCOUNT, called=called, roles=roles),)


TARGETS = Targets(
    fittings={
        Purpose.EMPLOYEE: (Fitting(list=ListType.EMPLOYEE, called="an employee"),),
        Purpose.VENDOR: (Fitting(list=ListType.VENDOR, called="a vendor"),),
        Purpose.WORKED_FOR: CUSTOMER,
        Purpose.SPENT_FOR: CUSTOMER,
        Purpose.INVOICED: CUSTOMER,
        Purpose.CUSTOMER_ABOVE: CUSTOMER,
        Purpose.SERVICE: ITEM,
        Purpose.SOLD: ITEM,
        Purpose.BOUGHT: ITEM,
        Purpose.SPENT_ON: _account("an account for expenses", "expense", "other"),
        Purpose.CARD: _account("a credit card account", "credit_card"),
        Purpose.PAYABLE: _account("an accounts payable account", "accounts_payable"),
        Purpose.PAYS_EMPLOYEES: _account("a bank account", "bank"),
        Purpose.EARNS: _account("an income account", "income"),
        Purpose.ITEM_ABOVE: ITEM,
        Purpose.CLASS: (Fitting(list=ListType.CLASS, called="a class"),),
        Purpose.LOCATION: (Fitting(list=ListType.LOCATION, called="a location"),),
        Purpose.TERMS: (Fitting(list=ListType.TERM, called="a payment term"),),
        Purpose.TAX_CODE: (Fitting(list=ListType.TAX_CODE, called="a tax code"),),
    },
    one_numbering=(ListType.CUSTOMER, ListType.VENDOR, ListType.EMPLOYEE),
)
