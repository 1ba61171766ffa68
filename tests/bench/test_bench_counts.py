from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto import mock_aws

from tests.bench.budgets import Line, broken
from tests.bench.costs import Workers, cost
from tests.bench.meter import Meter

NOTHING: dict[str, int] = {}
IDLE = Workers(0, Decimal(0), Decimal(0))


@pytest.fixture
def meter() -> Meter:
    return Meter()


def test_a_batch_costs_a_unit_per_row_and_kilobyte(meter: Meter) -> None:
    with mock_aws():
        table = boto3.client("dynamodb", "us-east-1", config=Config(retries={"max_attempts": 1}))
        meter.attach(table)
        rows = [{"pk": {"S": "a"}, "text": {"S": "x" * size}} for size in (10, 1100)]
        with pytest.raises(ClientError):
            table.batch_write_item(RequestItems={"t": [{"PutRequest": {"Item": r}} for r in rows]})
        meter.detach()
        with pytest.raises(ClientError):
            table.get_item(TableName="t", Key={"pk": {"S": "a"}})
    assert meter.requests == {"dynamodb:BatchWriteItem": 1}
    assert meter.units["writes"] == 3


def test_the_hottest_partition_key_is_that_with_most_units_in_a_second(meter: Meter) -> None:
    puts: list[Any] = [
        {"PutRequest": {"Item": {"pk": {"S": pk}, "sk": {"S": str(n)}}}}
        for pk in "ab"
        for n in range(9)
    ]
    with mock_aws():
        table = boto3.client("dynamodb", "us-east-1", config=Config(retries={"max_attempts": 1}))
        meter.attach(table)
        with pytest.raises(ClientError):
            table.batch_write_item(RequestItems={"t": puts})
        with pytest.raises(ClientError):
            table.transact_write_items(
                TransactItems=[
                    {"Delete": {"TableName": "t", "Key": {"pk": {"S": "b"}, "sk": {"S": "1"}}}}
                ]
            )
    assert (meter.units["writes"], meter.units["hottest"]) == (20, 11)


def test_queries_are_counted_by_their_answers(meter: Meter) -> None:
    with mock_aws():
        table = boto3.client("dynamodb", "us-east-1")
        table.create_table(
            TableName="t",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        )
        table.put_item(TableName="t", Item={"pk": {"S": "a"}, "text": {"S": "x" * 9000}})
        meter.attach(table)
        values = {":pk": {"S": "a"}}
        table.query(
            TableName="t", KeyConditionExpression="pk = :pk", ExpressionAttributeValues=values
        )
        meter.detach()
        table.query(
            TableName="t", KeyConditionExpression="pk = :pk", ExpressionAttributeValues=values
        )
    assert (meter.requests, meter.units["reads"]) == ({"dynamodb:Query": 1}, 3)


def test_an_answer_to_a_query_costs_a_unit_per_four_kilobytes(meter: Meter) -> None:
    meter._count_found(parsed={"Items": [{"pk": {"S": "x" * 4100}}]})
    meter._count_found(parsed={"Items": []})
    assert meter.units["reads"] == 3


def test_a_million_write_units_have_the_list_price() -> None:
    parts = cost(NOTHING, {"writes": 1_000_000}, 0, IDLE)
    assert sum(parts.values()) == Decimal("0.625")


def test_a_stored_object_costs_its_put_and_its_key() -> None:
    parts = cost({"s3:PutObject": 1_000_000}, NOTHING, 0, IDLE)
    assert sum(parts.values()) == Decimal("5.00") + Decimal("3.00")


def test_a_second_of_each_worker_is_paid_for_by_its_memory() -> None:
    parts = cost(NOTHING, NOTHING, 0, Workers(2, Decimal(1024), Decimal(1024)))
    assert parts["Lambda time"] == (512 + 1769) * Decimal("13.3334") / 1_000_000


def test_only_a_counted_budget_can_break_the_run() -> None:
    slow = Line("time", "1 s", "2 s", met=False)
    wrong = Line("writes", "0", "1", met=False, counted=True)
    assert broken([slow, wrong, Line("speed", "", "5")]) == [wrong]
