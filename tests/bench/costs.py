"""What AWS charges for counted requests."""

from dataclasses import dataclass
from decimal import Decimal

from infra.sizes import LARGE, SMALL

MILLION = Decimal(1_000_000)
MB_PER_GB = 1024


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars. Per million where not said otherwise."""

    as_of: str
    region: str
    dynamodb_write_units: Decimal
    dynamodb_read_units: Decimal
    s3_writes: Decimal
    s3_reads: Decimal
    sqs_fifo_requests: Decimal
    secrets_requests: Decimal
    kms_requests: Decimal
    lambda_requests: Decimal
    lambda_gb_seconds: Decimal


PRICES = Prices(
    as_of="2025-07, list prices without free tier",
    region="us-east-1",
    dynamodb_write_units=Decimal("0.625"),
    dynamodb_read_units=Decimal("0.125"),
    s3_writes=Decimal("5.00"),
    s3_reads=Decimal("0.40"),
    sqs_fifo_requests=Decimal("0.50"),
    secrets_requests=Decimal("5.00"),
    kms_requests=Decimal("3.00"),
    lambda_requests=Decimal("0.20"),
    lambda_gb_seconds=Decimal("13.3334"),
)
S3_READS = frozenset({"GetObject", "HeadObject"})


@dataclass(frozen=True, slots=True)
class Workers:
    """What the two sizes of the worker did for a post."""

    invocations: int
    seconds: Decimal
    """Of the small one, which also waits while the large one works."""
    large_seconds: Decimal

    @property
    def gb_seconds(self) -> Decimal:
        return (self.seconds * SMALL + self.large_seconds * LARGE) / MB_PER_GB


def cost(
    requests: dict[str, int], units: dict[str, int], messages: int, workers: Workers
) -> dict[str, Decimal]:
    """Dollars by service. Every S3 and Secrets Manager call is counted as a KMS call, too.

    Beyond what the worker asked, each message is received and deleted by the queue's poller.
    """
    calls = {name: _calls(requests, name) for name in ("s3", "sqs", "secretsmanager")}
    s3_reads = sum(n for call, n in requests.items() if call.partition(":")[2] in S3_READS)
    charged: dict[str, tuple[int | Decimal, Decimal]] = {
        "DynamoDB writes": (units.get("writes", 0), PRICES.dynamodb_write_units),
        "DynamoDB reads": (units.get("reads", 0), PRICES.dynamodb_read_units),
        "S3": (calls["s3"] - s3_reads, PRICES.s3_writes),
        "S3 reads": (s3_reads, PRICES.s3_reads),
        "SQS": (calls["sqs"] + 2 * messages, PRICES.sqs_fifo_requests),
        "Secrets Manager": (calls["secretsmanager"], PRICES.secrets_requests),
        "KMS": (calls["s3"] + calls["secretsmanager"], PRICES.kms_requests),
        "Lambda requests": (workers.invocations, PRICES.lambda_requests),
        "Lambda time": (workers.gb_seconds, PRICES.lambda_gb_seconds),
    }
    return {name: amount * price / MILLION for name, (amount, price) in charged.items()}


def _calls(requests: dict[str, int], service: str) -> int:
    return sum(n for call, n in requests.items() if call.startswith(f"{service}:"))
