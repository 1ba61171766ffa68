"""The queue of each connection: one SQS FIFO queue with a message group per connection."""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ledgerlink.services.messages import Message
from ledgerlink.wire.stored import dump, load

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

SEND_LIMIT = 10
"""Messages that SQS takes in one call."""
FIRST_DELAY = 15
"""Seconds before a message that failed once is delivered again; doubled with each failure."""
LONGEST_DELAY = 600
"""Seconds that a failed message waits at most."""


class SqsLane:
    """Implements `services.ports.Lane`.

    SQS delivers the messages of a group in order and one at a time, so a connection never has two
    workers. Messages with the same content within five minutes are delivered once.
    """

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._url = queue_url

    def send(self, messages: Sequence[Message]) -> None:
        """Raises ConnectionError when SQS refuses some of them."""
        entries = [_entry(index, message) for index, message in enumerate(messages)]
        for start in range(0, len(entries), SEND_LIMIT):
            answer = self._client.send_message_batch(
                QueueUrl=self._url, Entries=entries[start : start + SEND_LIMIT]
            )
            if answer.get("Failed"):
                raise ConnectionError(f"SQS refused messages: {answer['Failed']}")

    def delay(self, receipt: str, attempt: int) -> None:
        self.hold(receipt, min(FIRST_DELAY * 2 ** (attempt - 1), LONGEST_DELAY) if attempt else 0)

    def hold(self, receipt: str, seconds: int) -> None:
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
    """The connection as a hash, because a group id may be no longer than 128 characters."""
    name = f"{message.firm}/{message.connection_id}"
    return hashlib.sha256(name.encode()).hexdigest()


def received(body: str) -> Message:
    """The message that `SqsLane.send` sent with this body."""
    return load(Message, body)
