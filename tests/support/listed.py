"""A company whose lists came in, for the service in memory."""

from collections.abc import Sequence
from dataclasses import replace

from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.list_records import (
    ListRecord,
    ListTraits,
    ListType,
    SyncState,
    change,
)

from tests.fakes.service import InMemoryService
from tests.fakes.targets import TARGETS

RECORDS = (
    ListRecord(type=ListType.EMPLOYEE, id="P1", name="Ada Lovelace", roles=("staff",)),
    ListRecord(type=ListType.EMPLOYEE, id="P9", name="John Johnson", active=False),
    ListRecord(type=ListType.VENDOR, id="V1", name="Airline Inc"),
    ListRecord(type=ListType.VENDOR, id="V9", name="Lee Advertising", active=False),
    ListRecord(type=ListType.CUSTOMER, id="C1", name="Acme"),
    ListRecord(type=ListType.CUSTOMER, id="C9", name="Old client", active=False),
    ListRecord(type=ListType.ITEM, id="I1", name="Design"),
    ListRecord(type=ListType.ITEM, id="HOURS", name="Hours"),
    ListRecord(type=ListType.ITEM, id="I9", name="Old design", active=False),
    ListRecord(type=ListType.ACCOUNT, id="A1", name="Meals", roles=("expense",)),
    ListRecord(type=ListType.ACCOUNT, id="A9", name="Old", roles=("expense",), active=False),
    ListRecord(type=ListType.ACCOUNT, id="BANK", name="Checking", roles=("bank",)),
    ListRecord(type=ListType.ACCOUNT, id="CARDS", name="Visa", roles=("credit_card",)),
    ListRecord(type=ListType.ACCOUNT, id="AR", name="A/R", roles=("accounts_receivable",)),
    ListRecord(type=ListType.ACCOUNT, id="AP", name="A/P", roles=("accounts_payable",)),
    ListRecord(type=ListType.ACCOUNT, id="IN", name="Sales", roles=("income",)),
    ListRecord(type=ListType.CLASS, id="K1", name="East"),
    ListRecord(type=ListType.CLASS, id="K9", name="West", active=False),
    ListRecord(type=ListType.TERM, id="T1", name="Net 30"),
    ListRecord(type=ListType.TAX_CODE, id="X1", name="Sales tax"),
)


def lists_came_in(
    app: InMemoryService, connection: Connection, records: Sequence[ListRecord] = RECORDS
) -> None:
    """These lists came in whole, and references are checked against them."""
    app.connector.targets = TARGETS
    kinds = [kind for kind in ListType if any(record.type is kind for record in records)]
    app.connector.lists = {kind: ListTraits(entities=(kind,), by_changes=True) for kind in kinds}
    now = app.clock.now()
    found = [change(None, record, "sync", now, linked=False) for record in records]
    app.deps.lists.record(connection.key, "sync", [each for each in found if each is not None])
    moments = dict.fromkeys(kinds, now)
    app.deps.lists.save_state(connection.key, SyncState(cursors=moments, compared=moments))


def changed_in_ledger(
    app: InMemoryService, connection: Connection, record: ListRecord, **changes: object
) -> None:
    """A sync brought in a change of this record."""
    after = replace(record, **changes)  # type: ignore[arg-type]
    entry = change(record, after, "later", app.clock.now(), linked=True)
    assert entry is not None
    app.deps.lists.record(connection.key, "later", [entry])
