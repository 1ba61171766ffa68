"""Where it is measured: the AWS emulator and the sandbox ledger, in processes of their own."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from ledgerlink.storage.shape import TableShape
from ledgerlink.storage.table import Table

from local.demo.intacct import gateway
from local.demo.intacct.company import IntacctCompany
from local.demo.intacct.sandbox import IntacctSandbox
from local.demo.qbo.company import QuickBooksCompany
from local.demo.qbo.sandbox import QuickBooksSandbox
from local.machine import Ports
from local.machine.aws import Aws
from local.machine.layout import HOST, REGION, Layout
from local.machine.ledgers import LEDGERS, QUICKBOOKS_ONLINE, SandboxLedger
from local.machine.services import emulator, sandbox

APP_SECRETS = {ledger.name: dict(ledger.credentials) for ledger in LEDGERS}
NAME = "bench"
VISIBILITY = "600"


@dataclass(frozen=True, slots=True)
class MeasuredSystem:
    """The running sandbox and the environment that a worker needs to find everything."""

    http: httpx.Client
    environment: dict[str, str]

    @property
    def sandbox(self) -> QuickBooksSandbox:
        return QuickBooksSandbox(self.http)

    def company(self, realm: str) -> QuickBooksCompany:
        """A ledger company, to be read by its query API."""
        scale = self.sandbox.scale()
        return QuickBooksCompany(self.http, realm, lambda: self.sandbox.token(realm), scale)

    def large_company(self, name: str, sizes: Mapping[str, int]) -> str:
        """A new company with so many records; its realm."""
        body = {"name": name, "seed": "large", "sizes": dict(sizes)}
        answer = self.http.post("/_sandbox/companies", json=body)
        answer.raise_for_status()
        return str(answer.json()["realm"])

    @property
    def sage(self) -> IntacctSandbox:
        """The sandbox, where it is Sage Intacct's."""
        return IntacctSandbox(self.http)

    def sage_company(self, company_id: str, seed: str = "empty") -> IntacctCompany:
        """A new company of Sage Intacct, with what that seed puts into it."""
        body = {"company": company_id, "seed": seed}
        self.http.post("/_sandbox/companies", json=body).raise_for_status()
        return IntacctCompany(self.http, company_id)

    def set_scale(self, scale: int) -> None:
        """Have the ledger's clock run so many times faster."""
        self.http.post("/_sandbox/clock", json={"scale": scale}).raise_for_status()


@contextmanager
def system(scale: int, ledger: SandboxLedger = QUICKBOOKS_ONLINE) -> Iterator[MeasuredSystem]:
    """The emulator and the sandbox of that ledger on ephemeral ports with nothing in them; ended
    on leaving."""
    with TemporaryDirectory(prefix="ledgerlink-bench-") as folder:
        layout, ports = Layout(Path(folder)), Ports.ephemeral()
        layout.prepare()
        held = sandbox(ledger, layout, ports, "empty", scale)
        services = (emulator(layout, ports), held)
        try:
            for service in services:
                service.start()
            for service in services:
                service.wait_until_ready()
            address = f"http://{HOST}:{held.port}"
            with httpx.Client(base_url=address, timeout=60, trust_env=False) as http:
                yield MeasuredSystem(http, _environment(ports, scale))
        finally:
            for service in services:
                service.stop(kill=True)


def _environment(ports: Ports, scale: int) -> dict[str, str]:
    qbo = ports.sandbox_url("qbo")
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
        **{f"LEDGERLINK_APP_SECRET_{name.upper()}": name for name in APP_SECRETS},
        "LEDGERLINK_DLQ_ARN": "arn:aws:sqs:us-east-1:000000000000:dead",
        "QBO_API_URL": qbo,
        "QBO_AUTHORIZE_URL": f"{qbo}/connect/oauth2",
        "QBO_TOKEN_URL": f"{qbo}/oauth2/v1/tokens/bearer",
        "QBO_REVOKE_URL": f"{qbo}/v2/oauth2/tokens/revoke",
        "QBO_DISCOVERY_URL": f"{qbo}/.well-known/openid_configuration/",
        "QBO_CLOCK_SCALE": str(scale),
        "INTACCT_GATEWAY_URL": f"{ports.sandbox_url('intacct')}{gateway.PATH}",
        "INTACCT_HOSTS": HOST,
        "INTACCT_CLOCK_SCALE": str(scale),
        "POWERTOOLS_SERVICE_NAME": NAME,
        "POWERTOOLS_METRICS_NAMESPACE": NAME,
    }


def _stores(aws: Aws) -> str:
    """Table, bucket, secrets and lane as the stack makes them; the lane's address."""
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
    TableShape(Table(aws.client("dynamodb"), NAME)).finish()
    aws.client("s3").create_bucket(Bucket=NAME)
    aws.client("events").create_event_bus(Name=NAME)
    secrets = aws.client("secretsmanager")
    for name, credentials in APP_SECRETS.items():
        secrets.create_secret(Name=name, SecretString=json.dumps(credentials))
    queue = aws.client("sqs").create_queue(
        QueueName=f"{NAME}.fifo", Attributes={"FifoQueue": "true", "VisibilityTimeout": VISIBILITY}
    )
    return queue["QueueUrl"]
