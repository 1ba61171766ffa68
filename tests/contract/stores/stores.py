"""All stores, in memory or on AWS in this process, ready for the same assertions."""

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from ledgerlink.services.messages import Event, Message
from ledgerlink.services.ports import (
    Bus,
    Connections,
    ConnectorStates,
    Lane,
    Links,
    Lists,
    Rules,
    Runs,
    Schedules,
    SettingsStore,
    Staging,
    Usage,
    Vaults,
)
from ledgerlink.storage.bus import EventBridgeBus
from ledgerlink.storage.connections import DynamoConnections
from ledgerlink.storage.connector_state import DynamoConnectorStates
from ledgerlink.storage.links import DynamoLinks
from ledgerlink.storage.lists import DynamoLists
from ledgerlink.storage.queue import SqsLane, received
from ledgerlink.storage.rule_files import S3RuleFiles
from ledgerlink.storage.rules import DynamoRules
from ledgerlink.storage.runs import DynamoRuns
from ledgerlink.storage.schedules import DynamoSchedules
from ledgerlink.storage.secrets import SecretVaults
from ledgerlink.storage.settings import DynamoSettings, DynamoUsage
from ledgerlink.storage.shape import TableShape
from ledgerlink.storage.staging import S3Staging
from ledgerlink.storage.table import Table

from tests.fakes.clock import FakeClock
from tests.fakes.files import FakeConnectorStates, FakeLane, FakeStaging
from tests.fakes.lists import FakeBus, FakeLists, FakeSchedules, FakeSettings, FakeUsage
from tests.fakes.rows import FakeConnections, FakeLinks, FakeRules
from tests.fakes.runs import FakeRuns
from tests.fakes.vaults import FakeVaults

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True)
class Stores:
    """Every store, and the other side of the two that have one."""

    connections: Connections
    rules: Rules
    links: Links
    runs: Runs
    staging: Staging
    vaults: Vaults
    lane: Lane
    connector_states: ConnectorStates
    lists: Lists
    settings: SettingsStore
    schedules: Schedules
    usage: Usage
    bus: Bus
    clock: FakeClock
    upload: Callable[[str, bytes], None]
    received: Callable[[], Sequence[Message]]
    heard: Callable[[], Sequence[Event]]


def in_memory() -> Stores:
    clock, staging, lane, bus = FakeClock(), FakeStaging(), FakeLane(), FakeBus()

    def upload(address: str, body: bytes) -> None:
        staging.files[address.removeprefix("memory:")] = body

    def taken() -> list[Message]:
        messages, lane.messages = lane.messages, []
        return messages

    return Stores(
        connections=FakeConnections(),
        rules=FakeRules(),
        links=FakeLinks(),
        runs=FakeRuns(),
        staging=staging,
        vaults=FakeVaults(clock),
        lane=lane,
        connector_states=FakeConnectorStates(),
        lists=FakeLists(),
        settings=FakeSettings(),
        schedules=FakeSchedules(),
        usage=FakeUsage(),
        bus=bus,
        clock=clock,
        upload=upload,
        received=taken,
        heard=lambda: bus.events,
    )


@dataclass(frozen=True)
class Clients:
    """Clients of the services, made once."""

    dynamodb: "DynamoDBClient"
    s3: "S3Client"
    secrets: "SecretsManagerClient"
    sqs: "SQSClient"
    events: "EventBridgeClient"


def on_aws(aws: Clients, name: str) -> Stores:
    """Stores on a table, bucket and queue of their own, called `name`."""
    clock, table = FakeClock(), new_table(aws, name)
    aws.s3.create_bucket(Bucket=name)
    queue = aws.sqs.create_queue(QueueName=f"{name}.fifo", Attributes={"FifoQueue": "true"})
    url = queue["QueueUrl"]

    def upload(address: str, body: bytes) -> None:
        key = unquote(urlsplit(address).path).removeprefix(f"/{name}").removeprefix("/")
        aws.s3.put_object(Bucket=name, Key=key, Body=body)

    return Stores(
        connections=DynamoConnections(table),
        rules=DynamoRules(table, S3RuleFiles(aws.s3, name)),
        links=DynamoLinks(table),
        runs=DynamoRuns(table, clock),
        staging=S3Staging(aws.s3, name),
        vaults=_vaults(aws, table, clock, name),
        lane=SqsLane(aws.sqs, url),
        connector_states=DynamoConnectorStates(table),
        lists=DynamoLists(table, clock),
        settings=DynamoSettings(table),
        schedules=DynamoSchedules(table),
        usage=DynamoUsage(table),
        bus=EventBridgeBus(aws.events, name),
        clock=clock,
        upload=upload,
        received=lambda: _received(aws, url),
        heard=_listening(aws, name),
    )


def _listening(aws: Clients, name: str) -> Callable[[], Sequence[Event]]:
    """A bus with a queue behind it."""
    aws.events.create_event_bus(Name=name)
    url = aws.sqs.create_queue(QueueName=f"{name}-heard")["QueueUrl"]
    attributes = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    pattern = json.dumps({"source": ["ledgerlink"]})
    aws.events.put_rule(Name=name, EventBusName=name, EventPattern=pattern)
    targets: Any = [{"Id": "heard", "Arn": attributes["Attributes"]["QueueArn"]}]
    aws.events.put_targets(Rule=name, EventBusName=name, Targets=targets)

    def heard() -> Sequence[Event]:
        events: list[Event] = []
        while found := aws.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in found:
                body = json.loads(message["Body"])
                detail = dict(body["detail"])
                firm = detail.pop("firm")
                events.append(Event(firm=firm, kind=body["detail-type"], detail=detail))
                aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return events

    return heard


def new_table(aws: Clients, name: str, *, migrated: bool = True) -> Table:
    aws.dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
    )
    table = Table(aws.dynamodb, name)
    if migrated:
        TableShape(table).finish()
    return table


def _vaults(aws: Clients, table: Table, clock: FakeClock, name: str) -> SecretVaults:
    credentials = FakeVaults(clock).credentials("qbo")
    application = f"{name}/app/qbo"
    aws.secrets.create_secret(Name=application, SecretString=json.dumps(credentials))
    return SecretVaults(
        client=aws.secrets,
        table=table,
        clock=clock,
        prefix=f"{name}/connections/",
        kms_key="alias/secrets",
        applications={"qbo": application},
    )


def _received(aws: Clients, url: str) -> list[Message]:
    bodies: list[str] = []
    for _ in range(20):
        answer: Any = aws.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        if not answer.get("Messages"):
            return [received(body) for body in bodies]
        bodies += [message["Body"] for message in answer["Messages"]]
        for message in answer["Messages"]:
            aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    raise AssertionError("the queue does not come to an end")


def packed(*lines: bytes) -> bytes:
    return gzip.compress(b"\n".join(lines), mtime=0)
