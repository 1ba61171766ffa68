"""Policies of the functions' roles: single actions on single resources."""

from collections.abc import Sequence

from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs

from infra.secrets import Secrets
from infra.storage import PLANS_PREFIX, STAGED_PREFIX, Storage

TABLE_ACTIONS = (
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
)
FILE_ACTIONS = ("s3:GetObject", "s3:PutObject")
TAG_ACTIONS = ("s3:PutObjectTagging",)
CONNECTION_ACTIONS = (
    "secretsmanager:CreateSecret",
    "secretsmanager:DeleteSecret",
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue",
)
CONNECTION_UPKEEP_ACTIONS = ("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue")
KEY_ACTIONS = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")
CONSUME_ACTIONS = (
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
)


def allow(name: str, actions: Sequence[str], *resources: str) -> iam.PolicyStatement:
    """One statement, named for its purpose."""
    return iam.PolicyStatement(sid=name, actions=list(actions), resources=list(resources))


def keep_records(storage: Storage) -> list[iam.PolicyStatement]:
    """Read and write the table, staged records and plans, and the key of both."""
    files = [storage.bucket.arn_for_objects(f"{p}*") for p in (STAGED_PREFIX, PLANS_PREFIX)]
    plans = allow("ExpiringFiles", TAG_ACTIONS, files[-1])
    return [*keep_rows(storage), allow("Files", FILE_ACTIONS, *files), plans]


def keep_rows(storage: Storage) -> list[iam.PolicyStatement]:
    """Read and write the table, with its key."""
    return [
        allow("Table", TABLE_ACTIONS, storage.table.table_arn),
        use_key("StorageKey", storage.key),
    ]


def connect(secrets: Secrets) -> list[iam.PolicyStatement]:
    """Create, read, update and delete connections' secrets; read the application's."""
    return _credentials(secrets, CONNECTION_ACTIONS)


def stay_connected(secrets: Secrets) -> list[iam.PolicyStatement]:
    """Read and update connections' secrets; read the application's."""
    return _credentials(secrets, CONNECTION_UPKEEP_ACTIONS)


def _credentials(secrets: Secrets, actions: Sequence[str]) -> list[iam.PolicyStatement]:
    return [
        allow("Connections", actions, secrets.connections_arn()),
        _app_secret(secrets.applications()),
        use_key("SecretsKey", secrets.key),
    ]


def check_signatures(secrets: Secrets) -> list[iam.PolicyStatement]:
    """Read the application's secrets for ledgers that sign webhooks, and no connection's secret."""
    return [
        _app_secret(secrets.signing()),
        allow("SecretsKey", ("kms:Decrypt",), secrets.key.key_arn),
    ]


def _app_secret(arns: Sequence[str]) -> iam.PolicyStatement:
    return allow("AppSecret", ("secretsmanager:GetSecretValue",), *arns)


def drive(machine_arn: str) -> list[iam.PolicyStatement]:
    """Start the state machine of an import, and complete the task that it waits for."""
    return [allow("Drive", ("states:StartExecution", "states:SendTaskSuccess"), machine_arn)]


def publish(bus: events.EventBus) -> iam.PolicyStatement:
    return allow("Publish", ("events:PutEvents",), bus.event_bus_arn)


def send(queue: sqs.Queue) -> iam.PolicyStatement:
    return allow("Send", ("sqs:SendMessage",), queue.queue_arn)


def consume(*queues: sqs.Queue) -> iam.PolicyStatement:
    return allow("Consume", CONSUME_ACTIONS, *(queue.queue_arn for queue in queues))


def hold(queue: sqs.Queue) -> iam.PolicyStatement:
    """Hide a message that another function received."""
    return allow("Hold", ("sqs:ChangeMessageVisibility",), queue.queue_arn)


def write_logs(group: logs.LogGroup) -> iam.PolicyStatement:
    return allow("Logs", ("logs:CreateLogStream", "logs:PutLogEvents"), group.log_group_arn)


def use_key(name: str, key: kms.Key) -> iam.PolicyStatement:
    return allow(name, KEY_ACTIONS, key.key_arn)
