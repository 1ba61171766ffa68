"""The wiring: stores and connectors, built from the environment variables of a function."""

import gc
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from threading import Lock
from typing import Any

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

from ledgerlink.connectors.ledgers import LEDGERS, LedgerDescription
from ledgerlink.domain.model.retention import Retention
from ledgerlink.domain.ports import Clock, Connector
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.storage.large_worker import LargeWorker


class SystemClock:
    """The system's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        import asyncio

        await asyncio.sleep(seconds)


@cache
def metrics() -> Metrics:
    """The metrics of this process: what a handler counts, and what the services count below it.

    One object, because Powertools shares counts among all `Metrics`, but not sets of dimensions.
    """
    return Metrics()


def count(name: str, number: int) -> None:
    """Add to a metric of the invocation in hand."""
    metrics().add_metric(name, MetricUnit.Count, number)


class InvocationMetrics:
    """Implements `services.ports.Metrics` with the metrics of this process."""

    def count(self, name: str, number: int) -> None:
        count(name, number)

    def add_up_per_ledger(self, ledger: str) -> None:
        """An invocation concerns one ledger; naming it again changes nothing."""
        dimensions = {"service": metrics().service, "ledger": ledger}
        if dimensions not in metrics().provider.dimension_sets:
            metrics().add_dimensions(**dimensions)


class RandomIds:
    """Ids that sort by the time of their creation, and random secrets."""

    def new(self, at: datetime) -> str:
        return f"{int(at.timestamp() * 1000):012x}{secrets.token_hex(8)}"

    def secret(self) -> str:
        return secrets.token_urlsafe(32)


USER_AGENT = "Ledgerlink"
"""What AWS's logs call who asked."""

LONGEST_INVOCATION = 300
"""Seconds that a function of the stack may run."""

_making = Lock()
"""One client at a time: boto3's default session may not make several at once."""


@cache
def client(service: str) -> Any:
    """An AWS client with short timeouts and bounded retries."""
    with _making:
        return _client(service)


def _client(service: str) -> Any:
    import boto3
    from botocore.config import Config

    invokes = service == "lambda"
    # An invocation lasts as long as the function. It is not repeated while that may be at work.
    retries: Any = {"mode": "standard", "total_max_attempts": 1 if invokes else 5}
    config = Config(
        connect_timeout=3,
        read_timeout=LONGEST_INVOCATION if invokes else 20,
        tcp_keepalive=invokes,
        retries=retries,
        max_pool_connections=16,
        # The usual one is put together anew for each request, a tenth of the request's CPU.
        user_agent=USER_AGENT,
        # The table types its rows itself; checking them again takes as much CPU as sending them.
        parameter_validation=service != "dynamodb",
        # S3 refuses older signatures for what a KMS key encrypts; uploads are signed by us.
        signature_version="s3v4" if service == "s3" else None,
        s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
    )
    return boto3.client(service, config=config)  # type: ignore[call-overload]


class LazyClient:
    """An AWS client that is made when it is first called.

    Making one takes as long as many a request, and most requests need one or two of six.
    """

    def __init__(self, service: str) -> None:
        self._service = service

    def __getattr__(self, name: str) -> Any:
        return getattr(client(self._service), name)


class LazyConnectors(Mapping[str, Connector]):
    """The connectors by ledger, each loaded when it is first asked for, because a message
    concerns one ledger."""

    def __init__(self, makers: Mapping[str, Callable[[], Connector]]) -> None:
        self._makers = {ledger: cache(make) for ledger, make in makers.items()}

    def __getitem__(self, ledger: str) -> Connector:
        return self._makers[ledger]()

    def __contains__(self, ledger: object) -> bool:
        return ledger in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def build(
    environment: Mapping[str, str], client: Callable[[str], Any] = LazyClient
) -> Dependencies:
    """Everything that these environment variables describe. Raises KeyError for a missing one.

    `client` makes the AWS client of a service.
    """
    from ledgerlink.storage.bus import EventBridgeBus
    from ledgerlink.storage.connections import DynamoConnections
    from ledgerlink.storage.connector_state import DynamoConnectorStates
    from ledgerlink.storage.links import DynamoLinks
    from ledgerlink.storage.lists import DynamoLists
    from ledgerlink.storage.queue import SqsLane
    from ledgerlink.storage.rule_files import S3RuleFiles
    from ledgerlink.storage.rules import DynamoRules
    from ledgerlink.storage.runs import DynamoRuns
    from ledgerlink.storage.schedules import DynamoSchedules
    from ledgerlink.storage.secrets import SecretVaults
    from ledgerlink.storage.settings import DynamoSettings, DynamoUsage
    from ledgerlink.storage.staging import S3Staging
    from ledgerlink.storage.state_machines import StepFunctionsExecutions
    from ledgerlink.storage.table import Table

    table = Table(client("dynamodb"), environment["LEDGERLINK_TABLE"])
    clock, ids, retention = SystemClock(), RandomIds(), retained(environment)
    return Dependencies(
        connections=DynamoConnections(table),
        rules=DynamoRules(table, S3RuleFiles(client("s3"), environment["LEDGERLINK_BUCKET"])),
        links=DynamoLinks(table),
        runs=DynamoRuns(table, clock, retention),
        staging=S3Staging(client("s3"), environment["LEDGERLINK_BUCKET"]),
        vaults=SecretVaults(
            client=client("secretsmanager"),
            table=table,
            clock=clock,
            prefix=environment["LEDGERLINK_SECRETS_PREFIX"],
            kms_key=environment["LEDGERLINK_SECRETS_KEY"],
            applications=applications(environment),
        ),
        lane=SqsLane(client("sqs"), environment["LEDGERLINK_LANE_URL"]),
        executions=StepFunctionsExecutions(
            client("stepfunctions"), environment["LEDGERLINK_MACHINE"], table, clock, ids
        ),
        connector_states=DynamoConnectorStates(table),
        lists=DynamoLists(table, clock, retention),
        settings=DynamoSettings(table),
        schedules=DynamoSchedules(table),
        usage=DynamoUsage(table),
        bus=EventBridgeBus(client("events"), environment["LEDGERLINK_BUS"]),
        connectors=connectors(environment, clock),
        clock=clock,
        ids=ids,
        metrics=InvocationMetrics(),
        retention=retention,
    )


def retained(environment: Mapping[str, str]) -> Retention:
    """For how long this deployment keeps what expires."""
    given = {
        field.name: timedelta(days=int(environment[name]))
        for field in fields(Retention)
        if (name := f"LEDGERLINK_{field.name.upper()}_DAYS") in environment
    }
    return Retention(**given)


def applications(environment: Mapping[str, str]) -> dict[str, str]:
    """The name of the application's secret for each ledger that has one."""
    named = {one.name: environment.get(one.secret_variable, "") for one in LEDGERS}
    return {ledger: secret for ledger, secret in named.items() if secret}


def connectors(
    environment: Mapping[str, str], clock: Clock, ledgers: Sequence[LedgerDescription] = LEDGERS
) -> Mapping[str, Connector]:
    """The ledgers of which this environment says where they are. Raises KeyError where it says
    one thing of a ledger and not another."""
    described = [(one, one.endpoints(environment)) for one in ledgers]
    return LazyConnectors(
        {one.name: partial(one.connect, values, clock) for one, values in described if values}
    )


@cache
def large_worker() -> LargeWorker | None:
    """The function that the worker hands messages over to; None in the one that has no other."""
    name = os.environ.get("LEDGERLINK_LARGE_WORKER")
    return LargeWorker(client("lambda"), name) if name else None


SWITCH = 0.001
"""Seconds after which a thread that stores outcomes gives way to one that talks to a ledger."""


@cache
def dependencies() -> Dependencies:
    """Everything wired, once per process."""
    built = build(os.environ)
    gc.freeze()  # what is loaded now is never garbage
    sys.setswitchinterval(SWITCH)
    return built
