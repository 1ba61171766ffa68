"""From the lane to the function to the dead letters."""

import uuid

from local.machine import Machine
from tests.support.waiting import until


def send(machine: Machine, body: str) -> None:
    machine.client("sqs").send_message(
        QueueUrl=machine.outputs["LaneUrl"],
        MessageBody=body,
        MessageGroupId=str(uuid.uuid4()),
        MessageDeduplicationId=str(uuid.uuid4()),
    )


def waiting(machine: Machine, output: str) -> int:
    """Messages in a queue, those being worked on included."""
    found = machine.client("sqs").get_queue_attributes(
        QueueUrl=machine.outputs[output], AttributeNames=["All"]
    )["Attributes"]
    visible = int(found["ApproximateNumberOfMessages"])
    return visible + int(found["ApproximateNumberOfMessagesNotVisible"])


def test_an_unreadable_message_becomes_a_dead_letter(machine: Machine) -> None:
    send(machine, "not a message of ours")
    until(lambda: waiting(machine, "DeadLettersUrl") == 1)
    machine.client("sqs").purge_queue(QueueUrl=machine.outputs["DeadLettersUrl"])
