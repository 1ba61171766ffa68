"""The lists that QuickBooks Online has, in the order in which they are read."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from ledgerlink.connectors.qbo.protocol.values import Entity
from ledgerlink.connectors.qbo.reads import map_lists, map_people, map_transactions
from ledgerlink.domain.model.list_records import ListRecord, ListTraits, ListType

LISTS: Mapping[ListType, ListTraits] = {
    ListType.COMPANY: ListTraits(entities=("CompanyInfo",), by_changes=True),
    ListType.CUSTOM_FIELD: ListTraits(entities=("Preferences",), by_changes=True),
    ListType.ACCOUNT: ListTraits(entities=("Account",), by_changes=True),
    ListType.TERM: ListTraits(entities=("Term",), by_changes=True),
    ListType.CLASS: ListTraits(entities=("Class",), by_changes=True),
    ListType.LOCATION: ListTraits(entities=("Department",), by_changes=True),
    ListType.TAX_CODE: ListTraits(entities=("TaxCode",), by_changes=False),
    ListType.TAX_RATE: ListTraits(entities=("TaxRate",), by_changes=False),
    ListType.ITEM: ListTraits(entities=("Item",), by_changes=True),
    ListType.EMPLOYEE: ListTraits(entities=("Employee",), by_changes=True),
    ListType.VENDOR: ListTraits(entities=("Vendor",), by_changes=True),
    ListType.CUSTOMER: ListTraits(entities=("Customer",), by_changes=True, places=True),
    ListType.INVOICE: ListTraits(entities=("Invoice",), by_changes=True, linked_only=True),
    ListType.TIME: ListTraits(entities=("TimeActivity",), by_changes=False, on_request=True),
}

ENTITY = {kind: traits.entities[0] for kind, traits in LISTS.items()}
"""The one entity that each list is of."""

REACH = timedelta(days=29)
"""The ledger looks back 30 days (https://developer.intuit.com, change data capture); a day is
kept for clocks that differ."""

METERED = frozenset({"query", "read", "cdc"})
"""Calls that Intuit's partner programme counts as CorePlus."""

READERS: Mapping[ListType, Callable[[Entity], ListRecord]] = {
    ListType.ACCOUNT: map_lists.account,
    ListType.TERM: map_lists.term,
    ListType.CLASS: map_lists.plain_list(ListType.CLASS),
    ListType.LOCATION: map_lists.plain_list(ListType.LOCATION),
    ListType.TAX_CODE: map_lists.tax_code,
    ListType.TAX_RATE: map_lists.tax_rate,
    ListType.ITEM: map_lists.item,
    ListType.EMPLOYEE: map_people.employee,
    ListType.VENDOR: map_people.vendor,
    ListType.CUSTOMER: map_people.customer,
    ListType.TIME: map_transactions.time_entry,
}
"""How a row of each list that consists of rows is read. An invoice is read with its payments."""

WITHOUT_ACTIVE = frozenset({ListType.INVOICE, ListType.TIME})
"""Transactions, which are never inactive."""

SHARED_NAMES = (ListType.CUSTOMER, ListType.VENDOR, ListType.EMPLOYEE)
"""A DisplayName is unique over these together:
https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/customer"""
