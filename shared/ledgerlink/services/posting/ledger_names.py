"""Names that the ledger has in use, from the lists as they came in last."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from ledgerlink.domain.mapping.resolver import Taken
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.documents import NewCustomer, NewListRecord, NewPerson
from ledgerlink.domain.model.list_records import ListRecord, ListType
from ledgerlink.services.dependencies import Dependencies

PAGE = 1000


def names_in_use(deps: Dependencies, connection: Connection) -> Taken:
    """Who has a name, among the lists over which a name can be used once only. The lists are read
    when the first new name is asked for."""
    shared = deps.connector(connection.ledger).shared_names
    holders: dict[str, ListRecord] = {}
    asked = False

    def taken(record: NewListRecord) -> str | None:
        nonlocal asked
        if _list_of(record) not in shared:
            return None
        if not asked:
            asked = True
            for kind in shared:
                found = records_of(deps, connection, kind)
                holders.update({one.name.casefold(): one for one in found if one.usable})
        holder = holders.get(record.name.casefold())
        return f"{holder.type} {holder.id}" if holder else None

    return taken


def foreign_customers(
    deps: Dependencies, connection: Connection, features: Features
) -> Mapping[str, str]:
    """The currencies of customers who are not invoiced in the home currency, by id."""
    return _foreign(deps, connection, features, ListType.CUSTOMER)


def foreign_vendors(
    deps: Dependencies, connection: Connection, features: Features
) -> Mapping[str, str]:
    """The currencies of vendors who are not paid in the home currency, by id."""
    return _foreign(deps, connection, features, ListType.VENDOR)


def payables(
    deps: Dependencies, connection: Connection, features: Features
) -> Mapping[str, Sequence[str]]:
    """The payables accounts in use by currency, where the ledger keeps several."""
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
    told = ((one.id, one.fields.get("currency")) for one in records_of(deps, connection, kind))
    return {i: str(code) for i, code in told if code and code != features.home_currency}


def _lists(deps: Dependencies, connection: Connection) -> Collection[ListType]:
    return deps.connector(connection.ledger).lists


def records_of(deps: Dependencies, connection: Connection, kind: ListType) -> Iterator[ListRecord]:
    """All records of a list, as they came in last."""
    after: str | None = None
    while True:
        page = deps.lists.page(connection.key, kind, after, PAGE)
        yield from page.items
        if page.after is None:
            return
        after = page.after


def _list_of(record: NewListRecord) -> ListType:
    match record:
        case NewPerson(person=person):
            return ListType(person)
        case NewCustomer():
            return ListType.CUSTOMER
    return ListType.ITEM
