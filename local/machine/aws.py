"""The emulator's AWS interfaces, through boto3."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast, overload

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError

from local.machine.layout import REGION

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

COMPLETE = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})
# Calls go to this machine: slow means stuck.
PATIENCE = Config(
    connect_timeout=5, read_timeout=30, retries={"max_attempts": 2}, proxies={}, region_name=REGION
)


@dataclass(frozen=True)
class Aws:
    """Clients for one endpoint, and the questions the machine asks of CloudFormation."""

    endpoint: str

    @overload
    def client(self, service: Literal["dynamodb"]) -> "DynamoDBClient": ...
    @overload
    def client(self, service: Literal["s3"]) -> "S3Client": ...
    @overload
    def client(self, service: Literal["secretsmanager"]) -> "SecretsManagerClient": ...
    @overload
    def client(self, service: Literal["sqs"]) -> "SQSClient": ...
    @overload
    def client(self, service: str) -> BaseClient: ...
    def client(self, service: str) -> object:
        """A boto3 client that speaks to the emulator, whatever AWS_* says here."""
        session = boto3.session.Session(
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - the emulator takes any
            region_name=REGION,
        )
        make = cast("ClientMaker", session.client)
        return make(service, endpoint_url=self.endpoint, config=PATIENCE)
