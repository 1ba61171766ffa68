"""The lane: one FIFO queue, one message group per connection; and what connectors remember."""

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.ports import ConnectorState
from ledgerlink.services.ports import Message
from ledgerlink.storage import keys
from ledgerlink.storage.table import Table
from ledgerlink.wire.stored import dump, load

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

SEND_LIMIT = 10
FIRST_DELAY = 15
LONGEST_DELAY = 600
"""Seconds before a failed message comes again; each time twice as long."""


class SqsLane:
    """Implements `services.stores.Lane`."""

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._url = queue_url

    def send(self, messages: Sequence[Message]) -> None:
        entries = [_entry(index, message) for index, message in enumerate(messages)]
        for start in range(0, len(entries), SEND_LIMIT):
            answer = self._client.send_message_batch(
                QueueUrl=self._url, Entries=entries[start : start + SEND_LIMIT]
            )
            if answer.get("Failed"):
                raise ConnectionError(f"the lane refused messages: {answer['Failed']}")

    def delay(self, receipt: str, attempt: int) -> None:
        seconds = min(FIRST_DELAY * 2 ** (attempt - 1), LONGEST_DELAY) if attempt else 0
        self._client.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=seconds
        )


def _entry(index: int, message: Message) -> "SendMessageBatchRequestEntryTypeDef":
    body = dump(message).decode()
    return {
        "Id": str(index),
        "MessageBody": body,
        "MessageGroupId": _group(message),
        "MessageDeduplicationId": hashlib.sha256(body.encode()).hexdigest(),
    }


def _group(message: Message) -> str:
    """The connection, in the characters and length that a group id may have."""
    name = f"{message.firm}/{message.connection_id}"
    return hashlib.sha256(name.encode()).hexdigest()


def received(body: str) -> Message:
    """The message that `SqsLane.send` sent."""
    return load(Message, body)


class DynamoConnectorMemory:
    """Implements `services.stores.LaneMemory`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self, connection_key: ConnectionKey) -> ConnectorState:
        row = self._table.get(keys.connection(connection_key), "lane")
        state: ConnectorState = json.loads(row["data"]) if row else {}
        return state

    def save(self, connection_key: ConnectionKey, state: ConnectorState) -> None:
        pk = keys.connection(connection_key)
        self._table.put({"pk": pk, "sk": "lane", "data": json.dumps(state)})
