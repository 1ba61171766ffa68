"""Every contract test runs on the fakes and on the real adapters."""

from collections.abc import Iterator
from itertools import count

import boto3
import pytest
from moto import mock_aws

from tests.contract.stores.stores import Clients, Stores, in_memory, on_aws

_numbers = count()


@pytest.fixture(scope="session")
def aws() -> Iterator[Clients]:
    """AWS in this process."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        yield Clients(
            boto3.client("dynamodb"),
            boto3.client("s3"),
            boto3.client("secretsmanager"),
            boto3.client("sqs"),
            boto3.client("events"),
        )


@pytest.fixture(params=["memory", "aws"])
def stores(request: pytest.FixtureRequest, aws: Clients) -> Stores:
    if request.param == "memory":
        return in_memory()
    return on_aws(aws, f"ledgerlink-{next(_numbers)}")
