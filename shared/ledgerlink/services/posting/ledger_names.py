"""Names, currencies and payables accounts in the ledger, from its lists as last synced."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial

from ledgerlink.domain.mapping.twins import KnownNames
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.list_records import ListRecord, ListType
from ledgerlink.services.dependencies import Dependencies

PAGE = 1000
"""Records that are read at once."""


def names_in_use(deps: Dependencies, connection: Connection) -> KnownNames:
    """The names that new records may not repeat. A list is read when it is first asked for."""
    connector = deps.connector(connection.ledger)
    read = partial(records_of, deps, connection)
    return KnownNames(read, connector.lists, connector.shared_names)


def foreign_customers(
    deps: Dependencies, connection: Connection, features: Features
) -> Mapping[str, str]:
    """The currency of each customer who is not invoiced in the home currency, by id."""
    return _foreign(deps, connection, features, ListType.CUSTOMER)


def foreign_vendors(
    deps: Dependencies, connection: Connection, features: Features
) -> Mapping[str, str]:
    """The currency of each vendor who is not paid in the home currency, by id."""
    return _foreign(deps, connection, features, ListType.VENDOR)


def payables(
    deps: Dependencies, connection: Connection, features: Features
) -> Mapping[str, Sequence[str]]:
    """The ids of the active payables accounts by currency, where the company uses several."""
    if not features.multi_currency or ListType.ACCOUNT not in _lists(deps, connection):
        return {}
    found: dict[str, list[str]] = {}
    for account in records_of(deps, connection, ListType.ACCOUNT):
        currency = account.fields.get("currency")
        if currency and account.usable and "accounts_payable" in account.roles:
            found.setdefault(str(currency), []).append(account.id)
    return found


def _foreign(
    deps: Dependencies, connection: Connection, features: Features, kind: ListType
) -> Mapping[str, str]:
    if not features.multi_currency or kind not in _lists(deps, connection):
        return {}
    currencies = {one.id: one.fields.get("currency") for one in records_of(deps, connection, kind)}
    home = features.home_currency
    return {i: str(code) for i, code in currencies.items() if code and code != home}


def _lists(deps: Dependencies, connection: Connection) -> Collection[ListType]:
    return deps.connector(connection.ledger).lists


def records_of(deps: Dependencies, connection: Connection, kind: ListType) -> Iterator[ListRecord]:
    """All records of a list as last synced, gone ones included."""
    after: str | None = None
    while True:
        page = deps.lists.page(connection.key, kind, after, PAGE)
        yield from page.items
        if page.after is None:
            return
        after = page.after
