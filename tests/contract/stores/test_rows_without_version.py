"""Rows that were stored before rows had versions are read, and changed with care."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from ledgerlink.domain.errors import ChangedMeanwhile
from ledgerlink.domain.model.rules import RuleKind, Skip
from ledgerlink.domain.model.settings import Direction
from ledgerlink.storage import keys
from ledgerlink.storage.connections import DynamoConnections
from ledgerlink.storage.rule_files import S3RuleFiles
from ledgerlink.storage.rules import DynamoRules
from ledgerlink.storage.settings import DynamoSettings
from ledgerlink.storage.table import Table
from ledgerlink.wire.stored import dump

from tests.contract.stores.samples import ACME, connection
from tests.contract.stores.stores import Clients, new_table


@pytest.fixture
def table(aws: Clients, request: pytest.FixtureRequest) -> Table:
    return new_table(aws, f"old-{abs(hash(request.node.name))}")


def test_settings(table: Table) -> None:
    old = {"pk": keys.connection(ACME), "sk": "settings", "data": json.dumps({"direction": "in"})}
    table.put(old)
    store = DynamoSettings(table)
    read = store.get(ACME)
    assert (read.direction, read.version) == (Direction.IN, 0)
    assert store.put(ACME, replace(read, direction=Direction.OUT)).version == 1
    with pytest.raises(ChangedMeanwhile):
        store.put(ACME, read)


def test_connections(table: Table) -> None:
    row = {"pk": keys.firm("acme"), "sk": keys.row("connection", "c1"), "state": "authorizing"}
    table.put(row | {"data": dump(connection()).decode()})
    store = DynamoConnections(table)
    read = store.get(ACME)
    assert store.save(replace(read, company_id="realm")).version == 1
    with pytest.raises(ChangedMeanwhile):
        store.remove(read)


def test_rules(aws: Clients, table: Table) -> None:
    row = {"kind": "users", "key": "u1", "mapping": '{"action": "skip"}', "set_by": "ada"}
    row |= {"set_at": "2026-01-01T00:00:00+00:00", "version": "1"}
    pk = keys.connection(ACME)
    table.put(row | {"pk": pk, "sk": keys.row("rule", "users", "u1")})
    aws.s3.create_bucket(Bucket=table.name)
    store = DynamoRules(table, S3RuleFiles(aws.s3, table.name))
    (read,) = store.list(ACME, RuleKind.USERS)
    assert (read.mapping, store.version(ACME)) == (Skip(), 0)
    other = replace(read, key="u2", set_at=read.set_at + timedelta(days=1))
    assert store.changed_since(ACME, other.set_at) is False
    assert store.put(ACME, [other], 0) == 1
    assert store.list(ACME) == [read, other]
    assert store.changed_since(ACME, read.set_at)
