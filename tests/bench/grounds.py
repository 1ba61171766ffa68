"""Where it is measured: the AWS emulator and the sandbox ledger, in processes of their own."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from local.demo.ledger import Company
from local.demo.sandbox import Sandbox
from local.machine import Ports
from local.machine.aws import Aws
from local.machine.layout import REGION, Layout
from local.machine.services import emulator, sandbox

APP_SECRET = "app"
CREDENTIALS = {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}
NAME = "bench"
VISIBILITY = "600"


@dataclass(frozen=True, slots=True)
class Grounds:
    """The running sandbox and the environment that a worker needs to find everything."""

    http: httpx.Client
    environment: dict[str, str]

    @property
    def sandbox(self) -> Sandbox:
        return Sandbox(self.http)

    def company(self, realm: str) -> Company:
        """A ledger company, to be read by its query API."""
        scale = self.sandbox.scale()
        return Company(self.http, realm, lambda: self.sandbox.token(realm), scale)

    def large_company(self, name: str, sizes: Mapping[str, int]) -> str:
        """A new company with so many records; its realm."""
        body = {"name": name, "seed": "large", "sizes": dict(sizes)}
        answer = self.http.post("/_sandbox/companies", json=body)
        answer.raise_for_status()
        return str(answer.json()["realm"])

    def set_scale(self, scale: int) -> None:
        """Have the ledger's clock run so many times faster."""
        self.http.post("/_sandbox/clock", json={"scale": scale}).raise_for_status()


@contextmanager
def grounds(scale: int) -> Iterator[Grounds]:
    """Both processes on ephemeral ports with nothing in them; ended on leaving."""
    with TemporaryDirectory(prefix="ledgerlink-bench-") as folder:
        layout, ports = Layout(Path(folder)), Ports.ephemeral()
        layout.prepare()
        services = (emulator(layout, ports), sandbox(layout, ports, "empty", scale))
        try:
            for service in services:
                service.start()
            for service in services:
                service.wait_until_ready()
            with httpx.Client(base_url=ports.sandbox_url, timeout=60, trust_env=False) as http:
                yield Grounds(http, _environment(ports, scale))
        finally:
            for service in services:
                service.stop(kill=True)


def _environment(ports: Ports, scale: int) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": ports.aws_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "LEDGERLINK_TABLE": NAME,
        "LEDGERLINK_BUCKET": NAME,
        "LEDGERLINK_BUS": NAME,
        "LEDGERLINK_MACHINE": f"arn:aws:states:{REGION}:000000000000:stateMachine:{NAME}",
        "LEDGERLINK_LANE_URL": _stores(Aws(ports.aws_url)),
        "LEDGERLINK_SECRETS_PREFIX": "ledgerlink/connections/",
        "LEDGERLINK_SECRETS_KEY": "alias/aws/secretsmanager",
        "LEDGERLINK_APP_SECRET_QBO": APP_SECRET,
        "LEDGERLINK_DLQ_ARN": "arn:aws:sqs:us-east-1:000000000000:dead",
        "QBO_API_URL": ports.sandbox_url,
        "QBO_AUTHORIZE_URL": f"{ports.sandbox_url}/connect/oauth2",
        "QBO_TOKEN_URL": f"{ports.sandbox_url}/oauth2/v1/tokens/bearer",
        "QBO_REVOKE_URL": f"{ports.sandbox_url}/v2/oauth2/tokens/revoke",
        "QBO_CLOCK_SCALE": str(scale),
        "POWERTOOLS_SERVICE_NAME": NAME,
        "POWERTOOLS_METRICS_NAMESPACE": NAME,
    }


def _stores(aws: Aws) -> str:
    """Table, bucket, secret and lane as the stack makes them; the lane's address."""
    aws.client("dynamodb").create_table(
        TableName=NAME,
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
    aws.client("s3").create_bucket(Bucket=NAME)
    aws.client("events").create_event_bus(Name=NAME)
    secrets = aws.client("secretsmanager")
    secrets.create_secret(Name=APP_SECRET, SecretString=json.dumps(CREDENTIALS))
    queue = aws.client("sqs").create_queue(
        QueueName=f"{NAME}.fifo", Attributes={"FifoQueue": "true", "VisibilityTimeout": VISIBILITY}
    )
    return queue["QueueUrl"]
