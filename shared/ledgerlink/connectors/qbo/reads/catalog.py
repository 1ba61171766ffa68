"""The catalog of lists: their entities and properties, in the order in which they are read."""

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
"""The entity that the rows of each list are of."""

REACH = timedelta(days=29)
"""How far back changes can be read: 30 days (https://developer.intuit.com, change data capture),
less a day, because clocks may differ."""

METERED = frozenset({"query", "read", "cdc"})
"""Kinds of call that Intuit's partner programme meters as CorePlus."""

ROW_MAPPERS: Mapping[ListType, Callable[[Entity], ListRecord]] = {
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
"""Maps a row of each list to a list record. The company, custom fields and invoices are read
otherwise."""

WITHOUT_ACTIVE = frozenset({ListType.INVOICE, ListType.TIME})
"""Transactions, which have a day and cannot be inactive."""

SHARED_NAMES = (ListType.CUSTOMER, ListType.VENDOR, ListType.EMPLOYEE)
"""Lists in which a DisplayName may occur only once over all of them:
https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/customer"""
