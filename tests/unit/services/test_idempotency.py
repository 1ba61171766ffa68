"""The digest of a request is stored beside its idempotency key, so it must never change."""

from datetime import date

import pytest
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.imports import Scope
from ledgerlink.domain.model.list_records import ListTraits, ListType
from ledgerlink.services.imports import service
from ledgerlink.services.posting import accept
from ledgerlink.services.sync.request import request_sync

from tests.fakes.service import FIRM, InMemoryService, in_memory_service

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
CUSTOMERS = {ListType.CUSTOMER: ListTraits(entities=("Customer",), by_changes=True)}


@pytest.fixture
def app() -> InMemoryService:
    return in_memory_service(lists=CUSTOMERS)


@pytest.fixture
def connection(app: InMemoryService) -> Connection:
    return app.connected()


def stored_digest(app: InMemoryService, connection: Connection) -> str:
    content, _ = app.runs.claims[(connection.key, "key")]
    return content


def test_a_post_keeps_its_digest(app: InMemoryService, connection: Connection) -> None:
    records = [{"key": "t1", "minutes": 90, "notes": "a b"}]
    accept.post(app.deps, connection.key, "ada", "key", records)
    expected = "c054eb42bdee00eb3b96e4b567d1a0a10e93387fd525f23fd11d9f56966a9f91"
    assert stored_digest(app, connection) == expected


def test_a_requested_sync_keeps_its_digest(app: InMemoryService, connection: Connection) -> None:
    request_sync(app.deps, connection.key, "ada", "key", whole=True, wanted=(ListType.CUSTOMER,))
    expected = "b3860bcf6bf04e296d9344691154d333515cb2da01c4846378f7815802b45432"
    assert stored_digest(app, connection) == expected


def test_an_import_keeps_its_digest(app: InMemoryService, connection: Connection) -> None:
    request = service.ImportRequest(
        scope=Scope(first_day=FIRST, last_day=LAST),
        records=[{"key": "t1"}],
        names={"users": {"u1": {"name": "Ann"}}},
        posting={"ledger_edits": "ours"},
    )
    service.create(app.deps, service.User(FIRM, "ada"), connection.id, "key", request)
    expected = "955f3984d146639dcbf0557c6ee414b63dc815961037bc3f80da5a1433ddbebe"
    assert stored_digest(app, connection) == expected
