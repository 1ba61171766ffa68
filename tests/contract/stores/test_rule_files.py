"""Pages of rules come from a file, which is always that of the rules as they are."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from ledgerlink.domain.errors import ChangedMeanwhile
from ledgerlink.domain.model.rules import LinkTo, Rule, RuleKind
from ledgerlink.storage import keys
from ledgerlink.storage.rule_files import S3RuleFiles
from ledgerlink.storage.rules import COUNT, Count, DynamoRules, _count_row, _newest
from ledgerlink.storage.table import Table

from tests.bench.meter import Meter
from tests.contract.stores.samples import ACME
from tests.contract.stores.stores import Clients, new_table
from tests.fakes.clock import START
from tests.support.sampling import amount

MANY = amount(6000, 300)
PAGE = 100
PROJECTS = RuleKind.PROJECTS
_numbers = count()


def rule(key: str, ledger_id: str = "1", version: int = 1) -> Rule:
    mapping = LinkTo(ledger_id=ledger_id)
    return Rule(
        kind=PROJECTS, key=key, mapping=mapping, set_by="ada", set_at=START, version=version
    )


@pytest.fixture
def table(aws: Clients) -> Table:
    table = new_table(aws, f"ledgerlink-rules-{next(_numbers)}")
    aws.s3.create_bucket(Bucket=table.name)
    return table


def store(aws: Clients, table: Table) -> DynamoRules:
    """The rules as another process sees them, which has no file in memory."""
    return DynamoRules(table, S3RuleFiles(aws.s3, table.name))


@pytest.fixture
def meter(aws: Clients) -> Iterator[Meter]:
    meter = Meter()
    meter.attach(aws.dynamodb, aws.s3)
    yield meter
    meter.detach()


def test_a_page_of_many_rules_reads_one_row_and_one_file(
    aws: Clients, table: Table, meter: Meter
) -> None:
    """A page of 6,000 rules cost 515 read units."""
    rows = [_newest(keys.connection(ACME), rule(f"p{n:04d}")) for n in range(MANY)]
    table.put_many([*rows, _count_row(keys.connection(ACME), Count(1, "name"))])
    assert len(store(aws, table).list(ACME)) == MANY
    meter.requests.clear()
    meter.units.clear()
    reader = store(aws, table)
    page, more = reader.page(ACME, PROJECTS, (PROJECTS, "p0099"), PAGE)
    assert ([one.key for one in page], more) == ([f"p{n:04d}" for n in range(100, 200)], True)
    assert len(reader.keys(ACME, PROJECTS)) == len(reader.list(ACME)) == MANY
    assert reader.get(ACME, PROJECTS, [f"p{n:04d}" for n in range(PAGE)]).keys() == {
        f"p{n:04d}" for n in range(PAGE)
    }
    assert meter.requests == {"dynamodb:GetItem": 4, "s3:GetObject": 1}
    assert meter.units["reads"] == 4


def test_a_change_is_in_the_next_file(aws: Clients, table: Table, meter: Meter) -> None:
    writer = store(aws, table)
    version = writer.put(ACME, [rule("a"), rule("c")], 0)
    version = writer.put(ACME, [rule("b"), rule("c", "2", 2)], version)
    meter.requests.clear()
    assert store(aws, table).list(ACME) == [rule("a"), rule("b"), rule("c", "2", 2)]
    assert meter.requests == {"dynamodb:GetItem": 1, "s3:GetObject": 1}


@pytest.mark.parametrize("body", [None, b"", b"no gzip"])
def test_without_a_file_the_rows_are_read_and_it_is_stored_again(
    aws: Clients, table: Table, meter: Meter, body: bytes | None
) -> None:
    store(aws, table).put(ACME, [rule("a")], 0)
    (found,) = aws.s3.list_objects_v2(Bucket=table.name)["Contents"]
    if body is None:
        aws.s3.delete_object(Bucket=table.name, Key=found["Key"])
    else:
        aws.s3.put_object(Bucket=table.name, Key=found["Key"], Body=body)
    assert store(aws, table).list(ACME) == [rule("a")]
    meter.requests.clear()
    assert store(aws, table).list(ACME) == [rule("a")]
    assert meter.requests["dynamodb:Query"] == 0


def test_a_file_is_not_stored_of_rules_that_change_while_they_are_read(
    aws: Clients, table: Table
) -> None:
    writer = store(aws, table)
    writer.put(ACME, [rule("a")], 0)
    for found in aws.s3.list_objects_v2(Bucket=table.name)["Contents"]:
        aws.s3.delete_object(Bucket=table.name, Key=found["Key"])

    class Slow(Table):
        def query(self, *given: Any, **named: Any) -> Any:
            rows = list(super().query(*given, **named))
            writer.put(ACME, [rule("b")], 1)
            return rows

    reader = DynamoRules(Slow(aws.dynamodb, table.name), S3RuleFiles(aws.s3, table.name))
    assert reader.list(ACME) == [rule("a")]
    assert store(aws, table).list(ACME) == [rule("a"), rule("b")]


def test_after_the_table_was_restored_no_file_of_later_rules_is_used(
    aws: Clients, table: Table
) -> None:
    rules = store(aws, table)
    rules.put(ACME, [rule("a")], 0)
    counted = table.get(keys.connection(ACME), COUNT)
    rules.put(ACME, [rule("lost")], 1)
    assert counted is not None
    table.put(counted)
    table.delete_many(keys.connection(ACME), [keys.row("rule", PROJECTS, "lost")])
    assert store(aws, table).list(ACME) == [rule("a")]
    assert store(aws, table).put(ACME, [rule("new")], 1) == 2
    assert store(aws, table).list(ACME) == [rule("a"), rule("new")]


def test_a_writer_who_was_overtaken_leaves_the_file_as_it_is(aws: Clients, table: Table) -> None:
    rules = store(aws, table)
    rules.put(ACME, [rule("a")], 0)
    rules.put(ACME, [replace(rule("a"), version=2)], 1)
    with pytest.raises(ChangedMeanwhile):
        store(aws, table).put(ACME, [rule("b")], 1)
    assert store(aws, table).list(ACME) == [replace(rule("a"), version=2)]


def test_files_that_cannot_be_stored_refuse_no_rule(aws: Clients, table: Table) -> None:
    nowhere = DynamoRules(table, S3RuleFiles(aws.s3, "no-such-bucket"))
    assert nowhere.put(ACME, [rule("a")], 0) == 1
    assert DynamoRules(table, S3RuleFiles(aws.s3, "no-such-bucket")).list(ACME) == [rule("a")]
