"""The emulator's AWS interfaces, through boto3."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, overload

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from local.machine.layout import REGION

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

COMPLETE = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})
EACH_SECOND = {"Delay": 1, "MaxAttempts": 120}
# Calls go to this machine: slow means stuck.
CLIENT_CONFIG = Config(
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
    def client(self, service: str) -> Any: ...
    def client(self, service: str) -> Any:
        """A boto3 client that speaks to the emulator, whatever AWS_* says here."""
        session = boto3.session.Session(
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - the emulator takes any
            region_name=REGION,
        )
        make: Callable[..., Any] = session.client
        return make(service, endpoint_url=self.endpoint, config=CLIENT_CONFIG)

    def stack_is_complete(self, name: str) -> bool:
        """Whether CloudFormation holds the stack, whole."""
        try:
            found = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return False
            raise
        return found[0]["StackStatus"] in COMPLETE

    def stack_outputs(self, name: str) -> dict[str, str]:
        """The stack's outputs by name."""
        found = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        return {one["OutputKey"]: one["OutputValue"] for one in found[0]["Outputs"]}

    def wait_until_initialised(self, function: str) -> None:
        """Wait for the snapshot of a published version, as CloudFormation on AWS does itself."""
        waiter = self.client("lambda").get_waiter("published_version_active")
        waiter.wait(FunctionName=function, WaiterConfig=EACH_SECOND)

    def set_secret(self, name: str, value: Mapping[str, str]) -> None:
        """Put a JSON value in a secret that exists, unless it holds it already."""
        secrets = self.client("secretsmanager")
        text = json.dumps(dict(value))
        if secrets.get_secret_value(SecretId=name)["SecretString"] != text:
            secrets.put_secret_value(SecretId=name, SecretString=text)

    def note(self, name: str, text: str) -> None:
        """Keep a text in the parameter store."""
        self.client("ssm").put_parameter(Name=name, Value=text, Type="String", Overwrite=True)

    def noted(self, name: str) -> str:
        """The text kept under a name; empty when there is none."""
        try:
            return str(self.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])
        except ClientError as error:
            if error.response["Error"]["Code"] == "ParameterNotFound":
                return ""
            raise
